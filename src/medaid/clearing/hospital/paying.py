"""Paying a hospital's month: two signatures, books and pay order in one transaction, and what the
bank says of it (J34, Q3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws import outbox
from medaid.aws.transaction import Decided, Write, refuse_as_changed, transact
from medaid.clearing.amounts import Amounts, total
from medaid.clearing.hospital import agreements, entries, orders, rules, store
from medaid.clearing.hospital.forwards import carried
from medaid.clearing.hospital.insured import by_insurers
from medaid.clearing.hospital.model import (
    TO_RELEASE,
    AgreedPayee,
    Agreement,
    PendingItem,
    Statement,
    StatementState,
    in_state,
)
from medaid.clearing.hospital.taking_off import taken_off
from medaid.errors import Conflict
from medaid.events import PaymentOrdered, PaymentReturned
from medaid.fund import service as fund
from medaid.fund.model import Entry, reversing
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.payments.model import Duty, Outcome, PayOrder
from medaid.payments.service import Answered, check_current, check_second, claim_duty
from medaid.regions import Region

State = StatementState


def approve_statement(
    region: str,
    institution: str,
    month: str,
    number: int,
    by: str,
    now: datetime,
    points: int | None = None,
    roles: frozenset[str] = frozenset(),
) -> Statement:
    """First signature: mode and retention are fixed by the agreement of the statement's month. A
    payment that came back is approved again, with its amounts as they were.

    Raises Conflict STATE unless the statement is confirmed or its payment came back, or where it
    holds a category that the agreement was not made for, Refused INSTITUTION_UNKNOWN without an
    agreement in its term, FIELD_REQUIRED where the mode needs points.
    """

    def decide() -> Decided[Statement]:
        row, statement = store.get_statement(region, institution, month, number)
        if statement.state is State.RETURNED:
            after = in_state(statement, State.APPROVED_AGAIN, approved_by=by, approved_at=now)
        elif statement.state is State.CONFIRMED:
            agreement = agreements.agreement_of(statement)
            made = store.list_statements(region, institution, month)
            fixed = rules.by_agreement(statement, agreement, points, made)
            after = in_state(fixed, State.APPROVED, approved_by=by, approved_at=now)
        else:
            raise Conflict("STATE", field="statement", rule="仅已确认或退汇的对账单可审核")
        claimed = claim_duty(statement.region, OfficerId(by), roles, Duty.AUDIT, now)
        return Decided(after, [*store.replace_statement(row, after, now), *claimed])

    return transact(decide, refuse_as_changed)


def release_statement(
    region: str,
    institution: str,
    month: str,
    number: int,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Statement:
    """Second signature, by another person: books and pay order in one transaction; a negative
    balance goes forward to the next statement.

    Where an insurer runs the region's assistance, that part is fronted by it (M二.5); where one
    runs its critical illness, it owes that part; the agency pays the rest. The same person twice
    changes nothing. Raises Conflict STATE unless approved, or while a changed account waits,
    OVERDRAWN where the expenditure account does not hold it, Forbidden SEPARATION for the one who
    approved (Q3.1).
    """

    def decide() -> Decided[Statement]:
        row, statement = store.get_statement(region, institution, month, number)
        if statement.state is State.RELEASED and statement.released_by == by:
            return Decided(statement)
        if statement.state not in TO_RELEASE:
            raise Conflict("STATE", field="statement", rule="仅已审核的对账单可拨付")
        check_not_approver(statement, by, now)
        claimed = claim_duty(statement.region, OfficerId(by), roles, Duty.PAY, now)
        agreed = agreements.get_payee(institution, civil_date(now))
        after, writes = (
            (in_state(statement, State.RELEASED, released_by=by, released_at=now), list[Write]())
            if statement.state is State.APPROVED_AGAIN
            else _paid(statement, by, now)
        )
        if after.paid:
            after, more = _ordered(after, agreed, by, now)
            writes += more
        return Decided(after, [*store.replace_statement(row, after, now), *writes, *claimed])

    orders.confirm_account(Region(region), agreements.get_payee(institution, civil_date(now)), now)
    return transact(decide, fund.refuse_as_changed)


def check_not_approver(statement: Statement, by: str, now: datetime) -> None:
    """Raises Forbidden SEPARATION for the one who approved (Q3.1)."""
    first, signed = statement.approved_by, statement.approved_at
    rule = "审核与拨付、退回不得为同一人(秦安县84号三)"
    check_second(statement.region, by, first, signed, now, rule)


def _ordered(
    statement: Statement, agreed: Agreement, by: str, now: datetime
) -> tuple[Statement, list[Write]]:
    """The statement with its next pay order, the payment booked: everything else was booked with
    the first one."""
    order_id, ordered = orders.ordered(statement, agreed, by, now)
    payee = AgreedPayee(agreed.name, agreed.bank, agreed.account)
    after = in_state(
        statement,
        statement.state,
        order_id=order_id,
        payee=payee,
        paid_on=None,
        bank_reference="",
    )
    payment = entries.payment_entry(after, order_id, now)
    event = PaymentOrdered(order_id, after.institution, after.month, total(after.paid))
    booked = fund.writes(payment, spending="statement")
    return after, [*booked, outbox.publish(event, order_id, now), *ordered]


def _paid(statement: Statement, by: str, now: datetime) -> tuple[Statement, list[Write]]:
    """The statement paid for the first time, and all that goes with it but the payment itself."""
    due = rules.payable(statement)
    shared = by_insurers(statement, due, now)
    after = in_state(
        statement,
        State.RELEASED if shared.paid else State.NOTHING_DUE,
        released_by=by,
        released_at=now,
        paid=shared.paid,
        fronted=shared.fronted,
        carried=shared.carried,
        carrier=shared.carrier,
    )
    writes = [*fund.writes(*entries.release_entries(statement, now)), *shared.writes]
    for deduction in statement.deductions:
        writes += taken_off(
            "deduction",
            statement.region,
            statement.institution,
            statement.statement_id,
            deduction,
            now,
        )
    return after, writes + carried_forward(statement, rules.brought_forward(statement), now)


def carried_forward(statement: Statement, amounts: Amounts, now: datetime) -> list[Write]:
    """The writes that let `amounts` wait for the institution's next statement."""
    if not amounts:
        return []
    waits = PendingItem(
        statement.statement_id, statement.month, "上期结转", amounts, statement.region, "agency"
    )
    return carried(statement.region, statement.institution, waits, now)


def payment_heard(answered: Answered) -> Sequence[Write]:
    """What the bank said of a statement's order, as writes of the answer's own transaction.

    Paid: the statement is paid, with the day and the answer file. Failed or returned, also after it
    was paid: its entry is mirrored, and the statement waits to be approved and released again. Paid
    after all, as a person found out: the payment is booked anew, while no other order is under way.
    Raises Conflict STATE for an order that is not the statement's present one.
    """
    order = answered.order
    row, statement = store.get_statement(*orders.statement_of(order.source.id))
    heard = _heard_paid if answered.outcome is Outcome.PAID else _heard_returned
    after, writes = heard(statement, answered)
    return [*store.replace_statement(row, after, answered.at), *writes]


def _heard_paid(statement: Statement, answered: Answered) -> tuple[Statement, list[Write]]:
    order, writes = answered.order, list[Write]()
    if statement.state in (State.RETURNED, State.APPROVED_AGAIN):
        payee = orders.payee_of(order)
        statement = replace(statement, order_id=order.order_id, payee=payee)
        writes += fund.writes(_payment(statement, answered))
    else:
        _check_present(statement, order, State.RELEASED)
    day, reference = answered.day, answered.reference
    return in_state(statement, State.PAID, paid_on=day, bank_reference=reference), writes


def _heard_returned(statement: Statement, answered: Answered) -> tuple[Statement, list[Write]]:
    order, now = answered.order, answered.at
    _check_present(statement, order, State.RELEASED, State.PAID)
    payment = _payment(statement, answered)
    back = reversing(payment, f"{payment.source}-returned", civil_date(now), now, answered.reason)
    event = PaymentReturned(order.order_id, statement.institution, answered.reason)
    after = in_state(statement, State.RETURNED, paid_on=None, bank_reference="")
    return after, [*fund.writes(back), outbox.publish(event, payment.source, now)]


def _check_present(statement: Statement, order: PayOrder, *states: State) -> None:
    check_current(order, statement.order_id, "对账单")
    if statement.state not in states:
        raise Conflict("STATE", field="order", rule="该对账单没有在途的付款")


def _payment(statement: Statement, answered: Answered) -> Entry:
    """The entry of the order's payment that counts now."""
    return entries.payment_entry(statement, answered.order.entry_source, answered.at)
