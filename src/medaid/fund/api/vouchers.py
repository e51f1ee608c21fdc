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
from medaid.aws.rest.offers import OfferShown, offers
from medaid.aws.rest.pages import paged, whole
from medaid.aws.rest.table import READERS, Call
from medaid.aws.rest.texts import Day, PathId
from medaid.fund import voucher_rules, vouchers
from medaid.fund.api.common import ROUTES, SignatureShown, trail_shown
from medaid.fund.model.chart import Flow, accounts, flows, funds
from medaid.fund.records import Voucher, VoucherLine, VoucherRef
from medaid.instants import civil_date
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


class VoucherEdgeShown(Shown):
    """What a line may debit and credit, by account number and name, and in which funds."""

    debit: str
    debit_name: str
    credit: str
    credit_name: str
    funds: list[str]


class VoucherKindShown(Shown):
    """A kind that people may enter today: `counterpart` must be named, `origin` is asked for (the
    day on which money that comes back was first paid)."""

    kind: str
    name: str
    cite: str
    counterpart: bool
    origin: bool
    edges: list[VoucherEdgeShown]


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


class VoucherPageShown(VoucherShown):
    """With the acts that the API lets this caller do on it now."""

    offers: list[OfferShown]


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


_VOUCHER: Final = "/fund/{admdvs}/vouchers/{month}/{voucher_id}"


@ROUTES.get(_VOUCHER, "一张凭证", roles=READERS)
def show_voucher(
    call: Call[None, None], admdvs: Region, month: Month, voucher_id: str
) -> VoucherPageShown:
    held, _ = vouchers.get_voucher(admdvs, month, voucher_id)
    acts = vouchers.open_acts(admdvs, held, call.by, call.now)
    return VoucherPageShown.of(_voucher(held), offers=offers(call, ROUTES, _VOUCHER, acts))


@ROUTES.get("/fund/{admdvs}/voucher-kinds", "可录入的凭证业务", roles=READERS)
def list_voucher_kinds(call: Call[None, None], admdvs: Region) -> Page[VoucherKindShown]:
    kinds = voucher_rules.kinds_on(admdvs, civil_date(call.now))
    return whole(_kind(one) for one in kinds)


def _kind(flow: Flow) -> VoucherKindShown:
    edges = flow.pairs or [(d, c) for d in sorted(flow.debit) for c in sorted(flow.credit)]
    shown = [edge for debit, credit in edges if (edge := _edge(debit, credit)).funds]
    return VoucherKindShown.of(flow, origin=bool(flow.origin), edges=shown)


def _edge(debit: str, credit: str) -> VoucherEdgeShown:
    chart = accounts()
    of = {
        fund.key: (chart[f"{fund.code}-{debit}"].name, chart[f"{fund.code}-{credit}"].name)
        for fund in funds().values()
        if f"{fund.code}-{debit}" in chart and f"{fund.code}-{credit}" in chart
    }
    names = next(iter(of.values()), ("", ""))
    return VoucherEdgeShown(
        debit=debit, debit_name=names[0], credit=credit, credit_name=names[1], funds=list(of)
    )


@ROUTES.post(f"{_VOUCHER}/post", "审核入账", roles=("auditor", "finance"))
def post_voucher(
    call: Call[None, None], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    posted = vouchers.post_voucher(admdvs, month, voucher_id, *call.acting)
    return _voucher(posted)


@ROUTES.post(f"{_VOUCHER}/reject", "退回凭证", roles=("auditor", "finance"))
def reject_voucher(
    call: Call[None, WithReason], admdvs: Region, month: Month, voucher_id: str
) -> VoucherShown:
    reason = call.body.reason
    rejected = vouchers.reject_voucher(
        admdvs, month, voucher_id, call.by, reason, call.now, call.caller.roles
    )
    return _voucher(rejected)


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
