"""How a burden spreads over person-years: percentiles, and shares of income. Counts only, so that
memory does not grow with the population."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from medaid.simulate.model import UNKNOWN, Ints

PERCENTILES: Final = (50, 75, 90, 95, 99)
SHARES: Final = (10, 25, 40, 100)
"""Percent of a year's income. 40 is where health spending is commonly called catastrophic."""
MOST_YUAN: Final = 1_000_000
"""Burdens above it are counted together."""


@dataclass(slots=True, eq=False)
class Spread:
    """Person-years under one set of packs, by whole yuan borne."""

    years: int = 0
    borne: int = 0
    """Fen, all together."""
    largest: int = 0
    """Fen."""
    by_yuan: Ints = field(default_factory=lambda: np.zeros(MOST_YUAN + 1, dtype=np.int64))
    with_income: int = 0
    """Person-years whose income is known."""
    above_share: dict[int, int] = field(default_factory=dict)
    """Of those, how many bear more than each percent of it."""

    def add(self, own: Ints, income: Ints | None) -> None:
        """Person-years with what each bore (fen) and its income (fen, `UNKNOWN` where not
        given)."""
        if not len(own):
            return
        self.years += len(own)
        self.borne += int(own.sum())
        self.largest = max(self.largest, int(own.max()))
        yuan = np.minimum(own // 100, MOST_YUAN)
        self.by_yuan += np.bincount(yuan, minlength=MOST_YUAN + 1)
        if income is not None:
            self._shares(own, income, income != UNKNOWN)

    def _shares(self, own: Ints, income: Ints, known: npt.NDArray[np.bool_]) -> None:
        self.with_income += int(known.sum())
        for share in SHARES:
            above = own[known] * 100 > income[known] * share
            self.above_share[share] = self.above_share.get(share, 0) + int(above.sum())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spread) and all(
            np.array_equal(getattr(self, one.name), getattr(other, one.name))
            if one.name == "by_yuan"
            else getattr(self, one.name) == getattr(other, one.name)
            for one in fields(self)
        )

    __hash__ = None  # type: ignore[assignment]  # it grows

    def percentile(self, percent: int) -> int:
        """The least whole yuan, in fen, that `percent` of a hundred person-years do not exceed;
        yuan begun count down. 0 where there are none."""
        if not self.years:
            return 0
        wanted = -(-self.years * percent // 100)
        return int(np.searchsorted(np.cumsum(self.by_yuan), wanted)) * 100
