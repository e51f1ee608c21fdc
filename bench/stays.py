"""A million stays, each scored to the fen: one seed, one catalogue, the documents of three cities,
categories, referrals. `python -m bench.stays [--stays N] [--jobs J]`.

Every stay goes the product's way: its lines through the catalogue's terms and split, its bill
through the builder of claims and the layers, in the order of the person's year. Beside it
`bench.exact` works out the same in fractions from the documents' text, and what is told apart
from the product's own words (which categories count, where the stay lies, whether it was filed)
is told here a second time. What differs goes into bench/measured/stays-differences.csv, as it
is; the rate stands beside. Exits 1 where anything differs.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import Any, Final

from bench import exact

from medaid.benefit.model import Bill
from medaid.benefit.service import ClaimRequest, decide
from medaid.catalogue import rules as catalogue
from medaid.catalogue.model.lines import Quantity, Split, Terms
from medaid.catalogue.model.publishing import Buyer, Scheme, TypeRule
from medaid.catalogue.model.rows import (
    CodeMapping,
    InsuranceCode,
    LimitPrice,
    ListedItem,
    SelfPayShare,
    UnitPrice,
)
from medaid.catalogue.split import split_line
from medaid.errors import MedaidError
from medaid.ids import NOBODY
from medaid.money import RATIO_SCALE, Fen
from medaid.people.model import Filing, Identity, Insurance, Person, PersonFile, Source, YearTotals
from medaid.policy.service import library
from medaid.regions import Region
from medaid.settlement.national.codes import person_group

MEASURED: Final = Path(__file__).with_name("measured")
SHARD: Final = 5_000
"""Stays that one seed of its own draws: any number of processes gives the same stays."""
NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
SOURCE: Final = Source("bench", 1)


@dataclass(frozen=True)
class City:
    """Where somebody is insured, the year of care, and what its documents can be asked."""

    region: str
    counties: tuple[str, ...]
    year: int
    insutype: str
    levels: tuple[str, ...]
    cares: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    """psn_type and the group of persons that it is."""
    categories: tuple[str, ...]
    """Categories that its documents assist."""
    elsewhere: tuple[str, str]
    """Counties of another city of its province, and of another province."""


_RESIDENTS: Final = (("1501", "adult"), ("16", "elderly"), ("1401", "minor"), ("1403", "student"))
CITIES: Final = (
    City("440900", ("440902", "440981"), 2021, "390", ("township", "1", "2", "3"),
         ("inpatient", "outpatient"), _RESIDENTS,
         (*exact.FULL, *exact.POOR, *exact.OTHER), ("440304", "450103")),
    City("320100", ("320105", "320106"), 2024, "390", ("community", "1", "2", "3"),
         ("inpatient", "outpatient"), _RESIDENTS,
         ("destitute_support", "orphan", "subsistence_allowance", "low_income_edge",
          "child_in_difficulty", "retrenched_worker", "hardship_worker", "illness_poor"),
         ("320508", "310101")),
    City("440700", ("440703", "440781"), 2026, "310", ("township", "1", "2", "3"),
         ("inpatient",), (*(("1101", "employed"),) * 9, ("1201", "retired")), (),
         ("440304", "450103")),
)  # fmt: skip
ALL_CATEGORIES: Final = tuple(sorted({name for city in CITIES for name in city.categories}))


@dataclass(frozen=True)
class Item:
    """One code of the catalogue, as both sides are told: class (甲 01, 乙 02, 丙 03, empty: not
    listed), limit price for the lower levels and for level 3 (millionths of a yuan, None: no
    limit) and first self-pay for stays and for other care (ten-thousandths), before and from
    1 July of the year on."""

    code: str
    item_class: str
    limits: tuple[tuple[int | None, int | None], tuple[int | None, int | None]]
    shares: tuple[tuple[int, int], tuple[int, int]]


def items(chance: Random) -> list[Item]:
    """A catalogue of forty codes; figures are made up."""

    def limit() -> int | None:
        return chance.choice((None, chance.randint(0, 200) * 1_000_000, chance.randint(1, 10**8)))

    found = []
    for number in range(40):
        kind = chance.choice(("01", "01", "02", "02", "02", "03", ""))
        share = (0, 0) if kind == "01" else (chance.randint(0, 5000), chance.randint(0, 5000))
        later = (0, 0) if kind == "01" else (chance.randint(0, 5000), chance.randint(0, 5000))
        limits = ((limit(), limit()), (limit(), limit()))
        found.append(Item(f"B{number:03d}", kind, limits, (share, later)))
    return found


CATALOGUE: Final = items(Random(2026))


@dataclass(frozen=True)
class Stay:
    """One stay or visit, as it is drawn."""

    care: str
    level: str
    county: str
    institution: str
    begin: date
    end: date
    lines: tuple[tuple[int, int, int], ...]
    """Item, ten-thousandths of a unit, millionths of a yuan."""
    emergency: bool
    others: int
    """Fen."""


@dataclass(frozen=True)
class Someone:
    """A person and what happens to them in the year."""

    number: str
    city: City
    birth: date
    psn_type: str
    group: str
    identities: tuple[tuple[str, str, date, date | None], ...]
    """Category, determining county, first day, day on which it ended."""
    filings: tuple[tuple[str, str, str, date, date | None], ...]
    """Kind, destination, institution (empty: any), first day, last day."""
    stays: tuple[Stay, ...]


def drawn(chance: Random, number: str) -> Someone:
    """Somebody of one of the cities."""
    city = chance.choices(CITIES, (45, 40, 15))[0]
    psn_type, group = chance.choice(city.groups)
    age = {"minor": (0, 17), "student": (7, 25), "elderly": (60, 95)}.get(group, (18, 70))
    born = date(city.year - chance.randint(*age), chance.randint(1, 12), chance.randint(1, 28))
    born = min(born, date(city.year - 1, 12, 28))
    stays, day = [], date(city.year, 1, 1)
    if city.region == "320100":
        day = date(2024, 3, 1)
    for _ in range(chance.randint(1, 8)):
        day += timedelta(days=chance.randint(1, 30))
        stay = _stay(chance, city, day)
        day = stay.end + timedelta(days=1)
        if day.year == city.year and not (city.region == "440900" and day > date(2021, 12, 20)):
            stays.append(stay)
    return Someone(
        number, city, born, psn_type, group, _identities(chance, city), _filings(chance, city),
        tuple(stays),
    )  # fmt: skip


def _identities(chance: Random, city: City) -> tuple[tuple[str, str, date, date | None], ...]:
    found = []
    many = chance.choice((0, 1, 1, 1, 2, 3)) if city.categories or chance.random() < 0.1 else 0
    for name in chance.sample(ALL_CATEGORIES, many):
        begin = date(city.year - 1, 1, 1) + timedelta(days=chance.randint(0, 600))
        end = None if chance.random() < 0.6 else begin + timedelta(days=chance.randint(0, 500))
        found.append((name, chance.choice(city.counties), begin, end))
    return tuple(found)


def _filings(chance: Random, city: City) -> tuple[tuple[str, str, str, date, date | None], ...]:
    found = []
    for _ in range(chance.choice((0, 0, 1, 2))):
        kind = chance.choice(("referred", "referred", "referred_down", "temporary", "long_term"))
        county = chance.choice((*city.elsewhere, city.counties[1]))
        province = f"{county[:2]}0000"
        where = chance.choice(("", county, _city_of(county), province))
        begin = date(city.year, 1, 1) + timedelta(days=chance.randint(-60, 200))
        end = None if chance.random() < 0.3 else begin + timedelta(days=chance.randint(0, 180))
        found.append((kind, where, chance.choice(("", "", f"H{county}00001")), begin, end))
    return tuple(found)


def _city_of(county: str) -> str:
    """A municipality has no city between its province and its districts."""
    return f"{county[:2]}0000" if county[:2] == "31" else f"{county[:4]}00"


def _stay(chance: Random, city: City, begin: date) -> Stay:
    care = chance.choice(city.cares)
    end = begin + timedelta(days=chance.randint(0, 40) if care == "inpatient" else 0)
    county = chance.choices((*city.counties, *city.elsewhere), (40, 25, 20, 15))[0]
    scale = chance.choice((1, 10, 100, 1000))
    lines = []
    for _ in range(chance.randint(1, 6)):
        item, count = chance.randrange(len(CATALOGUE)), chance.randint(1, 99_9999)
        price = chance.randint(1, 10**6 * scale)
        lines.append((item, count, price))
        if chance.random() < 0.1:
            lines.append((item, -chance.randint(1, count), price))
    others = chance.randint(1, 10**6) if chance.random() < 0.08 and city.categories else 0
    return Stay(
        care, chance.choice(city.levels), county, f"H{county}0000{chance.randint(1, 2)}", begin,
        end, tuple(lines), chance.random() < 0.05, others,
    )  # fmt: skip


# the product's way


_SCHEME: Final = Scheme(
    "bench", Region("440900"), date(2020, 1, 1), "", "", "",
    (TypeRule("901", frozenset({"township", "community", "1", "2"})),
     TypeRule("902", frozenset({"3"}))),
    (TypeRule("3901", cares=frozenset({"inpatient"})),
     TypeRule("3902", cares=frozenset({"outpatient"}))),
    NOBODY, NOW,
)  # fmt: skip


@cache
def _rows(number: int, year: int) -> tuple[CodeMapping | None, InsuranceCode]:
    item = CATALOGUE[number]
    if not item.item_class:
        return None, InsuranceCode()
    first, last, turn = date(year, 1, 1), date(year, 6, 30), date(year, 7, 1)
    limits, shares = [], []
    for place, (begin, end) in enumerate(((first, last), (turn, None))):
        dated = (item.code, begin, end, True)
        for kind, limit in zip(("901", "902"), item.limits[place], strict=True):
            price = None if limit is None else UnitPrice(limit)
            limits.append(LimitPrice(f"l{place}{kind}", *dated, kind, price))
        for kind, share in zip(("3901", "3902"), item.shares[place], strict=True):
            parts = share * RATIO_SCALE // 10_000
            shares.append(SelfPayShare(f"s{place}{kind}", *dated, kind, parts))
    listed = ListedItem("i", item.code, first, None, True, item.code, item.item_class, "09")
    mapping = CodeMapping("m", item.code, first, None, True, item.code)
    return mapping, InsuranceCode((listed,), tuple(limits), tuple(shares))


@cache
def _terms(number: int, level: str, care: str, insutype: str, day: date) -> Terms:
    mapping, code = _rows(number, day.year)
    buyer = Buyer(level, None, insutype, care)
    return catalogue.terms_of(CATALOGUE[number].code, mapping, [code], _SCHEME, buyer, day)


def bill_of(one: Stay, insutype: str) -> Bill:
    """The lines of a stay through the catalogue's terms and split, added up."""
    total = Split(*(Fen(0),) * 5)
    for item, count, price in one.lines:
        terms = _terms(item, one.level, one.care, insutype, one.begin)
        parts = split_line(Quantity(count), UnitPrice(price), terms)
        total = Split(*(Fen(a + b) for a, b in zip(total, parts, strict=True)))
    return Bill(
        total.amount, total.in_policy, total.own_expense, total.over_limit, total.initial_self_pay
    )


TIERS: Final = ("basic", "critical", "assistance", "others", "extra")
_EXTRA: Final = {"secondary": "extra", "tilted": "extra"}
Amounts = dict[str, int]
"""Fen by tier, `own`, and the five parts of the bill."""


def file_of(one: Someone) -> PersonFile:
    """The person as one read brings them."""
    enrolled = Insurance(
        insutype=one.city.insutype, admdvs=one.city.region, status="1", psn_type=one.psn_type,
        begin=date(2015, 1, 1), source=SOURCE,
    )  # fmt: skip
    identities = tuple(
        Identity(name, "civil_affairs", county, begin, end, NOW, SOURCE)
        for name, county, begin, end in one.identities
    )
    filings = tuple(
        Filing(f"F{n}", kind, one.city.region, where, begin, end, institution)
        for n, (kind, where, institution, begin, end) in enumerate(one.filings)
    )
    person = Person(
        one.number, name="某", sex="1", cert_type="01", certno="", birth=one.birth, source=SOURCE
    )
    return PersonFile(person, (enrolled,), identities, filings)


def priced(file: PersonFile, one: Someone, stay: Stay) -> tuple[Amounts, PersonFile]:
    """What the product pays, and the person's file after it. Raises MedaidError."""
    bill = bill_of(stay, one.city.insutype)
    request = ClaimRequest(
        one.city.insutype, one.city.region, stay.care, stay.begin, stay.end, bill,
        {"level": stay.level}, paid_by_others=stay.others, treatment_region=stay.county,
        institution=stay.institution, emergency=stay.emergency,
    )  # fmt: skip
    choice = decide(file, request, stay.end, library().policy_for, person_group)
    done = choice.priced
    amounts = dict.fromkeys(TIERS, 0)
    for step in done.steps:
        amounts[_EXTRA.get(step.tier, step.tier)] += int(step.paid)
    amounts["own"] = int(done.person_pays)
    amounts |= {f"bill_{name}": int(part) for name, part in zip(PARTS, bill, strict=True)}
    year = YearTotals(choice.candidate.year, amounts=done.totals)
    return amounts, replace(file, years=(year,))


# the second working: nothing below asks the product


PARTS: Final = ("total", "in_scope", "own", "over", "first")


@dataclass
class Exact:
    """A person's year as the documents have it."""

    one: Someone
    year: exact.Year = field(default_factory=exact.new_year)
    stays: int = 0

    def bill(self, stay: Stay) -> dict[str, Fraction]:
        sums = dict.fromkeys(PARTS, Fraction(0))
        half = int(stay.begin.month > 6)
        for number, count, price in stay.lines:
            item = CATALOGUE[number]
            limit = item.limits[half][int(stay.level == "3")]
            parts = exact.line(
                Fraction(count, 10_000),
                Fraction(price, 1_000_000),
                item.item_class in ("01", "02"),
                None if limit is None else Fraction(limit, 1_000_000),
                Fraction(item.shares[half][int(stay.care != "inpatient")], 10_000),
            )
            for name, part in zip(
                PARTS, (parts.amount, parts.in_scope, parts.own, parts.over, parts.first),
                strict=True,
            ):  # fmt: skip
                sums[name] += part
        return sums

    def answers(self, stay: Stay) -> Iterator[tuple[exact.Paid, exact.Year, dict[str, Fraction]]]:
        """What may be paid: the best category's answer, several where they pay the same. Raises
        exact.Silent."""
        bill = self.bill(stay)
        place = locality(self.one.city.region, stay.county)
        case = exact.Case(
            day=stay.end,
            total=bill["total"],
            in_policy=bill["in_scope"],
            care=stay.care,
            level=stay.level,
            place=place,
            filing=filed(self.one, stay),
            others=Fraction(stay.others, 100),
            person_group=self.one.group,
            age=age_on(self.one.birth, stay.begin),
            stay_no=self.stays + (stay.care == "inpatient"),
        )
        found = []
        names = self.categories(stay, case.age)
        if self.one.city.region == "440700" and self.standing(stay):
            raise exact.Silent  # with what its people are assisted, no document says that was read
        for name in names or ["none"]:
            year = self.year.copy()
            found.append(
                (exact.CITIES[self.one.city.region](replace(case, category=name), year), year)
            )
        most = max(paid.funds for paid, _ in found)
        for paid, year in found:
            if paid.funds == most:
                yield paid, year, bill

    def categories(self, stay: Stay, age: int) -> list[str]:
        """苏医保办发〔2023〕27号 art. 20: a stay counts an identity of any of its days, other care
        that of its last; what ended counts to the end of its month."""
        city = self.one.city
        grown = age >= 18 and city.region == "440900"
        return [
            name
            for name in self.standing(stay)
            if name in city.categories and not (name == "orphan" and grown)
        ]

    def standing(self, stay: Stay) -> list[str]:
        """Identities that stood during the care, assisted here or not."""
        found = []
        for name, _, begin, end in self.one.identities:
            last = None if end is None else last_of_month(end)
            first = stay.begin if stay.care == "inpatient" else stay.end
            if begin <= stay.end and (last is None or first <= last):
                found.append(name)
        return found

    def settled(self, stay: Stay, year: exact.Year) -> None:
        self.year = year
        self.stays += stay.care == "inpatient"


def last_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def age_on(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def locality(home: str, county: str) -> str:
    if county[:4] == home[:4]:
        return "city"
    return "province" if county[:2] == home[:2] else "outside"


_BEST_FIRST: Final = ("referred_down", "referred", "long_term", "emergency", "temporary")


def filed(one: Someone, stay: Stay) -> str:
    """How the care was filed: by what covers its first day, its place and its hospital."""
    kinds = {"emergency"} if stay.emergency else set[str]()
    for kind, where, institution, begin, end in one.filings:
        digits = 2 if where.endswith("0000") else 4 if where.endswith("00") else 6
        here = not where or stay.county[:digits] == where[:digits]
        in_time = begin <= stay.begin and (end is None or stay.begin <= end)
        if here and in_time and institution in ("", stay.institution):
            kinds.add(kind)
    return next((kind for kind in _BEST_FIRST if kind in kinds), "none")


# one beside the other


@dataclass
class Score:
    """What a shard came to. `differences` are rows of the raw file."""

    stays: int = 0
    persons: int = 0
    paid: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    lines: int = 0
    differences: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.stays += other.stays
        self.persons += other.persons
        self.paid.update(other.paid)
        self.silent += other.silent
        self.lines += other.lines
        self.differences += other.differences


COLUMNS: Final = ("person", "stay", "city", "field", "product_fen", "exact_fen")


def score(seed: int, shard: int, stays: int) -> Score:
    """`stays` stays of one shard, both ways."""
    chance, done = Random(f"{seed}-{shard}"), Score()
    while done.stays < stays:
        one = drawn(chance, f"{shard}-{done.persons}")
        done.persons += 1
        _score_person(one, done, stays)
    return done


def _score_person(one: Someone, done: Score, most: int) -> None:
    file, working = file_of(one), Exact(one)
    for number, stay in enumerate(one.stays):
        if done.stays == most:
            return
        done.stays += 1
        done.lines += len(stay.lines)
        try:
            amounts, after = priced(file, one, stay)
            refused = ""
        except MedaidError as error:
            amounts, after, refused = {}, file, error.code
        told = (one.number, str(number), one.city.region)
        try:
            answers = [(_fen(paid, bill), year) for paid, year, bill in working.answers(stay)]
        except exact.Silent:
            done.silent += 1
            if not refused:
                done.differences.append((*told, "refused", "", "silent"))
            continue
        if refused:
            done.differences.append((*told, "refused", refused, "paid"))
            return
        fits = [(right, year) for right, year in answers if right == amounts]
        right, year = (fits or answers)[0]
        for name in right:
            if right[name] != amounts.get(name):
                done.differences.append((*told, name, str(amounts.get(name)), str(right[name])))
        done.paid[one.city.region] += 1
        if not fits:
            return
        file = after
        working.settled(stay, year)


def _fen(paid: exact.Paid, bill: dict[str, Fraction]) -> Amounts:
    yuan = {name: getattr(paid, name) for name in (*TIERS, "own")}
    yuan |= {f"bill_{name}": part for name, part in bill.items()}
    found = {name: amount * 100 for name, amount in yuan.items()}
    assert all(amount.denominator == 1 for amount in found.values())
    return {name: int(amount) for name, amount in found.items()}


def _shard(told: tuple[int, int, int]) -> Score:
    return score(*told)


def main(argv: Sequence[str] | None = None) -> int:
    """Scores, writes, prints. Answers 1 where anything differs."""
    parser = argparse.ArgumentParser(prog="bench.stays", description=__doc__)
    parser.add_argument("--stays", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--to", type=Path, default=MEASURED)
    args = parser.parse_args(argv)
    shards = [
        (args.seed, number, min(SHARD, args.stays - number * SHARD))
        for number in range(-(-args.stays // SHARD))
    ]
    begun = time.monotonic()
    whole = Score()
    with Pool(args.jobs) as pool:
        for one in pool.imap(_shard, shards):
            whole.add(one)
            text = _kept(args, whole, time.monotonic() - begun)
    print(text, end="")
    return 1 if whole.differences else 0


def _kept(args: argparse.Namespace, whole: Score, seconds: float) -> str:
    """Writes what was scored so far, so that a run that is cut short says how far it came."""
    scored = sum(whole.paid.values())
    wrong = len({one[:2] for one in whole.differences})
    found: dict[str, Any] = {
        "seed": args.seed,
        "stays": whole.stays,
        "persons": whole.persons,
        "fee_lines": whole.lines,
        "payments_scored": scored,
        "by_city": dict(sorted(whole.paid.items())),
        "documents_silent_and_refused": whole.silent,
        "differences": len(whole.differences),
        "rate": f"{100 * (scored - wrong) / scored:.6f} %",
        "seconds": round(seconds),
        "processes": args.jobs,
    }
    args.to.mkdir(parents=True, exist_ok=True)
    with (args.to / "stays-differences.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *whole.differences])
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    (args.to / "stays.json").write_text(text, encoding="utf-8")
    return text


if __name__ == "__main__":
    sys.exit(main())
