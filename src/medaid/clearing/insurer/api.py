"""The operators' routes of insurer-run assistance: contract, bills, payment, evaluation (M二.5,
M三.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from pydantic import Field

from medaid.aws import calendars
from medaid.aws.rest.bodies import (
    Body,
    Decision,
    NameOf,
    NothingMore,
    Reason,
    Short,
    Shown,
    Yuan,
    YuanText,
)
from medaid.aws.rest.table import READERS, Call, Routes
from medaid.clearing.insurer import rules, service
from medaid.clearing.insurer.model import (
    BillState,
    Contract,
    ContractState,
    Evaluation,
    InsurerBill,
    Period,
    Signed,
    Survey,
)
from medaid.errors import Forbidden
from medaid.ids import OfficerId
from medaid.months import Year
from medaid.regions import Region
from medaid.workdays import Calendar

ROUTES: Routes[None] = Routes("clearing-insurer", "承办保险机构")
_YEAR: Final = "/clearing/{admdvs}/insurer/{year}"


class Conclusion(Body):
    """`chosen_on` is the day the insurer was chosen by tender, `signed_on` that of the contract."""

    insurer: Short
    name: Short
    reserve: Yuan
    chosen_on: date
    signed_on: date


class Ending(Body):
    last_day: date
    reason: Reason


class FeePaid(Body):
    document: Short


class SurveyIn(Body):
    persons_asked: int = Field(gt=0, le=10**7, strict=True)
    persons_satisfied: int = Field(ge=0, le=10**7, strict=True)
    institutions_asked: int = Field(gt=0, le=10**5, strict=True)
    institutions_satisfied: int = Field(ge=0, le=10**5, strict=True)
    conclusion: Reason


class SignedShown(Shown):
    act: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime
    reason: str


class ContractShown(Shown):
    """`sign_by` is the last day on which it had to be signed (M四)."""

    city: str
    year: int
    insurer: str
    name: str
    reserve: YuanText
    chosen_on: date
    signed_on: date
    sign_by: date
    signed_late: bool
    state: ContractState
    last_day: date | None
    trail: list[SignedShown]


class InsurerBillShown(Shown):
    district: str
    period: Period
    fronted: YuanText
    fee: YuanText
    payer: str
    state: BillState
    due: date
    cite: str
    approved_by: str
    approved_by_name: Annotated[str, NameOf("approved_by")] = ""
    paid_by: str
    paid_by_name: Annotated[str, NameOf("paid_by")] = ""
    fee_document: str
    fee_paid_by: str
    fee_paid_by_name: Annotated[str, NameOf("fee_paid_by")] = ""


class SurveyShown(Shown):
    persons_asked: int
    persons_satisfied: int
    institutions_asked: int
    institutions_satisfied: int
    conclusion: str
    signed: SignedShown


class EvaluationShown(Shown):
    fronted: YuanText
    fronted_last_year: YuanText
    billed: YuanText
    bills: int
    bills_paid: int
    reserve_in_use: YuanText
    reserve_in_use_per_mille: int
    reserve_exceeded: YuanText
    surveys: list[SurveyShown]


class YearShown(Shown):
    contract: ContractShown | None
    bills: list[InsurerBillShown]
    evaluation: EvaluationShown


def _contract(one: Contract, calendar: Calendar) -> ContractShown:
    last = rules.sign_by(one, calendar)
    return ContractShown.of(
        one,
        sign_by=last,
        signed_late=one.signed_on > last,
        trail=[SignedShown.of(act) for act in one.trail],
    )


def _bill(one: InsurerBill) -> InsurerBillShown:
    return InsurerBillShown.of(
        one,
        approved_by=one.approved_by or "",
        paid_by=one.paid_by or "",
        fee_paid_by=one.fee_paid_by or "",
    )


def _evaluation(one: Evaluation) -> EvaluationShown:
    surveys = [SurveyShown.of(each, signed=SignedShown.of(each.signed)) for each in one.surveys]
    return EvaluationShown.of(one, surveys=surveys)


def _check_city(admdvs: Region) -> None:
    if admdvs != admdvs.city:
        raise Forbidden("FORBIDDEN", field="admdvs", rule="承办合同由市级签订")


@ROUTES.post(f"{_YEAR}/contract", "录入承办合同(待复核)", roles=("manager",), status=201)
def propose_contract(call: Call[None, Conclusion], admdvs: Region, year: Year) -> ContractShown:
    _check_city(admdvs)
    sent, by = call.body, OfficerId(call.caller.subject)
    contract = Contract(
        admdvs, year, sent.insurer, sent.name, sent.reserve, sent.chosen_on, sent.signed_on
    )
    made = service.propose_contract(contract, by, call.now)
    return _contract(made, calendars.current(call.now, admdvs))


@ROUTES.post(
    f"{_YEAR}/contract/decision", "复核承办合同或其提前终止", roles=("manager", "reviewer")
)
def decide_contract(call: Call[None, Decision], admdvs: Region, year: Year) -> ContractShown:
    _check_city(admdvs)
    sent, by = call.body, OfficerId(call.caller.subject)
    made = service.decide_contract(admdvs, year, sent.approved, sent.reason, by, call.now)
    return _contract(made, calendars.current(call.now, admdvs))


@ROUTES.post(f"{_YEAR}/contract/end", "申请提前终止承办合同(待复核)", roles=("manager",))
def end_contract(call: Call[None, Ending], admdvs: Region, year: Year) -> ContractShown:
    _check_city(admdvs)
    sent, by = call.body, OfficerId(call.caller.subject)
    made = service.end_contract(admdvs, year, sent.last_day, sent.reason, by, call.now)
    return _contract(made, calendars.current(call.now, admdvs))


@ROUTES.get(_YEAR, "承办合同、账单与考核", roles=READERS)
def show_year(call: Call[None, None], admdvs: Region, year: Year) -> YearShown:
    city = admdvs.city
    contract = service.any_contract(city, year)
    mine = [b for b in service.list_bills(city, year) if admdvs in (city, b.district)]
    return YearShown(
        contract=_contract(contract, calendars.current(call.now, city)) if contract else None,
        bills=[_bill(one) for one in mine],
        evaluation=_evaluation(service.evaluate(city, year, call.now)),
    )


@ROUTES.post(f"{_YEAR}/survey", "登记承办机构满意度调查", roles=("manager",), status=201)
def survey(call: Call[None, SurveyIn], admdvs: Region, year: Year) -> EvaluationShown:
    _check_city(admdvs)
    sent = call.body
    said = Survey(
        sent.persons_asked,
        sent.persons_satisfied,
        sent.institutions_asked,
        sent.institutions_satisfied,
        sent.conclusion,
        Signed("survey", OfficerId(call.caller.subject), call.now),
    )
    service.survey(admdvs, year, said)
    return _evaluation(service.evaluate(admdvs, year, call.now))


@ROUTES.post(f"{_YEAR}/bills/{{period}}/approve", "审核承办账单", roles=("auditor", "reviewer"))
def approve_bill(
    call: Call[None, NothingMore], admdvs: Region, year: Year, period: Period
) -> InsurerBillShown:
    by, roles = OfficerId(call.caller.subject), call.caller.roles
    return _bill(service.approve_bill(admdvs, year, period, by, call.now, roles))


@ROUTES.post(f"{_YEAR}/bills/{{period}}/pay", "向承办保险机构拨付", roles=("finance",))
def pay_bill(
    call: Call[None, NothingMore], admdvs: Region, year: Year, period: Period
) -> InsurerBillShown:
    by = OfficerId(call.caller.subject)
    return _bill(service.pay_bill(admdvs, year, period, by, call.now))


@ROUTES.post(f"{_YEAR}/fees/{{district}}/pay", "登记服务费由预算支付", roles=("finance",))
def pay_fee(
    call: Call[None, FeePaid], admdvs: Region, year: Year, district: Region
) -> InsurerBillShown:
    by, document = OfficerId(call.caller.subject), call.body.document
    return _bill(service.pay_fee(district, year, admdvs, document, by, call.now))
