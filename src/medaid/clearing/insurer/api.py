"""The operators' routes of insurer-run assistance: contract, bills, payment, evaluation (M二.5,
M三.3)."""

from __future__ import annotations

from typing import Final

from medaid.aws import calendars
from medaid.aws.rest.bodies import (
    Decision,
    NothingMore,
    WithReason,
)
from medaid.aws.rest.table import READERS, Call, Routes
from medaid.clearing.insurer import service
from medaid.clearing.insurer.model import (
    Contract,
    InsurerPeriod,
    RecordedPart,
    Signed,
    Survey,
)
from medaid.clearing.insurer.shapes import (
    Conclusion,
    ContractShown,
    Ending,
    EvaluationShown,
    FeePaid,
    InsurerBillShown,
    RefundIn,
    SurveyIn,
    YearShown,
    bill_shown,
    contract_shown,
    evaluation_shown,
)
from medaid.errors import Forbidden
from medaid.months import Year
from medaid.regions import Region

ROUTES: Routes[None] = Routes("clearing-insurer", "承办保险机构")
YEAR: Final = "/clearing/{admdvs}/insurer/{year}"


def check_city(admdvs: Region) -> None:
    """That a city asks: the contract is its own. Raises Forbidden."""
    if admdvs != admdvs.city:
        raise Forbidden("FORBIDDEN", field="admdvs", rule="承办合同由市级签订")


@ROUTES.post(f"{YEAR}/contract", "录入承办合同(待复核)", roles=("manager",), status=201)
def propose_contract(call: Call[None, Conclusion], admdvs: Region, year: Year) -> ContractShown:
    check_city(admdvs)
    sent = call.body
    contract = Contract(
        admdvs, year, sent.insurer, sent.name, sent.reserve, sent.chosen_on, sent.signed_on
    )
    made = service.propose_contract(contract, *call.signing)
    return contract_shown(made, calendars.current(call.now, admdvs))


@ROUTES.post(f"{YEAR}/contract/decision", "复核承办合同或其提前终止", roles=("manager", "reviewer"))
def decide_contract(call: Call[None, Decision], admdvs: Region, year: Year) -> ContractShown:
    check_city(admdvs)
    sent = call.body
    made = service.decide_contract(admdvs, year, sent.approved, sent.reason, *call.signing)
    return contract_shown(made, calendars.current(call.now, admdvs))


@ROUTES.post(f"{YEAR}/contract/end", "申请提前终止承办合同(待复核)", roles=("manager",))
def end_contract(call: Call[None, Ending], admdvs: Region, year: Year) -> ContractShown:
    check_city(admdvs)
    sent = call.body
    made = service.end_contract(admdvs, year, sent.last_day, sent.reason, *call.signing)
    return contract_shown(made, calendars.current(call.now, admdvs))


@ROUTES.get(YEAR, "承办合同、账单与考核", roles=READERS)
def show_year(call: Call[None, None], admdvs: Region, year: Year) -> YearShown:
    city = admdvs.city
    contract = service.any_contract(city, year)
    mine = [b for b in service.list_bills(city, year) if admdvs in (city, b.district)]
    return YearShown(
        contract=contract_shown(contract, calendars.current(call.now, city)) if contract else None,
        bills=[bill_shown(one) for one in mine],
        evaluation=evaluation_shown(service.evaluate(city, year, call.now)),
    )


@ROUTES.post(f"{YEAR}/survey", "登记承办机构满意度调查", roles=("manager",), status=201)
def survey(call: Call[None, SurveyIn], admdvs: Region, year: Year) -> EvaluationShown:
    check_city(admdvs)
    sent = call.body
    said = Survey(
        sent.persons_asked,
        sent.persons_satisfied,
        sent.institutions_asked,
        sent.institutions_satisfied,
        sent.conclusion,
        Signed("survey", *call.signing),
    )
    service.survey(admdvs, year, said)
    return evaluation_shown(service.evaluate(admdvs, year, call.now))


@ROUTES.post(f"{YEAR}/bills/{{period}}/approve", "审核承办账单", roles=("auditor", "reviewer"))
def approve_bill(
    call: Call[None, NothingMore], admdvs: Region, year: Year, period: InsurerPeriod
) -> InsurerBillShown:
    return bill_shown(service.approve_bill(admdvs, year, period, *call.acting))


@ROUTES.post(f"{YEAR}/bills/{{period}}/pay", "向承办保险机构拨付", roles=("finance",))
def pay_bill(
    call: Call[None, NothingMore], admdvs: Region, year: Year, period: InsurerPeriod
) -> InsurerBillShown:
    return bill_shown(service.pay_bill(admdvs, year, period, *call.acting))


@ROUTES.post(
    f"{YEAR}/bills/{{period}}/receive", "登记承办保险机构退回的多拨款项", roles=("finance",)
)
def receive_refund(
    call: Call[None, RefundIn], admdvs: Region, year: Year, period: InsurerPeriod
) -> InsurerBillShown:
    sent = call.body
    held = service.receive_refund(
        admdvs, year, period, sent.document, sent.received_on, *call.acting
    )
    return bill_shown(held)


@ROUTES.post(f"{YEAR}/fees/{{district}}/pay", "登记服务费由预算支付", roles=("finance",))
def pay_fee(
    call: Call[None, FeePaid], admdvs: Region, year: Year, district: Region
) -> InsurerBillShown:
    document = call.body.document
    return bill_shown(service.pay_fee(district, year, admdvs, document, *call.signing))


# -------------------------------------------------------------------------------------------------
# what was recorded by a wrong paper: taken back by two


@ROUTES.post(
    f"{YEAR}/bills/{{period}}/receive/withdraw", "申请撤回退回款项的登记", roles=("finance",)
)
def request_refund_undo(
    call: Call[None, WithReason], admdvs: Region, year: Year, period: InsurerPeriod
) -> InsurerBillShown:
    reason = call.body.reason
    where = admdvs, year, period, admdvs
    return bill_shown(service.request_undo(RecordedPart.REFUND, *where, reason, *call.signing))


@ROUTES.post(
    f"{YEAR}/bills/{{period}}/receive/withdraw/decision", "复核撤回退回款项的登记",
    roles=("finance", "manager"),
)  # fmt: skip
def decide_refund_undo(
    call: Call[None, Decision], admdvs: Region, year: Year, period: InsurerPeriod
) -> InsurerBillShown:
    sent = call.body
    said = RecordedPart.REFUND, admdvs, year, period, admdvs, sent.approved, sent.reason
    return bill_shown(service.decide_undo(*said, *call.signing))


@ROUTES.post(f"{YEAR}/fees/{{district}}/pay/withdraw", "申请撤回服务费登记", roles=("finance",))
def request_fee_undo(
    call: Call[None, WithReason], admdvs: Region, year: Year, district: Region
) -> InsurerBillShown:
    reason = call.body.reason
    where = district, year, InsurerPeriod.TRUE_UP, admdvs
    return bill_shown(service.request_undo(RecordedPart.FEE, *where, reason, *call.signing))


@ROUTES.post(
    f"{YEAR}/fees/{{district}}/pay/withdraw/decision", "复核撤回服务费登记",
    roles=("finance", "manager"),
)  # fmt: skip
def decide_fee_undo(
    call: Call[None, Decision], admdvs: Region, year: Year, district: Region
) -> InsurerBillShown:
    sent = call.body
    where = district, year, InsurerPeriod.TRUE_UP, admdvs
    said = RecordedPart.FEE, *where, sent.approved, sent.reason
    return bill_shown(service.decide_undo(*said, *call.signing))
