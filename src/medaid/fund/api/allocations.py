"""Allocation of a quarter's money: /fund/…/allocations/…"""

from __future__ import annotations

from functools import partial
from typing import Final

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    Decision,
    ListQuery,
    Page,
    Shown,
    WithReason,
    Yuan,
    YuanText,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import READERS, Call
from medaid.fund import allocation_withdrawal, allocations
from medaid.fund.allocation_steps import AllocationStep
from medaid.fund.api.common import ROUTES, SignatureShown, trail_shown
from medaid.fund.records import Allocation, AllocationState
from medaid.months import Quarter
from medaid.regions import Region


class AllocationIn(Body):
    """Yuan by fund key."""

    amounts: dict[str, Yuan] = Field(min_length=1)


class AllocationShown(Shown):
    quarter: str
    request: str
    state: str
    amounts: dict[str, YuanText]
    trail: list[SignatureShown]


def _allocation(one: Allocation, state: AllocationState) -> AllocationShown:
    return AllocationShown.of(one, state=state, trail=trail_shown(one.trail))


_REQUEST: Final = "/fund/{admdvs}/allocations/{quarter}/{request}"


@ROUTES.post(f"{_REQUEST}/request", "申请预拨", roles=("accountant",))
def request_allocation(
    call: Call[None, AllocationIn], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    amounts = call.body.amounts
    made = allocations.request_allocation(admdvs, quarter, request, amounts, *call.acting)
    return _allocation(made, AllocationState.REQUESTED)


@ROUTES.post(f"{_REQUEST}/review", "审核预拨申请", roles=("auditor",))
def review_allocation(
    call: Call[None, None], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    held = allocations.review_allocation(admdvs, quarter, request, *call.acting)
    return _allocation(held, AllocationState.REVIEWED)


@ROUTES.post(f"{_REQUEST}/approve", "批准预拨", roles=("finance",))
def approve_allocation(
    call: Call[None, None], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    held = allocations.approve_allocation(admdvs, quarter, request, *call.signing)
    return _allocation(held, AllocationState.APPROVED)


@ROUTES.post(f"{_REQUEST}/reject", "不予批准", roles=("auditor", "finance"))
def reject_allocation(
    call: Call[None, WithReason], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    reason = call.body.reason
    held = allocations.reject_allocation(
        admdvs, quarter, request, call.by, reason, call.now, call.caller.roles
    )
    return _allocation(held, AllocationState.REJECTED)


@ROUTES.post(f"{_REQUEST}/receive", "登记到账", roles=("cashier",))
def receive_allocation(
    call: Call[None, None], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    held = allocations.receive_allocation(admdvs, quarter, request, *call.acting)
    return _allocation(held, AllocationState.RECEIVED)


def _add_withdrawal(
    step: AllocationStep, below: str, name: str, what: str, asks: str, decides: str
) -> None:
    """The two routes by which a step is taken back."""
    path = f"{_REQUEST}/{below}/withdraw"

    def request(
        call: Call[None, WithReason], admdvs: Region, quarter: Quarter, request: str
    ) -> AllocationShown:
        asked = step, admdvs, quarter, request, call.body.reason
        return _allocation(*allocation_withdrawal.request_withdrawal(*asked, *call.acting))

    def decide(
        call: Call[None, Decision], admdvs: Region, quarter: Quarter, request: str
    ) -> AllocationShown:
        said = step, admdvs, quarter, request, call.body.approved, call.body.reason
        return _allocation(*allocation_withdrawal.decide_withdrawal(*said, *call.acting))

    request.__name__, decide.__name__ = f"request_{name}_withdrawal", f"decide_{name}_withdrawal"
    ROUTES.post(path, f"申请撤回{what}", roles=(asks,))(request)
    ROUTES.post(f"{path}/decision", f"复核撤回{what}", roles=(decides,))(decide)


_add_withdrawal(AllocationStep.APPROVAL, "approve", "approval", "批准预拨", "finance", "finance")
_add_withdrawal(AllocationStep.RECEIPT, "receive", "receipt", "到账登记", "cashier", "accountant")


@ROUTES.get("/fund/{admdvs}/allocations/{quarter}", "预拨申请清单", roles=READERS, query=ListQuery)
def list_allocations(
    call: Call[None, None], admdvs: Region, quarter: Quarter
) -> Page[AllocationShown]:
    read = partial(allocations.page_of_allocations, admdvs, quarter)
    of = ("allocations", admdvs, quarter)
    return paged(call.query, of, read, lambda one: _allocation(*one))
