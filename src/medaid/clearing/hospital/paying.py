"""Paying a hospital's month: two signatures, books and pay order in one transaction, and what the
bank says of it (J34, Q3.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from medaid.aws import outbox
from medaid.aws.transaction import Decided, Write, refuse_as_changed, transact
from medaid.clearing import store as items
from medaid.clearing.amounts import Amounts, total
from medaid.clearing.hospital import agreements, entries, orders, rules, store
from medaid.clearing.hospital.model import (
    Payee,
    PendingItem,
    PendingKind,
    PendingState,
    Statement,
    StatementState,
    in_state,
)
from medaid.clearing.hospital.taking_off import taken_off
from medaid.clearing.insurer import service as insurer
from medaid.errors import Conflict, Forbidden
from medaid.events import PaymentOrdered, PaymentReturned
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.instants import civil_date
from medaid.months import Month

State = StatementState


def approve_statement(
    region: str,
    institution: str,
    month: str,
    number: int,
    by: str,
    now: datetime,
    points: int | None = None,
) -> Statement:
    """First signature: mode and retention are fixed by the agreement of the statement's month. A
    payment that came back is approved again, with its amounts as they were.

    Raises Conflict STATE unless the statement is confirmed or its payment came back, Refused
    FIELD_REQUIRED where the mode needs points.
    """

    def decide() -> Decided[Statement]:
        row, statement = store.get_statement(region, institution, month, number)
        if statement.state is State.RETURNED:
            after = in_state(statement, State.APPROVED_AGAIN, approved_by=by)
        elif statement.state is State.CONFIRMED:
            agreement = agreements.get_agreement(institution, Month(month).last)
            care = rules.mode_care(agreement.mode)
            first = not any(
                rules.own_blocks(other, care)
                for other in store.list_statements(region, institution, month)
                if other.number < number
            )
            fixed = rules.by_agreement(statement, agreement, points, first)
            after = in_state(fixed, State.APPROVED, approved_by=by)
        else:
            raise Conflict("STATE", field="statement", rule="仅已确认或退汇的对账单可审核")
        return Decided(after, store.replace_statement(row, after, now))

    return transact(decide, refuse_as_changed)


def release_statement(
    region: str, institution: str, month: str, number: int, by: str, now: datetime
) -> Statement:
    """Second signature, by another person: books and pay order in one transaction; a negative
    balance goes forward to the next statement.

    Where an insurer runs the region's assistance, that part is fronted by it (M二.5) and the rest
    is paid by the agency. The same person twice changes nothing. Raises Conflict STATE unless
    approved, or while a changed account waits, Forbidden SEPARATION for the one who approved
    (Q3.1).
    """

    def decide() -> Decided[Statement]:
        row, statement = store.get_statement(region, institution, month, number)
        if statement.state is State.RELEASED and statement.released_by == by:
            return Decided(statement)
        if statement.state not in (State.APPROVED, State.APPROVED_AGAIN):
            raise Conflict("STATE", field="statement", rule="仅已审核的对账单可拨付")
        if by == statement.approved_by:
            raise Forbidden(
                "SEPARATION", field="operator", rule="审核与拨付不得为同一人(秦安县84号三)"
            )
        agreed = agreements.get_payee(institution, civil_date(now))
        payee = Payee(agreed.name, agreed.bank, agreed.account)
        if statement.state is State.APPROVED_AGAIN:
            after, writes = _paid_again(statement, by, payee), list[Write]()
        else:
            after, writes = _paid(statement, by, payee, now)
        payment = entries.payment_entry(after, now)
        if payment is not None:
            event = PaymentOrdered(after.order_id, institution, month, total(after.paid))
            writes += [
                *fund.writes(payment),
                outbox.publish(event, after.order_id, now),
                *orders.created(after, now),
            ]
        return Decided(after, [*store.replace_statement(row, after, now), *writes])

    return transact(decide, refuse_as_changed)


def _paid(
    statement: Statement, by: str, payee: Payee, now: datetime
) -> tuple[Statement, list[Write]]:
    """The statement paid for the first time, and all that goes with it but the payment itself."""
    due = rules.payable(statement)
    contract = insurer.find_contract(statement.region, statement.month.year)
    fronted = {}
    if contract is not None and insurer.FUND in due:
        fronted = {insurer.FUND: due.pop(insurer.FUND)}
    after = in_state(
        statement,
        State.RELEASED if due else State.NOTHING_DUE,
        released_by=by,
        paid=due,
        fronted=fronted,
        order_id=orders.order_id(statement) if due else "",
        payee=payee,
    )
    writes = list(fund.writes(*entries.release_entries(statement, now)))
    if contract is not None and fronted:
        writes += insurer.front(
            contract,
            statement.region,
            statement.statement_id,
            statement.institution,
            fronted[insurer.FUND],
            now,
        )
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


def _paid_again(statement: Statement, by: str, payee: Payee) -> Statement:
    """The same amounts under a new order: everything else was booked with the first."""
    return in_state(
        statement,
        State.RELEASED,
        released_by=by,
        order_id=orders.next_order_id(statement),
        payee=payee,
        paid_on=None,
        bank_reference="",
    )


def carried_forward(statement: Statement, amounts: Amounts, now: datetime) -> list[Write]:
    """The writes that let `amounts` wait for the institution's next statement."""
    if not amounts:
        return []
    region, institution = statement.region, statement.institution
    waits = PendingItem(
        statement.statement_id, statement.month, "上期结转", amounts, region, "agency"
    )
    return [
        store.create_pending(
            region, institution, PendingKind.FORWARD, waits, PendingState.FORWARD, now
        ),
        *items.listed(region, institution, now),
    ]


def payment_confirmed(order_id: str, on: date, reference: str, now: datetime) -> Statement:
    """The bank paid: the statement is paid, with the day and the bank's own number. Twice changes
    nothing. Raises Conflict STATE for an order that is not the statement's present one."""

    def decide(row: store.HeldStatement) -> Statement | None:
        statement = row.statement
        if statement.state is State.PAID:
            return None
        if statement.state is not State.RELEASED:
            raise Conflict("STATE", field="order", rule="该对账单没有在途的付款")
        return in_state(statement, State.PAID, paid_on=on, bank_reference=reference)

    return _heard(order_id, decide, lambda _statement: [], now)


def payment_returned(order_id: str, reason: str, now: datetime) -> Statement:
    """The bank returned a payment, also after it was confirmed: its entry is mirrored, and the
    statement waits to be approved and released again. Twice changes nothing.

    Raises Conflict STATE for an order that is not the statement's present one.
    """

    def decide(row: store.HeldStatement) -> Statement | None:
        if row.statement.state is State.RETURNED:
            return None
        if row.statement.state not in (State.RELEASED, State.PAID):
            raise Conflict("STATE", field="order", rule="该对账单没有在途的付款")
        return in_state(row.statement, State.RETURNED, paid_on=None, bank_reference="")

    def mirrored(statement: Statement) -> list[Write]:
        payment = entries.payment_entry(statement, now)
        assert payment is not None, "an order pays something"
        back = reversing(payment, f"{order_id}-returned", civil_date(now), now, reason)
        event = PaymentReturned(order_id, statement.institution, reason)
        return [*fund.writes(back), outbox.publish(event, order_id, now)]

    return _heard(order_id, decide, mirrored, now)


def _heard(
    order_id: str,
    decide: Callable[[store.HeldStatement], Statement | None],
    more: Callable[[Statement], list[Write]],
    now: datetime,
) -> Statement:
    """What the bank said of an order, taken to its statement."""

    def load() -> Decided[Statement]:
        held = store.get_statement(*orders.statement_of(order_id))
        if held.statement.order_id != order_id:
            raise Conflict("STATE", field="order", rule="付款单不是该对账单当前的付款单")
        after = decide(held)
        if after is None:
            return Decided(held.statement)
        writes = [*store.replace_statement(held.row, after, now), *more(held.statement)]
        return Decided(after, writes)

    return transact(load, refuse_as_changed)
