"""Paying: ordered by the accountant, released by the cashier in a batch, confirmed or refused by
the bank, told; and taken back (追回)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from medaid import ids
from medaid.aws import exchange, outbox
from medaid.aws.transaction import ConditionFailed, TransactionConflict, Write, commit
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import service as fund
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.people import service as people
from medaid.reimbursement import bank, books, rules, store
from medaid.reimbursement.bank import AnswerLine, Batch, BatchLine, Problem
from medaid.reimbursement.model import Account, Act, Case, Officer, PayOrder, State
from medaid.reimbursement.rules import Given
from medaid.reimbursement.service.office import Changed, Office, act


def order(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """The accountant's pay order over what was granted. Raises Conflict STATE where nothing is
    granted (the case is closed instead)."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        if not case.granted:
            raise Conflict("STATE", field="fund_pay_sumamt", rule="没有应付金额,直接结案")
        return _ordered(case, case.granted, case.account)

    return act(office, officer, case_id, version, "order", given, now, change)


def _ordered(case: Case, amount: Fen, account: Account | None) -> Changed:
    number = len(case.orders) + 1
    made = PayOrder(f"{case.case_id}-{number}", number, amount, account)
    return Changed(
        replace(case, orders=(*case.orders, made)), [store.order_write(made.order_id, case.case_id)]
    )


def open_batch(officer: Officer, key: str, now: datetime) -> Batch:
    """A batch for the bank, of the cashier's own key: the same key answers the same batch."""
    if "cashier" not in officer.roles:
        raise Forbidden("FORBIDDEN", field="role", rule="付款批次须由出纳办理")
    found = Batch(
        f"{officer.admdvs}B{ids.content_hash('batch', officer.admdvs, key)[:16].upper()}",
        officer.admdvs,
        civil_date(now),
        officer.officer_id,
    )
    try:
        commit([store.batch_opened(found)])
    except (ConditionFailed, TransactionConflict):
        return batch_of(officer, found.batch_id)
    return found


def batch_of(officer: Officer, batch_id: str) -> Batch:
    """A batch of the officer's own region. Raises Refused NOT_FOUND, Forbidden."""
    found = store.batch(batch_id)
    if found is None:
        raise Refused("NOT_FOUND", field="batch_id", rule="付款批次不存在")
    if found.admdvs != officer.admdvs:
        raise Forbidden("FORBIDDEN", field="insu_admdvs", rule="只能办理本统筹区的付款批次")
    return found


def pay(
    office: Office,
    officer: Officer,
    case_id: str,
    version: int,
    batch_id: str,
    now: datetime,
    given: Given,
) -> Case:
    """The cashier releases the order into an open batch. An order is in one batch only: the case
    moves in the same transaction."""
    found = batch_of(officer, batch_id)

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        last = case.order
        assert last is not None, "an ordered case has an order"
        assert last.account is not None, "what is paid has an account"
        if found.state != "open":
            raise Conflict("STATE", field="batch_id", rule="付款批次已关闭")
        released = replace(last, batch=batch_id)
        line = BatchLine(last.order_id, case.case_id, last.amount, last.account)
        return Changed(
            replace(case, orders=(*case.orders[:-1], released)),
            [store.batch_is_open(batch_id), store.line_write(batch_id, line)],
        )

    return act(office, officer, case_id, version, "pay", given, now, change)


def close_batch(officer: Officer, batch_id: str) -> Batch:
    """No more orders: control totals are fixed and the file is written for the bank. Calling it
    again writes the same file again."""
    if "cashier" not in officer.roles:
        raise Forbidden("FORBIDDEN", field="role", rule="付款批次须由出纳办理")
    found = batch_of(officer, batch_id)
    if found.state == "open":
        try:
            commit([store.batch_changed(found, replace(found, state="closing"))])
        except (ConditionFailed, TransactionConflict):
            return close_batch(officer, batch_id)
        found = replace(found, state="closing")
    lines = store.lines(batch_id)  # after "closing" no line is added any more
    content = bank.export(found, list(lines.values()))
    total = Fen(sum(int(line.amount) for line in lines.values()))
    closed = replace(
        found,
        state="closed",
        count=len(lines),
        total=total,
        digest=ids.content_hash(content.decode()),
    )
    exchange.put(f"bank/out/{batch_id}.txt", content, "text/plain; charset=utf-8")
    if found.state == "closing":
        commit([store.batch_changed(found, closed)])
    return closed


def answered(office: Office, content: bytes, now: datetime) -> tuple[int, list[Problem]]:
    """The bank's answer file taken line by line: how many lines were taken, and the problems of the
    others.

    A file taken again changes nothing. Raises BadInput where the file's form or control totals are
    wrong: nothing of it is taken.
    """
    answer = bank.parse(content)
    found = store.batch(answer.batch_id)
    if found is None or found.state != "closed":
        raise BadInput("NOT_FOUND", field="batch_id", rule="没有已关闭的该付款批次")
    good, problems = bank.matched(answer, store.lines(answer.batch_id))
    system = rules.system(found.admdvs, f"bank:{answer.digest[:16]}")
    taken = 0
    for line in good:
        problem = _answered(office, system, line, store.order(line.order_id), now)
        if problem is None:
            taken += 1
        else:
            problems.append(problem)
    return taken, sorted(problems, key=lambda p: p.line)


def _answered(
    office: Office, system: Officer, line: AnswerLine, case_id: str, now: datetime
) -> Problem | None:
    """One line taken; None where it is, or the same file has taken it before."""
    case, history, _ = store.history(case_id)
    assert case is not None, "an order has a case"
    request = ids.content_hash("bank", system.officer_id, line.order_id, line.result)
    if any(a.request == request for a in history):
        return None
    last = case.order
    if case.state != State.PAID or last is None or last.order_id != line.order_id:
        return Problem(
            line.line,
            line.order_id,
            "DUPLICATE",
            f"该付款单已处理({office.procedure.states[case.state]}),重复回盘不予受理",
        )
    given = Given(line.reason or ("账户异常" if line.result == "failed" else ""), "", request)
    name = "confirm" if line.result == "paid" else "fail"

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        return _confirmed(case, now) if name == "confirm" else _failed(case, given.reason, now)

    act(office, system, case.case_id, case.version, name, given, now, change)
    return None


def _confirmed(case: Case, now: datetime) -> Changed:
    """The second entry, and the result told to the person (J28)."""
    assert case.order is not None, "what is confirmed was ordered"
    writes: list[Write] = fund.writes(*books.payment(case, case.order, now))
    return Changed(
        case,
        [
            *writes,
            outbox.message(
                "case_paid", case.order.order_id, _body(case, amount=int(case.order.amount)), now
            ),
        ],
    )


def _failed(case: Case, reason: str, now: datetime) -> Changed:
    assert case.order is not None, "what failed was ordered"
    failed = replace(case.order, failure=reason)
    message = outbox.message(
        "case_payment_failed", failed.order_id, _body(case, reason=reason), now
    )
    return Changed(replace(case, orders=(*case.orders[:-1], failed)), [message])


def _body(case: Case, **facts: Any) -> dict[str, Any]:
    return {"case_id": case.case_id, "psn_no": case.psn_no, "insu_admdvs": case.admdvs, **facts}


def tell(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """The person knows the result: the message was delivered, or an officer told them."""
    return act(office, officer, case_id, version, "tell", given, now)


def delivered(office: Office, case_id: str, now: datetime) -> None:
    """The message on the result was delivered (`case_paid`): the person is told. Nothing where the
    case has gone on already. For the outbox."""
    case = store.case(case_id)
    if case is not None and case.state == State.CONFIRMED:
        request = ids.content_hash("delivered", case_id, str(case.version))
        act(
            office,
            rules.system(case.admdvs, "outbox"),
            case_id,
            case.version,
            "tell",
            Given(request=request),
            now,
        )


def close(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """Nothing is payable (e.g. a cap is used up): the case ends and the person is told."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        if case.granted:
            raise Conflict("STATE", field="fund_pay_sumamt", rule=f"尚有应付金额 {case.granted} 元")
        return Changed(case, [outbox.message("case_closed", case.case_id, _body(case), now)])

    return act(office, officer, case_id, version, "close", given, now, change)


def demand_recovery(
    office: Office,
    officer: Officer,
    case_id: str,
    version: int,
    amount: Fen,
    now: datetime,
    given: Given,
) -> Case:
    """What was paid wrongly is demanded back, up to what was paid and not recovered yet: a negative
    order, not yet in the books."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        if not 0 < amount <= case.granted - case.recovered:
            raise BadInput(
                "AMOUNT_SUM",
                field="amount",
                rule=f"追回金额须大于零且不超过已支付未追回的 {case.granted - case.recovered} 元",
            )
        return _ordered(case, -amount, None)

    return act(office, officer, case_id, version, "demand_recovery", given, now, change)


def drop_recovery(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """A demand withdrawn before it was re-checked."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        assert case.order is not None, "a demand is an order"
        return Changed(
            replace(case, orders=(*case.orders[:-1], replace(case.order, failure=given.reason)))
        )

    return act(office, officer, case_id, version, "drop_recovery", given, now, change)


def order_recovery(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """Re-checked: the obligation is mirrored by as much, the year's totals go down, the person is
    told."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        demand = case.order
        assert demand is not None, "a demand is an order"
        assert case.pricing is not None, "what was paid is priced"
        totals = people.load(case.psn_no, case.pricing.year).totals(case.pricing.year)
        recovered = case.recovered - demand.amount
        after = totals.with_recovery(
            case.case_id,
            books.recovery_change(case, demand),
            case.pricing.last,
            whole=recovered == case.granted,
        )
        writes = [
            *fund.writes(*books.recovery(case, demand, now)),
            *people.totals_changed(case.psn_no, totals, after),
            outbox.message(
                "case_recovery",
                demand.order_id,
                _body(case, amount=int(-demand.amount), reason=case.reason),
                now,
            ),
        ]
        return Changed(replace(case, recovered=recovered), writes)

    return act(office, officer, case_id, version, "order_recovery", given, now, change)


def receive_recovery(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """The money is back in the expenditure account: the second entry."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        assert case.order is not None, "a demand is an order"
        return Changed(case, fund.writes(*books.recovered(case, case.order, now)))

    return act(office, officer, case_id, version, "receive_recovery", given, now, change)
