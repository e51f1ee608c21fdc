"""Prices a chunk of the population under one set of packs: visit after visit of each person-year,
all persons at once.

Person-years are taken in blocks that stay in the processor's cache; within a block all first visits
are priced, then all second ones, so that caps and cumulative deductibles see what came before. ADR
0050 says why columns of 64-bit integers and not processes.
"""

from __future__ import annotations

import numpy as np

from medaid.errors import BadInput
from medaid.policy.model import Policy
from medaid.policy.service import Library
from medaid.simulate.chunk import Chunk
from medaid.simulate.model import Codes, PricedChunk, Visits
from medaid.simulate.order import year_of
from medaid.simulate.population import Kinds
from medaid.simulate.pricing_plan import PlanCache
from medaid.simulate.tracked_totals import tracked_totals


class Pricer:
    """Prices chunks under one set of packs; keeps what it has learnt of their kinds."""

    def __init__(self, library: Library) -> None:
        self.library, self.kinds, self.cache = library, Kinds(library), PlanCache()
        self.tracked = tracked_totals(library)

    def price(self, visits: Visits) -> PricedChunk:
        """The chunk priced. Raises BadInput where the year of the caps needs a column that the file
        has not."""
        policy, policies = self.kinds.policies(visits)
        year = self._years(visits, policy, policies)
        counted = "stay_no" in self.kinds.asked and "stay_no" not in visits.numbers
        kind, kinds = self.kinds.of(visits, policy, policies, without="stay_no" if counted else "")
        chunk = Chunk(self, visits, kind, kinds, counted, year)
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
