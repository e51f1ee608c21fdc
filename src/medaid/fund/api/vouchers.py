"""Vouchers and allocation: /fund/…"""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    DayText,
    Page,
    Short,
    Shown,
    Yuan,
    YuanText,
)
from medaid.aws.rest.table import READERS, Call
from medaid.fund import allocations, vouchers
from medaid.fund.api.common import ROUTES, Reject, SignatureShown, trail_shown
from medaid.fund.model.chart import accounts, flows, funds
from medaid.fund.records import (
    Allocation,
    AllocationState,
    Voucher,
    VoucherLine,
)
from medaid.months import Month, Quarter
from medaid.regions import Region


class LineIn(Body):
    fund: Short
    debit: Short
    credit: Short
    amount: Yuan


class VoucherIn(Body):
    """`kind` is one of the kinds that people may enter; `document` the number of the paper."""

    voucher_id: Short
    kind: Short
    effective: date
    document: Short
    lines: list[LineIn] = Field(min_length=1, max_length=40)
    narrative: str = Field("", max_length=200)
    counterpart: str = Field("", max_length=40)


class VoucherShown(Shown):
    voucher_id: str
    kind: str
    kind_name: str
    effective: DayText
    document: str
    state: str
    lines: list[dict[str, str]]
    narrative: str
    counterpart: str
    trail: list[SignatureShown]


def _voucher(one: Voucher) -> VoucherShown:
    return VoucherShown.of(
        one,
        kind_name=flows()[one.kind].name,
        lines=[_voucher_line(line) for line in one.lines],
        trail=trail_shown(one.trail),
    )


def _voucher_line(line: VoucherLine) -> dict[str, str]:
    fund = funds()[line.fund]
    chart = accounts()
    return {
        "fund": line.fund,
        "fund_name": fund.name,
        "debit": line.debit,
        "debit_name": chart[f"{fund.code}-{line.debit}"].name,
        "credit": line.credit,
        "credit_name": chart[f"{fund.code}-{line.credit}"].name,
        "amount": line.amount.yuan(),
    }


@ROUTES.post(
    "/fund/{admdvs}/vouchers", "录入凭证", roles=("accountant",), body=VoucherIn, status=201
)
def make_voucher(call: Call[None, VoucherIn], admdvs: Region) -> VoucherShown:
    sent = call.body
    draft = Voucher(
        sent.voucher_id,
        sent.kind,
        sent.effective,
        sent.document,
        tuple(VoucherLine(one.fund, one.debit, one.credit, one.amount) for one in sent.lines),
        sent.narrative,
        (),
        sent.counterpart,
    )
    made = vouchers.make_voucher(admdvs, draft, call.caller.subject, call.now, call.caller.roles)
    return _voucher(made)


@ROUTES.get("/fund/{admdvs}/vouchers/{month}", "凭证清单", roles=READERS)
def list_vouchers(call: Call[None, None], admdvs: Region, month: Month) -> Page[VoucherShown]:
    rows = [_voucher(one) for one, _ in vouchers.list_vouchers(admdvs, month)]
    return Page(rows=rows, total=len(rows))


@ROUTES.post(
    "/fund/{admdvs}/vouchers/{month}/{voucher_id}/post", "审核入账", roles=("auditor", "finance")
)
def post_voucher(
    call: Call[None, None], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    by = call.caller.subject
    posted = vouchers.post_voucher(admdvs, month, voucher_id, by, call.now, call.caller.roles)
    return _voucher(posted)


@ROUTES.post(
    "/fund/{admdvs}/vouchers/{month}/{voucher_id}/reject",
    "退回凭证",
    roles=("auditor", "finance"),
    body=Reject,
)
def reject_voucher(
    call: Call[None, Reject], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    by, reason = call.caller.subject, call.body.reason
    rejected = vouchers.reject_voucher(
        admdvs, month, voucher_id, by, reason, call.now, call.caller.roles
    )
    return _voucher(rejected)


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


@ROUTES.post(f"{_REQUEST}/request", "申请预拨", roles=("accountant",), body=AllocationIn)
def request_allocation(
    call: Call[None, AllocationIn], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    amounts, by = call.body.amounts, call.caller.subject
    made = allocations.request_allocation(
        admdvs, quarter, request, amounts, by, call.now, call.caller.roles
    )
    return _allocation(made, AllocationState.REQUESTED)


@ROUTES.post(f"{_REQUEST}/approve", "批准预拨", roles=("finance",))
def approve_allocation(
    call: Call[None, None], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    by = call.caller.subject
    held = allocations.approve_allocation(admdvs, quarter, request, by, call.now)
    return _allocation(held, AllocationState.APPROVED)


@ROUTES.post(f"{_REQUEST}/reject", "不予批准", roles=("finance",), body=Reject)
def reject_allocation(
    call: Call[None, Reject], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    by, reason = call.caller.subject, call.body.reason
    held = allocations.reject_allocation(admdvs, quarter, request, by, reason, call.now)
    return _allocation(held, AllocationState.REJECTED)


@ROUTES.post(f"{_REQUEST}/receive", "登记到账", roles=("cashier",))
def receive_allocation(
    call: Call[None, None], admdvs: Region, quarter: Quarter, request: str
) -> AllocationShown:
    by = call.caller.subject
    held = allocations.receive_allocation(admdvs, quarter, request, by, call.now, call.caller.roles)
    return _allocation(held, AllocationState.RECEIVED)


@ROUTES.get("/fund/{admdvs}/allocations/{quarter}", "预拨申请清单", roles=READERS)
def list_allocations(
    call: Call[None, None], admdvs: Region, quarter: Quarter
) -> Page[AllocationShown]:
    rows = [_allocation(*one) for one in allocations.list_allocations(admdvs, quarter)]
    return Page(rows=rows, total=len(rows))
