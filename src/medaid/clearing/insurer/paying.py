"""An insurer's bill, approved by one and paid by another (M二.5, Q3.1), and the fee that no fund
pays (M二.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, Write, transact
from medaid.clearing.insurer import store
from medaid.clearing.insurer.model import FUND, BillState, InsurerBill, Period
from medaid.errors import Conflict, Forbidden, Refused
from medaid.fund import service as fund
from medaid.fund.model import journal
from medaid.ids import OfficerId
from medaid.payments.model import Duty
from medaid.payments.service import check_second, claim_duty
from medaid.regions import Region


def _bill_changed(
    district: Region,
    year: int,
    period: Period,
    now: datetime,
    change: Callable[[InsurerBill], tuple[InsurerBill, list[Write]]],
) -> InsurerBill:
    """A bill as `change` leaves it; the same bill writes nothing. Raises Refused NOT_FOUND."""

    def decide() -> Decided[InsurerBill]:
        held = store.find_bill(district.city, year, period, district)
        if held is None:
            raise Refused("NOT_FOUND", field="bill", rule=f"{district} {year} {period} 无账单")
        after, writes = change(held.bill)
        if after == held.bill:
            return Decided(after)
        return Decided(after, [store.replace_bill(held, after, now), *writes])

    return transact(decide, fund.refuse_as_changed)


def approve_bill(
    district: Region,
    year: int,
    period: Period,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> InsurerBill:
    """The district's auditor agrees to a bill; twice changes nothing. Raises Refused NOT_FOUND,
    Forbidden SEPARATION for whoever pays or keeps the accounts there."""

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        if bill.state is not BillState.MADE:
            return bill, []
        claimed = claim_duty(district, by, roles, Duty.AUDIT, now)
        return replace(bill, state=BillState.APPROVED, approved_by=by, approved_at=now), [*claimed]

    return _bill_changed(district, year, period, now, change)


def _check_other(bill: InsurerBill, office: Region, by: OfficerId, now: datetime) -> None:
    """That nobody pays what they, or whom they stand in for, approved. Raises Forbidden
    SEPARATION."""
    approved = bill.approved_by
    if approved is None:
        return
    rule = "审核与拨付不得为同一人(秦安县84号三)"
    check_second(office, by, approved, bill.approved_at, now, rule)


def pay_bill(
    district: Region, year: int, period: Period, by: OfficerId, now: datetime
) -> InsurerBill:
    """The district pays its bill, or at the true-up is paid back; books and bill in one
    transaction. Twice changes nothing. Raises Refused NOT_FOUND, Conflict STATE unless approved,
    OVERDRAWN where the special account does not hold it, Forbidden SEPARATION for the one who
    approved (Q3.1)."""

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        if bill.state is BillState.PAID:
            return bill, []
        if bill.state is not BillState.APPROVED:
            raise Conflict("STATE", field="bill", rule="仅已审核的账单可拨付")
        _check_other(bill, district, by, now)
        return replace(bill, state=BillState.PAID, paid_by=by), _paid(bill, now)

    return _bill_changed(district, year, period, now, change)


def pay_fee(
    district: Region,
    year: int,
    payer: Region,
    document: str,
    by: OfficerId,
    now: datetime,
) -> InsurerBill:
    """Records that the payer's budget paid the year's fee: it is no fund's (M二.3), so the books do
    not move. The same paper again changes nothing.

    Raises Refused NOT_FOUND before the true-up, Forbidden where another region owes it, Conflict
    STATE where the true-up is not approved, there is no fee, or another paper paid it; Forbidden
    SEPARATION for the one who approved.
    """

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        if bill.payer != payer:
            raise Forbidden("FORBIDDEN", field="admdvs", rule=f"服务费由 {bill.payer} 预算承担")
        if bill.fee_document == document:
            return bill, []
        if bill.state is BillState.MADE or not bill.fee or bill.fee_document:
            raise Conflict("STATE", field="fee", rule="账单未审核、无服务费或服务费已付")
        _check_other(bill, payer, by, now)
        return replace(bill, fee_document=document, fee_paid_by=by), []

    return _bill_changed(district, year, Period.TRUE_UP, now, change)


def _paid(bill: InsurerBill, now: datetime) -> list[Write]:
    source = f"{bill.district}-{bill.year}-{bill.period}"
    if not bill.fronted:
        return []
    kind, rows = (
        ("insurer_payment", [(FUND, "2104", "1001", bill.fronted)])
        if bill.fronted > 0
        else ("insurer_refund", [(FUND, "1001", "2104", -bill.fronted)])
    )
    entry = journal.movement(kind, bill.district, source, rows, now, counterpart=bill.insurer)
    return fund.posting(entry, spending="bill")
