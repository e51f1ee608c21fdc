"""What the bank answers, for every kind of payment: one form, one set of checks.

What was paid (a case, a statement, a bill, a refund) hears of it through its listener, in the same
transaction. Listeners are wired where functions/payments is put together, so this package knows
none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple, Protocol

from medaid.aws.transaction import Decided, Write, transact
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import OfficerId, OrderId
from medaid.instants import civil_date
from medaid.payments import bank, rules
from medaid.payments.keys import batch_key, order_key
from medaid.payments.model import (
    AnswerFile,
    AnswerLine,
    AnswerProblem,
    AnswerReport,
    BankAnswer,
    BankResult,
    Batch,
    BatchState,
    Duty,
    OrderState,
    Outcome,
    PayOrder,
    SourceKind,
)
from medaid.payments.service.batches import list_batch_lines
from medaid.payments.service.duties import claim_duty
from medaid.payments.service.orders import never_released
from medaid.payments.store import PaymentItem
from medaid.regions import Region


class Answered(NamedTuple):
    """What a listener is told: the order, what became of it, the bank's reason, the instant."""

    order: PayOrder
    outcome: Outcome
    reason: str
    digest: str
    """Of the answer file: the request hash of what the listener does."""
    at: datetime
    day: date
    """The bank's own date; the day on which its answer came where it has none."""
    reference: str
    """The bank's own number; the digest where it has none."""


class PaymentListener(Protocol):
    """What was paid, hearing of a payment."""

    def __call__(self, answered: Answered, /) -> Sequence[Write]:
        """The writes that make it true for what was paid. Raises Refused where its state forbids
        it: the line is then told as a problem and nothing is written."""


Listeners = Mapping[SourceKind, PaymentListener]


def take_answer(
    content: bytes, listeners: Listeners, now: datetime, region: Region | None = None
) -> AnswerReport:
    """The bank's answer file, taken line by line, each in a transaction of its own.

    A file taken again changes nothing. Raises BadInput where the file's form or control totals are
    wrong, its batch is not one that was sent, or not of `region`: nothing of it is taken. Raises
    Unavailable in between: the same file again goes on.
    """
    answer = bank.answer_file(content)
    check_batch(answer.batch_id, region)
    return take_lines(answer, listeners, now)


def take_lines(answer: AnswerFile, listeners: Listeners, now: datetime) -> AnswerReport:
    """The lines of an answer on a batch that was sent, by file or on paper: the one way in which
    the bank's word counts, each line in a transaction of its own. The same answer again changes
    nothing. Raises Unavailable in between: the same again goes on."""
    lines = {line.order_id: line for line in list_batch_lines(answer.batch_id)}
    good, problems = rules.matched(answer, lines)
    taken = 0
    for line in good:
        problem = _take_line(line, answer.digest, listeners, now)
        if problem is None:
            taken += 1
        else:
            problems.append(problem)
    return AnswerReport(
        answer.batch_id, taken, tuple(sorted(problems, key=lambda found: found.line))
    )


def check_batch(batch_id: str, region: Region | None) -> None:
    """That the bank was sent the batch, and that it is `region`'s. Raises BadInput NOT_FOUND."""
    item = PaymentItem.find(batch_key(batch_id))
    batch = None if item is None else item.record(Batch)
    if batch is None or batch.state != BatchState.CLOSED:
        raise BadInput("NOT_FOUND", field="batch_id", rule="没有已提交银行的该付款批次")
    if region is not None and batch.region != region:
        raise BadInput("NOT_FOUND", field="batch_id", rule="该付款批次不属于本统筹区")


def _take_line(
    line: AnswerLine, digest: str, listeners: Listeners, now: datetime
) -> AnswerProblem | None:
    """One line; None where it is taken, or this very file has brought it before."""

    def decide() -> Decided[AnswerProblem | None]:
        item = PaymentItem.find(order_key(line.order_id))
        assert item is not None, "a line of a batch is an order"
        order = item.record(PayOrder)
        before = next((a for a in order.answers if a.digest == digest), None)
        if before is not None:
            return Decided(_refused(line, before.refused) if before.refused else None)
        rules.check_bank_day(line, order, now)
        rules.check_stated(line, order)
        outcome = rules.outcome_of(order, line.result)
        if outcome is None:
            return _not_taken(item, order, line, digest, now)
        answer = _answer(line, digest, now)
        after = rules.after_outcome(rules.with_answer(order, answer), outcome)
        reason = line.reason or ("账户异常" if line.result == BankResult.FAILED else "")
        heard = _listener(listeners, order)(_told(order, outcome, reason, answer, now))
        return Decided(None, [item.replace(after, "order", state=after.state, at=now), *heard])

    try:
        return transact(decide)
    except Refused as error:
        return AnswerProblem(line.line, line.order_id, error.code, error.sentence)


def _answer(line: AnswerLine, digest: str, now: datetime) -> BankAnswer:
    return BankAnswer(digest, line.result, line.reason, now, day=line.day, reference=line.reference)


def _told(
    order: PayOrder, outcome: Outcome, reason: str, answer: BankAnswer, now: datetime
) -> Answered:
    day, reference = answer.day or civil_date(answer.at), answer.reference or answer.digest
    return Answered(order, outcome, reason, answer.digest, now, day, reference)


def _listener(listeners: Listeners, order: PayOrder) -> PaymentListener:
    """Who hears what became of an order. Raises Conflict STATE where nobody does: money of which no
    book would hear is not taken as paid."""
    heard_by = listeners.get(order.source.kind)
    if heard_by is None:
        rule = f"付款单 {order.order_id} 的业务({order.source.kind})尚无受理方,未处理"
        raise Conflict("STATE", field="order", rule=rule)
    return heard_by


def _not_taken(
    item: PaymentItem, order: PayOrder, line: AnswerLine, digest: str, now: datetime
) -> Decided[AnswerProblem | None]:
    """An answer that says nothing new, or the contrary of what was said: kept with the order; a
    contradiction stops the source's next order until a person has looked."""
    says = rules.refusal(order, line.result)
    answer = replace(_answer(line, digest, now), refused=says)
    after = rules.with_answer(order, answer)
    if rules.contradicts(order, line.result):
        after = replace(after, state=OrderState.CONTRADICTED)
    return Decided(_refused(line, says), [item.replace(after, "order", state=after.state, at=now)])


def _refused(line: AnswerLine, says: str) -> AnswerProblem:
    return AnswerProblem(line.line, line.order_id, "DUPLICATE", says)


def resolve_contradiction(
    order_id: OrderId,
    paid: bool,
    reason: str,
    by: OfficerId,
    roles: frozenset[str],
    listeners: Listeners,
    now: datetime,
) -> PayOrder:
    """A person has found out whether an order that the bank first failed and then paid was paid. If
    it was, what was paid hears of it as of any payment, and a later order in no batch comes to
    nothing.

    Raises Refused NOT_FOUND, Conflict STATE, BadInput without a reason, Forbidden SEPARATION for
    who pays.
    """
    if not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="须写明核实情况")

    def decide() -> Decided[PayOrder]:
        item = PaymentItem.find(order_key(order_id))
        if item is None:
            raise Refused("NOT_FOUND", field="order_id", rule="付款单不存在")
        order = item.record(PayOrder)
        claimed = claim_duty(order.region, by, roles, Duty.AUDIT, now)
        after = rules.resolved(order, paid)
        heard: Sequence[Write] = ()
        later: Sequence[Write] = ()
        if paid:
            later = never_released(order)
            said_so = [one for one in order.answers if one.result == BankResult.PAID]
            told = _told(order, Outcome.PAID, reason, said_so[-1], now)
            heard = _listener(listeners, order)(told)
        return Decided(
            after,
            [item.replace(after, "order", state=after.state, at=now), *later, *heard, *claimed],
        )

    return transact(decide)
