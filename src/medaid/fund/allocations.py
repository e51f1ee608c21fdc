"""Allocation of a quarter's money from the fiscal special account to the expenditure account
(Q2.2), within the budget: asked for by the agency, reviewed by its auditor, approved or rejected by
finance, received; by different people (Q3.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import ConditionFailed, Decided, Write, transact
from medaid.errors import Conflict, Refused
from medaid.fund import budgets, keys, periods, store
from medaid.fund.allocation_steps import receipts_withdrawn, standing, withdrawal_asked
from medaid.fund.hands import check_another
from medaid.fund.model import Entry, journal
from medaid.fund.model.chart import accounts, check_funds, spent_from
from medaid.fund.records import Allocation, AllocationState, Signature
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Quarter
from medaid.papers.service import word
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
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
    request that was made before, BUDGET_EXCEEDED beyond the approved budget of the year.
    """
    asked = Quarter.parse(quarter, "quarter")
    check_funds(amounts)
    key = keys.of_request(admdvs, quarter, request)
    made = Allocation(asked, request, dict(sorted(amounts.items())), (Signature("申请", by, now),))

    def decide() -> Decided[Allocation]:
        if store.find(key) is not None:
            raise Conflict("DUPLICATE", field="request", rule=f"{quarter} {request} 已提交")
        turn = _within_budget(admdvs, made, now)
        duty = claim_duty(Region(admdvs), OfficerId(by), roles, Duty.ACCOUNT, now)
        state = AllocationState.REQUESTED
        write = store.FundItem.create(key, made, "allocation", state=state, at=now)
        return Decided(made, [write, turn, *duty])

    return transact(decide)


def _within_budget(admdvs: str, asked: Allocation, now: datetime) -> Write:
    """The write that lets only one of several requests be held against the budget at a time.

    Raises Conflict BUDGET_EXCEEDED where what the year's requests ask for, rejected ones left out,
    is more than the approved expense of the fund that leaves by the expenditure account: what
    finance pays from the special account (资助参保, 上解, 划转保费) needs no allocation.
    """
    year = asked.quarter.year
    key = keys.of_asking(admdvs, year)
    item = store.find(key)
    version = budgets.budget_in_force(admdvs, year)
    if version is None:
        rule = f"{year} 年度没有批准的预算"
        raise Conflict("BUDGET_EXCEEDED", field="quarter", rule=rule)
    chart = accounts()
    before = _asked_before(admdvs, asked)
    for fund, fen in asked.amounts.items():
        allowed = sum(
            int(planned)
            for code, planned in version.lines.items()
            if chart[code].fund == fund and chart[code].number in spent_from("1002")
        )
        left = allowed - before[fund]
        if fen > left:
            rule = f"年度预算中由支出户支付的支出 {Fen(allowed)} 元,本次至多 {Fen(max(left, 0))} 元"
            raise Conflict("BUDGET_EXCEEDED", field=f"amounts.{fund}", rule=rule)
    return store.turn(item, key, "asked", now)


def _asked_before(admdvs: str, asked: Allocation) -> Counter[str]:
    """Fen by fund in all other requests of the year that were not rejected."""
    sums: Counter[str] = Counter()
    for item in store.listed(keys.of_region(admdvs), f"{keys.REQUEST}{asked.quarter.year}-"):
        one = item.record(Allocation)
        itself = (one.quarter, one.request) == (asked.quarter, asked.request)
        if item.state != AllocationState.REJECTED and not itself:
            sums.update({fund: int(fen) for fund, fen in one.amounts.items()})
    return sums


def review_allocation(
    admdvs: str,
    quarter: str,
    request: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Allocation:
    """The agency's auditor has reviewed it. Raises Conflict STATE, Forbidden SEPARATION."""
    act, to = Signature("审核", by, now), AllocationState.REVIEWED
    return _turned(admdvs, quarter, request, (AllocationState.REQUESTED,), to, act, roles)


def approve_allocation(
    admdvs: str, quarter: str, request: str, by: str, now: datetime
) -> Allocation:
    """Finance approves what was reviewed. Raises Conflict STATE, BUDGET_EXCEEDED, Forbidden
    SEPARATION for who asked or reviewed."""
    act, to = Signature("批准", by, now), AllocationState.APPROVED
    return _turned(admdvs, quarter, request, (AllocationState.REVIEWED,), to, act)


def reject_allocation(
    admdvs: str,
    quarter: str,
    request: str,
    by: str,
    reason: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Allocation:
    """Not approved, and why: by finance, or by the agency's auditor, who audits there from then on.
    Raises Conflict STATE, Forbidden SEPARATION."""
    act, to = Signature("不予批准", by, now, reason), AllocationState.REJECTED
    waits = (AllocationState.REQUESTED, AllocationState.REVIEWED)
    return _turned(admdvs, quarter, request, waits, to, act, roles)


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

    Raises Conflict STATE, PERIOD_CLOSED, OVERDRAWN where the special account does not hold it,
    Forbidden SEPARATION for who asked, reviewed or approved.
    """
    act, to = Signature("到账", by, now), AllocationState.RECEIVED
    return _turned(admdvs, quarter, request, (AllocationState.APPROVED,), to, act, roles)


def get_allocation(admdvs: str, quarter: str, request: str) -> tuple[Allocation, AllocationState]:
    """One request and its state. Raises Refused NOT_FOUND."""
    item, held = find_request(admdvs, quarter, request)
    return held, AllocationState(item.state)


def page_of_allocations(
    admdvs: str, quarter: str, after: str, limit: int
) -> tuple[list[tuple[Allocation, AllocationState]], str]:
    """At most `limit` of a quarter's requests behind `after`, with their states; and behind what
    the next page begins, empty at the end."""
    prefix = f"{keys.REQUEST}{quarter}#"
    found, end = store.page(keys.of_region(admdvs), prefix, after, limit)
    return [(item.record(Allocation), AllocationState(item.state)) for item in found], end


_DUTIES: Mapping[AllocationState, Duty] = {
    AllocationState.REVIEWED: Duty.AUDIT,
    AllocationState.RECEIVED: Duty.PAY,
}
"""What a step within the agency claims; finance is another office."""


def _turned(
    admdvs: str,
    quarter: str,
    request: str,
    waits: tuple[AllocationState, ...],
    to: AllocationState,
    act: Signature,
    roles: frozenset[str] = frozenset(),
) -> Allocation:
    def decide() -> Decided[Allocation]:
        item, held = find_request(admdvs, quarter, request)
        last = held.trail[-1]
        if item.state == to and (last.by, last.act) == (act.by, act.act):
            return Decided(held)
        if item.state not in waits:
            raise Conflict("STATE", field="request", rule=f"当前为{word('allocation', item.state)}")
        if withdrawal_asked(held.trail) is not None:
            raise Conflict("STATE", field="request", rule="已申请撤回批准,尚未复核")
        check_another(admdvs, standing(held.trail), act, "申请、审核、审批与到账登记")
        changed = replace(held, trail=(*held.trail, act))
        writes = [item.replace(changed, "allocation", state=to, at=act.at)]
        if to in _DUTIES or (to is AllocationState.REJECTED and "auditor" in roles):
            duty, officer = _DUTIES.get(to, Duty.AUDIT), OfficerId(act.by)
            writes += claim_duty(Region(admdvs), officer, roles, duty, act.at)
        if to is AllocationState.APPROVED:
            writes.append(_within_budget(admdvs, held, act.at))
        if to is AllocationState.RECEIVED:
            entry = receipt_entry(admdvs, held, act.at)
            writes += periods.posting(entry, spending="amounts")
        return Decided(changed, writes)

    return transact(decide, refuse_posted)


def find_request(admdvs: str, quarter: str, request: str) -> tuple[store.FundItem, Allocation]:
    """A request as it is stored. Raises Refused NOT_FOUND."""
    item = store.find(keys.of_request(admdvs, quarter, request))
    if item is None:
        raise Refused("NOT_FOUND", field="request", rule="没有该笔申请")
    return item, item.record(Allocation)


def refuse_posted(lost: ConditionFailed) -> None:
    """Raises Conflict PERIOD_CLOSED, DUPLICATE where a period or the entry was what lost."""
    periods.refuse_posted(lost, "request", "该笔申请已入账")


def receipt_entry(admdvs: str, held: Allocation, now: datetime) -> Entry:
    """The entry of the receipt that is recorded next, or of the one that stands: each receipt after
    one that was taken back has a number of its own."""
    rows = [(fund, "1002", "1001", fen) for fund, fen in held.amounts.items()]
    again = receipts_withdrawn(held.trail)
    source = f"{admdvs}-{held.quarter}-{held.request}" + (f".{again + 1}" if again else "")
    narrative = f"{held.quarter} 预拨"
    return journal.movement("allocation", admdvs, source, rows, now, narrative=narrative)
