"""What lines come to. Apart from the rows, because every reader of a visit has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from medaid.money import Fen


class FeeGroup(NamedTuple):
    """What lines of one fee class come to, by class of the item, in fen."""

    total: Fen
    class_a: Fen
    class_b: Fen
    own_expense: Fen
    other: Fen


@dataclass(frozen=True, slots=True)
class LineSums:
    """What the lines of a visit's charge batch come to (L3): kept beside the visit, so that its
    settlement need not read a line."""

    count: int
    """Lines that stand, refunds among them."""
    amount: Fen
    own_expense: Fen
    over_limit: Fen
    initial_self_pay: Fen
    in_policy: Fen
    groups: Mapping[str, FeeGroup] = field(default_factory=dict)
    """By med_chrgitm_type."""
    care: str = ""
    """The care class that they were split for."""
