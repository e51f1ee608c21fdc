"""A hospital's statement. Frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from medaid.clearing.amounts import Amounts, added, negated
from medaid.clearing.hospital.model.agreement import AgreedPayee, Agreement
from medaid.clearing.hospital.model.blocks import Block, Group, StatementCategory, Totals
from medaid.clearing.hospital.model.correction import StatementCorrection
from medaid.clearing.hospital.model.pending import DisputedSums, PendingItem
from medaid.clearing.model import FUND_FIELDS, OUTPATIENT, Item
from medaid.fund.model.chart import fund_of
from medaid.ids import InstitutionCode, OfficerId, OrderId, StatementId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import NOBODY
from medaid.regions import Region


class StatementState(StrEnum):
    """The life of a statement (docs/clearing.md draws it)."""

    DRAFT = "draft"
    """The hospital has not agreed to all of it."""
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    RELEASED = "released"
    """Its payment is ordered."""
    PAID = "paid"
    """The bank says so."""
    NOTHING_DUE = "nothing_due"
    RETURNED = "returned"
    """The bank returned its payment."""
    APPROVED_AGAIN = "approved_again"
    TIME_BARRING = "time_barring"
    TIME_BARRED = "time_barred"
    """逾期不付 (Q5.2)."""


SETTLED: Final = (StatementState.RELEASED, StatementState.PAID, StatementState.NOTHING_DUE)
"""States in which a statement's dues are booked as paid."""
BOOKED: Final = (*SETTLED, StatementState.RETURNED, StatementState.APPROVED_AGAIN)
"""States in which all but a payment that came back is booked."""
TO_APPROVE: Final = (StatementState.CONFIRMED, StatementState.RETURNED)
"""States in which a statement waits for its first signature."""
TO_RELEASE: Final = (StatementState.APPROVED, StatementState.APPROVED_AGAIN)
"""States in which it waits for its second."""
_NO_ORDER: Final = OrderId("")
CLOSED: Final = (StatementState.PAID, StatementState.NOTHING_DUE, StatementState.TIME_BARRED)
"""States in which nothing is left to do."""


def statement_id(region: str, institution: str, month: str, number: int) -> StatementId:
    """One region's statement of an institution's month: two regions' never meet. Number 0 is what
    is decided outside any statement."""
    return StatementId(f"{region}-{institution}-{month}-{number}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One institution's month (结算对账单), or the supplement for items that reached clearing after
    the one before was made.

    It holds exactly the month's items that arrived after `since` and not after `cut`; the cuts of a
    month's statements follow on each other, so every item lies in exactly one.
    """

    region: Region
    """Whose books owe the institution what stands here."""
    institution: InstitutionCode
    month: Month
    number: int
    since: datetime | None
    cut: datetime
    blocks: tuple[Block, ...]
    by_fund: Amounts
    digest: str
    """SHA-256 of the statement's line file."""
    lines: int
    state: StatementState = StatementState.DRAFT
    agreed: tuple[Group, ...] = ()
    """Groups that the hospital's totals agreed with (3201 对账平)."""
    disputed: tuple[DisputedSums, ...] = ()
    """What is left out as disputed, by paying region; the items are rows of their own."""
    upheld: tuple[PendingItem, ...] = ()
    """Disputes of earlier months that ended for the hospital."""
    deductions: tuple[PendingItem, ...] = ()
    retained: Amounts = field(default_factory=dict)
    mode_difference: Amounts = field(default_factory=dict)
    """Payable by the agreed mode less claimed, by fund (Q5.1, N5)."""
    brought_forward: Amounts = field(default_factory=dict)
    """Balance of the statement before, and retentions released, by fund."""
    forwards: tuple[PendingItem, ...] = ()
    """What `brought_forward` is made of, one by one."""
    approved_by: OfficerId = NOBODY
    released_by: OfficerId = NOBODY
    paid: Amounts = field(default_factory=dict)
    """What the agency's pay order carries, by fund."""
    fronted: Amounts = field(default_factory=dict)
    """What an insurer that runs the region's assistance pays instead (M二.5)."""
    carried: Amounts = field(default_factory=dict)
    """What the insurer that runs the region's critical illness owes the institution instead."""
    carrier: str = ""
    """That insurer's name."""
    order_id: OrderId = _NO_ORDER
    payee: AgreedPayee | None = None
    """As it was when the payment was ordered."""
    mode_care: str = ""
    """The care class that the agreed mode pays for; empty for payment by item."""
    mode: str = ""
    """hi_paymtd by which it is paid, fixed with the first signature."""
    agreed_from: date | None = None
    """From which day the version of the agreement counts by which it is paid."""
    taken_up: int = 0
    """How many pending items it took up."""
    full: bool = False
    """More waited than one statement takes up: a supplement follows at once."""
    paid_on: date | None = None
    bank_reference: str = ""
    trail: tuple[str, ...] = ()
    """Who sent it back, when and why, in words."""
    approved_at: datetime | None = None
    released_at: datetime | None = None
    points: int | None = None
    """Of DRG or DIP, as given with the first signature."""
    terms: Agreement | None = None
    """The version of the agreement by which it is paid, as it was at the first signature."""
    corrections: tuple[StatementCorrection, ...] = ()
    """What was found wrong after its release, decided on or not."""

    @property
    def statement_id(self) -> StatementId:
        return statement_id(self.region, self.institution, self.month, self.number)

    @property
    def groups(self) -> dict[Group, Totals]:
        return {block.group: block.totals for block in self.blocks}

    @property
    def categories(self) -> dict[StatementCategory, Totals]:
        """The blocks by category, in order; assistance is a column of each."""
        found: dict[StatementCategory, Totals] = {}
        for group, totals in sorted(self.groups.items()):
            place = group.locality(self.region)
            category = StatementCategory(group.insutype, group.clr_type, place)
            before = found.get(category)
            found[category] = totals if before is None else before.plus(totals)
        return found

    @property
    def disputed_count(self) -> int:
        """How many of its items are disputed."""
        return sum(one.count for one in self.disputed)

    def holds(self, item: Item) -> bool:
        """Whether an item of this month lies in this statement."""
        assert item.arrived is not None, item.setl_id
        return (self.since is None or item.arrived > self.since) and item.arrived <= self.cut

    def due(self) -> dict[str, Fen]:
        """What may be paid by fund: own items less disputed, plus disputes upheld, less deductions
        and retention, by the mode, with what was brought forward."""
        out = (one.by_fund for one in self.disputed)
        off = (one.by_fund for one in self.deductions)
        return added(
            self.by_fund,
            *(one.by_fund for one in self.upheld),
            self.mode_difference,
            self.brought_forward,
            *map(negated, (*out, *off, self.retained)),
        )

    def retention_base(self) -> dict[str, Fen]:
        """What a share is kept back of, by fund, where it is positive: the dues but for what came
        forward net of retention."""
        net = (negated(one.by_fund) for one in self.forwards if one.net_of_retention)
        return added(self.due(), *net)

    def corrected(self) -> Statement:
        """The statement by the points and the agreement of the last approved correction. What it
        paid is that of its own; what is more or less went forward."""
        last = next((one for one in reversed(self.corrections) if one.approved), None)
        if last is None:
            return self
        return replace(
            self,
            mode=last.terms.mode,
            agreed_from=last.terms.effective,
            terms=last.terms,
            points=last.points,
            mode_difference=last.mode_difference,
            mode_care=last.mode_care,
            retained=last.retained,
        )

    def own_due(self, fund: str, due: Fen) -> Fen:
        """What of a fund's `due` is for the region's own people: all but what its blocks, disputes
        and deductions say of other paying regions."""
        others = (one for one in self.blocks if one.group.paying_region != self.region)
        held = sum(int(_of_fund(one, fund)) for one in others)
        sides: tuple[tuple[int, Sequence[DisputedSums | PendingItem]], ...]
        sides = ((1, self.upheld), (-1, self.disputed), (-1, self.deductions))
        for sign, waiting in sides:
            held += sign * sum(
                int(one.by_fund.get(fund, 0))
                for one in waiting
                if one.paying_region not in (None, self.region)
            )
        return Fen(min(max(int(due) - held, 0), int(due)))

    def outpatient_assistance(self, due: Fen) -> Fen:
        """What of the assistance `due` is 门诊救助: of its own items less disputed, plus disputes
        upheld. What names no care (deductions, what was brought forward) comes off the rest first.
        """
        own = sum(int(one.totals.amounts.get(OUTPATIENT, 0)) for one in self.blocks)
        upheld = sum(int(one.outpatient_assistance) for one in self.upheld)
        disputed = sum(int(one.outpatient_assistance) for one in self.disputed)
        return Fen(min(max(own + upheld - disputed, 0), int(due)))


def _of_fund(block: Block, fund: str) -> Fen:
    amounts = block.totals.amounts
    named = {name for name in FUND_FIELDS if name in amounts}
    mine = (name for name in named if fund_of(name, block.group.insutype).key == fund)
    return Fen(sum(int(amounts[name]) for name in mine))


def in_state(statement: Statement, state: StatementState, **changes: object) -> Statement:
    """The statement in its next state."""
    return replace(statement, state=state, **changes)  # type: ignore[arg-type]
