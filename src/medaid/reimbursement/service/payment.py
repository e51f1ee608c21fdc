"""Paying: ordered by the accountant, released by the cashier in a batch, and what the bank says of
it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid import ids
from medaid.aws import outbox
from medaid.aws.transaction import Write
from medaid.errors import Conflict
from medaid.events import CaseClosed, CasePaid, CasePaymentFailed
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.payments.model import OrderState, Outcome
from medaid.people import service as people
from medaid.reimbursement import books, checks, rules, store
from medaid.reimbursement.model import Act, Case, CaseOrder, State, StatedAccount
from medaid.reimbursement.rules import ActReason
from medaid.reimbursement.service.acting import (
    ActRequest,
    Change,
    Changed,
    History,
    act,
    case_act,
    decide_act,
    region_of,
    source_of,
)
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.files import check_account_proof
from medaid.reimbursement.service.fronting import contract_of
from medaid.reimbursement.service.money_back import money_back


@case_act
def change_account(request: ActRequest, case: Case, _: History, account: StatedAccount) -> Changed:
    """Another account, before the payment or after it failed: by who took the case in, never by who
    orders or pays. It counts once an auditor approved it; until then nothing is paid."""
    checks.account(account, request.context.procedure)
    checks.own_account(account, people.load(case.psn_no, case.care.end.year).person.name)
    changed = replace(case, account=account)
    check_account_proof(request.context, changed)
    by = OfficerId(request.officer.officer_id)
    entered = payments.account_entered(
        region_of(case), case.case_id, account.payee_account, by, request.now
    )
    return Changed(changed, entered)


@case_act
def approve_account(request: ActRequest, case: Case, _: History) -> Changed:
    """The changed account approved by an auditor who did not enter it. Raises Conflict STATE where
    none waits."""
    by = OfficerId(request.officer.officer_id)
    return Changed(case, payments.account_approved(region_of(case), case.case_id, by, request.now))


@case_act
def order(request: ActRequest, case: Case, history: History) -> Changed:
    """The accountant's pay order over what the agency owes, less what the insurer has paid. Raises
    Conflict STATE where it owes nothing (the case is closed instead), the insurer is to pay its
    part first, or the bank contradicts itself on the order before."""
    if not case.payable:
        raise Conflict("STATE", field="fund_pay_sumamt", rule="没有应付金额,直接结案")
    if contract_of(case, history, request.now) is not None:
        raise Conflict(
            "STATE",
            field="insurer",
            rule="医疗救助部分由承办保险机构支付,须先交承办机构(茂民规〔2018〕3号二(四))",
        )
    due = Fen(case.payable - case.fronted)
    made, writes = payments.order_created(
        region_of(case), source_of(case), case.case_id, due, request.now
    )
    ordered = CaseOrder(made.order_id, len(case.orders) + 1, made.amount, case.account)
    return Changed(replace(case, orders=(*case.orders, ordered)), writes)


@case_act
def pay(request: ActRequest, case: Case, _: History, batch_id: str) -> Changed:
    """The cashier releases the order into an open batch. An order is in one batch only: the case
    moves in the same transaction. Its money is promised until the bank has answered; raises
    Conflict OVERDRAWN where the expenditure account does not hold it."""
    last = case.order
    assert last is not None, "an ordered case has an order"
    batch = payments.get_batch(region_of(case), batch_id)
    assert case.account is not None, "what was audited has an account"
    released = replace(last, batch=batch_id, account=case.account)
    paying = ids.OrderId(last.order_id)
    writes = [
        *payments.order_released(paying, batch, request.now, case.account.payee_account),
        *fund.money_promised(books.payment(case, released, request.now), "order"),
    ]
    return Changed(case.with_order(released), writes)


@case_act
def take_out(request: ActRequest, case: Case, _: History) -> Changed:
    """The cashier takes the order out of a batch that is still open, where it may not be paid now:
    the others are paid, its money is free, and it is released anew later. Raises Conflict STATE
    once the batch is closed."""
    last = case.payment
    assert last is not None, "a paid case has an order"
    taken = payments.order_taken_out(ids.OrderId(last.order_id), request.now)
    free = fund.promise_ended(books.payment(case, last, request.now))
    return Changed(case.with_order(replace(last, batch="")), [*taken, *free])


_ACTS: Final = {
    Outcome.PAID: "confirm",
    Outcome.FAILED: "fail",
    Outcome.RETURNED: "payment_returned",
}


def bank_listener(context: Context) -> payments.PaymentListener:
    """What a case does when the bank answers: paid, failed, or paid and returned days later; paid
    after its case was annulled, as an auditor found out. Raises Refused where the case's state
    forbids it."""

    def heard(answered: payments.Answered) -> Sequence[Write]:
        case_id, name = answered.order.source.id, _ACTS[answered.outcome]
        if answered.outcome == Outcome.PAID and _lost(store.case(case_id), answered):
            name = "confirm_annulled"
        officer = rules.system(answered.order.region, f"bank:{answered.digest[:16]}")
        request = ids.content_hash("bank", answered.digest, answered.order.order_id, name)
        why = ActReason(answered.reason, "", request)
        change = _change(answered)
        return decide_act(context, officer, case_id, None, name, why, answered.at, change).writes

    return heard


def _lost(case: Case | None, answered: payments.Answered) -> CaseOrder | None:
    """The case's order of which the bank speaks, where what it was made over was annulled since."""
    orders = case.orders if case else ()
    ours = (one for one in orders if one.order_id == answered.order.order_id)
    return next((one for one in ours if one.annulled is not None), None)


def _change(answered: payments.Answered) -> Change:
    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        if answered.outcome == Outcome.PAID and (lost := _lost(case, answered)):
            return _paid_after_annulment(case, lost, answered)
        paid = case.payment
        if paid is None:
            raise Conflict("STATE", field="order", rule="该申请没有付款单")
        if answered.outcome == Outcome.PAID:
            case, paid = _found_paid(case, paid, answered.order.order_id)
        payments.check_current(answered.order, paid.order_id, "申请")
        if answered.outcome == Outcome.PAID:
            return _paid(case, paid, answered)
        return _not_paid(case, paid, answered)

    return change


def _found_paid(case: Case, last: CaseOrder, order_id: str) -> tuple[Case, CaseOrder]:
    """An earlier order that was paid after all is the case's payment again, where no later one is
    with the bank: one that waited comes to nothing."""
    earlier = next((one for one in case.orders if one.order_id == order_id), None)
    if earlier is None or earlier.order_id == last.order_id or case.state is State.PAID:
        return case, last
    case = case.with_order(replace(last, failure=last.failure or "前一付款单已付"))
    others = (one for one in case.orders if one.number != earlier.number)
    return replace(case, orders=(*others, earlier)), earlier


def _paid(case: Case, last: CaseOrder, answered: payments.Answered) -> Changed:
    """The second entry, and the result told to the person (J28). Each payment has an entry of its
    own, by what the bank said of the order before."""
    order, now = answered.order, answered.at
    earlier, promised = len(order.answers), order.state is OrderState.RELEASED
    paid = replace(last, failure="", entry=f"{last.order_id}.{earlier}" if earlier else "")
    event = CasePaid(case.case_id, case.psn_no, case.admdvs, last.amount)
    return Changed(
        case.with_order(paid),
        [
            *fund.writes(*books.payment(case, paid, now), promised=promised),
            outbox.publish(event, paid.entry or paid.order_id, now),
        ],
    )


def _paid_after_annulment(case: Case, lost: CaseOrder, answered: payments.Answered) -> Changed:
    """What was annulled is an obligation again, as it was paid, and all of it is demanded back: a
    reviewer orders that, or it is dropped and the payment stands; either brings it into the year's
    totals, which who hears of payments does not write. Raises Conflict STATE for a payment of a
    part, whose other part the insurer may have paid."""
    assert lost.annulled is not None, "of an annulled pricing"
    now, pricing = answered.at, lost.annulled
    if lost.amount != pricing.payable:
        raise Conflict("STATE", field="order", rule="该付款单只付了核定金额的一部分,不能恢复核定")
    again = replace(
        case, pricing=pricing, postings=case.postings + 1, recovered=Fen(0), year_due=True
    )
    paid = _paid(again, replace(lost, annulled=None), answered)
    number = len(case.orders) + 1
    demand = CaseOrder(f"{case.case_id}-{number}", number, Fen(-lost.amount), None)
    writes = [*fund.writes(*books.obligation(again, now)), *paid.writes]
    return Changed(replace(paid.case, orders=(*paid.case.orders, demand)), writes)


def _not_paid(case: Case, last: CaseOrder, answered: payments.Answered) -> Changed:
    """The order came to nothing: what was promised to it is free again. A payment that was booked
    is mirrored, and its obligation stands again."""
    reason, now = answered.reason, answered.at
    failed = replace(last, failure=reason)
    returned = answered.outcome == Outcome.RETURNED
    undone = (
        fund.writes(*books.payment_returned(case, last, reason, now))
        if returned
        else fund.promise_ended(books.payment(case, last, now))
    )
    event = CasePaymentFailed(case.case_id, case.psn_no, case.admdvs, reason)
    earlier = len(answered.order.answers)
    key = f"{last.order_id}.{earlier}" if earlier else last.order_id
    back = [outbox.publish(money_back(case, last.amount), key, now)] if returned else []
    return Changed(
        case.with_order(failed),
        [*undone, outbox.publish(event, key, now), *back],
    )


@case_act
def tell(_request: ActRequest, case: Case, _: History) -> Changed:
    """The person knows the result: the message was delivered, or an officer told them."""
    return Changed(case)


def delivered(context: Context, case_id: str, now: datetime) -> None:
    """The message on the result was delivered: the person is notified. Nothing where the case has
    gone on already."""
    case = store.case(case_id)
    if case is not None and case.state == State.CONFIRMED:
        why = ActReason(request=ids.content_hash("delivered", case_id, str(case.version)))
        system = rules.system(case.admdvs, "outbox")
        act(context, system, case_id, case.version, "tell", why, now)


@case_act
def close(request: ActRequest, case: Case, _: History) -> Changed:
    """The agency owes nothing (a cap is used up, or an insurer owes all of it): the case ends and
    the person is told."""
    if case.payable:
        raise Conflict("STATE", field="fund_pay_sumamt", rule=f"尚有应付金额 {case.payable} 元")
    event = CaseClosed(case.case_id, case.psn_no, case.admdvs)
    return Changed(case, [outbox.publish(event, case.case_id, request.now)])
