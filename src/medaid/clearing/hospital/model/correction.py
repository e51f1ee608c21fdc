"""Other points of a statement, given after its release. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from medaid.clearing.amounts import Amounts
from medaid.ids import OfficerId
from medaid.payments.model import NOBODY


@dataclass(frozen=True, slots=True)
class PointsCorrection:
    """点数更正: the right points of a released statement by one person, and what another decided.
    What they come to is fixed when they are given."""

    points: int
    mode_difference: Amounts
    """Payable by these points less claimed, fen by fund."""
    mode_care: str
    retained: Amounts
    """What is kept back with these points, fen by fund."""
    document: str
    """Number of the paper that tells them."""
    reason: str
    proposed_by: OfficerId
    proposed_at: datetime
    decided_by: OfficerId = NOBODY
    decided_at: datetime | None = None
    approved: bool = False
    decision: str = ""
    """Reason of the decision."""
