"""Events on manual cases. `medaid.events` has them among all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from medaid.event import Event, event
from medaid.money import Fen


@dataclass(frozen=True, slots=True)
class CaseEvent(Event):
    """What all events on a manual case name."""

    case_id: str
    psn_no: str
    insu_admdvs: str


@event("year_end_owed")
class YearEndOwed(CaseEvent):
    """A year's end refunds the person: the case is prepared and waits for an account."""

    year: int


@event("case_material")
class SupplementRequested(CaseEvent):
    """All that is missing, told once (一次性告知, J28)."""

    material: tuple[str, ...]


@event("case_refused")
class CaseRefused(CaseEvent):
    """Nothing is paid, for the reason and by the clause that it names (J28)."""

    reason: str
    clause: str


@event("case_paid")
class CasePaid(CaseEvent):
    """The bank paid; the person is told the result (J28)."""

    amount: Fen


@event("case_money_back")
class CaseMoneyBack(CaseEvent):
    """What was paid on a case is back: returned by who should have received it, or recovered
    (J32). `clauses` (document, article) are those that the payment rested on."""

    amount: Fen
    recovered: bool
    clauses: tuple[tuple[str, str], ...]


@event("case_fronted")
class CaseFronted(Event):
    """An insurer paid the assistance of a manual case (M二.5): its region is billed by it."""

    case_id: str
    assisting_region: str


@event("case_payment_failed")
class CasePaymentFailed(CaseEvent):
    """The bank could not pay, or the money came back."""

    reason: str


@event("case_closed")
class CaseClosed(CaseEvent):
    """Nothing was payable."""


@event("case_recovery")
class CaseRecovery(CaseEvent):
    """What was paid wrongly is demanded back."""

    amount: Fen
    reason: str


@event("case_recovery_withdrawn")
class CaseRecoveryWithdrawn(CaseEvent):
    """What was demanded back was demanded wrongly: nothing is to be paid back, `amount` fen."""

    amount: Fen
    reason: str


@event("case_clock")
class CaseDue(Event):
    """A step of escalation on the statutory clock (J28), told to officers."""

    case_id: str
    insu_admdvs: str
    point: str
    step: str
    says: str
    role: str
    due: date | None
