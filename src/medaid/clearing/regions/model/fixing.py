"""How a year's prepayment was worked out and decided on (X12, Q3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from medaid.clearing.amounts import Amounts
from medaid.ids import OfficerId


class FixingState(StrEnum):
    """How far it is with a year's prepayment."""

    PROPOSED = "proposed"
    """Worked out by one person; another decides."""
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Fixing:
    """A year's prepayment as one person worked it out and another decided on it."""

    year: int
    amounts: Amounts
    """Fen by fund."""
    basis: Amounts
    """Last year's payments, from which it was worked out."""
    by: OfficerId
    at: datetime
    state: FixingState = FixingState.PROPOSED
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    """Of the decision."""
