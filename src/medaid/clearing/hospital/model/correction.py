"""What a statement is paid by, found wrong after its release. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from medaid.clearing.amounts import Amounts
from medaid.clearing.hospital.model.agreement import Agreement
from medaid.ids import OfficerId
from medaid.payments.model import NOBODY


@dataclass(frozen=True, slots=True)
class StatementCorrection:
    """对账单更正: the right points of a released statement, or the right version of the agreement,
    by one person, and what another decided. What they come to is fixed when they are given."""

    points: int | None
    terms: Agreement
    """The version of the agreement that it is reckoned by."""
    mode_difference: Amounts
    """Payable by them less claimed, fen by fund."""
    mode_care: str
    retained: Amounts
    """What is kept back with them, fen by fund."""
    document: str
    """Number of the paper that tells what was wrong."""
    reason: str
    proposed_by: OfficerId
    proposed_at: datetime
    decided_by: OfficerId = NOBODY
    decided_at: datetime | None = None
    approved: bool = False
    decision: str = ""
    """Reason of the decision."""
