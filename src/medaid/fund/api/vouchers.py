"""Vouchers: /fund/…/vouchers/…"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    DayText,
    InstantText,
    ListQuery,
    NameOf,
    Page,
    Reason,
    Sha256,
    Short,
    Shown,
    WithReason,
    Yuan,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import READERS, Call
from medaid.aws.rest.texts import Day, PathId
from medaid.fund import vouchers
from medaid.fund.api.common import ROUTES, SignatureShown, trail_shown
from medaid.fund.model.chart import accounts, flows, funds
from medaid.fund.records import Voucher, VoucherLine, VoucherRef
from medaid.months import Month
from medaid.regions import Region


class VoucherLineIn(Body):
    fund: Short
    debit: Short
    credit: Short
    amount: Yuan


class PaperIn(Body):
    """The paper that a voucher rests on: its number, its date, and the SHA-256 of its scan."""

    voucher_id: PathId
    effective: Day
    document: Short
    document_date: Day
    attachment: Sha256


class VoucherIn(PaperIn):
    """`kind` is one of the kinds that people may enter; `origin` the day on which money that comes
    back was first paid."""

    kind: Short
    lines: list[VoucherLineIn] = Field(min_length=1, max_length=40)
    narrative: str = Field("", max_length=200)
    counterpart: str = Field("", max_length=40)
    origin: Day | None = None


class ReversalIn(PaperIn):
    """The voucher that takes another back, and why."""

    reason: Annotated[Reason, Field(max_length=200)]


class OverdraftIn(Body):
    """The document that lets an account fall below zero, and why."""

    document: Short
    reason: Reason


class OverdraftShown(Shown):
    document: str
    reason: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: InstantText


class VoucherShown(Shown):
    """`reverses` names the voucher that this one takes back, `month/number`."""

    voucher_id: str
    kind: str
    kind_name: str
    effective: DayText
    document: str
    document_date: DayText
    attachment: str
    state: str
    lines: list[dict[str, str]]
    narrative: str
    counterpart: str
    origin: DayText
    reverses: str
    overdraft: OverdraftShown | None
    trail: list[SignatureShown]


def _voucher(one: Voucher) -> VoucherShown:
    back, over = one.reverses, one.overdraft
    return VoucherShown.of(
        one,
        kind_name=flows()[one.kind].name,
        lines=[_voucher_line(line) for line in one.lines],
        reverses=f"{back.month}/{back.voucher_id}" if back else "",
        overdraft=OverdraftShown.of(over) if over else None,
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


@ROUTES.post("/fund/{admdvs}/vouchers", "录入凭证", roles=("accountant",), status=201)
def make_voucher(call: Call[None, VoucherIn], admdvs: Region) -> VoucherShown:
    sent = call.body
    lines = tuple(VoucherLine(one.fund, one.debit, one.credit, one.amount) for one in sent.lines)
    draft = replace(
        _paper(sent),
        kind=sent.kind,
        lines=lines,
        narrative=sent.narrative,
        counterpart=sent.counterpart,
        origin=sent.origin,
    )
    made = vouchers.make_voucher(admdvs, draft, *call.acting)
    return _voucher(made)


def _paper(sent: PaperIn) -> Voucher:
    draft = Voucher(sent.voucher_id, "", sent.effective, sent.document, (), "", ())
    return replace(draft, document_date=sent.document_date, attachment=sent.attachment)


@ROUTES.get("/fund/{admdvs}/vouchers/{month}", "凭证清单", roles=READERS, query=ListQuery)
def list_vouchers(call: Call[None, None], admdvs: Region, month: Month) -> Page[VoucherShown]:
    read = partial(vouchers.page_of_vouchers, admdvs, month)
    return paged(call.query, ("vouchers", admdvs, month), read, lambda one: _voucher(one[0]))


@ROUTES.post(
    "/fund/{admdvs}/vouchers/{month}/{voucher_id}/post", "审核入账", roles=("auditor", "finance")
)
def post_voucher(
    call: Call[None, None], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    posted = vouchers.post_voucher(admdvs, month, voucher_id, *call.acting)
    return _voucher(posted)


@ROUTES.post(
    "/fund/{admdvs}/vouchers/{month}/{voucher_id}/reject", "退回凭证", roles=("auditor", "finance")
)
def reject_voucher(
    call: Call[None, WithReason], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    reason = call.body.reason
    rejected = vouchers.reject_voucher(
        admdvs, month, voucher_id, call.by, reason, call.now, call.caller.roles
    )
    return _voucher(rejected)


_VOUCHER: Final = "/fund/{admdvs}/vouchers/{month}/{voucher_id}"


@ROUTES.post(f"{_VOUCHER}/reverse", "冲销凭证", roles=("accountant",), status=201)
def reverse_voucher(
    call: Call[None, ReversalIn], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    draft = replace(_paper(call.body), narrative=call.body.reason)
    original = VoucherRef(month, voucher_id)
    return _voucher(vouchers.reverse_voucher(admdvs, original, draft, *call.acting))


@ROUTES.post(f"{_VOUCHER}/overdraft", "批准透支", roles=("manager",))
def approve_overdraft(
    call: Call[None, OverdraftIn], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    sent, ref = call.body, VoucherRef(month, voucher_id)
    return _voucher(
        vouchers.approve_overdraft(admdvs, ref, sent.document, sent.reason, *call.signing)
    )
