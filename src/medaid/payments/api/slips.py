"""The routes of the bank's word on paper: entered by the cashier, confirmed by the accountant
(J34, Q3.1)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    DayText,
    Decision,
    InstantText,
    ListQuery,
    Long,
    NameOf,
    Page,
    Short,
    Shown,
    Yuan,
    YuanText,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call
from medaid.aws.rest.texts import PathId
from medaid.ids import OfficerId, OrderId
from medaid.payments import service
from medaid.payments.api.paying import READERS, ROUTES
from medaid.payments.model import BankSlip, Outcome, SlipLine, SlipState
from medaid.payments.service import Listeners
from medaid.regions import Region

__all__ = ["ROUTES"]


class SlipLineIn(Body):
    """`outcome` is paid 已付, failed 拒付 or returned 退汇; date and reference are the bank's."""

    order: Annotated[str, Field(min_length=1, max_length=120)]
    amount: Yuan
    outcome: Outcome
    date: date
    reference: Short
    reason: Long = ""


class SlipIn(Body):
    """`total` is the sum that the paper has."""

    lines: list[SlipLineIn]
    total: Yuan


class SlipLineShown(Shown):
    order_id: str
    amount: YuanText
    outcome: Outcome
    day: DayText
    reference: str
    reason: str


class SlipProblemShown(Shown):
    line: int
    order_id: str
    code: str
    says: str


class SlipShown(Shown):
    """`taken` lines changed what was paid; `problems` are those that did not, and why."""

    batch_id: str
    number: str
    state: SlipState
    total: YuanText
    lines: list[SlipLineShown]
    entered_by: str
    entered_by_name: Annotated[str, NameOf("entered_by", "entered_at")] = ""
    entered_at: InstantText
    decided_by: str
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at")] = ""
    decided_at: InstantText
    reason: str
    taken: int
    problems: list[SlipProblemShown]


def slip_shown(one: BankSlip) -> SlipShown:
    report = one.report
    return SlipShown.of(
        one,
        lines=[SlipLineShown.of(line) for line in one.lines],
        taken=report.taken if report else 0,
        problems=[SlipProblemShown.of(found) for found in report.problems] if report else [],
    )


@ROUTES.post(
    "/payments/{admdvs}/batches/{batch}/slips/{number}", "登记银行纸质回单(待会计复核)",
    roles=("cashier",), status=201,
)  # fmt: skip
def enter_slip(
    call: Call[Listeners, SlipIn], admdvs: Region, batch: str, number: PathId
) -> SlipShown:
    sent = call.body
    lines = tuple(
        SlipLine(
            OrderId(one.order), one.amount, one.outcome, one.date, one.reference, one.reason.strip()
        )
        for one in sent.lines
    )
    slip = BankSlip(admdvs, batch, number, lines, sent.total, *call.signing)
    return slip_shown(service.enter_slip(slip, call.caller.roles, call.now))


@ROUTES.post(
    "/payments/{admdvs}/batches/{batch}/slips/{number}/decision", "复核银行纸质回单",
    roles=("accountant",),
)  # fmt: skip
def decide_slip(
    call: Call[Listeners, Decision], admdvs: Region, batch: str, number: PathId
) -> SlipShown:
    sent, caller = call.body, call.caller
    said = sent.approved, sent.reason, OfficerId(caller.subject), caller.roles
    return slip_shown(service.decide_slip(admdvs, batch, number, *said, call.context, call.now))


@ROUTES.get(
    "/payments/{admdvs}/batches/{batch}/slips", "付款批次的纸质回单", roles=READERS, query=ListQuery
)
def list_slips(call: Call[Listeners, None], admdvs: Region, batch: str) -> Page[SlipShown]:
    read = partial(service.page_of_slips, admdvs, batch)
    return paged(call.query, ("slips", admdvs, batch), read, slip_shown)
