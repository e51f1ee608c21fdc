"""Which pricing plan each visit of a chunk takes: by its kind, and by the number of its stay where
clauses ask for it."""

from __future__ import annotations

from typing import Final

import numpy as np

from medaid.benefit.service import stay_number
from medaid.simulate.model import Codes, Ints
from medaid.simulate.order import Rows
from medaid.simulate.population import Kind
from medaid.simulate.pricing_plan import PlanCache, PlannedCategory, PricingPlan

STAYS: Final = "count:stays"
FALLBACK: Final = -1
"""In `table_of`: the single-case engine prices it."""
SEVERAL: Final = -2
"""In `table_of`: several categories are walked."""


class ChunkPlans:
    """The plans met so far, and as columns by their index: table, row of the table, category,
    whether it is a stay, refusal."""

    def __init__(
        self, cache: PlanCache, kind: Codes, kinds: list[Kind], stays: list[int], counted: bool
    ) -> None:
        self.cache, self.kind, self.kinds, self.counted = cache, kind, kinds, counted
        self.stay_edges: Ints = np.array(stays, dtype=np.int64)
        self.plan_at: Codes = np.full((len(kinds), len(stays)), -1, dtype=np.int32)
        self.first_stay: Ints = np.array(
            [stay_number({}, dict(one.facts).get("care")) for one in kinds], dtype=np.int64
        )
        self.met: list[PricingPlan] = []
        self.table_of = self.plan_of = self.category_of = self.inpatient_of = self.refusal_of = (
            np.zeros(0, dtype=np.int32)
        )

    def of(self, rows: Rows, persons: Rows, year: dict[str, Ints]) -> Codes:
        """By visit the index of its pricing plan, new ones looked up."""
        kind = self.kind[rows]
        bucket: Codes | int = 0
        if self.counted:
            number = self.first_stay[kind] + (year[STAYS][persons] if STAYS in year else 0)
            bucket = (np.searchsorted(self.stay_edges, number, side="right") - 1).astype(np.int32)
        pricing_plan: Codes = self.plan_at[kind, bucket]
        if len(pricing_plan) and int(pricing_plan.min()) < 0:
            new = np.flatnonzero(pricing_plan < 0)
            stays = len(self.stay_edges)
            for place in np.unique(
                kind[new].astype(np.int64) * stays
                + (bucket if isinstance(bucket, int) else bucket[new])
            ):
                which, stay = divmod(int(place), stays)
                self.met.append(
                    self.cache.pricing_plan(
                        self.kinds[which], int(self.stay_edges[stay]) if self.counted else None
                    )
                )
                self.plan_at[which, stay] = len(self.met) - 1
            pricing_plan = self.plan_at[kind, bucket]
            self._spread()
        return pricing_plan

    def _spread(self) -> None:
        """The pricing plans as columns."""
        one = [
            r.candidates[0]
            if len(r.candidates) == 1
            else PlannedCategory(0, FALLBACK if r.fallback else SEVERAL, 0)
            for r in self.met
        ]
        self.table_of = np.array([c.table for c in one], dtype=np.int32)
        self.plan_of = np.array([c.plan for c in one], dtype=np.int32)
        self.category_of = np.array([c.category for c in one], dtype=np.int32)
        self.inpatient_of = np.array([r.inpatient for r in self.met], dtype=np.int32)
        self.refusal_of = np.array([r.refusal for r in self.met], dtype=np.int32)

    def candidates(self, number: int) -> tuple[Codes, Codes, Codes]:
        """By plan the table, its row and the category of the candidate with that number; a table of
        -1 where the plan has none."""
        none = PlannedCategory(0, -1, 0)
        found = [
            plan.candidates[number] if len(plan.candidates) > number else none for plan in self.met
        ]
        return (
            np.array([one.table for one in found], dtype=np.int32),
            np.array([one.plan for one in found], dtype=np.int32),
            np.array([one.category for one in found], dtype=np.int32),
        )
