"""What the bank says on paper (回单): entered line by line by the cashier, confirmed by the
accountant. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from medaid.ids import OfficerId, OrderId
from medaid.money import Fen
from medaid.payments.model.office import NOBODY
from medaid.payments.model.paying import AnswerReport, Outcome
from medaid.regions import Region


class SlipState(StrEnum):
    """Where a slip stands."""

    ENTERED = "entered"
    """Waits for the accountant."""
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class SlipLine:
    """What a slip says of one order: paid, refused by the bank (failed) or returned, on which day
    and under which number of the bank's."""

    order_id: OrderId
    amount: Fen
    outcome: Outcome
    day: date
    reference: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BankSlip:
    """A slip of the bank on a batch. `number` is the cashier's own, unique within the batch."""

    region: Region
    batch_id: str
    number: str
    lines: tuple[SlipLine, ...]
    total: Fen
    """The sum of all lines, as the paper has it."""
    entered_by: OfficerId
    entered_at: datetime
    state: SlipState = SlipState.ENTERED
    decided_by: OfficerId = NOBODY
    decided_at: datetime | None = None
    reason: str = ""
    """Why it was rejected."""
    report: AnswerReport | None = None
    """What became of its lines, once confirmed."""
