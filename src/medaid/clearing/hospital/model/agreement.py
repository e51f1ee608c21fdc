"""What an institution agreed to, and who its money goes to. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from medaid.ids import InstitutionCode, OfficerId
from medaid.money import Fen
from medaid.payments.model import NOBODY
from medaid.regions import Region


@dataclass(frozen=True, slots=True)
class AgreedPayee:
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

    @property
    def by_points(self) -> bool:
        """Whether it pays the month's points."""
        return self in (Mode.BY_POINTS, Mode.DRG)


class AgreementState(StrEnum):
    """What has become of a version. The last three are what an approved one is on a given day, and
    are not stored."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    """Approved; it counts from its date on."""
    REJECTED = "rejected"
    UPCOMING = "upcoming"
    """Its date has not come."""
    SUPERSEDED = "superseded"
    """A later version has taken its place."""
    EXPIRED = "expired"
    """Its term is over."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that a document requires of agreements with institutions (必备条款). `id` is what an
    agreement names it by."""

    id: str
    region: Region
    says: str
    cite: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of what an institution agreed to: how it is paid, what is kept back, and the
    account its money goes to. Made by one person, approved by another of the same region."""

    institution: InstitutionCode
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
    proposed_by: OfficerId = NOBODY
    approved_by: OfficerId = NOBODY
    reason: str = ""
    """Why it was rejected."""
    until: date | None = None
    """The last day of its term; None where the text has no end."""
    document: str = ""
    """Number of the signed text (协议编号)."""
    clauses: tuple[str, ...] = ()
    """Ids of the required clauses that the text holds (`clauses.toml`)."""
    categories: tuple[str, ...] = ()
    """The clr_type codes it was made for; none says all."""
    proposed_at: datetime | None = None
    decided_at: datetime | None = None

    def ended(self, day: date) -> bool:
        """Whether its term was over before `day`."""
        return self.until is not None and self.until < day

    def same_account(self, other: Agreement) -> bool:
        """Whether money goes to the same account of the same holder."""
        mine = (self.name, self.bank, self.account)
        return mine == (other.name, other.bank, other.account)
