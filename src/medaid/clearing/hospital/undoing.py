"""What taking back means for each kind of what waits: the entries that are mirrored, what goes into
the next statement, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import Write
from medaid.clearing.amounts import added, negated
from medaid.clearing.hospital import prepaid, retaining
from medaid.clearing.hospital.disputing import ruling_source
from medaid.clearing.hospital.forwards import carried
from medaid.clearing.hospital.model import (
    NO_STATEMENT,
    PendingItem,
    PendingKind,
    PendingState,
    Statement,
)
from medaid.clearing.hospital.sending_back import unapproved
from medaid.clearing.hospital.taking_off import put_back
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.instants import civil_date
from medaid.months import Month
from medaid.payments.model import Duty
from medaid.regions import Region

Items = tuple[PendingItem, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind of entry is taken back: by what it is found, who asks and who decides."""

    name: str
    field: str
    """Of the path, which refusals name."""
    kind: PendingKind
    prefix: str = ""
    """Before the path's name in its pending id."""
    asks: Duty | None = None
    decides: Duty | None = None


DEDUCTION: Final = Way(
    "扣减", "deduction_id", PendingKind.DEDUCTION, asks=Duty.AUDIT, decides=Duty.AUDIT
)
RULING: Final = Way("争议裁定", "setl_id", PendingKind.DISPUTE, asks=Duty.AUDIT, decides=Duty.AUDIT)
RETENTION: Final = Way("预留金返还", "year", PendingKind.FORWARD, retaining.PREFIX)
PREPAID: Final = Way(
    "预付金抵付", "number", PendingKind.FORWARD, prepaid.PREFIX, Duty.ACCOUNT, Duty.AUDIT
)


@dataclass(frozen=True, slots=True)
class Undo:
    """What is taken back: the item, in which state it stood, and whether a statement booked it."""

    region: Region
    institution: str
    item: PendingItem
    state: PendingState
    booked: bool

    @property
    def next_id(self) -> str:
        """Under which its amount waits for the next statement."""
        return f"BACK-{self.item.pending_id}-{self.item.undone}"


def mirrored(way: Way, undo: Undo, reason: str, now: datetime) -> list[Write]:
    """The mirrors of the entries that it booked; none where it booked none yet. Raises Conflict
    PERIOD_CLOSED."""
    item, where = undo.item, (undo.region, undo.institution)
    if way is DEDUCTION:
        return put_back(*where, item.statement_id, item, reason, now) if undo.booked else []
    if way is RULING:
        if undo.state is not PendingState.REJECTED:
            return []
        return put_back(*where, ruling_source(*where, item), item, reason, now)
    if way is RETENTION:
        kept = retaining.assessed(item, undo.state)
        booked = retaining.retention_entries(*where, item, kept, now)
    else:
        booked = [prepaid.used_entry(*where, item, now)]
    today = civil_date(now)
    return fund.posting(*(reversing(one, f"{one.source}-R", today, now, reason) for one in booked))


def into_next_statement(way: Way, undo: Undo, line: str, now: datetime) -> list[Write]:
    """The writes by which what a statement paid, or took off, for it goes into the institution's
    next one: a deduction is paid, everything else taken off."""
    item = undo.item
    amounts = item.by_fund if way is DEDUCTION else negated(item.by_fund)
    waits = PendingItem(
        undo.next_id,
        Month.of(now),
        f"撤回{way.name} {item.pending_id}",
        amounts,
        None,
        "agency",
        trail=(line,),
        net_of_retention=item.net_of_retention,
    )
    return carried(undo.region, undo.institution, waits, now)


def without(statement: Statement, kind: PendingKind, item: PendingItem) -> Statement:
    """The statement without what it took up. What was approved with it is no longer approved."""
    left = replace(
        statement,
        deductions=_but(statement.deductions, kind is PendingKind.DEDUCTION, item),
        upheld=_but(statement.upheld, kind is PendingKind.DISPUTE, item),
        forwards=_but(statement.forwards, kind is PendingKind.FORWARD, item),
        brought_forward=added(statement.brought_forward, negated(item.by_fund))
        if kind is PendingKind.FORWARD
        else statement.brought_forward,
    )
    return unapproved(left)


def _but(
    held: tuple[PendingItem, ...], concerned: bool, item: PendingItem
) -> tuple[PendingItem, ...]:
    return tuple(one for one in held if not (concerned and one.pending_id == item.pending_id))


def left(way: Way, item: PendingItem, booked: bool) -> tuple[PendingItem, PendingState]:
    """What is left of it, and in which state: a dispute is open again and ruled anew."""
    after = replace(item, undone=item.undone + 1)
    if way is RULING:
        return replace(after, statement_id=NO_STATEMENT), PendingState.OPEN
    if way is DEDUCTION and booked:
        return after, PendingState.GIVEN_BACK
    return after, PendingState.WITHDRAWN
