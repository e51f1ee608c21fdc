"""Sums over columns: half up, not below zero, some rows only."""

from __future__ import annotations

import numpy as np

from medaid.simulate.bills import Amounts, Mask
from medaid.simulate.model import Ints


def only_rows(amounts: Amounts, rows: Mask) -> Amounts:
    """The amounts of some rows; one amount for all stays one."""
    return amounts if isinstance(amounts, int) else amounts[rows]


def floored(number: Amounts, used: Amounts) -> Amounts:
    """`number` less `used`, not below zero; no limit stays none whatever is used, because no sum
    comes near it."""
    if isinstance(used, int) and used == 0:
        return number
    return np.maximum(number - used, 0)


def half_up(parts: Ints, scale: int) -> Ints:
    """Whole fen from parts per `scale`, half up: `medaid.money.half_up` over a column that is not
    negative."""
    if scale == 1:
        return parts
    doubled = (parts * 2 + scale).view(np.uint64)
    return (doubled // np.uint64(2 * scale)).view(np.int64)
