"""Bills between regions, as values (X12, X14, J35). Frozen.

A bill goes from the region that pays (debtor) to the one where people were treated (creditor):
whole and gross, never netted (按月全额清算), between provinces or between the cities of one. Its
parts say which city owes which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from medaid.clearing.amounts import Amounts, added, negated, total
from medaid.clearing.figures import figure
from medaid.clocks import StatutoryClock
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.regions import Region
from medaid.workdays import Calendar

Pair = tuple[Region, Region]
"""(creditor city, debtor city): for clearing, where people were treated and whose funds pay."""


class BillKind(StrEnum):
    """For what a bill is: care that was given, or money in advance and back."""

    CLEARING = "clearing"
    PREPAYMENT = "prepayment"
    PREPAYMENT_RETURN = "prepayment_return"


class BillStep(StrEnum):
    """What is done with a bill, in this order."""

    MADE = "made"
    RECEIVED = "received"
    """By the agency of the debtor."""
    SUBMITTED = "submitted"
    """To finance."""
    IN_FULL = "in_full"
    """The cities' money is in the province's account in full: from here finance has its 10 days."""
    TRANSFERRED = "transferred"
    """By the debtor's finance."""
    ADVISED = "advised"
    """The debtor's finance told its agency in writing: its books follow."""
    CONFIRMED = "confirmed"
    """The creditor's finance confirmed the receipt to its agency in writing: its books follow."""


IN_WRITING: Final = (BillStep.ADVISED, BillStep.CONFIRMED)
"""Steps that rest on a paper of finance, in whatever order they come."""


@dataclass(frozen=True, slots=True)
class CityFiling:
    """What a treatment city files of one paying region's people in a month: the count, the amounts
    of its statements, and adjustments (with sign)."""

    treatment: Region
    paying: Region
    count: int
    own: Amounts
    adjusted: Amounts = field(default_factory=dict)

    @property
    def owed(self) -> dict[str, Fen]:
        return added(self.own, self.adjusted)


@dataclass(frozen=True, slots=True)
class BillAct:
    """One step that was taken."""

    POSITIONAL: ClassVar[bool] = True
    ADDED: ClassVar[int] = 1

    name: BillStep
    at: datetime
    by: OfficerId
    document: str = ""
    """Number of finance's paper, where the step rests on one."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one city owes another, fen by fund."""

    POSITIONAL: ClassVar[bool] = True

    creditor: Region
    debtor: Region
    by_fund: Amounts


def parts_of(amounts: Mapping[Pair, Amounts]) -> tuple[Part, ...]:
    """Parts from amounts by pair, in order."""
    return tuple(Part(*pair, by_fund) for pair, by_fund in sorted(amounts.items()))


def by_pair(parts: Iterable[Part]) -> dict[Pair, Amounts]:
    """Amounts by pair."""
    return {(part.creditor, part.debtor): part.by_fund for part in parts}


@dataclass(frozen=True, slots=True)
class Dispute:
    """What of one pair is contested, by whom, when and why."""

    POSITIONAL: ClassVar[bool] = True

    creditor: Region
    debtor: Region
    by_fund: Amounts
    reason: str
    by: OfficerId
    at: datetime


@dataclass(frozen=True, slots=True)
class RegionBill:
    """One bill (清算单, 预付单)."""

    creditor: Region
    debtor: Region
    month: str
    """`yyyy-mm`; of prepayments `yyyy-00`."""
    kind: BillKind
    count: int
    rows: tuple[Part, ...]
    made: datetime
    steps: tuple[BillAct, ...] = ()
    waiting: tuple[Part, ...] = ()
    """What was negative in it: not part of this bill, set against claims of the next."""
    disputes: tuple[Dispute, ...] = ()
    """What is not paid now and carried into the next month's bill."""
    booking: BillAct | None = None
    """A step whose entries are being posted, city by city."""

    @property
    def bill_id(self) -> str:
        return f"{self.kind}-{self.creditor}-{self.debtor}-{self.month}"

    @property
    def parts(self) -> dict[Pair, Amounts]:
        return by_pair(self.rows)

    @property
    def disputed(self) -> dict[Pair, dict[str, Fen]]:
        """What is contested, by pair."""
        found: dict[Pair, dict[str, Fen]] = {}
        for one in self.disputes:
            pair = (one.creditor, one.debtor)
            found[pair] = added(found.get(pair, {}), one.by_fund)
        return found

    @property
    def state(self) -> BillStep:
        return self.steps[-1].name if self.steps else BillStep.MADE

    def payable(self) -> dict[Pair, dict[str, Fen]]:
        """What is transferred, by pair: the parts less what is disputed."""
        parts, disputed = self.parts, self.disputed
        found = {}
        for pair in sorted({*parts, *disputed}):
            rest = added(parts.get(pair, {}), negated(disputed.get(pair, {})))
            if rest:
                found[pair] = rest
        return found

    def total(self) -> Fen:
        """Fen transferred, all funds."""
        return Fen(sum(int(total(amounts)) for amounts in self.payable().values()))

    def taken(self, step: BillStep) -> BillAct | None:
        """When and by whom a step was taken; None where it was not."""
        return next((one for one in self.steps if one.name is step), None)

    @property
    def collects(self) -> bool:
        """Whether cities pay into the account of the debtor, their province, before it pays."""
        return any(debtor != self.debtor for _, debtor in self.payable())

    @property
    def way(self) -> tuple[BillStep, ...]:
        """The steps it goes through; one of zero is received and confirmed, nothing in between."""
        if not self.payable():
            return (BillStep.RECEIVED, BillStep.CONFIRMED)
        steps = tuple(BillStep)[1:]
        return steps if self.collects else tuple(s for s in steps if s is not BillStep.IN_FULL)

    @property
    def next_steps(self) -> tuple[BillStep, ...]:
        """The steps that may be taken now: one, or after the transfer both that rest on a paper."""
        left = tuple(step for step in self.way if self.taken(step) is None)
        written = tuple(step for step in left if step in IN_WRITING)
        return written if left == written else left[:1]

    def clock(self, region: str) -> StatutoryClock | None:
        """The statutory clock of what is owed next: 5 working days to finance, 10 for the transfer
        once the money is there in full, 5 for the papers; None where none runs."""
        ready = BillStep.IN_FULL if self.collects else BillStep.SUBMITTED
        for step, budget, before in (
            (BillStep.SUBMITTED, "agency_to_finance", BillStep.RECEIVED),
            (BillStep.TRANSFERRED, "finance_transfer", ready),
            *((paper, "finance_feedback", BillStep.TRANSFERRED) for paper in IN_WRITING),
        ):
            began = self.taken(before)
            if step in self.next_steps and began is not None:
                return StatutoryClock(began.at, figure(budget, region).days)
        return None

    def due(self, calendar: Calendar) -> date | None:
        """The last day for the step that is owed next, by the calendar of the region that owes
        it."""
        clock = self.clock(self.debtor)
        projection = clock.project(calendar.of(self.debtor)) if clock else None
        return projection.due if projection else None


@dataclass(frozen=True, slots=True)
class Prepayment:
    """What a paying region's prepayment in a region of treatment was last fixed at."""

    year: int
    amounts: Amounts
    """What it was fixed at, fen by fund."""
    held: Amounts
    """What was paid in and confirmed, less what was returned."""
    basis: Amounts
    """Last year's payments, from which it was fixed."""
    by: OfficerId
    at: datetime


@dataclass(frozen=True, slots=True)
class Switch:
    """One suspension, or its end."""

    POSITIONAL: ClassVar[bool] = True

    suspended: bool
    by: OfficerId
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """Whether direct settlement of a region's people elsewhere is stopped, and its history (X7)."""

    history: tuple[Switch, ...] = ()

    @property
    def active(self) -> bool:
        return bool(self.history) and self.history[-1].suspended


@dataclass(frozen=True, slots=True)
class PrepaymentUse:
    """How far unpaid bills use a prepayment up; `colour` is red, yellow or empty."""

    paying: Region
    colour: str
    outstanding: Fen
    held: Fen
