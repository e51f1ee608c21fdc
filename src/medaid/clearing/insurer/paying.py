"""An insurer's bill, approved by one and paid by another through the bank (M二.5, Q3.1), and the
fee that no fund pays (M二.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid.aws import outbox
from medaid.aws.transaction import ConditionFailed, Decided, Write, transact
from medaid.clearing.insurer import rules, store
from medaid.clearing.insurer.model import (
    FUND,
    BillState,
    InsurerBill,
    InsurerPeriod,
    RecordedPart,
    Signed,
)
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.events import PaymentReturned
from medaid.fund import service as fund
from medaid.fund.model import Entry, journal, reversing
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.payments import service as payments
from medaid.payments.model import Duty, Outcome, PaymentSource, SourceKind
from medaid.payments.service import Answered, check_current, check_second, claim_duty
from medaid.regions import Region

State = BillState
SPECIAL_ACCOUNT: Final = "1001"
"""Finance pays the insurer, out of the special account (二(五)1)."""
_DONE: Final = (State.ORDERED, State.PAID, State.NOTHING_DUE)
_BILL: Final = re.compile(
    rf"(?P<district>\d{{6}})-(?P<year>\d{{4}})-(?P<period>{'|'.join(InsurerPeriod)})", re.ASCII
)


def bill_changed(
    district: Region,
    year: int,
    period: InsurerPeriod,
    now: datetime,
    change: Callable[[InsurerBill], tuple[InsurerBill, list[Write]]],
) -> InsurerBill:
    """A bill as `change` leaves it; the same bill writes nothing. Raises Refused NOT_FOUND."""

    def decide() -> Decided[InsurerBill]:
        held = _held(district, year, period)
        after, writes = change(held.bill)
        if after == held.bill:
            return Decided(after)
        return Decided(after, [store.replace_bill(held, after, now), *writes])

    return transact(decide, _refuse)


def _refuse(lost: ConditionFailed) -> None:
    fund.refuse_closed(lost)
    fund.refuse_as_changed(lost)


def _held(district: Region, year: int, period: InsurerPeriod) -> store.HeldInsurerBill:
    held = store.find_bill(district.city, year, period, district)
    if held is None:
        raise Refused("NOT_FOUND", field="bill", rule=f"{district} {year} {period} 无账单")
    return held


def approve_bill(
    district: Region,
    year: int,
    period: InsurerPeriod,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> InsurerBill:
    """The district's auditor agrees to a bill, or to paying anew what the bank returned; twice
    changes nothing. Raises Refused NOT_FOUND, Forbidden SEPARATION for whoever pays or keeps the
    accounts there."""

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        if bill.state not in (State.MADE, State.RETURNED):
            return bill, []
        claimed = claim_duty(district, by, roles, Duty.AUDIT, now)
        return replace(bill, state=State.APPROVED, approved_by=by, approved_at=now), [*claimed]

    return bill_changed(district, year, period, now, change)


def _check_other(bill: InsurerBill, office: Region, by: OfficerId, now: datetime) -> None:
    """That nobody pays what they, or whom they stand in for, approved. Raises Forbidden
    SEPARATION."""
    approved = bill.approved_by
    if approved is None:
        return
    rule = "审核与拨付不得为同一人(秦安县84号三)"
    check_second(office, by, approved, bill.approved_at, now, rule)


def pay_bill(
    district: Region,
    year: int,
    period: InsurerPeriod,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> InsurerBill:
    """The district orders the payment of its bill to the insurer's approved account: books, pay
    order and its batch in one transaction, then the bank's file. The bill is paid when the bank
    says so; one of zero is done. Twice changes nothing.

    Raises Refused NOT_FOUND, Conflict STATE unless approved, where the insurer owes, its account
    waits for approval or an order before it may still be paid; OVERDRAWN where the special account
    does not hold it, Forbidden SEPARATION for the one who approved (Q3.1).
    """

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        if bill.state in _DONE:
            return bill, []
        _check_approved(bill)
        if bill.fronted < 0:
            rule = "多拨款项由承办机构退回,到账后登记"
            raise Conflict("STATE", field="bill", rule=rule)
        _check_other(bill, district, by, now)
        claimed = claim_duty(district, by, roles, Duty.PAY, now)
        if not bill.fronted:
            return replace(bill, state=State.NOTHING_DUE, paid_by=by), [*claimed]
        order, ordered = payments.single_order(
            district, source_of(bill), bill.insurer, bill.fronted, by, now, SPECIAL_ACCOUNT
        )
        booked = fund.writes(_payment(bill, order.order_id, now), spending="bill")
        after = replace(bill, state=State.ORDERED, paid_by=by, order_id=order.order_id)
        return after, [*booked, *ordered, *claimed]

    done = bill_changed(district, year, period, now, change)
    if done.state is State.ORDERED:
        payments.write_batch_file(district, done.order_id)
    return done


def receive_refund(
    district: Region,
    year: int,
    period: InsurerPeriod,
    reference: str,
    received_on: date,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> InsurerBill:
    """What the insurer owes by a bill (多退少补) has come into the special account, on the bank's
    paper `reference`; the books take it on its day. The same paper again changes nothing.

    Raises Refused NOT_FOUND, BadInput DATE_FUTURE, DATE_ORDER for a day before the bill could be
    made, Conflict STATE unless approved, where nothing is to come or another paper has paid it;
    PERIOD_CLOSED; Forbidden SEPARATION for the one who approved.
    """
    if received_on > civil_date(now):
        raise BadInput("DATE_FUTURE", field="received_on", rule="不晚于今日")
    if received_on < rules.cover(district, year, period).opens:
        raise BadInput("DATE_ORDER", field="received_on", rule="不早于账单可结算之日")

    def change(bill: InsurerBill) -> tuple[InsurerBill, list[Write]]:
        if bill.state is State.PAID and (bill.bank_reference, bill.paid_on) == (
            reference,
            received_on,
        ):
            return bill, []
        _check_approved(bill)
        if bill.fronted >= 0:
            raise Conflict("STATE", field="bill", rule="本账单没有应由承办机构退回的款项")
        _check_other(bill, district, by, now)
        claimed = claim_duty(district, by, roles, Duty.PAY, now)
        acts = (*bill.trail, Signed(RecordedPart.REFUND.recorded, by, now, reference))
        paid = replace(bill, state=State.PAID, paid_by=by, trail=acts)
        after = replace(paid, paid_on=received_on, bank_reference=reference)
        return after, [*fund.posting(refund_entry(after, now)), *claimed]

    return bill_changed(district, year, period, now, change)


def refund_entry(bill: InsurerBill, now: datetime) -> Entry:
    """What the insurer's money books on the day it came; each has a source of its own, since two
    people may take one back."""
    rows = [(FUND, SPECIAL_ACCOUNT, "2104", -bill.fronted)]
    return journal.movement(
        "insurer_refund",
        bill.district,
        source_of(bill).id + (f".{bill.undone}" if bill.undone else ""),
        rows,
        now,
        effective=bill.paid_on,
        counterpart=bill.insurer,
    )


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
        acts = (*bill.trail, Signed(RecordedPart.FEE.recorded, by, now, document))
        return replace(bill, fee_document=document, fee_paid_by=by, trail=acts), []

    return bill_changed(district, year, InsurerPeriod.TRUE_UP, now, change)


def payment_heard(answered: Answered) -> Sequence[Write]:
    """What the bank said of a bill's order, as writes of the answer's own transaction.

    Paid: the bill is, with day and reference. Failed or returned, also after it was paid: its entry
    is mirrored and the bill waits to be approved and paid anew. Paid after all, as a person found
    out: booked anew. Raises Conflict STATE for an order that is not the bill's present one, Refused
    NOT_FOUND.
    """
    found = _BILL.fullmatch(answered.order.source.id)
    if found is None:
        raise Refused("NOT_FOUND", field="bill", rule="无此账单")
    held = _held(Region(found["district"]), int(found["year"]), InsurerPeriod(found["period"]))
    heard = _heard_paid if answered.outcome is Outcome.PAID else _heard_returned
    after, writes = heard(held.bill, answered)
    return [store.replace_bill(held, after, answered.at), *writes]


def _heard_paid(bill: InsurerBill, answered: Answered) -> tuple[InsurerBill, list[Write]]:
    order, writes = answered.order, list[Write]()
    if bill.state in (State.RETURNED, State.APPROVED):
        writes += fund.writes(_payment(bill, order.entry_source, answered.at))
    else:
        _check_present(bill, answered, State.ORDERED)
    day, reference = answered.day, answered.reference
    paid = replace(bill, state=State.PAID, order_id=order.order_id)
    return replace(paid, paid_on=day, bank_reference=reference), writes


def _heard_returned(bill: InsurerBill, answered: Answered) -> tuple[InsurerBill, list[Write]]:
    order, now = answered.order, answered.at
    _check_present(bill, answered, State.ORDERED, State.PAID)
    payment = _payment(bill, order.entry_source, now)
    back = reversing(payment, f"{payment.source}-returned", civil_date(now), now, answered.reason)
    event = PaymentReturned(order.order_id, bill.insurer, answered.reason)
    after = replace(bill, state=State.RETURNED, paid_on=None, bank_reference="")
    return after, [*fund.writes(back), outbox.publish(event, payment.source, now)]


def _check_present(bill: InsurerBill, answered: Answered, *states: State) -> None:
    check_current(answered.order, bill.order_id, "账单")
    if bill.state not in states:
        raise Conflict("STATE", field="order", rule="该账单没有在途的付款")


def _check_approved(bill: InsurerBill) -> None:
    if bill.state is not State.APPROVED:
        raise Conflict("STATE", field="bill", rule="仅已审核的账单可拨付")


def source_of(bill: InsurerBill) -> PaymentSource:
    """What a bill's pay order is made for."""
    return PaymentSource(SourceKind.BILL, f"{bill.district}-{bill.year}-{bill.period}")


def _payment(bill: InsurerBill, source: str, now: datetime) -> Entry:
    rows = [(FUND, "2104", SPECIAL_ACCOUNT, bill.fronted)]
    return journal.movement(
        "insurer_payment", bill.district, source, rows, now, counterpart=bill.insurer
    )
