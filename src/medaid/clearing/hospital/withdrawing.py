"""What an operator entered or decided of an institution's money, taken back by two people, at any
time: a deduction, a ruling on a dispute, retention that was returned, an advance set off (J39,
Q3.1).

Before a statement has booked it, it leaves the statement; what was approved with it is approved
anew. After, its entries are mirrored, and what was paid or taken off for it goes into the
institution's next statement (`undoing`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, Write, refuse_as_changed, transact
from medaid.clearing import store as items
from medaid.clearing.hospital import store, undoing
from medaid.clearing.hospital.model import (
    BOOKED,
    STANDS,
    TAKEN_UP,
    PendingItem,
    PendingState,
    StatementState,
)
from medaid.clearing.hospital.orders import statement_of
from medaid.clearing.hospital.undoing import Way
from medaid.errors import Conflict, Refused, check_said
from medaid.ids import OfficerId
from medaid.instants import from_stored
from medaid.payments.model import NOBODY, Duty, trail_line
from medaid.payments.service import check_second, claim_duty
from medaid.regions import Region


def request_withdrawal(
    way: Way,
    region: Region,
    institution: str,
    name: str,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> PendingItem:
    """First of the two: until the second has decided, nothing takes it up. What a statement took up
    stays in it until then.

    Raises Refused NOT_FOUND, Conflict STATE where nothing stands that could be taken back,
    Forbidden SEPARATION for whoever holds a duty that excludes this one there.
    """

    def decide() -> Decided[PendingItem]:
        held = _held(way, region, institution, name)
        if held.state not in STANDS:
            raise Conflict("STATE", field=way.field, rule=f"{way.name}未办理、已撤回或已申请撤回")
        after = replace(
            held.item,
            withdrawal_by=OfficerId(by),
            state_before=held.state,
            trail=(*held.item.trail, trail_line(now, by, "申请撤回", reason)),
        )
        waits = store.replace_pending(held, after, PendingState.WITHDRAWING, now)
        return Decided(after, [waits, *_claimed(way.asks, region, by, roles, now)])

    return transact(decide, refuse_as_changed)


def decide_withdrawal(
    way: Way,
    region: Region,
    institution: str,
    name: str,
    approved: bool,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> tuple[PendingItem, PendingState]:
    """Second of the two. Approved, it is gone from what is owed, from the statement that took it up
    and, where that is booked, from the books; not approved, it stands as before, also for the
    next statement where it waits for one.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE unless the first
    asked, OVERDRAWN where an advance does not lie there, Forbidden SEPARATION for the first
    (Q3.1), and for whoever holds a duty that excludes this one there.
    """
    check_said(approved, reason)

    def decide() -> Decided[tuple[PendingItem, PendingState]]:
        held = _held(way, region, institution, name)
        if held.state is not PendingState.WITHDRAWING:
            raise Conflict("STATE", field=way.field, rule=f"{way.name}尚未申请撤回")
        first, asked = held.item.withdrawal_by, from_stored(held.row.at)  # of this very version
        check_second(region, by, first, asked, now, "申请与复核撤回不得为同一人")
        act = "同意撤回" if approved else "不同意撤回"
        trail = (*held.item.trail, trail_line(now, by, act, reason))
        decided = replace(held.item, trail=trail, withdrawal_by=NOBODY, state_before=None)
        writes = list(_claimed(way.decides, region, by, roles, now))
        if approved:
            after, state, more = _undone(way, (region, institution), held, decided, reason, now)
            writes += more
        else:
            after, state = decided, _state_before(held.item)
            if state in TAKEN_UP:
                writes += items.listed(region, institution, now)
        saved = store.replace_pending(held, after, state, now)
        return Decided((after, state), [saved, *writes])

    return transact(decide, refuse_as_changed)


def _undone(
    way: Way,
    where: tuple[Region, str],
    held: store.Pending,
    decided: PendingItem,
    reason: str,
    now: datetime,
) -> tuple[PendingItem, PendingState, list[Write]]:
    taken = None
    if decided.statement_id:
        taken = store.get_statement(*statement_of(decided.statement_id))
    booked = taken is not None and taken.statement.state in (*BOOKED, StatementState.TIME_BARRED)
    undo = undoing.Undo(*where, held.item, _state_before(held.item), booked)
    writes = undoing.mirrored(way, undo, reason, now)
    if booked:
        writes += undoing.into_next_statement(way, undo, decided.trail[-1], now)
    elif taken is not None:
        without = undoing.without(taken.statement, held.kind, held.item)
        writes += store.replace_statement(taken.row, without, now)
    after, state = undoing.left(way, decided, booked)
    return after, state, writes


def _state_before(item: PendingItem) -> PendingState:
    """Deductions that were asked for before the state was kept: by whether they were taken up."""
    if item.state_before is not None:
        return item.state_before
    return PendingState.TAKEN if item.statement_id else PendingState.DUE


def _claimed(
    duty: Duty | None, region: Region, by: str, roles: frozenset[str], now: datetime
) -> list[Write]:
    return list(claim_duty(region, OfficerId(by), roles, duty, now)) if duty else []


def _held(way: Way, region: str, institution: str, name: str) -> store.Pending:
    held = store.find_pending(region, institution, way.kind, f"{way.prefix}{name}")
    if held is None:
        raise Refused("NOT_FOUND", field=way.field, rule=f"无此{way.name}")
    return held
