"""The routes of receipts: what another region, or a system of the own region, has paid on a receipt
is reported, so that nobody pays on it again (Q3.2)."""

from __future__ import annotations

from pydantic import Field

from medaid.aws.rest.bodies import Body, Short, Shown
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.receipts import service
from medaid.receipts.model import Holder, HolderKind, ReceiptNumber
from medaid.regions import Region

ROUTES: Routes[None] = Routes("receipts", "票据:一张票据只能报销一次")


class ReceiptQuery(Body):
    """A receipt as it is printed or was written; a digital invoice has no code."""

    bill_code: str = Field("", max_length=64)
    bill_no: str = Field(max_length=64)


class ReportIn(ReceiptQuery):
    """`payment_id` is the reporting region's own number of the payment."""

    payment_id: Short


class HolderShown(Shown):
    """Who holds a receipt; empty where nobody does. `possible_duplicates` are those that hold one
    which differs in leading zeros only."""

    bill_code: str
    bill_no: str
    holder: str
    kind: HolderKind | None
    admdvs: str
    possible_duplicates: list[str]


@ROUTES.get(
    "/receipts/holder",
    "票据由谁使用",
    roles=("intake", "auditor", "reviewer", "inspector", "manager"),
    owner=Owner.OBJECT,
    query=ReceiptQuery,
)
def get_holder(call: Call[None, None]) -> HolderShown:
    query = call.query
    receipt = ReceiptNumber.parse(query.bill_code, query.bill_no, "receipt")
    return _shown(receipt, service.holder(receipt))


@ROUTES.post(
    "/receipts/{admdvs}/reports", "报告票据已在其他系统支付", roles=("intake", "manager"),
    status=201,
)  # fmt: skip
def report_receipt(call: Call[None, ReportIn], admdvs: Region) -> HolderShown:
    body = call.body
    receipt = service.report(body.bill_code, body.bill_no, body.payment_id, admdvs, call.now)
    return _shown(receipt, service.holder(receipt))


@ROUTES.post("/receipts/{admdvs}/reports/withdraw", "撤回票据支付报告", roles=("manager",))
def withdraw_report(call: Call[None, ReportIn], admdvs: Region) -> HolderShown:
    body = call.body
    receipt = service.withdraw_report(
        body.bill_code, body.bill_no, body.payment_id, admdvs, call.now
    )
    return _shown(receipt, None)


def _shown(receipt: ReceiptNumber, holder: Holder | None) -> HolderShown:
    near = service.possible_duplicates(receipt)
    return HolderShown(
        bill_code=receipt.code,
        bill_no=receipt.number,
        holder=holder.id if holder else "",
        kind=holder.kind if holder else None,
        admdvs=holder.region if holder else "",
        possible_duplicates=[one.id for one in near],
    )
