"""Prices a chunk of the population under one set of packs: visit after visit of each person-year, all persons at once.

Person-years are taken in blocks that stay in the processor's cache; within a block all first visits are priced, then all second ones, so that
caps and cumulative deductibles see what came before. ADR 0030 says why columns of 64-bit integers and not processes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from medaid.errors import BadInput
from medaid.policy.model import Cap, Ceiling, Deductible, Layer, Lump, Policy, Rate
from medaid.policy.service import Library
from medaid.simulate import singly
from medaid.simulate.columns import Amounts, Bills, Taken, Walk
from medaid.simulate.model import BILL, UNKNOWN, Codes, Ints, Outcome, Visits
from medaid.simulate.population import Kind, Kinds, within
from medaid.simulate.recipes import Book, Candidate, Recipe

BLOCK: Final = 1 << 16
"""Person-years in a block."""
OTHERS: Final = "payments_by_others"
STAYS: Final = "count:stays"
Rows = npt.NDArray[np.intp]


def kept_totals(library: Library) -> frozenset[str]:
    """The names in the year's totals that any clause of any pack reads."""
    found: set[str] = set()
    for layer in within(library.packs, Layer):
        for deductible in within(layer, Deductible):
            found |= {f"ded:{name}" for name in (layer.id, *deductible.shared_with)}
        for rate in within(layer, Rate):
            if rate.measure.startswith("year"):
                kind = "excess" if rate.measure == "year_excess" else "base"
                found |= {f"{kind}:{name}" for name in (layer.id, *rate.shared_with)}
        for cap in within(layer, Cap):
            if cap.per == "year":
                found |= {f"paid:{name}" for name in (layer.id, *cap.counts)}
        for ceiling in within(layer, Ceiling):
            found |= {f"base:{name}" for name in (layer.id, *ceiling.shared_with)}
        for _ in within(layer, Lump):
            found.add(f"paid:{layer.id}")
    return frozenset(found | _year_sources(library))


def _year_sources(library: Library) -> set[str]:
    return {text.partition(":")[2] for text in _texts(library.packs) if text.startswith("year:")}


def _texts(value: object) -> list[str]:
    found, waiting = list[str](), [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, tuple | list | frozenset):
            waiting.extend(one)
        elif hasattr(one, "__dataclass_fields__"):
            waiting.extend(getattr(one, name) for name in one.__dataclass_fields__)
    return found


class Pricer:
    """Prices chunks under one set of packs; keeps what it has learnt of their kinds."""

    def __init__(self, library: Library) -> None:
        self.library, self.kinds, self.book = library, Kinds(library), Book()
        self.kept = kept_totals(library)

    def price(self, visits: Visits) -> Outcome:
        """The chunk priced. Raises BadInput where the year of the caps needs a column that the file has not."""
        policy, policies = self.kinds.policies(visits)
        year = self._years(visits, policy, policies)
        counted = "stay_no" in self.kinds.asked and "stay_no" not in visits.numbers
        kind, kinds = self.kinds.of(visits, policy, policies, without="stay_no" if counted else "")
        chunk = _Chunk(self, visits, kind, kinds, counted, year)
        return chunk.priced()

    def _years(self, visits: Visits, policy: Codes, policies: list[Policy | str]) -> Codes:
        by_settlement = np.array([not isinstance(p, str) and p.year_basis == "settled" for p in policies], dtype=bool)
        if not by_settlement.any():
            return _year_of(visits.day)
        if not visits.has_settled:
            raise BadInput("FIELD_REQUIRED", field="settled", rule="当地政策按结算日期归属年度,须提供结算日期列 settled")
        return np.where(by_settlement[policy], _year_of(visits.settled), _year_of(visits.day))


def _year_of(ordinals: Codes) -> Codes:
    if not len(ordinals):
        return ordinals
    days = ordinals.astype("datetime64[D]") - np.timedelta64(719163, "D")
    years: Codes = days.astype("datetime64[Y]").astype(np.int32) + 1970
    return years


class _Chunk:
    """One chunk while it is priced."""

    def __init__(self, pricer: Pricer, visits: Visits, kind: Codes, kinds: list[Kind], counted: bool, year: Codes) -> None:
        self.pricer, self.book, self.visits, self.kinds, self.counted = pricer, pricer.book, visits, kinds, counted
        count = len(visits)
        self.order, self.begins, self.counts = _person_years(visits, year)
        self.kind = kind
        stays = pricer.kinds.edges("stay_no", int(self.counts.max(initial=0)) + 1) if counted else [0]
        self.stay_edges: Ints = np.array(stays, dtype=np.int64)
        self.recipe_of: Codes = np.full((len(kinds), len(stays)), -1, dtype=np.int32)
        self.recipes: list[Recipe] = []
        self.table_of = self.plan_of = self.category_of = self.inpatient_of = self.refusal_of = np.zeros(0, dtype=np.int32)
        self.wrong = _wrong(visits, self.book)
        self.outcome = Outcome(
            {}, self.book.layers, np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int16), self.book.refusals,
            np.zeros(count, np.int16), self.book.categories, year,
        )  # fmt: skip

    def priced(self) -> Outcome:
        odd: list[int] = []
        for begin in range(0, len(self.begins), BLOCK):
            odd += self._block(self.begins[begin : begin + BLOCK], self.counts[begin : begin + BLOCK], begin)
        for number in odd:
            first = int(self.begins[number])
            rows = [int(row) for row in self.order[first : first + int(self.counts[number])]]
            singly.price_year(self.pricer.library, self.visits, rows, self.outcome, self.book)
        return self.outcome

    def _block(self, begins: Ints, counts: Ints, offset: int) -> list[int]:
        """Prices a block of person-years; answers the numbers of those that go through the single-case engine."""
        year: dict[str, Ints] = {}
        odd = np.zeros(len(begins), dtype=bool)
        for number in range(int(counts[0]) if len(counts) else 0):
            active = int(np.searchsorted(-counts, -number, side="left"))
            rows = self.order[begins[:active] + number]
            self._wave(rows, np.arange(active), year, odd)
        return [offset + int(i) for i in np.flatnonzero(odd)]

    def _wave(self, rows: Rows, persons: Rows, year: dict[str, Ints], odd: npt.NDArray[np.bool_]) -> None:
        recipe = self._recipes(rows, persons, year)
        refused = self.refusal_of[recipe]
        if self.wrong is not None:
            wrong = self.wrong[rows]
            early = np.array([r.early for r in self.recipes], dtype=bool)[recipe]
            refused = np.where((wrong > 0) & ~early, wrong, refused)
        if refused.any():
            self.outcome.refused[rows] = refused
            good = np.flatnonzero(refused == 0)
            rows, persons, recipe = rows[good], persons[good], recipe[good]
        table = self.table_of[recipe]
        for code in np.unique(table) if len(table) else ():
            at: Rows | slice = np.flatnonzero(table == code)
            if len(at) == len(table):  # type: ignore[arg-type]  # an array here
                at = slice(None)
            if code >= 0:
                walk = self._walk(int(code), self.plan_of[recipe[at]], rows[at], persons[at], year)
                self._commit(walk, rows[at], persons[at], recipe[at], self.category_of[recipe[at]], year, odd)
            elif code == _SINGLY:
                self._odd(persons[at], odd, recipe[at])
            else:
                self._best(rows[at], persons[at], recipe[at], year, odd)

    def _recipes(self, rows: Rows, persons: Rows, year: dict[str, Ints]) -> Codes:
        """By visit the index of its recipe, new ones looked up."""
        kind = self.kind[rows]
        bucket: Codes | int = 0
        if self.counted and STAYS in year:
            bucket = (np.searchsorted(self.stay_edges, year[STAYS][persons] + 1, side="right") - 1).astype(np.int32)
        elif self.counted:
            bucket = int(np.searchsorted(self.stay_edges, 1, side="right")) - 1
        recipe: Codes = self.recipe_of[kind, bucket]
        if len(recipe) and int(recipe.min()) < 0:
            new = np.flatnonzero(recipe < 0)
            stays = len(self.stay_edges)
            for place in np.unique(kind[new].astype(np.int64) * stays + (bucket if isinstance(bucket, int) else bucket[new])):
                which, stay = divmod(int(place), stays)
                self.recipes.append(self.book.recipe(self.kinds[which], int(self.stay_edges[stay]) if self.counted else None))
                self.recipe_of[which, stay] = len(self.recipes) - 1
            recipe = self.recipe_of[kind, bucket]
            self._spread()
        return recipe

    def _spread(self) -> None:
        """The recipes as columns."""
        one = [r.candidates[0] if len(r.candidates) == 1 else Candidate(0, _SINGLY if r.singly else _SEVERAL, 0) for r in self.recipes]
        self.table_of = np.array([c.table for c in one], dtype=np.int32)
        self.plan_of = np.array([c.plan for c in one], dtype=np.int32)
        self.category_of = np.array([c.category for c in one], dtype=np.int32)
        self.inpatient_of = np.array([r.inpatient for r in self.recipes], dtype=np.int32)
        self.refusal_of = np.array([r.refusal for r in self.recipes], dtype=np.int32)

    def _walk(self, table: int, plans: Codes, rows: Rows, persons: Rows, year: dict[str, Ints]) -> Walk:
        visits = self.visits
        others = visits.given.get(OTHERS)
        reserved: Amounts = 0
        if others is not None:
            known = others[rows]
            reserved = np.where(known == UNKNOWN, 0, known)
        bills = Bills(
            visits.bill["total"][rows], visits.bill["in_policy"][rows], reserved,
            Taken(visits.given, rows), Taken(visits.components, rows),
        )  # fmt: skip
        return Walk(self.book.tables[table], plans, bills, lambda key: year[key][persons] if key in year else 0, self.pricer.kept)

    def _commit(self, walk: Walk, rows: Rows, persons: Rows, recipe: Codes, category: Codes, year: dict[str, Ints], odd: npt.NDArray[np.bool_]) -> None:
        outcome = self.outcome
        for layer, paid in walk.paid.items():
            outcome.column(layer)[rows] = paid
        outcome.own[rows], outcome.own_in_policy[rows], outcome.category[rows] = walk.all_left, walk.in_left, category
        if walk.odd is not None and walk.odd.any():
            self._odd(persons[walk.odd], odd, recipe[walk.odd])
        for key, amounts in walk.totals.items():
            self._total(year, key, len(odd))[persons] = amounts
        for key, amounts in (("own_all", walk.all_left), ("own_in_policy", walk.in_left), ("in_policy", walk.bills.in_policy), ("total", walk.bills.total)):
            if key in self.pricer.kept:
                self._total(year, key, len(odd))[persons] += amounts
        if self.counted:
            self._total(year, STAYS, len(odd))[persons] += self.inpatient_of[recipe]

    @staticmethod
    def _total(year: dict[str, Ints], key: str, size: int) -> Ints:
        if key not in year:
            year[key] = np.zeros(size, dtype=np.int64)
        return year[key]

    def _odd(self, persons: Rows, odd: npt.NDArray[np.bool_], recipe: Codes) -> None:
        fresh = ~odd[persons]
        for index, times in zip(*np.unique(recipe[fresh], return_counts=True), strict=True):
            why = self.recipes[index].singly or "figure missing or out of range"
            self.outcome.why_singly[why] = self.outcome.why_singly.get(why, 0) + int(times)
        odd[persons] = True

    def _best(self, rows: Rows, persons: Rows, recipe: Codes, year: dict[str, Ints], odd: npt.NDArray[np.bool_]) -> None:
        """Several categories: each is walked, the one that leaves the person least is taken, the first of equals."""
        walks, best, taken = [], np.full(len(rows), np.iinfo(np.int64).max), np.zeros(len(rows), dtype=np.int32)
        for number in range(max(len(self.recipes[i].candidates) for i in np.unique(recipe))):
            tables = np.array([r.candidates[number].table if len(r.candidates) > number else -1 for r in self.recipes], dtype=np.int32)
            plans = np.array([r.candidates[number].plan if len(r.candidates) > number else 0 for r in self.recipes], dtype=np.int32)
            for code in np.unique(tables[recipe]):
                if code < 0:
                    continue
                at = np.flatnonzero(tables[recipe] == code)
                walk = self._walk(int(code), plans[recipe[at]], rows[at], persons[at], year)
                if walk.odd is not None and walk.odd.any():
                    self._odd(persons[at][walk.odd], odd, recipe[at][walk.odd])
                better = walk.all_left < best[at]
                best[at[better]], taken[at[better]] = walk.all_left[better], number
                walks.append((number, at, walk))
        for number, at, walk in walks:
            mine = taken[at] == number
            chosen = np.array([r.candidates[number].category if len(r.candidates) > number else 0 for r in self.recipes], dtype=np.int32)
            self._commit(walk.only(mine), rows[at[mine]], persons[at[mine]], recipe[at[mine]], chosen[recipe[at[mine]]], year, odd)


_SINGLY: Final = -1
_SEVERAL: Final = -2


def _person_years(visits: Visits, year: Codes) -> tuple[Rows, Ints, Ints]:
    """The order of rows, where each person-year begins in it, and how many visits it has; the longest first."""
    order: Rows = np.arange(len(visits))
    if not len(visits):
        return order, np.zeros(0, np.int64), np.zeros(0, np.int64)
    person, when = visits.person, visits.settled
    follows = (person[1:] > person[:-1]) | ((person[1:] == person[:-1]) & ((year[1:] > year[:-1]) | ((year[1:] == year[:-1]) & (when[1:] >= when[:-1]))))
    if not follows.all():
        order = np.lexsort((visits.row, when, year, person))
        person, year = person[order], year[order]
    changes = np.flatnonzero((person[1:] != person[:-1]) | (year[1:] != year[:-1])) + 1
    begins = np.concatenate((np.zeros(1, np.int64), changes))
    counts = np.diff(np.append(begins, len(order)))
    if counts.max() > 1:
        longest = np.argsort(-counts, kind="stable")
        begins, counts = begins[longest], counts[longest]
    return order, begins, counts


def _wrong(visits: Visits, book: Book) -> npt.NDArray[np.int16] | None:
    """By visit the index of the code with which the bill itself is refused (identity I1, signs); None where all are right."""
    bill = visits.bill
    told = [*visits.given.values(), *visits.components.values()]
    rest = bill["total"] - bill["in_policy"]
    for name in BILL[2:]:
        rest = rest - bill[name]
    most = visits.components.values()
    over = [(amounts != UNKNOWN) & (amounts > bill["total"]) for amounts in most]
    negative = [(amounts != UNKNOWN) & (amounts < 0) for amounts in told]
    checks = [
        (np.logical_or.reduce([bill[name] < 0 for name in BILL]), "AMOUNT_NEGATIVE"),
        (rest != 0, "AMOUNT_SUM"),
        *((rows, "AMOUNT_NEGATIVE") for rows in negative),
        *((rows, "AMOUNT_SUM") for rows in over),
    ]
    if not any(rows.any() for rows, _ in checks):
        return None
    wrong = np.zeros(len(visits), dtype=np.int16)
    for rows, code in reversed(checks):
        wrong[rows] = book.refusal(code)
    return wrong
