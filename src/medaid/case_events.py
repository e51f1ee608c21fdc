"""Events on manual cases. `medaid.events` has them among all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from medaid.event import Event
from medaid.money import Fen


@dataclass(frozen=True, slots=True)
class CaseEvent(Event):
    """What all events on a manual case name."""

    case_id: str
    psn_no: str
    insu_admdvs: str


@dataclass(frozen=True, slots=True)
class YearEndOwed(CaseEvent):
    """A year's end refunds the person: the case is prepared and waits for an account."""

    KIND: ClassVar[str] = "year_end_owed"
    year: int


@dataclass(frozen=True, slots=True)
class SupplementRequested(CaseEvent):
    """All that is missing, told once (一次性告知, J28)."""

    KIND: ClassVar[str] = "case_material"
    material: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseRefused(CaseEvent):
    """Nothing is paid, for the reason and by the clause that it names (J28)."""

    KIND: ClassVar[str] = "case_refused"
    reason: str
    clause: str


@dataclass(frozen=True, slots=True)
class CasePaid(CaseEvent):
    """The bank paid; the person is told the result (J28)."""

    KIND: ClassVar[str] = "case_paid"
    amount: Fen


@dataclass(frozen=True, slots=True)
class CaseMoneyBack(CaseEvent):
    """What was paid on a case is back: returned by who should have received it, or recovered
    (J32). `clauses` (document, article) are those that the payment rested on."""

    KIND: ClassVar[str] = "case_money_back"
    amount: Fen
    recovered: bool
    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CaseFronted(Event):
    """An insurer paid the assistance of a manual case (M二.5): its region is billed by it."""

    KIND: ClassVar[str] = "case_fronted"
    case_id: str
    assisting_region: str


@dataclass(frozen=True, slots=True)
class CasePaymentFailed(CaseEvent):
    """The bank could not pay, or the money came back."""

    KIND: ClassVar[str] = "case_payment_failed"
    reason: str


@dataclass(frozen=True, slots=True)
class CaseClosed(CaseEvent):
    """Nothing was payable."""

    KIND: ClassVar[str] = "case_closed"


@dataclass(frozen=True, slots=True)
class CaseRecovery(CaseEvent):
    """What was paid wrongly is demanded back."""

    KIND: ClassVar[str] = "case_recovery"
    amount: Fen
    reason: str


@dataclass(frozen=True, slots=True)
class CaseRecoveryWithdrawn(CaseEvent):
    """What was demanded back was demanded wrongly: nothing is to be paid back, `amount` fen."""

    KIND: ClassVar[str] = "case_recovery_withdrawn"
    amount: Fen
    reason: str


@dataclass(frozen=True, slots=True)
class CaseDue(Event):
    """A step of escalation on the statutory clock (J28), told to officers."""

    KIND: ClassVar[str] = "case_clock"
    case_id: str
    insu_admdvs: str
    point: str
    step: str
    says: str
    role: str
    due: date | None
