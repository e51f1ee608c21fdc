"""Σ settlements = Σ journal = Σ statements = Σ paid + open, per fund and region, over random years
with all at once: a county's assistance beside a city's insurance, manual cases, returned payments,
changing agreements of every mode, an insurer that runs the assistance, the bar of the year and what
is kept back. Proves J24, J29, J34, J35, J37, J39, M二.5, N5, Q5.2.

What is owed is worked out by `outside` from what hospitals, the bank, the insurer and persons know.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any
from unittest.mock import patch

import boto3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from tests.clearing.builders import at, made, open_items, open_statements, waiting
from tests.clearing.manual_cases import Desk
from tests.clearing.outside import COUNTIES, HOSPITALS, INSURED, OTHER, OWING, Sums, summed
from tests.clearing.years import AFTER, CODES, MONTHS, Years
from tests.cloud import forget_connections
from tests.conftest import create_tables
from tests.fund.balances import counterpart_balances

from medaid.aws import settings as names
from medaid.clearing import projector
from medaid.clearing.hospital.model import Statement
from medaid.fund import service as fund
from medaid.fund.model import Entry
from medaid.instants import civil_date
from medaid.months import Month

UNBOOKED = ("draft", "confirmed", "approved", "time_barring")
BACK = ("returned", "approved_again")
FIRST = Month("2021-06")
"""The first month in which anything happens."""


Books = dict[tuple[str, Month], list[Entry]]


class Region:
    """One region's books and statements, read once."""

    def __init__(self, admdvs: str, years: Years, read: Books) -> None:
        self.admdvs = admdvs
        for m in FIRST.through(Month.of(years.now)):
            if (admdvs, m.next) not in read:  # nothing comes into a month that was over
                read[admdvs, m] = list(fund.entries(admdvs, m))
        self.entries = [e for (region, _), found in read.items() if region == admdvs for e in found]
        self.unstated = {
            (o["setl_id"], o["institution"])
            for m in (*MONTHS, *AFTER)
            for o in open_items(admdvs, m)
            if "未列入" in o["reason"]
        }
        self.statements = {
            c: [s for m in (*MONTHS, *AFTER) for s in made(admdvs, c, m)] for c in CODES
        }

    def balance(self, number: str) -> dict[tuple[str, str], int]:
        found = counterpart_balances(self.entries, number)
        return {key: int(fen) for key, fen in found.items()}


def owed_by_fund(region: Region, number: str, who: str) -> Sums:
    """Credit balances by fund."""
    balances = region.balance(number)
    return Counter({key: -fen for (key, name), fen in balances.items() if name == who})


def same(ours: Sums, theirs: Sums, *where: str) -> None:
    mine = {k: v for k, v in ours.items() if v}
    other = {k: v for k, v in theirs.items() if v}
    assert mine == other, (*where, mine, other)


def sums(amounts: Any) -> Sums:
    return Counter({k: int(v) for k, v in amounts.items()})


def check(years: Years, read: Books) -> None:
    """The identity, for every region, hospital and fund."""
    regions = {one: Region(one, years, read) for one in OWING}
    for region in regions.values():
        for code in CODES:
            check_hospital(years, region, code)
        check_insurer(years, region)
    for code in CODES:
        check_own_total(years, list(regions.values()), code)
    check_regions(years, regions)
    check_cases(years, regions)


def check_hospital(years: Years, region: Region, code: str) -> None:
    out, where = years.outside, (region.admdvs, code)
    mine = out.of(*where)
    found = region.statements[code]
    settled = summed(p.funds for p in mine)
    booked: Sums = Counter()
    for e in region.entries:
        if e.kind in ("settlement", "settlement_there"):
            for line in e.lines:
                if (line.account.number, line.counterpart) == ("2101", code):
                    booked[line.account.fund] -= line.fen
    same(settled, booked, "journal", *where)
    stated: Counter[str] = Counter()
    for s in found:
        lines = years.lines(s)
        stated.update(p.item_id for p in lines)
        same(summed(p.funds for p in lines), sums(s.by_fund), "statement", s.statement_id)
    late = [p for p in mine if p.item_id not in stated]
    assert max(stated.values(), default=1) == 1, where
    assert {(p.item_id, code) for p in late} == {u for u in region.unstated if u[1] == code}
    still = owed_by_fund(region, "2101", code)
    done = [s for s in found if s.statement_id in out.booked]
    signed = [out.signed[s.statement_id] for s in done]
    gone = [o.funds for s in found for o in out.orders[s.statement_id].values() if o.out]
    back = out.returned.get(where, Counter())
    expected = summed([settled, *(s.difference for s in signed), back])
    for off in (
        *(s.kept for s in signed),
        *gone,
        *(out.fronted[s.statement_id] for s in found if s.statement_id in out.fronted),
        *(out.carried[s.statement_id] for s in found if s.statement_id in out.carried),
        out.off[where],
    ):
        expected.subtract(off)
    same(expected, still, "owed", *where)
    same(summed(gone), Counter(owed_by_fund(region, "1002", code)), "cash", *where)
    kept = summed(s.kept for s in signed)
    kept.subtract(back)
    kept.subtract(out.forfeited.get(where, Counter()))
    same(kept, owed_by_fund(region, "2107", code), "kept", *where)
    open_ = summed([*(p.funds for p in late), *map(open_of, found), *waits(years, where)])
    same(open_, still, "open", *where)
    for s in found:
        check_bank(years, s)


def open_of(s: Statement) -> Sums:
    """What a statement's hospital still has to get by it, as it shows."""
    if s.state in BACK:
        return sums(s.paid)
    if s.state not in UNBOOKED:
        return Counter()
    found = summed([sums(s.by_fund), sums(s.brought_forward), *(sums(u.by_fund) for u in s.upheld)])
    for d in s.disputed:
        found.subtract(sums(d.by_fund))
    return found


def waits(years: Years, where: tuple[str, str]) -> list[Sums]:
    """Disputes and balances that wait; the balances are what went forward and nothing more."""
    found, forward = list[Sums](), Counter(years.outside.forwards[where])
    for kind, state, one in waiting(*where):
        if kind == "FORWARD":
            forward.subtract(sums(one.by_fund) if state in ("forward", "taken") else {})
        if (kind, state) == ("FORWARD", "forward") or (
            kind == "DISPUTE" and state in ("open", "upheld")
        ):
            found.append(sums(one.by_fund))
    same(forward, Counter(), "forward", *where)
    return found


def check_bank(years: Years, s: Statement) -> None:
    orders = list(years.outside.orders[s.statement_id].values())
    assert sum(o.out for o in orders) <= 1, "money leaves once"
    told = [o.told for o in orders if o.out]
    assert (s.state == "paid") == (told == ["paid"]), s.statement_id
    assert (s.state == "released") == (told == ["sent"]), s.statement_id
    for o in orders:
        assert sum(o.funds.values()) == o.amount


def check_own_total(years: Years, regions: list[Region], code: str) -> None:
    """What all regions state, or hold open, is the hospital's own sum, and each visit counts
    once."""
    mine = {(p.item.setl_id, p.item.refd): p.item for p in years.outside.parts}
    own = [one for one in mine.values() if one.institution == code]
    stated = [s for r in regions for s in r.statements[code]]
    late = [
        p
        for r in regions
        for p in years.outside.of(r.admdvs, code)
        if (p.item_id, code) in r.unstated
    ]
    total = sum(sum(map(int, s.by_fund.values())) for s in stated)
    total += sum(sum(p.funds.values()) for p in late)
    assert total == sum(int(one.amounts["fund_pay_sumamt"]) for one in own), code
    counted = sum(b.totals.count for s in stated for b in s.blocks)
    assert counted + sum(p.payer == p.item.insured_region for p in late) == len(own), code


def check_insurer(years: Years, region: Region) -> None:
    out, admdvs = years.outside, region.admdvs
    fronted = sum(one.fen for one in out.insurer if one.district == admdvs)
    owed = owed_by_fund(region, "2104", "PICC")
    same(Counter(assistance=fronted - out.bills_paid[admdvs]), owed, "insurer", admdvs)
    visits = sum(
        -line.fen
        for e in region.entries
        for line in e.lines
        if line.account.number == "2104"
        and (e.reverses or e.entry_id).startswith("insurer_fronting_outpatient-")
    )
    assert visits == sum(one.outpatient for one in out.insurer if one.district == admdvs), admdvs


def check_regions(years: Years, regions: dict[str, Region]) -> None:
    """What each city owes the other province is what that one is owed, and what its people cost
    there."""
    for payer in INSURED:
        there = [p.funds for p in years.outside.parts if (p.payer, p.owing) == (payer, OTHER)]
        expected = summed(there)
        expected.subtract(years.outside.away[payer, OTHER])
        same(expected, owed_by_fund(regions[payer], "2102", OTHER), "owes", payer)
        claims = owed_by_fund(regions[OTHER], "1102", payer)
        same(expected, Counter({k: -v for k, v in claims.items()}), "claims", payer)


def check_cases(years: Years, regions: dict[str, Region]) -> None:
    for case_id, told in years.outside.cases.items():
        for admdvs, granted in told.granted.items():
            paid = told.paid.get(admdvs, Counter())
            rest = summed([granted])
            rest.subtract(paid)
            rest.subtract(Counter(assistance=told.fronted[admdvs]))
            rest.subtract(told.carried if "critical_resident" in granted else {})
            same(rest, owed_by_fund(regions[admdvs], "2103", case_id), "case", case_id)
            same(paid, owed_by_fund(regions[admdvs], "1002", case_id), "case paid", case_id)


# -------------------------------------------------------------------------------------------------
# years

ALL = st.sampled_from
settle = st.tuples(
    st.integers(1, 27),
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(ALL([100, 7777, 0]), ALL([0, 55]), ALL([33, 5000, 0])),
    st.tuples(ALL(["390", "390", "310"]), ALL(["21", "11"])),
    ALL([0, 0, 0, 0, 900]),
)
change = st.tuples(
    ALL(CODES),
    ALL(["before", "this", "middle", "next"]),
    ALL("1234567"),
    ALL(["0", "0.05", "0.3333"]),
    ALL(["2222", "3333"]),
    st.booleans(),
)
bank = st.lists(ALL(["paid", "failed", "found paid", "found unpaid", "wrong amount"]), max_size=4)
case = st.tuples(
    ALL([(COUNTIES[0], COUNTIES[0]), (INSURED[0], COUNTIES[0])]),
    st.lists(ALL(["paid", "failed", "returned"]), max_size=5),
    ALL(["10000.00", "90000.00"]),
)
month_script = st.fixed_dictionaries(
    {
        "settle": st.lists(settle, min_size=2, max_size=5),
        "take_back": st.lists(st.integers(0, 30), max_size=2),
        "change": st.lists(change, max_size=1),
        "says": st.tuples(*(ALL(["totals", "lines", "disputes", "silent"]) for _ in CODES)),
        "ends": ALL(["", "upheld", "rejected"]),
        "bank": st.lists(bank, min_size=1, max_size=2),
        "case": st.none() | case,
        "deduct": st.none() | st.tuples(ALL(OWING), ALL(CODES), st.booleans()),
        "give_back": st.none() | st.integers(0, 9),
        "reopens": st.booleans(),
        "points": st.integers(0, 999),
        "corrects": st.lists(
            st.tuples(st.integers(0, 9), st.integers(0, 999), st.booleans()), max_size=2
        ),
        "bills": st.booleans(),
    }
)
critical = st.lists(
    st.tuples(
        ALL((INSURED[0], COUNTIES[0])),
        ALL([date(2021, 1, 1), date(2021, 12, 1), date(2022, 1, 1)]),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one[:2],
)
early_cases = st.lists(
    st.tuples(
        ALL([date(2021, 6, 30), date(2021, 7, 1), date(2021, 11, 30), date(2021, 12, 1)]),
        case,
        ALL(["inpatient", "outpatient"]),
    ),
    max_size=2,
    unique_by=lambda one: one[0],
).map(sorted)
"""Cases on the last days that July's and December's bills ask for, and on the days after."""
contracts = st.tuples(st.booleans(), ALL([None, date(2022, 12, 31), date(2022, 1, 31)]), critical)


def month(years: Years, name: str, script: Any) -> None:
    """A month, its end, and what the offices do then."""
    for day, who, funds, kind, late in script["settle"]:
        years.settle(name, day, who, funds, kind, late)
    for which in script["take_back"]:
        years.take_back(which, name)
    years.close(name)
    held_back = ""
    for code, when, mode, retention, tail, waits_long in script["change"]:
        this = Month(name)
        days = {
            "before": this.previous.first,
            "this": this.first,
            "middle": this.first.replace(day=15),
            "next": this.next.first,
        }
        before = years.outside.version(code, civil_date(years.now))
        years.propose(code, days[when], mode, retention, tail)
        if waits_long and not before.account.endswith(tail):
            held_back = code
        else:
            years.approve()
    if script["deduct"] is not None:
        region, code, withdrawn = script["deduct"]
        years.deduct(region, code, 50, withdrawn)
    for code, how in zip(CODES, script["says"], strict=True):
        for past in MONTHS[: MONTHS.index(name) + 1]:
            if how != "silent":
                years.say(code, past, how if past == name else "lines")
    pay_all(years, script["points"], held_back)
    for answers in script["bank"]:
        years.bank(answers)
        pay_all(years, script["points"], held_back)
    if held_back:
        years.approve()
    for asked in script["corrects"]:
        years.correct(*asked)
    if script["give_back"] is not None:
        years.give_back(script["give_back"])
    if script["reopens"]:
        years.reopen_disputes()
    if script["ends"]:
        years.end_disputes(script["ends"] == "upheld")
    if script["case"] is not None:
        manual(years, *script["case"])
    years.bill(script["bills"])


def pay_all(years: Years, points: int, held_back: str) -> None:
    for region in OWING:
        for one in open_statements(region):
            orders = years.outside.orders[one.statement_id].values()
            if one.state in ("confirmed", "approved", *BACK) and not any(
                o.told == "contradicted" for o in orders
            ):
                years.pay(one, points, one.institution == held_back)


def manual(
    years: Years,
    where: tuple[str, str],
    answers: list[str],
    total: str,
    care: str = "inpatient",
) -> None:
    desk = Desk(where[0], years.outside, years.tick)
    case_id = desk.granted(len(years.outside.cases), where[1], total, care)
    desk.paid(case_id, answers)


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.tuples(*(month_script for _ in MONTHS)),
    early_cases,
    contracts,
    st.lists(ALL(["0.6", "0", "1"]), min_size=1, max_size=3),
)
def test_sums_hold_over_random_years(
    scripts: Any, early: Any, insured: Any, shares: list[str]
) -> None:
    lived(scripts, early, insured, shares)


def lived(scripts: Any, early: Any, insured: Any, shares: list[str]) -> Years:
    """The years over tables of their own. Papers have tests of their own: none is printed here."""
    with mock_aws(), patch("medaid.clearing.hospital.printouts.publish_statement"):
        forget_connections()
        projector._note.cache_clear()
        create_tables(boto3.client("dynamodb"))
        boto3.client("s3").create_bucket(
            Bucket=names.settings().bucket,
            CreateBucketConfiguration={"LocationConstraint": "cn-north-1"},
        )
        years = live(scripts, early, insured, shares)
    forget_connections()
    return years


def live(scripts: Any, early: Any, insured: Any, shares: list[str]) -> Years:
    """The years as the scripts say, checked on the way; `early` are manual cases of 2021 by day.
    The retention is assessed by each of `shares` in turn: the second before the first is paid, the
    third after the second was."""
    years, read = Years(), Books()
    for n, code in enumerate(HOSPITALS):
        years.propose(code, date(2021, 1, 1), "1", ("0.02", "0.05", "0.1")[n], "2222")
        years.approve()
    with_2021, ends_2022, running = insured
    for region, begin, by_insurer in running:
        years.critical(region, begin, by_insurer=by_insurer)
    if with_2021:
        years.contract(2021, None)
    if ends_2022:
        years.contract(2022, None if ends_2022.month == 12 else ends_2022)
    for day, (where, answers, total), care in early:
        years.now = datetime.combine(day, at(1).timetz())
        manual(years, where, answers, "10000.00" if care == "outpatient" else total, care)
        assert civil_date(years.now) == day
    for name, script in zip(MONTHS, scripts, strict=True):
        month(years, name, script)
        if name == "2021-12":
            years.now = years.now.replace(day=25)
            years.bar()
            check(years, read)
    check(years, read)
    for number, share in enumerate(shares):
        if number:
            years.undo_retention()
        years.return_retention(share)
        if number or len(shares) == 1:
            years.close(AFTER[max(number - 1, 0)])
            years.now = years.now.replace(day=20)
            pay_all(years, 7, "")
            years.bank(["paid"])
            check(years, read)
    years.bill(True)
    check(years, read)
    return years


# -------------------------------------------------------------------------------------------------
# years in which everything happens


def scripted(**changes: Any) -> dict[str, Any]:
    nothing = {"settle": [], "take_back": [], "change": [], "ends": "", "bank": [["paid"]]}
    more = {"says": ("totals",) * 3, "case": None, "deduct": None, "points": 500, "bills": True}
    undone: dict[str, Any] = {"give_back": None, "reopens": False, "corrects": []}
    return {**nothing, **more, **undone, **changes}


H1, H2, H3 = CODES
INPATIENT, OUTPATIENT, EMPLOYEE = ("390", "21"), ("390", "11"), ("310", "21")
SPLIT = (INSURED[0], COUNTIES[0])
FULL = (
    scripted(
        settle=[
            (3, (0, 0, 1), (7777, 55, 5000), INPATIENT, 0),
            (4, (0, 1, 2), (100, 0, 33), INPATIENT, 0),
            (5, (1, 0, 1), (7777, 0, 5000), OUTPATIENT, 900),
            (6, (1, 1, 1), (7777, 0, 33), EMPLOYEE, 0),
            (7, (2, 0, 1), (7777, 55, 5000), INPATIENT, 0),
            (8, (2, 2, 2), (100, 0, 5000), OUTPATIENT, 0),
            (9, (0, 0, 0), (7777, 55, 0), INPATIENT, 0),
        ],
        says=("disputes", "totals", "silent"),
        bank=[["failed"], ["failed", "paid", "found paid", "failed"], ["wrong amount", "paid"]],
        case=(
            SPLIT,
            ["failed", "paid", "returned", "paid", "failed", "paid", "returned", "paid"],
            "10000.00",
        ),
        ends="rejected",
        deduct=(OTHER, H3, False),
        change=[(H2, "next", "7", "0.05", "3333", False)],
    ),
    scripted(
        settle=[
            (3, (0, 0, 1), (7777, 55, 5000), INPATIENT, 0),
            (4, (1, 0, 1), (7777, 0, 5000), OUTPATIENT, 0),
            (5, (1, 0, 1), (100, 0, 33), OUTPATIENT, 900),
            (6, (2, 0, 1), (7777, 0, 5000), INPATIENT, 0),
        ],
        take_back=[0, 5],
        says=("totals", "disputes", "silent"),
        change=[
            (H1, "before", "1", "0", "2222", False),
            (H1, "this", "4", "0.3333", "3333", True),
        ],
        corrects=[(0, 0, True)],
        deduct=(COUNTIES[0], H1, False),
        reopens=True,
        give_back=0,
        ends="upheld",
        case=((COUNTIES[0],) * 2, ["paid", "failed"], "90000.00"),
        bank=[["paid", "paid", "failed"], ["paid"]],
    ),
    scripted(
        settle=[
            (3, (0, 0, 1), (7777, 55, 5000), INPATIENT, 0),
            (4, (1, 0, 1), (7777, 0, 5000), OUTPATIENT, 0),
            (5, (1, 0, 1), (100, 0, 5000), INPATIENT, 0),
            (6, (2, 0, 1), (7777, 0, 5000), INPATIENT, 0),
        ],
        change=[(H1, "middle", "4", "0.3333", "2222", False)],
        corrects=[(0, 900, False)],
        says=("lines", "lines", "disputes"),
        deduct=(INSURED[0], H1, True),
        reopens=True,
        give_back=0,
        ends="upheld",
        bank=[["paid"], ["failed"]],
    ),
    scripted(
        settle=[(3, (0, 0, 1), (7777, 0, 5000), INPATIENT, 0)],
        change=[
            (H3, "this", "5", "0.05", "3333", False),
            (H2, "before", "1", "0.3333", "3333", False),
        ],
        corrects=[(0, 100, False), (6, 100, True)],
        case=((COUNTIES[0],) * 2, ["paid", "paid"], "90000.00"),
        reopens=True,
    ),
)


EARLY = [
    (date(2021, 6, 30), (SPLIT, ["paid"], "10000.00"), "inpatient"),
    (date(2021, 7, 1), (SPLIT, ["failed", "paid"], "10000.00"), "inpatient"),
    (date(2021, 11, 30), (SPLIT, ["paid", "returned", "paid"], "10000.00"), "inpatient"),
    (date(2021, 11, 30), (SPLIT, ["paid"], "10000.00"), "outpatient"),
    (date(2021, 12, 1), (SPLIT, ["paid"], "10000.00"), "inpatient"),
]


def test_everything_happens_in_the_years_by_hand() -> None:
    """Years in which nothing happens would prove nothing."""
    running = [(INSURED[0], date(2021, 12, 1), True), (COUNTIES[0], date(2022, 2, 1), False)]
    out = lived(FULL, EARLY, (True, date(2022, 1, 31), running), ["0.6", "1", "0.6"]).outside
    told = Counter(o.told for orders in out.orders.values() for o in orders.values())
    assert told["paid"] > 5
    assert told["failed"] > 2
    regions = Counter(code for (_, code), back in out.returned.items() if +back)
    happened = {
        "fronted": out.fronted,
        "barred": out.barred,
        "deducted": +summed(out.off.values()),
        "away": +summed(out.away.values()),
        "forward": [f for f in out.forwards.values() if min(f.values(), default=0) < 0],
        "returned": +summed(out.returned.values()),
        "returned by two regions": [c for c, n in regions.items() if n > 1],
        "forfeited": +summed(out.forfeited.values()),
        "deductions given back": out.given_back,
        "rulings taken back": len(out.reopened) > 1,
        "points and agreements corrected, up and down": len(out.corrected) == 4,
        "retention taken back": len(out.kept_again) == 2,
        "bills": +out.bills_paid,
        "bills of July, of December and of the true-up": len(out.billed) == 3,
        "given back to the insurer's purse": [one for one in out.insurer if one.fen < 0],
        "fronted visits": [one for one in out.insurer if 0 < one.outpatient < one.fen],
        "only visits fronted": [one for one in out.insurer if 0 < one.outpatient == one.fen],
        "critical illness of the insurer": +summed(out.carried.values()),
        "critical illness of the agency": [
            o
            for orders in out.orders.values()
            for o in orders.values()
            if o.funds["critical_resident"]
        ],
        "cases with critical illness of the insurer": [c for c in out.cases.values() if c.carried],
        "cases with critical illness of the agency": [
            c for c in out.cases.values() if any(f["critical_resident"] for f in c.paid.values())
        ],
        "cases paid": [c for c in out.cases.values() if c.paid and c.fronted],
        "cases that wait": [c for c in out.cases.values() if not c.paid],
        "cases of two regions": [c for c in out.cases.values() if len(c.granted) == 2],
        "more by the mode": [s for s in out.signed.values() if sum(s.difference.values()) > 0],
        "less by the mode": [s for s in out.signed.values() if sum(s.difference.values()) < 0],
    }
    assert [name for name, found in happened.items() if not found] == []
