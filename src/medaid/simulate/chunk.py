"""One chunk of visits on its way through one set of packs: person-years in blocks, visit after
visit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from medaid.simulate import fallback
from medaid.simulate.bills import REFUSALS, Amounts, Bills, Taken
from medaid.simulate.chunk_plans import FALLBACK, STAYS, ChunkPlans
from medaid.simulate.model import UNKNOWN, Codes, Ints, PricedChunk, Visits
from medaid.simulate.order import Rows, person_years, wrong_bills
from medaid.simulate.population import Kind
from medaid.simulate.vector_waterfall import VectorWaterfall

if TYPE_CHECKING:
    from medaid.simulate.pricing import Pricer

BLOCK: Final = 1 << 16
"""Person-years in a block."""
OTHERS: Final = "payments_by_others"


class Chunk:
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
        self.pricer, self.cache, self.visits, self.counted = pricer, pricer.cache, visits, counted
        count = len(visits)
        self.order, self.begins, self.counts = person_years(visits, year)
        stays = (
            pricer.kinds.edges("stay_no", int(self.counts.max(initial=0)) + 1) if counted else [0]
        )
        self.plans = ChunkPlans(pricer.cache, kind, kinds, stays, counted)
        self.wrong = wrong_bills(visits, self.cache.refusal)
        self.walk_refusals = np.array(
            [self.cache.refusal(code) if code else 0 for code in REFUSALS], dtype=np.int16
        )
        self.outcome = PricedChunk(
            {},
            self.cache.layers,
            np.zeros(count, np.int64),
            np.zeros(count, np.int64),
            np.zeros(count, np.int16),
            self.cache.refusals,
            self.cache.causes,
            np.zeros(count, np.int16),
            self.cache.categories,
            year,
        )

    def priced(self) -> PricedChunk:
        needs_fallback: list[int] = []
        for begin in range(0, len(self.begins), BLOCK):
            needs_fallback += self._block(
                self.begins[begin : begin + BLOCK], self.counts[begin : begin + BLOCK], begin
            )
        for number in needs_fallback:
            first = int(self.begins[number])
            rows = [int(row) for row in self.order[first : first + int(self.counts[number])]]
            fallback.price_year(self.pricer.library, self.visits, rows, self.outcome, self.cache)
        return self.outcome

    def _block(self, begins: Ints, counts: Ints, offset: int) -> list[int]:
        """Prices a block of person-years; answers the numbers of those that go through the
        single-case engine."""
        year: dict[str, Ints] = {}
        needs_fallback = np.zeros(len(begins), dtype=bool)
        for number in range(int(counts[0]) if len(counts) else 0):
            active = int(np.searchsorted(-counts, -number, side="left"))
            rows = self.order[begins[:active] + number]
            self._wave(rows, np.arange(active), year, needs_fallback)
        return [offset + int(i) for i in np.flatnonzero(needs_fallback)]

    def _wave(
        self,
        rows: Rows,
        persons: Rows,
        year: dict[str, Ints],
        needs_fallback: npt.NDArray[np.bool_],
    ) -> None:
        pricing_plan = self.plans.of(rows, persons, year)
        refused = self.plans.refusal_of[pricing_plan]
        if self.wrong is not None:
            wrong = self.wrong[rows]
            early = np.array([r.early for r in self.plans.met], dtype=bool)[pricing_plan]
            refused = np.where((wrong > 0) & ~early, wrong, refused)
        if refused.any():
            self.outcome.refused[rows] = refused
            good = np.flatnonzero(refused == 0)
            rows, persons, pricing_plan = rows[good], persons[good], pricing_plan[good]
        table = self.plans.table_of[pricing_plan]
        for code in np.unique(table) if len(table) else ():
            at: Rows | slice = np.flatnonzero(table == code)
            if len(at) == len(table):  # type: ignore[arg-type]  # an array here
                at = slice(None)
            if code >= 0:
                walk = self._walk(
                    int(code), self.plans.plan_of[pricing_plan[at]], rows[at], persons[at], year
                )
                self._commit(
                    walk,
                    rows[at],
                    persons[at],
                    pricing_plan[at],
                    self.plans.category_of[pricing_plan[at]],
                    year,
                    needs_fallback,
                )
            elif code == FALLBACK:
                self._fall_back(persons[at], needs_fallback, pricing_plan[at])
            else:
                self._best(rows[at], persons[at], pricing_plan[at], year, needs_fallback)

    def _walk(
        self, table: int, plans: Codes, rows: Rows, persons: Rows, year: dict[str, Ints]
    ) -> VectorWaterfall:
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
        return VectorWaterfall(
            self.cache.tables[table],
            plans,
            bills,
            lambda key: year[key][persons] if key in year else 0,
            self.pricer.tracked,
        )

    def _commit(
        self,
        walk: VectorWaterfall,
        rows: Rows,
        persons: Rows,
        pricing_plan: Codes,
        category: Codes,
        year: dict[str, Ints],
        needs_fallback: npt.NDArray[np.bool_],
    ) -> None:
        outcome = self.outcome
        if walk.needs_fallback is not None and walk.needs_fallback.any():
            self._fall_back(
                persons[walk.needs_fallback], needs_fallback, pricing_plan[walk.needs_fallback]
            )
        if walk.refused is not None:
            outcome.refused[rows] = self.walk_refusals[walk.refused]
            good = walk.refused == 0
            walk, rows, persons, pricing_plan, category = (
                walk.only(good),
                rows[good],
                persons[good],
                pricing_plan[good],
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
            self._total(year, key, len(needs_fallback))[persons] = amounts
        for key, amounts in (
            ("own_all", walk.all_left),
            ("own_in_policy", walk.in_left),
            ("in_policy", walk.bills.in_policy),
            ("total", walk.bills.total),
        ):
            if key in self.pricer.tracked:
                self._total(year, key, len(needs_fallback))[persons] += amounts
        if self.counted:
            self._total(year, STAYS, len(needs_fallback))[persons] += self.plans.inpatient_of[
                pricing_plan
            ]

    @staticmethod
    def _total(year: dict[str, Ints], key: str, size: int) -> Ints:
        if key not in year:
            year[key] = np.zeros(size, dtype=np.int64)
        return year[key]

    def _fall_back(
        self, persons: Rows, needs_fallback: npt.NDArray[np.bool_], pricing_plan: Codes
    ) -> None:
        fresh = ~needs_fallback[persons]
        for index, times in zip(*np.unique(pricing_plan[fresh], return_counts=True), strict=True):
            why = self.plans.met[index].fallback or "out of range"
            self.outcome.why_fallback[why] = self.outcome.why_fallback.get(why, 0) + int(times)
        needs_fallback[persons] = True

    def _best(
        self,
        rows: Rows,
        persons: Rows,
        pricing_plan: Codes,
        year: dict[str, Ints],
        needs_fallback: npt.NDArray[np.bool_],
    ) -> None:
        """Several categories: each is walked, the one that leaves the person least is taken, the
        first of equals."""
        refused = np.zeros(len(rows), dtype=np.int8)
        walks, best, taken = (
            [],
            np.full(len(rows), np.iinfo(np.int64).max),
            np.zeros(len(rows), dtype=np.int32),
        )
        for number in range(
            max(len(self.plans.met[i].candidates) for i in np.unique(pricing_plan))
        ):
            tables, plans, categories = self.plans.candidates(number)
            for code in np.unique(tables[pricing_plan]):
                if code < 0:
                    continue
                at = np.flatnonzero(tables[pricing_plan] == code)
                walk = self._walk(int(code), plans[pricing_plan[at]], rows[at], persons[at], year)
                if walk.needs_fallback is not None and walk.needs_fallback.any():
                    self._fall_back(
                        persons[at][walk.needs_fallback],
                        needs_fallback,
                        pricing_plan[at][walk.needs_fallback],
                    )
                if walk.refused is not None:
                    refused[at] = np.where(refused[at] == 0, walk.refused, refused[at])
                better = walk.all_left < best[at]
                best[at[better]], taken[at[better]] = walk.all_left[better], number
                walks.append((number, at, walk, categories[pricing_plan[at]]))
        self.outcome.refused[rows] = self.walk_refusals[refused]
        for number, at, walk, chosen in walks:
            mine = (taken[at] == number) & (refused[at] == 0)
            self._commit(
                walk.only(mine),
                rows[at[mine]],
                persons[at[mine]],
                pricing_plan[at[mine]],
                chosen[mine],
                year,
                needs_fallback,
            )
