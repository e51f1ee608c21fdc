"""The claims that one walk takes: columns of a chunk at the rows of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from medaid.simulate.model import Ints

Amounts = int | Ints
Mask = npt.NDArray[np.bool_]
NONE: Final = 0
"""A plain zero stands for a column of zeros, so that what nobody has is not computed."""
REFUSALS: Final = ("", "FIGURE_MISSING", "CLAUSE_GAP", "AMOUNT_SUM")
"""Codes with which a walk may refuse a claim, by their number in `VectorWaterfall.refused`."""


class Taken:
    """Columns of a chunk taken at the rows of a call, each only when somebody asks for it."""

    __slots__ = ("_columns", "_rows")

    def __init__(self, columns: Mapping[str, Ints], rows: npt.NDArray[np.intp]) -> None:
        self._columns, self._rows = columns, rows

    def get(self, name: str) -> Ints | None:
        found = self._columns.get(name)
        return None if found is None else found[self._rows]


NOTHING: Final = Taken({}, np.zeros(0, dtype=np.intp))


class Bills:
    """Their bills, and what others know of them: `parts` are the bill's parts by name, `reserved`
    what others have paid already. Fen."""

    __slots__ = ("components", "given", "in_policy", "parts", "reserved", "total")

    def __init__(
        self,
        total: Ints,
        in_policy: Ints,
        reserved: Amounts,
        parts: Taken,
        given: Taken,
        components: Taken,
    ) -> None:
        self.total, self.in_policy, self.reserved, self.parts = total, in_policy, reserved, parts
        self.given, self.components = given, components
