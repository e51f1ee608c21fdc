"""An approval given, or a receipt recorded, by mistake: taken back by two people (Q3.1), step by
step. The books get the mirror of what was received; the request waits again for the step."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, transact
from medaid.errors import Conflict, check_said
from medaid.fund import allocations, periods
from medaid.fund.allocation_steps import AllocationStep, withdrawal_asked
from medaid.fund.model import reversing
from medaid.fund.records import Allocation, AllocationState, Signature
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.papers.service import word
from medaid.payments.model import Duty
from medaid.payments.service import check_second, claim_duty
from medaid.regions import Region


def request_withdrawal(
    step: AllocationStep,
    admdvs: str,
    quarter: str,
    request: str,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> tuple[Allocation, AllocationState]:
    """First of the two who take a step back. From now on an approval allows no receipt, until the
    second has decided.

    Raises Refused NOT_FOUND, Conflict STATE where the step is not the last that was done or it was
    asked for already, Forbidden SEPARATION for a receipt and whoever audits or keeps the accounts.
    """

    def decide() -> Decided[tuple[Allocation, AllocationState]]:
        item, held = allocations.find_request(admdvs, quarter, request)
        if item.state != step.state:
            raise Conflict("STATE", field="request", rule=f"当前为{word('allocation', item.state)}")
        if withdrawal_asked(held.trail) is not None:
            raise Conflict("STATE", field="request", rule="已申请撤回,尚未复核")
        changed = replace(held, trail=(*held.trail, Signature(step.asked, by, now, reason)))
        writes = [item.replace(changed, "allocation", at=now)]
        if step is AllocationStep.RECEIPT:
            writes += claim_duty(Region(admdvs), OfficerId(by), roles, Duty.PAY, now)
        return Decided((changed, step.state), writes)

    return transact(decide)


def decide_withdrawal(
    step: AllocationStep,
    admdvs: str,
    quarter: str,
    request: str,
    approved: bool,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> tuple[Allocation, AllocationState]:
    """Second of the two. Agreed to, the request waits for the step again; a receipt is mirrored in
    the books on the day of the decision, whatever month it was recorded in. Not agreed to, it
    stands.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE unless the first
    asked, OVERDRAWN where the expenditure account does not hold the money any more, Forbidden
    SEPARATION for the first, and for a receipt for whoever audits or pays there.
    """
    check_said(approved, reason)

    def decide() -> Decided[tuple[Allocation, AllocationState]]:
        item, held = allocations.find_request(admdvs, quarter, request)
        asked = withdrawal_asked(held.trail)
        if asked is None or asked.act != step.asked:
            raise Conflict("STATE", field="request", rule="尚未申请撤回")
        check_second(Region(admdvs), by, asked.by, asked.at, now, "申请与复核撤回不得为同一人")
        act = Signature(step.withdrawn if approved else step.stays, by, now, reason)
        to = step.before if approved else step.state
        changed = replace(held, trail=(*held.trail, act))
        writes = [item.replace(changed, "allocation", state=to, at=now)]
        if step is AllocationStep.RECEIPT:
            writes += claim_duty(Region(admdvs), OfficerId(by), roles, Duty.ACCOUNT, now)
            if approved:
                booked = allocations.receipt_entry(admdvs, held, now)
                why = asked.why
                mirror = reversing(booked, f"{booked.source}-R", civil_date(now), now, why)
                writes += periods.posting(mirror, spending="request")
        return Decided((changed, to), writes)

    return transact(decide, allocations.refuse_posted)
