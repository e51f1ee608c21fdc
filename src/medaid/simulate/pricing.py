"""Prices a chunk of the population under one set of packs: visit after visit of each person-year,
all persons at once.

Person-years are taken in blocks that stay in the processor's cache; within a block all first visits
are priced, then all second ones, so that caps and cumulative deductibles see what came before. ADR
0050 says why columns of 64-bit integers and not processes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from medaid.errors import BadInput
from medaid.policy.model import Policy
from medaid.policy.service import Library
from medaid.simulate import singly
from medaid.simulate.bills import REFUSALS, Amounts, Bills, Taken
from medaid.simulate.columns import Walk
from medaid.simulate.kept import kept_totals
from medaid.simulate.model import UNKNOWN, Codes, Ints, Outcome, Visits
from medaid.simulate.order import Rows, person_years, wrong_bills, year_of
from medaid.simulate.population import Kind, Kinds
from medaid.simulate.recipes import Book, Candidate, Recipe

BLOCK: Final = 1 << 16
"""Person-years in a block."""
OTHERS: Final = "payments_by_others"
STAYS: Final = "count:stays"


class Pricer:
    """Prices chunks under one set of packs; keeps what it has learnt of their kinds."""

    def __init__(self, library: Library) -> None:
        self.library, self.kinds, self.book = library, Kinds(library), Book()
        self.kept = kept_totals(library)

    def price(self, visits: Visits) -> Outcome:
        """The chunk priced. Raises BadInput where the year of the caps needs a column that the file
        has not."""
        policy, policies = self.kinds.policies(visits)
        year = self._years(visits, policy, policies)
        counted = "stay_no" in self.kinds.asked and "stay_no" not in visits.numbers
        kind, kinds = self.kinds.of(visits, policy, policies, without="stay_no" if counted else "")
        chunk = _Chunk(self, visits, kind, kinds, counted, year)
        return chunk.priced()

    def _years(self, visits: Visits, policy: Codes, policies: list[Policy | str]) -> Codes:
        by_settlement = np.array(
            [not isinstance(p, str) and p.year_basis == "settled" for p in policies], dtype=bool
        )
        if not by_settlement.any():
            return year_of(visits.day)
        if not visits.has_settled:
            raise BadInput(
                "FIELD_REQUIRED",
                field="settled",
                rule="当地政策按结算日期归属年度,须提供结算日期列 settled",
            )
        return np.where(by_settlement[policy], year_of(visits.settled), year_of(visits.day))


class _Chunk:
    """One chunk while it is priced."""

    def __init__(
        self,
        pricer: Pricer,
        visits: Visits,
        kind: Codes,
        kinds: list[Kind],
        counted: bool,
        year: Codes,
    ) -> None:
        self.pricer, self.book, self.visits, self.kinds, self.counted = (
            pricer,
            pricer.book,
            visits,
            kinds,
            counted,
        )
        count = len(visits)
        self.order, self.begins, self.counts = person_years(visits, year)
        self.kind = kind
        stays = (
            pricer.kinds.edges("stay_no", int(self.counts.max(initial=0)) + 1) if counted else [0]
        )
        self.stay_edges: Ints = np.array(stays, dtype=np.int64)
        self.recipe_of: Codes = np.full((len(kinds), len(stays)), -1, dtype=np.int32)
        self.recipes: list[Recipe] = []
        self.table_of = self.plan_of = self.category_of = self.inpatient_of = self.refusal_of = (
            np.zeros(0, dtype=np.int32)
        )
        self.wrong = wrong_bills(visits, self.book.refusal)
        self.walk_refusals = np.array(
            [self.book.refusal(code) if code else 0 for code in REFUSALS], dtype=np.int16
        )
        self.outcome = Outcome(
            {},
            self.book.layers,
            np.zeros(count, np.int64),
            np.zeros(count, np.int64),
            np.zeros(count, np.int16),
            self.book.refusals,
            self.book.causes,
            np.zeros(count, np.int16),
            self.book.categories,
            year,
        )

    def priced(self) -> Outcome:
        odd: list[int] = []
        for begin in range(0, len(self.begins), BLOCK):
            odd += self._block(
                self.begins[begin : begin + BLOCK], self.counts[begin : begin + BLOCK], begin
            )
        for number in odd:
            first = int(self.begins[number])
            rows = [int(row) for row in self.order[first : first + int(self.counts[number])]]
            singly.price_year(self.pricer.library, self.visits, rows, self.outcome, self.book)
        return self.outcome

    def _block(self, begins: Ints, counts: Ints, offset: int) -> list[int]:
        """Prices a block of person-years; answers the numbers of those that go through the
        single-case engine."""
        year: dict[str, Ints] = {}
        odd = np.zeros(len(begins), dtype=bool)
        for number in range(int(counts[0]) if len(counts) else 0):
            active = int(np.searchsorted(-counts, -number, side="left"))
            rows = self.order[begins[:active] + number]
            self._wave(rows, np.arange(active), year, odd)
        return [offset + int(i) for i in np.flatnonzero(odd)]

    def _wave(
        self, rows: Rows, persons: Rows, year: dict[str, Ints], odd: npt.NDArray[np.bool_]
    ) -> None:
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
                self._commit(
                    walk, rows[at], persons[at], recipe[at], self.category_of[recipe[at]], year, odd
                )
            elif code == _SINGLY:
                self._odd(persons[at], odd, recipe[at])
            else:
                self._best(rows[at], persons[at], recipe[at], year, odd)

    def _recipes(self, rows: Rows, persons: Rows, year: dict[str, Ints]) -> Codes:
        """By visit the index of its recipe, new ones looked up."""
        kind = self.kind[rows]
        bucket: Codes | int = 0
        if self.counted and STAYS in year:
            bucket = (
                np.searchsorted(self.stay_edges, year[STAYS][persons] + 1, side="right") - 1
            ).astype(np.int32)
        elif self.counted:
            bucket = int(np.searchsorted(self.stay_edges, 1, side="right")) - 1
        recipe: Codes = self.recipe_of[kind, bucket]
        if len(recipe) and int(recipe.min()) < 0:
            new = np.flatnonzero(recipe < 0)
            stays = len(self.stay_edges)
            for place in np.unique(
                kind[new].astype(np.int64) * stays
                + (bucket if isinstance(bucket, int) else bucket[new])
            ):
                which, stay = divmod(int(place), stays)
                self.recipes.append(
                    self.book.recipe(
                        self.kinds[which], int(self.stay_edges[stay]) if self.counted else None
                    )
                )
                self.recipe_of[which, stay] = len(self.recipes) - 1
            recipe = self.recipe_of[kind, bucket]
            self._spread()
        return recipe

    def _spread(self) -> None:
        """The recipes as columns."""
        one = [
            r.candidates[0]
            if len(r.candidates) == 1
            else Candidate(0, _SINGLY if r.singly else _SEVERAL, 0)
            for r in self.recipes
        ]
        self.table_of = np.array([c.table for c in one], dtype=np.int32)
        self.plan_of = np.array([c.plan for c in one], dtype=np.int32)
        self.category_of = np.array([c.category for c in one], dtype=np.int32)
        self.inpatient_of = np.array([r.inpatient for r in self.recipes], dtype=np.int32)
        self.refusal_of = np.array([r.refusal for r in self.recipes], dtype=np.int32)

    def _walk(
        self, table: int, plans: Codes, rows: Rows, persons: Rows, year: dict[str, Ints]
    ) -> Walk:
        visits = self.visits
        others = visits.given.get(OTHERS)
        reserved: Amounts = 0
        if others is not None:
            known = others[rows]
            reserved = np.where(known == UNKNOWN, 0, known)
        bills = Bills(
            visits.bill["total"][rows],
            visits.bill["in_policy"][rows],
            reserved,
            Taken(visits.bill, rows),
            Taken(visits.given, rows),
            Taken(visits.components, rows),
        )
        return Walk(
            self.book.tables[table],
            plans,
            bills,
            lambda key: year[key][persons] if key in year else 0,
            self.pricer.kept,
        )

    def _commit(
        self,
        walk: Walk,
        rows: Rows,
        persons: Rows,
        recipe: Codes,
        category: Codes,
        year: dict[str, Ints],
        odd: npt.NDArray[np.bool_],
    ) -> None:
        outcome = self.outcome
        if walk.odd is not None and walk.odd.any():
            self._odd(persons[walk.odd], odd, recipe[walk.odd])
        if walk.refused is not None:
            outcome.refused[rows] = self.walk_refusals[walk.refused]
            good = walk.refused == 0
            walk, rows, persons, recipe, category = (
                walk.only(good),
                rows[good],
                persons[good],
                recipe[good],
                category[good],
            )
        for layer, paid in walk.paid.items():
            outcome.column(layer)[rows] = paid
        outcome.own[rows], outcome.own_in_policy[rows], outcome.category[rows] = (
            walk.all_left,
            walk.in_left,
            category,
        )
        for key, amounts in walk.totals.items():
            self._total(year, key, len(odd))[persons] = amounts
        for key, amounts in (
            ("own_all", walk.all_left),
            ("own_in_policy", walk.in_left),
            ("in_policy", walk.bills.in_policy),
            ("total", walk.bills.total),
        ):
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
            why = self.recipes[index].singly or "out of range"
            self.outcome.why_singly[why] = self.outcome.why_singly.get(why, 0) + int(times)
        odd[persons] = True

    def _best(
        self,
        rows: Rows,
        persons: Rows,
        recipe: Codes,
        year: dict[str, Ints],
        odd: npt.NDArray[np.bool_],
    ) -> None:
        """Several categories: each is walked, the one that leaves the person least is taken, the
        first of equals."""
        refused = np.zeros(len(rows), dtype=np.int8)
        walks, best, taken = (
            [],
            np.full(len(rows), np.iinfo(np.int64).max),
            np.zeros(len(rows), dtype=np.int32),
        )
        for number in range(max(len(self.recipes[i].candidates) for i in np.unique(recipe))):
            tables = np.array(
                [
                    r.candidates[number].table if len(r.candidates) > number else -1
                    for r in self.recipes
                ],
                dtype=np.int32,
            )
            plans = np.array(
                [
                    r.candidates[number].plan if len(r.candidates) > number else 0
                    for r in self.recipes
                ],
                dtype=np.int32,
            )
            for code in np.unique(tables[recipe]):
                if code < 0:
                    continue
                at = np.flatnonzero(tables[recipe] == code)
                walk = self._walk(int(code), plans[recipe[at]], rows[at], persons[at], year)
                if walk.odd is not None and walk.odd.any():
                    self._odd(persons[at][walk.odd], odd, recipe[at][walk.odd])
                if walk.refused is not None:
                    refused[at] = np.where(refused[at] == 0, walk.refused, refused[at])
                better = walk.all_left < best[at]
                best[at[better]], taken[at[better]] = walk.all_left[better], number
                walks.append((number, at, walk))
        self.outcome.refused[rows] = self.walk_refusals[refused]
        for number, at, walk in walks:
            mine = (taken[at] == number) & (refused[at] == 0)
            chosen = np.array(
                [
                    r.candidates[number].category if len(r.candidates) > number else 0
                    for r in self.recipes
                ],
                dtype=np.int32,
            )
            self._commit(
                walk.only(mine),
                rows[at[mine]],
                persons[at[mine]],
                recipe[at[mine]],
                chosen[recipe[at[mine]]],
                year,
                odd,
            )


_SINGLY: Final = -1
_SEVERAL: Final = -2
