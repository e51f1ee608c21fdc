"""What an institution agreed to, and who its money goes to. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from medaid.money import Fen
from medaid.regions import Region


@dataclass(frozen=True, slots=True)
class Payee:
    """Who the money goes to."""

    name: str
    bank: str
    account: str


class Mode(StrEnum):
    """hi_paymtd of the national interface: how an institution is paid (Q5.1, N5)."""

    BY_ITEM = "1"
    PER_CASE = "2"
    BY_POINTS = "3"
    """DIP."""
    DRG = "4"
    PER_DAY = "5"
    PER_HEAD = "6"
    IN_ADVANCE = "7"
    """A total of outpatient care, in advance."""


class AgreementState(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    """Approved; it counts from its date on."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of what an institution agreed to: how it is paid, what is kept back, and the
    account its money goes to. Made by one person, approved by another of the same region."""

    institution: str
    name: str
    region: Region
    """The institution's own."""
    effective: date
    mode: Mode
    rate: Fen
    """Fen per case, day, head or point; the month's total for a total in advance."""
    retention: str = "0"
    """Share kept back until year end, as decimal text; 0 where the policy keeps none."""
    bank: str = ""
    account: str = ""
    cite: str = ""
    proposed_by: str = ""
    approved_by: str = ""
    reason: str = ""
    """Why it was rejected."""

    def same_account(self, other: Agreement) -> bool:
        """Whether money goes to the same account of the same holder."""
        mine = (self.name, self.bank, self.account)
        return mine == (other.name, other.bank, other.account)
