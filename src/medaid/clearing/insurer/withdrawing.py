"""What was recorded of a bill by a wrong paper, the fee or the insurer's money that came in, taken
back by two people of the office that keeps it (Q3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Write
from medaid.clearing.insurer.model import (
    BillState,
    InsurerBill,
    InsurerPeriod,
    RecordedPart,
    Signed,
)
from medaid.clearing.insurer.paying import bill_changed, refund_entry
from medaid.errors import Conflict, Forbidden, check_said
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.payments.service import check_second
from medaid.regions import Region


def request_undo(
    what: RecordedPart,
    district: Region,
    year: int,
    period: InsurerPeriod,
    office: Region,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> InsurerBill:
    """First of the two who take back that the fee was paid, or that the insurer's money came. It
    counts until the second has decided.

    Raises Refused NOT_FOUND, Forbidden where another region owes the fee, Conflict STATE where
    nothing is recorded or it was asked for already.
    """

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        _check_recorded(bill, what, office)
        if bill.asked(what) is not None:
            raise Conflict("STATE", field=what.value, rule="已申请撤回,尚未复核")
        return replace(bill, trail=(*bill.trail, Signed(what.asked, by, now, reason))), []

    return bill_changed(district, year, period, now, change)


def decide_undo(
    what: RecordedPart,
    district: Region,
    year: int,
    period: InsurerPeriod,
    office: Region,
    approved: bool,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> InsurerBill:
    """Second of the two. Agreed to, it waits for another paper: the entry of money that came in is
    mirrored. Not agreed to, it stands.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE unless the first
    asked, Forbidden where another region owes the fee, SEPARATION for the first (Q3.1).
    """
    check_said(approved, reason)

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        _check_recorded(bill, what, office)
        asked = bill.asked(what)
        if asked is None:
            raise Conflict("STATE", field=what.value, rule="尚未申请撤回")
        check_second(office, by, asked.by, asked.at, now, "申请与复核撤回不得为同一人")
        act = Signed(what.decided(approved), by, now, reason)
        decided = replace(bill, trail=(*bill.trail, act))
        return _undone(decided, what, reason, now) if approved else (decided, [])

    return bill_changed(district, year, period, now, change)


def _check_recorded(bill: InsurerBill, what: RecordedPart, office: Region) -> None:
    if what is RecordedPart.FEE and bill.payer != office:
        raise Forbidden("FORBIDDEN", field="admdvs", rule=f"服务费由 {bill.payer} 预算承担")
    recorded = bool(bill.fee_document)
    if what is RecordedPart.REFUND:
        recorded = bill.state is BillState.PAID and bill.fronted < 0
    if not recorded:
        raise Conflict("STATE", field=what.value, rule="没有可撤回的登记")


def _undone(
    bill: InsurerBill, what: RecordedPart, reason: str, now: datetime
) -> tuple[InsurerBill, list[Write]]:
    if what is RecordedPart.FEE:
        return replace(bill, fee_document="", fee_paid_by=None), []
    booked = refund_entry(bill, now)
    mirror = reversing(booked, f"{booked.source}-R", civil_date(now), now, reason)
    waits = replace(bill, state=BillState.APPROVED, paid_by=None, paid_on=None, bank_reference="")
    return replace(waits, undone=bill.undone + 1), fund.posting(mirror)
