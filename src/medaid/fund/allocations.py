"""Allocation of a quarter's money from the fiscal special account to the expenditure account
(Q2.2): asked for by the agency, approved or rejected by finance, received; by three different
people (Q3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from medaid.aws.transaction import (
    ConditionFailed,
    Decided,
    commit_or_refuse,
    refuse_as_changed,
    transact,
)
from medaid.errors import Conflict, Forbidden, Refused
from medaid.fund import keys, periods, store
from medaid.fund.model import Entry, journal
from medaid.fund.model.chart import check_funds
from medaid.fund.records import Allocation, AllocationState, Signature
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Quarter
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty, get_officer
from medaid.regions import Region


def request_allocation(
    admdvs: str,
    quarter: str,
    request: str,
    amounts: Mapping[str, Fen],
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Allocation:
    """The agency asks for a quarter's money (预拨审批表); `amounts` are fen by fund key.

    Raises BadInput for an unknown fund or an amount that is not positive, Conflict DUPLICATE for a
    request that was made before.
    """
    asked = Quarter.parse(quarter, "quarter")
    check_funds(amounts)
    key = keys.of_request(admdvs, quarter, request)
    if store.find(key) is not None:
        raise Conflict("DUPLICATE", field="request", rule=f"{quarter} {request} 已提交")
    made = Allocation(asked, request, dict(sorted(amounts.items())), (Signature("申请", by, now),))
    state = AllocationState.REQUESTED
    duty = claim_duty(Region(admdvs), OfficerId(by), roles, Duty.ACCOUNT, now)
    write = store.FundItem.create(key, made, "allocation", state=state, at=now)
    commit_or_refuse([write, *duty])
    return made


def approve_allocation(
    admdvs: str, quarter: str, request: str, by: str, now: datetime
) -> Allocation:
    """Finance approves. Raises Conflict STATE, Forbidden SEPARATION for the one who asked."""
    item, held = _in_state(admdvs, quarter, request, AllocationState.REQUESTED)
    _another(admdvs, held, by, now, "申请与审批不得为同一人")
    return _turned(item, held, AllocationState.APPROVED, Signature("批准", by, now))


def reject_allocation(
    admdvs: str, quarter: str, request: str, by: str, reason: str, now: datetime
) -> Allocation:
    """Finance does not approve, and says why. Raises Conflict STATE, Forbidden SEPARATION."""
    item, held = _in_state(admdvs, quarter, request, AllocationState.REQUESTED)
    _another(admdvs, held, by, now, "申请与审批不得为同一人")
    act = Signature("不予批准", by, now, reason)
    return _turned(item, held, AllocationState.REJECTED, act)


def receive_allocation(
    admdvs: str,
    quarter: str,
    request: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Allocation:
    """The money is on the expenditure account: the only way into it but for its own interest
    (Q2.2). Posted once.

    Raises Conflict STATE, Forbidden SEPARATION for who asked or approved.
    """
    item, held = _in_state(
        admdvs, quarter, request, AllocationState.APPROVED, AllocationState.RECEIVED
    )
    if item.state == AllocationState.RECEIVED:
        return held
    _another(admdvs, held, by, now, "申请、审批与到账登记不得为同一人")
    duty = claim_duty(Region(admdvs), OfficerId(by), roles, Duty.PAY, now)
    changed = replace(held, trail=(*held.trail, Signature("到账", by, now)))
    state = AllocationState.RECEIVED
    write = item.replace(changed, "allocation", state=state, at=now)
    posting = periods.posting(_entry(admdvs, held, now))

    def lost(failed: ConditionFailed) -> NoReturn:
        periods.refuse_closed(failed)
        refuse_as_changed(failed)

    return transact(lambda: Decided(changed, [write, *posting, *duty]), lost)


def list_allocations(admdvs: str, quarter: str) -> list[tuple[Allocation, AllocationState]]:
    """The requests of a quarter with their states."""
    found = store.listed(keys.of_region(admdvs), f"{keys.REQUEST}{quarter}#")
    return [(item.record(Allocation), AllocationState(item.state)) for item in found]


def _entry(admdvs: str, held: Allocation, now: datetime) -> Entry:
    rows = [(fund, "1002", "1001", fen) for fund, fen in held.amounts.items()]
    source, narrative = f"{admdvs}-{held.quarter}-{held.request}", f"{held.quarter} 预拨"
    return journal.movement("allocation", admdvs, source, rows, now, narrative=narrative)


def _another(admdvs: str, held: Allocation, by: str, now: datetime, rule: str) -> None:
    acting = get_officer(Region(admdvs), OfficerId(by))
    if any(acting.is_one_hand_with(act.by, now, act.at) for act in held.trail):
        raise Forbidden("SEPARATION", field="by", rule=f"{rule}(秦安县84号三(一))")


def _in_state(
    admdvs: str, quarter: str, request: str, *states: AllocationState
) -> tuple[store.FundItem, Allocation]:
    item = store.find(keys.of_request(admdvs, quarter, request))
    if item is None:
        raise Refused("NOT_FOUND", field="request", rule="没有该笔申请")
    if item.state not in states:
        raise Conflict("STATE", field="request", rule=f"当前为 {item.state}")
    return item, item.record(Allocation)


def _turned(
    item: store.FundItem, held: Allocation, to: AllocationState, act: Signature
) -> Allocation:
    changed = replace(held, trail=(*held.trail, act))
    commit_or_refuse([item.replace(changed, "allocation", state=to, at=act.at)])
    return changed
