"""The operators' routes of insurer-run assistance: contract, bills, payment, evaluation (M二.5,
M三.3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from medaid.aws.rest.bodies import Body, NameOf, NothingMore, Short, Shown, Yuan, YuanText
from medaid.aws.rest.table import READERS, Call, Routes
from medaid.clearing.insurer import service
from medaid.clearing.insurer.model import BillState, Contract, Period
from medaid.errors import Forbidden
from medaid.months import Year
from medaid.regions import Region

ROUTES: Routes[None] = Routes("clearing-insurer", "承办保险机构")


class Conclusion(Body):
    insurer: Short
    name: Short
    reserve: Yuan


class ContractShown(Shown):
    city: str
    year: int
    insurer: str
    name: str
    reserve: YuanText


class InsurerBillShown(Shown):
    district: str
    period: Period
    fronted: YuanText
    fee: YuanText
    payer: str
    state: BillState
    due: date
    cite: str
    paid_by: str
    paid_by_name: Annotated[str, NameOf("paid_by")] = ""


class EvaluationShown(Shown):
    fronted: YuanText
    billed: YuanText
    bills: int
    bills_paid: int
    reserve_in_use_per_mille: int


class YearShown(Shown):
    bills: list[InsurerBillShown]
    evaluation: EvaluationShown


@ROUTES.post(
    "/clearing/{admdvs}/insurer/{year}/contract",
    "签订承办合同",
    roles=("manager",),
    body=Conclusion,
    status=201,
)
def conclude_contract(call: Call[None, Conclusion], admdvs: Region, year: Year) -> ContractShown:
    if admdvs != admdvs.city:
        raise Forbidden("FORBIDDEN", field="admdvs", rule="承办合同由市级签订")
    sent = call.body
    made = service.conclude_contract(Contract(admdvs, year, sent.insurer, sent.name, sent.reserve))
    return ContractShown.of(made)


@ROUTES.get("/clearing/{admdvs}/insurer/{year}", "承办账单与考核数据", roles=READERS)
def show_year(call: Call[None, None], admdvs: Region, year: Year) -> YearShown:
    city = admdvs.city
    mine = [b for b in service.list_bills(city, year) if admdvs in (city, b.district)]
    found = service.evaluate(city, year, call.now)
    return YearShown(
        bills=[InsurerBillShown.of(one) for one in mine],
        evaluation=EvaluationShown.of(found),
    )


@ROUTES.post(
    "/clearing/{admdvs}/insurer/{year}/bills/{period}/pay",
    "向承办保险机构拨付",
    roles=("finance",),
    body=NothingMore,
)
def pay_bill(
    call: Call[None, NothingMore], admdvs: Region, year: Year, period: Period
) -> InsurerBillShown:
    paid = service.pay_bill(admdvs, year, period, call.caller.subject, call.now)
    return InsurerBillShown.of(paid)
