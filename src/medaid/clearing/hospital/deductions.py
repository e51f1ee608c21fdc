"""Deductions for breaches and audit findings (J39, Q7, N8): checked when they are entered, taken
from the next clearing, and withdrawn by two people where they were wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import (
    ConditionFailed,
    Decided,
    Write,
    refuse_as_changed,
    transact,
)
from medaid.clearing import store as items
from medaid.clearing.amounts import Amounts
from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import (
    SETTLED,
    PendingItem,
    PendingKind,
    PendingState,
    Statement,
    StatementState,
    in_state,
)
from medaid.clearing.hospital.orders import statement_of
from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.fund.model.chart import check_funds
from medaid.ids import OfficerId
from medaid.instants import from_stored
from medaid.months import Month
from medaid.payments.model import NOBODY, Duty, trail_line
from medaid.payments.service import check_second, claim_duty
from medaid.regions import Region

_KIND: Final = PendingKind.DEDUCTION


def create_deduction(
    region: Region,
    institution: str,
    deduction_id: str,
    amounts: Amounts,
    reason: str,
    paying: Region,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> None:
    """Enters a deduction. The same again changes nothing.

    `amounts` are fen by fund, positive; `paying` is the region whose funds it concerns. Raises
    BadInput as `check_funds` does, REGION_UNKNOWN, Conflict DUPLICATE for another deduction
    under the same id.
    """
    _check(region, amounts, paying)
    stated = (reason, dict(amounts), paying)
    item = PendingItem(
        deduction_id,
        Month.of(now),
        reason,
        dict(amounts),
        paying,
        "agency",
        trail=(trail_line(now, by, "录入"),),
    )

    def known(_lost: ConditionFailed) -> bool | None:
        held = store.find_pending(region, institution, _KIND, deduction_id)
        if held is None:
            return None
        entered = held.item
        if (entered.reason, dict(entered.by_fund), entered.paying_region) != stated:
            raise Conflict("DUPLICATE", field="deduction_id", rule="编号已用于内容不同的扣减")
        return True

    waits = store.create_pending(region, institution, _KIND, item, PendingState.DUE, now)
    listed = items.listed(region, institution, now)

    def decide() -> Decided[bool]:
        claimed = claim_duty(region, OfficerId(by), roles, Duty.AUDIT, now)
        return Decided(True, [waits, *listed, *claimed])

    transact(decide, known)


def _check(region: Region, amounts: Amounts, paying: Region) -> None:
    check_funds(amounts)
    if paying != region and paying not in items.list_regions():
        raise BadInput(
            "REGION_UNKNOWN", field="insuplc_admdvs", rule="该地区没有在本地结算的参保人"
        )


def request_withdrawal(
    region: Region,
    institution: str,
    deduction_id: str,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> PendingItem:
    """First of the two who withdraw a deduction; until then, and while it waits for the second, it
    is not taken up. One that a statement took up stays in it until the second agrees.

    Raises Refused NOT_FOUND, Conflict STATE where it is withdrawn, or booked with a payment,
    Forbidden SEPARATION for whoever pays or keeps the accounts here.
    """

    def decide() -> Decided[PendingItem]:
        held = _held(region, institution, deduction_id)
        _taken_by(held)
        if held.state not in (PendingState.DUE, PendingState.TAKEN):
            raise Conflict("STATE", field="deduction_id", rule="扣减已撤回或已申请撤回")
        after = replace(_noted(held.item, now, by, "申请撤回", reason), withdrawal_by=OfficerId(by))
        claimed = claim_duty(region, OfficerId(by), roles, Duty.AUDIT, now)
        waits = store.replace_pending(held, after, PendingState.WITHDRAWING, now)
        return Decided(after, [waits, *claimed])

    return transact(decide, refuse_as_changed)


def decide_withdrawal(
    region: Region,
    institution: str,
    deduction_id: str,
    approved: bool,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> PendingItem:
    """Second of the two. Approved, the deduction is gone, also from the statement that took it up;
    that one, where it was approved already, is approved anew. Not approved, it stands as before.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE unless the first
    asked, Forbidden SEPARATION for the first (Q3.1), and for whoever pays or keeps the accounts
    here.
    """
    check_said(approved, reason)

    def decide() -> Decided[PendingItem]:
        held = _requested(region, institution, deduction_id, by, now)
        taken = _taken_by(held)
        claimed = claim_duty(region, OfficerId(by), roles, Duty.AUDIT, now)
        if approved:
            after, state = _noted(held.item, now, by, "同意撤回", reason), PendingState.WITHDRAWN
        else:
            after = _noted(held.item, now, by, "不同意撤回", reason)
            after = replace(after, withdrawal_by=NOBODY)
            state = PendingState.TAKEN if held.item.statement_id else PendingState.DUE
        writes: list[Write] = [store.replace_pending(held, after, state, now), *claimed]
        if approved and taken is not None:
            without = _without(taken.statement, deduction_id)
            writes += store.replace_statement(taken.row, without, now)
        return Decided(after, writes)

    return transact(decide, refuse_as_changed)


def _noted(item: PendingItem, now: datetime, by: str, act: str, reason: str) -> PendingItem:
    """The item with one more act in its trail."""
    return replace(item, trail=(*item.trail, trail_line(now, by, act, reason)))


def _requested(
    region: str, institution: str, deduction_id: str, by: str, now: datetime
) -> store.Pending:
    """A deduction whose withdrawal somebody else asked for."""
    held = _held(region, institution, deduction_id)
    if held.state is not PendingState.WITHDRAWING:
        raise Conflict("STATE", field="deduction_id", rule="扣减尚未申请撤回")
    first, asked = held.item.withdrawal_by, from_stored(held.row.at)  # when this version was asked
    check_second(Region(region), by, first, asked, now, "申请与复核撤回不得为同一人")
    return held


def _held(region: str, institution: str, deduction_id: str) -> store.Pending:
    held = store.find_pending(region, institution, _KIND, deduction_id)
    if held is None:
        raise Refused("NOT_FOUND", field="deduction_id", rule="无此扣减")
    return held


def _taken_by(held: store.Pending) -> store.HeldStatement | None:
    """The statement that took a deduction up, None where none has. Raises Conflict STATE where it
    is booked."""
    if not held.item.statement_id:
        return None
    found = store.get_statement(*statement_of(held.item.statement_id))
    if found.statement.state in (*SETTLED, StatementState.TIME_BARRED, StatementState.RETURNED):
        raise Conflict("STATE", field="deduction_id", rule="扣减已随对账单入账,不能撤回")
    return found


def _without(statement: Statement, deduction_id: str) -> Statement:
    """The statement without one deduction. What was approved with it is no longer approved."""
    rest = tuple(one for one in statement.deductions if one.pending_id != deduction_id)
    if statement.state is StatementState.APPROVED:
        return in_state(
            statement,
            StatementState.CONFIRMED,
            deductions=rest,
            approved_by="",
            retained={},
            mode_difference={},
            mode_care="",
        )
    return in_state(statement, statement.state, deductions=rest)
