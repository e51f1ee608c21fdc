"""Assistance run by an insurer (M二.5), as values: the contract and the bills. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from medaid.ids import OfficerId, OrderId
from medaid.money import Fen
from medaid.regions import Region

FUND: Final = "assistance"
"""The one fund that an insurer fronts."""
NOTHING: Final = Fen(0)
NO_ORDER: Final = OrderId("")


class ContractState(StrEnum):
    """How far it is with a contract."""

    PROPOSED = "proposed"
    """Entered by one person; another decides."""
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    ENDING = "ending"
    """One person asked for its early end (M二.6); it runs until another agrees."""
    ENDED = "ended"
    """Its early end is decided; it runs to that day."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One act on a contract or its evaluation: what, who, when, why."""

    POSITIONAL: ClassVar[bool] = True

    act: str
    by: OfficerId
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """Who runs a city's assistance in a year, and the reserve it holds ready (结算备付金)."""

    city: Region
    year: int
    insurer: str
    name: str
    reserve: Fen
    chosen_on: date
    """The day the insurer was chosen by tender: from it the days run in which it has to be signed
    (M四)."""
    signed_on: date
    state: ContractState = ContractState.PROPOSED
    last_day: date | None = None
    """Where it ends before the year does: the last day of a month."""
    trail: tuple[Signed, ...] = ()

    def runs_on(self, day: date) -> bool:
        """Whether what is granted or settled on `day` is fronted under it."""
        last = self.last_day if self.state is ContractState.ENDED else None
        return self.in_force and day.year == self.year and (last is None or day <= last)

    @property
    def in_force(self) -> bool:
        """Whether two people agreed to it, ended early or not."""
        return self.state not in (ContractState.PROPOSED, ContractState.REJECTED)


class CarrierKind(StrEnum):
    """Who runs critical-illness insurance (大病保险): the agency itself, or an insurer to which the
    premium is handed over."""

    AGENCY = "agency"
    INSURER = "insurer"


@dataclass(frozen=True, slots=True)
class CriticalContract:
    """From when, by which contract, who runs a region's critical-illness insurance. The approved
    one that began last holds; where there is none the agency runs it."""

    region: Region
    begin: date
    """The first day of a month: an institution's month is owed by one of them."""
    run_by: CarrierKind
    insurer: str
    """Empty where the agency runs it, as `name` is."""
    name: str
    document: str
    """Number of the contract or decision."""
    state: ContractState = ContractState.PROPOSED
    """proposed, in_force or rejected."""
    trail: tuple[Signed, ...] = ()


class InsurerPeriod(StrEnum):
    """What a bill covers: fronted to the end of June, of November, and the rest of the year."""

    JULY = "07"
    DECEMBER = "12"
    TRUE_UP = "true_up"


class BillState(StrEnum):
    """How far it is with a bill."""

    MADE = "made"
    APPROVED = "approved"
    ORDERED = "ordered"
    """Its payment is ordered."""
    PAID = "paid"
    """The bank says so; where the insurer owes, what it paid back has come in."""
    NOTHING_DUE = "nothing_due"
    RETURNED = "returned"
    """The bank could not pay it, or returned the payment: it is approved and paid anew."""


class RecordedPart(StrEnum):
    """What of a bill somebody records by a paper, and two may take back."""

    REFUND = "refund"
    """That the insurer's money has come in."""
    FEE = "fee"

    @property
    def recorded(self) -> str:
        """The act that records it."""
        return f"{self.value}_recorded"

    @property
    def asked(self) -> str:
        """The act of the first of two who take it back."""
        return f"{self.value}_withdraw"

    def decided(self, approved: bool) -> str:
        """The act of the second."""
        return f"{self.value}_{'withdrawn' if approved else 'stays'}"


@dataclass(frozen=True, slots=True)
class InsurerBill:
    """What one district owes the insurer (positive) or is owed (negative, at the true-up). `fee` is
    the year's service fee and stands on the true-up only.

    `payer` pays the fee: the district, or the city for persons of the city level.
    """

    city: Region
    district: Region
    year: int
    """Of the contract."""
    period: InsurerPeriod
    fronted: Fen
    fee: Fen
    payer: Region
    due: date
    cite: str
    insurer: str
    state: BillState = BillState.MADE
    approved_by: OfficerId | None = None
    approved_at: datetime | None = None
    paid_by: OfficerId | None = None
    fee_document: str = ""
    """The paper on which the payer's budget paid the fee."""
    fee_paid_by: OfficerId | None = None
    order_id: OrderId = NO_ORDER
    paid_on: date | None = None
    bank_reference: str = ""
    """The bank's own number of the payment, or of the insurer's that came in."""
    trail: tuple[Signed, ...] = ()
    """Who recorded its fee or what the insurer paid back, and who took that back."""
    undone: int = 0
    """How often two people took back that the insurer's money had come."""

    def asked(self, what: RecordedPart) -> Signed | None:
        """Who asked for `what` to be taken back, where that waits for the second."""
        mine = [one for one in self.trail if one.act.startswith(what)]
        return mine[-1] if mine and mine[-1].act == what.asked else None


@dataclass(frozen=True, slots=True)
class Survey:
    """What people said of the insurer in a year (M三.3): asked and satisfied, of those assisted and
    of institutions, with the conclusion drawn."""

    POSITIONAL: ClassVar[bool] = True

    persons_asked: int
    persons_satisfied: int
    institutions_asked: int
    institutions_satisfied: int
    conclusion: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures for the evaluation of the insurer (M三.3), fen."""

    fronted: Fen
    fronted_last_year: Fen
    """What the level of protection is compared with."""
    billed: Fen
    bills: int
    bills_paid: int
    reserve_in_use: Fen
    """Fronted and not paid back."""
    reserve_in_use_per_mille: int
    reserve_exceeded: Fen = NOTHING
    """What is in use beyond the contract's reserve."""
    surveys: tuple[Survey, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What an insurer was given for one criterion of the year, out of its weight."""

    POSITIONAL: ClassVar[bool] = True

    criterion: str
    weight: int
    score: int
    basis: str
    """From what it was given, in words."""


@dataclass(frozen=True, slots=True)
class InsurerAssessment:
    """The year's evaluation of an insurer (M三.3): what it was given for each criterion, on the
    figures that stood then."""

    city: Region
    year: int
    scores: tuple[Score, ...]
    figures: Evaluation
    conclusion: str
    state: ContractState = ContractState.PROPOSED
    """proposed, in_force or rejected."""
    trail: tuple[Signed, ...] = ()

    @property
    def total(self) -> int:
        return sum(one.score for one in self.scores)
