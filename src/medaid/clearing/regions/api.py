"""The operators' routes between regions: bills and their steps, disputes, prepayment, suspension
(X7, X12, X14, J35)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    NameOf,
    NothingMore,
    Reason,
    Shown,
    WithReason,
    Yuan,
    YuanText,
)
from medaid.aws.rest.table import READERS, Call, Owner, Routes
from medaid.clearing.regions import service
from medaid.clearing.regions.model import Bill, BillKind, BillStep, Suspension
from medaid.errors import Forbidden
from medaid.fund.model.chart import check_funds
from medaid.ids import OfficerId
from medaid.months import Month, Year
from medaid.payments.model import Duty
from medaid.regions import Region

ROUTES: Routes[None] = Routes("clearing-regions", "异地清算")


class PartShown(Shown):
    debtor: str
    creditor: str
    amounts: dict[str, YuanText]
    disputed: dict[str, YuanText]


class StepShown(Shown):
    name: BillStep
    at: datetime
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""


class DisputeShown(Shown):
    debtor: str
    creditor: str
    amounts: dict[str, YuanText]
    reason: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime


class BillShown(Shown):
    bill_id: str
    creditor: str
    debtor: str
    month: str
    kind: BillKind
    state: BillStep
    count: int
    total: YuanText
    parts: list[PartShown]
    steps: list[StepShown]
    disputes: list[DisputeShown]


class BillsShown(Shown):
    bills: list[BillShown]


class PrepaymentShown(Shown):
    held: dict[str, YuanText]
    bills: list[BillShown] = Field(default_factory=list)


class SuspensionShown(Shown):
    region: str
    suspended: bool
    history: list[dict[str, str]]


class Contest(Body):
    creditor_city: Admdvs
    debtor_city: Admdvs
    amounts: dict[str, Yuan]
    reason: Reason


class Fixing(Body):
    last_year: dict[str, Yuan] | None = None
    """Last year's payments by fund where they were not cleared here."""


def _bill(one: Bill) -> BillShown:
    payable = one.payable()
    return BillShown.of(
        one,
        total=one.total(),
        parts=[
            PartShown(
                debtor=pair[1],
                creditor=pair[0],
                amounts=payable.get(pair, {}),
                disputed=dict(one.disputed.get(pair, {})),
            )
            for pair in one.parts
        ],
        steps=[StepShown.of(step) for step in one.steps],
        disputes=[DisputeShown.of(dispute, amounts=dispute.by_fund) for dispute in one.disputes],
    )


@ROUTES.get("/clearing/{admdvs}/bills/{month}", "一个月的清算单", roles=READERS)
def show_bills(call: Call[None, None], admdvs: Region, month: Month) -> BillsShown:
    mine = [*service.list_owed_to(admdvs, month), *service.list_owed_by(admdvs, month)]
    return BillsShown(bills=[_bill(one) for one in mine])


@ROUTES.post(
    "/clearing/{admdvs}/bills/{month}/{kind}/{creditor}/{debtor}/{step}",
    "清算单办理一步",
    roles=("accountant", "cashier", "finance"),
    body=NothingMore,
)
def advance_bill(
    call: Call[None, NothingMore],
    admdvs: Region,
    month: Month,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    step: BillStep,
) -> BillShown:
    return _advanced(call, admdvs, month, kind, creditor, debtor, step)


@ROUTES.post(
    "/clearing/{admdvs}/prepayments/{year}/{kind}/{creditor}/{debtor}/{step}",
    "预付单办理一步",
    roles=("accountant", "cashier", "finance"),
    body=NothingMore,
)
def advance_prepayment(
    call: Call[None, NothingMore],
    admdvs: Region,
    year: Year,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    step: BillStep,
) -> BillShown:
    return _advanced(call, admdvs, f"{year:04d}-00", kind, creditor, debtor, step)


def _advanced(
    call: Call[None, NothingMore],
    admdvs: Region,
    month: str,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    step: BillStep,
) -> BillShown:
    """Finance transfers, the agency does the rest; the debtor pays, the creditor confirms."""
    call.caller.require(
        *(("finance",) if step is BillStep.TRANSFERRED else ("accountant", "cashier"))
    )
    if admdvs != (creditor if step is BillStep.CONFIRMED else debtor):
        raise Forbidden("FORBIDDEN", field="step", rule="划拨由参保地办理,收款确认由就医地办理")
    by, roles = OfficerId(call.caller.subject), call.caller.roles
    duty: Duty | None = None
    if step is not BillStep.TRANSFERRED:
        duty = Duty.PAY if "cashier" in roles else Duty.ACCOUNT
    return _bill(
        service.advance_bill(creditor, debtor, month, step, by, call.now, kind, duty, roles)
    )


@ROUTES.post(
    "/clearing/{admdvs}/bills/{month}/disputes/{creditor}",
    "对清算单提出争议",
    roles=("accountant", "auditor"),
    body=Contest,
)
def dispute_bill(
    call: Call[None, Contest], admdvs: Region, month: Month, creditor: Region
) -> BillShown:
    sent = call.body
    check_funds(sent.amounts)
    pair = (sent.creditor_city, sent.debtor_city)
    by = OfficerId(call.caller.subject)
    return _bill(
        service.dispute_bill(creditor, admdvs, month, pair, sent.amounts, sent.reason, by, call.now)
    )


@ROUTES.get("/clearing/{admdvs}/prepayments/{treatment}", "在就医地的预付金", roles=READERS)
def show_prepayment(call: Call[None, None], admdvs: Region, treatment: Region) -> PrepaymentShown:
    return PrepaymentShown(held=service.get_prepayment(treatment, admdvs))


@ROUTES.get("/clearing/{admdvs}/paid/{creditor}/{year}", "一年已清算金额", roles=READERS)
def show_paid(
    call: Call[None, None], admdvs: Region, creditor: Region, year: Year
) -> PrepaymentShown:
    return PrepaymentShown(held=service.paid_in(creditor, admdvs, year))


@ROUTES.post(
    "/clearing/{admdvs}/prepayments/{treatment}/{year}/fix",
    "核定一年的预付金",
    roles=("manager",),
    body=Fixing,
)
def fix_prepayment(
    call: Call[None, Fixing], admdvs: Region, treatment: Region, year: Year
) -> PrepaymentShown:
    last_year = call.body.last_year
    if last_year is not None:
        check_funds(last_year, "last_year")
    made = service.fix_prepayment(treatment, admdvs, year, call.now, last_year)
    return PrepaymentShown(
        held=service.get_prepayment(treatment, admdvs), bills=[_bill(one) for one in made]
    )


@ROUTES.post(
    "/clearing/{admdvs}/suspension/{region}/suspend",
    "暂停异地直接结算",
    roles=("manager",),
    owner=Owner.ABOVE,
    body=WithReason,
)
def suspend(call: Call[None, WithReason], admdvs: Region, region: Region) -> SuspensionShown:
    by, reason = call.caller.subject, call.body.reason
    return _suspension(region, service.suspend_region(region, by, reason, call.now))


@ROUTES.post(
    "/clearing/{admdvs}/suspension/{region}/lift",
    "恢复异地直接结算",
    roles=("manager",),
    owner=Owner.ABOVE,
    body=WithReason,
)
def lift(call: Call[None, WithReason], admdvs: Region, region: Region) -> SuspensionShown:
    by, reason = call.caller.subject, call.body.reason
    return _suspension(region, service.lift_suspension(region, by, reason, call.now))


@ROUTES.get("/clearing/{admdvs}/suspension/{region}", "异地直接结算状态", roles=READERS)
def show_suspension(call: Call[None, None], admdvs: Region, region: Region) -> SuspensionShown:
    return _suspension(region, service.get_suspension(region))


def _suspension(region: Region, found: Suspension) -> SuspensionShown:
    history = [
        {
            "to": "suspended" if one.suspended else "open",
            "by": one.by,
            "reason": one.reason,
            "at": one.at.isoformat(),
        }
        for one in found.history
    ]
    return SuspensionShown(region=region, suspended=found.active, history=history)
