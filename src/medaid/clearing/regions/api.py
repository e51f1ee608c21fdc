"""The operators' routes between regions: bills and their steps, disputes, prepayment, suspension
(X7, X12, X14, J35)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from medaid.aws import calendars
from medaid.aws.rest.bodies import Decision, FewQuery, Page, WithReason
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import READERS, Call, Owner, Routes
from medaid.clearing.regions import service
from medaid.clearing.regions.model import BillKind, BillStep, RegionBill
from medaid.clearing.regions.shapes import (
    BillShown,
    Contest,
    DepositIn,
    DepositShown,
    DepositWithdrawalIn,
    FixingIn,
    PaidShown,
    PaperDecision,
    PrepaymentShown,
    PrepaymentUseShown,
    ReturnIn,
    StepIn,
    SuspensionShown,
    bill_shown,
    deposit_shown,
    prepayment_shown,
    suspension_shown,
)
from medaid.errors import Forbidden
from medaid.fund.model.chart import check_funds
from medaid.months import Month, Year
from medaid.payments.model import Duty
from medaid.regions import Region

ROUTES: Routes[None] = Routes("clearing-regions", "异地清算")


@ROUTES.get("/clearing/{admdvs}/bills/{month}", "一个月的清算单", roles=READERS, query=FewQuery)
def list_bills(call: Call[None, None], admdvs: Region, month: Month) -> Page[BillShown]:
    read = partial(service.page_of_bills, admdvs, month)
    return paged(call.query, ("bills", admdvs, month), read, _shown_to(call, admdvs))


@ROUTES.get(
    "/clearing/{admdvs}/prepayments/{year}/bills", "一年的预付单", roles=READERS, query=FewQuery
)
def list_prepayment_bills(call: Call[None, None], admdvs: Region, year: Year) -> Page[BillShown]:
    """What the region is owed and owes: prepayments, and what comes back of them."""
    month = f"{year:04d}-00"
    read = partial(service.page_of_bills, admdvs, month)
    return paged(call.query, ("bills", admdvs, month), read, _shown_to(call, admdvs))


@ROUTES.get("/clearing/{admdvs}/prepayment-use", "预付金使用和预警", roles=READERS, query=FewQuery)
def list_prepayment_use(call: Call[None, None], admdvs: Region) -> Page[PrepaymentUseShown]:
    """How far each region's unpaid bills use what it has paid in here."""
    read = partial(service.page_of_use, admdvs)
    of = ("prepayment use", admdvs)
    return paged(call.query, of, read, lambda one: PrepaymentUseShown.of(one, alert=one.colour))


def _shown_to(call: Call[None, Any], admdvs: Region) -> Callable[[RegionBill], BillShown]:
    return partial(bill_shown, calendar=calendars.current(call.now, admdvs))


@ROUTES.post(
    "/clearing/{admdvs}/bills/{month}/{kind}/{creditor}/{debtor}/{step}", "清算单办理一步",
    roles=("accountant", "cashier", "finance"),
)  # fmt: skip
def advance_bill(
    call: Call[None, StepIn],
    admdvs: Region,
    month: Month,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    step: BillStep,
) -> BillShown:
    return _advanced(call, admdvs, month, kind, creditor, debtor, step)


@ROUTES.post(
    "/clearing/{admdvs}/prepayments/{year}/{kind}/{creditor}/{debtor}/{step}", "预付单办理一步",
    roles=("accountant", "cashier", "finance"),
)  # fmt: skip
def advance_prepayment(
    call: Call[None, StepIn],
    admdvs: Region,
    year: Year,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    step: BillStep,
) -> BillShown:
    return _advanced(call, admdvs, f"{year:04d}-00", kind, creditor, debtor, step)


def _advanced(
    call: Call[None, StepIn],
    admdvs: Region,
    month: str,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    step: BillStep,
) -> BillShown:
    """Finance sees the money in and transfers it, the agency does the rest; the debtor pays, the
    creditor confirms."""
    by_finance = step in (BillStep.IN_FULL, BillStep.TRANSFERRED)
    call.caller.require(*(("finance",) if by_finance else ("accountant", "cashier")))
    if admdvs != (creditor if step is BillStep.CONFIRMED else debtor):
        raise Forbidden("FORBIDDEN", field="step", rule="划拨由参保地办理,收款确认由就医地办理")
    duty: Duty | None = None
    if not by_finance:
        duty = Duty.PAY if "cashier" in call.caller.roles else Duty.ACCOUNT
    paper, roles = call.body.document, call.caller.roles
    made = service.advance_bill(
        creditor, debtor, month, step, call.by, call.now, kind, duty, roles, paper
    )
    return _shown_to(call, admdvs)(made)


@ROUTES.post(
    "/clearing/{admdvs}/bills/{month}/disputes/{creditor}", "对清算单提出争议",
    roles=("accountant", "auditor"),
)  # fmt: skip
def dispute_bill(
    call: Call[None, Contest], admdvs: Region, month: Month, creditor: Region
) -> BillShown:
    sent = call.body
    check_funds(sent.amounts)
    pair = (sent.creditor_city, sent.debtor_city)
    made = service.dispute_bill(
        creditor, admdvs, month, pair, sent.amounts, sent.reason, *call.signing
    )
    return _shown_to(call, admdvs)(made)


@ROUTES.get("/clearing/{admdvs}/prepayments/{treatment}", "在就医地的预付金", roles=READERS)
def show_prepayment(call: Call[None, None], admdvs: Region, treatment: Region) -> PrepaymentShown:
    return _prepayment(call, treatment, admdvs)


@ROUTES.get("/clearing/{admdvs}/paid/{creditor}/{year}", "一年已清算金额", roles=READERS)
def show_paid(call: Call[None, None], admdvs: Region, creditor: Region, year: Year) -> PaidShown:
    return PaidShown(paid=service.paid_in(creditor, admdvs, year))


@ROUTES.post(
    "/clearing/{admdvs}/prepayments/{treatment}/{year}/fix", "核定一年的预付金(待复核)",
    roles=("manager",),
)  # fmt: skip
def fix_prepayment(
    call: Call[None, FixingIn], admdvs: Region, treatment: Region, year: Year
) -> PrepaymentShown:
    service.fix_prepayment(treatment, admdvs, year, call.by, call.now, call.body.last_year)
    return _prepayment(call, treatment, admdvs, year)


@ROUTES.post(
    "/clearing/{admdvs}/prepayments/{treatment}/{year}/fix/decision", "复核一年的预付金",
    roles=("manager", "reviewer"),
)  # fmt: skip
def decide_prepayment(
    call: Call[None, Decision], admdvs: Region, treatment: Region, year: Year
) -> PrepaymentShown:
    sent = call.body
    service.decide_prepayment(treatment, admdvs, year, sent.approved, sent.reason, *call.signing)
    return _prepayment(call, treatment, admdvs, year)


def _prepayment(
    call: Call[None, Any], treatment: Region, paying: Region, year: int | None = None
) -> PrepaymentShown:
    """How it stands, with the bills of a year."""
    bills = service.list_prepayment_bills(treatment, paying, year) if year else ()
    fixings = service.list_fixings(paying, treatment)
    calendar = calendars.current(call.now, paying)
    held = service.find_prepayment(treatment, paying)
    return prepayment_shown(held, fixings, bills, calendar)


@ROUTES.post(
    "/clearing/{admdvs}/deposits/{city}", "登记统筹地区缴入省级财政专户的资金", roles=("cashier",),
    status=201,
)  # fmt: skip
def collect(call: Call[None, DepositIn], admdvs: Region, city: Region) -> DepositShown:
    sent = call.body
    held = service.collect(admdvs, city, sent.document, sent.amounts, *call.acting)
    return deposit_shown(city, held)


@ROUTES.post(
    "/clearing/{admdvs}/deposits/{city}/withdraw", "申请撤回登记错误的缴入资金", roles=("cashier",)
)
def request_deposit_withdrawal(
    call: Call[None, DepositWithdrawalIn], admdvs: Region, city: Region
) -> DepositShown:
    sent = call.body
    held = service.request_deposit_withdrawal(
        admdvs, city, sent.document, sent.reason, *call.acting
    )
    return deposit_shown(city, held)


@ROUTES.post(
    "/clearing/{admdvs}/deposits/{city}/withdraw/decision", "复核撤回缴入资金",
    roles=("accountant",),
)  # fmt: skip
def decide_deposit_withdrawal(
    call: Call[None, PaperDecision], admdvs: Region, city: Region
) -> DepositShown:
    sent = call.body
    held = service.decide_deposit_withdrawal(
        admdvs, city, sent.document, sent.approved, sent.reason, *call.acting
    )
    return deposit_shown(city, held)


@ROUTES.post(
    "/clearing/{admdvs}/deposits/{city}/return", "申请退还统筹地区缴入的资金(待出纳办理)",
    roles=("accountant",), status=201,
)  # fmt: skip
def request_return(call: Call[None, ReturnIn], admdvs: Region, city: Region) -> DepositShown:
    sent = call.body
    held = service.request_return(
        admdvs, city, sent.document, sent.amounts, sent.reason, *call.acting
    )
    return deposit_shown(city, held)


@ROUTES.post(
    "/clearing/{admdvs}/deposits/{city}/return/decision", "办理或不予办理退还", roles=("cashier",)
)
def decide_return(call: Call[None, PaperDecision], admdvs: Region, city: Region) -> DepositShown:
    sent = call.body
    held = service.decide_return(
        admdvs, city, sent.document, sent.approved, sent.reason, *call.acting
    )
    return deposit_shown(city, held)


@ROUTES.get("/clearing/{admdvs}/deposits", "统筹地区缴入的资金", roles=READERS, query=FewQuery)
def list_deposits(call: Call[None, None], admdvs: Region) -> Page[DepositShown]:
    read = partial(service.page_of_deposits, admdvs)
    return paged(call.query, ("deposits", admdvs), read, lambda one: deposit_shown(*one))


@ROUTES.post(
    "/clearing/{admdvs}/suspension/{region}/suspend", "暂停异地直接结算", roles=("manager",),
    owner=Owner.ABOVE,
)  # fmt: skip
def suspend(call: Call[None, WithReason], admdvs: Region, region: Region) -> SuspensionShown:
    reason = call.body.reason
    return suspension_shown(region, service.suspend_region(region, call.by, reason, call.now))


@ROUTES.post(
    "/clearing/{admdvs}/suspension/{region}/lift", "恢复异地直接结算", roles=("manager",),
    owner=Owner.ABOVE,
)  # fmt: skip
def lift(call: Call[None, WithReason], admdvs: Region, region: Region) -> SuspensionShown:
    reason = call.body.reason
    return suspension_shown(region, service.lift_suspension(region, call.by, reason, call.now))


@ROUTES.get("/clearing/{admdvs}/suspension/{region}", "异地直接结算状态", roles=READERS)
def show_suspension(call: Call[None, None], admdvs: Region, region: Region) -> SuspensionShown:
    return suspension_shown(region, service.get_suspension(region))
