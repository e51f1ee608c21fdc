"""What may be paid and what a bank's answer means. Pure decisions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.errors import BadInput, Conflict, Forbidden
from medaid.ids import OfficerId, OrderId
from medaid.instants import civil_date
from medaid.payments.model import (
    AnswerFile,
    AnswerLine,
    AnswerProblem,
    BankAnswer,
    BankResult,
    BatchLine,
    Duty,
    HeldDuty,
    OrderState,
    Outcome,
    PaymentSource,
    PayOrder,
    RegisteredOfficer,
    SeparationRules,
)
from medaid.regions import Region

_ID: Final = re.compile(r"[0-9A-Za-z._-]{1,80}")


# ---- orders ------------------------------------------------------------------------------------


def order_id(region: Region, payer: str, source: PaymentSource, number: int) -> OrderId:
    """Names region, fund account and source, so that orders of two regions for one payee never
    meet."""
    return OrderId(f"PAY-{region}-{payer}-{source.id}-{number}")


def check_order(order: PayOrder) -> None:
    """Raises BadInput for what is no payment."""
    if order.amount <= 0:
        raise BadInput("AMOUNT_NEGATIVE", field="amount", rule="付款金额须大于零")
    if not _ID.fullmatch(order.source.id):
        raise BadInput("FIELD_FORMAT", field="source", rule="付款来源编号格式不符")


def check_previous(previous: PayOrder) -> None:
    """A new order follows one that came to nothing. Raises Conflict STATE."""
    if previous.state == OrderState.CONTRADICTED:
        raise Conflict(
            "STATE",
            field="order",
            rule=f"付款单 {previous.order_id} 的回盘前后矛盾,须先核实是否已付",
            order=previous.order_id,
        )
    if previous.state not in (OrderState.FAILED, OrderState.RETURNED):
        raise Conflict(
            "STATE",
            field="order",
            rule=f"前一付款单 {previous.order_id} 尚未付款失败或退汇",
            order=previous.order_id,
        )


def check_current(order: PayOrder, present: str, what: str) -> None:
    """That the bank speaks of the present order of what is paid. Raises Conflict STATE, which says
    what to do: until `present` has come to nothing the order is not taken as paid, and money that
    left twice comes back from the payee (docs/adr/0073)."""
    if order.order_id != present:
        rule = (
            f"付款单不是该{what}当前的付款单;后一付款单 {present} 付款失败或退汇前,本单不作已付。"
            f"两笔均已付的,按错付款项录入凭证转暂付,向收款方追回本单 {order.amount} 元,"
            "退回原付款账户、追回凭证入账后,将本单核实为未付"
        )
        raise Conflict("STATE", field="order", rule=rule, order=present)


# ---- answers -----------------------------------------------------------------------------------


def matched(
    answer: AnswerFile, lines: Mapping[OrderId, BatchLine]
) -> tuple[list[AnswerLine], list[AnswerProblem]]:
    """The lines that fit an order of the batch, and those that do not: unknown order, wrong amount,
    named twice in the file."""
    times = Counter(line.order_id for line in answer.lines)
    good: list[AnswerLine] = []
    problems: list[AnswerProblem] = []
    for line in answer.lines:
        order = lines.get(line.order_id)
        if order is None:
            problems.append(
                AnswerProblem(line.line, line.order_id, "NOT_FOUND", "批次中没有该付款单")
            )
        elif times[line.order_id] > 1:
            says = "同一付款单在回盘文件中出现两次"
            problems.append(AnswerProblem(line.line, line.order_id, "DUPLICATE", says))
        elif line.amount != order.amount:
            says = f"回盘 {line.amount} 元,应付 {order.amount} 元"
            problems.append(AnswerProblem(line.line, line.order_id, "AMOUNT_SUM", says))
        else:
            good.append(line)
    return good, problems


_OUTCOMES: Final[Mapping[tuple[OrderState, BankResult], Outcome]] = {
    (OrderState.RELEASED, BankResult.PAID): Outcome.PAID,
    (OrderState.RELEASED, BankResult.FAILED): Outcome.FAILED,
    (OrderState.PAID, BankResult.FAILED): Outcome.RETURNED,
}
_AFTER: Final[Mapping[Outcome, OrderState]] = {
    Outcome.PAID: OrderState.PAID,
    Outcome.FAILED: OrderState.FAILED,
    Outcome.RETURNED: OrderState.RETURNED,
}
NAMES: Final[Mapping[OrderState, str]] = {
    OrderState.OPEN: "待支付",
    OrderState.RELEASED: "已提交银行",
    OrderState.PAID: "已支付",
    OrderState.FAILED: "付款失败",
    OrderState.RETURNED: "已退汇",
    OrderState.CONTRADICTED: "回盘矛盾待核实",
}


OUTCOME_NAMES: Final[Mapping[Outcome, str]] = {
    Outcome.PAID: "已付",
    Outcome.FAILED: "拒付",
    Outcome.RETURNED: "退汇",
}


def check_bank_day(line: AnswerLine, order: PayOrder, now: datetime) -> None:
    """The bank's own date lies between the order and today. Raises BadInput DATE_FUTURE,
    DATE_ORDER."""
    if line.day is None:
        return
    if line.day > civil_date(now):
        raise BadInput("DATE_FUTURE", field="date", rule=f"银行日期 {line.day} 在今日之后")
    if line.day < civil_date(order.created_at):
        raise BadInput("DATE_ORDER", field="date", rule=f"银行日期 {line.day} 早于付款单")


def check_stated(line: AnswerLine, order: PayOrder) -> None:
    """That what a paper says became of an order can become of it as it stands. Raises Conflict
    STATE."""
    meant = outcome_of(order, line.result)
    if line.stated is not None and meant is not None and meant != line.stated:
        rule = f"付款单{NAMES[order.state]},不能登记为{OUTCOME_NAMES[line.stated]}"
        raise Conflict("STATE", field="outcome", rule=rule, order=order.order_id)


def outcome_of(order: PayOrder, result: BankResult) -> Outcome | None:
    """What an answer means for an order as it stands; None where it means nothing new or
    contradicts what the bank said before."""
    return _OUTCOMES.get((order.state, result))


def contradicts(order: PayOrder, result: BankResult) -> bool:
    """Whether the bank now says paid of what it said had failed or been returned."""
    return result == BankResult.PAID and order.state in (OrderState.FAILED, OrderState.RETURNED)


def after_outcome(order: PayOrder, outcome: Outcome) -> PayOrder:
    """The order in the state that an outcome leads to."""
    return replace(order, state=_AFTER[outcome])


def with_answer(order: PayOrder, answer: BankAnswer) -> PayOrder:
    """The order with one answer of the bank more."""
    return replace(order, answers=(*order.answers, answer))


def refusal(order: PayOrder, result: BankResult) -> str:
    """Why an answer that means nothing to an order is not taken."""
    if contradicts(order, result):
        return f"该付款单此前回盘为{NAMES[order.state]},与本次回盘矛盾,须人工核实后处理"
    return f"该付款单已处理({NAMES[order.state]}),重复回盘不予受理"


def resolved(order: PayOrder, paid: bool) -> PayOrder:
    """A contradiction that a person has looked into: paid after all, or not. Raises Conflict
    STATE."""
    if order.state != OrderState.CONTRADICTED:
        raise Conflict("STATE", field="order", rule="该付款单没有待核实的回盘矛盾")
    return replace(order, state=OrderState.PAID if paid else OrderState.FAILED)


# ---- duties (Q3.1) -----------------------------------------------------------------------------


def check_duty(
    officer: RegisteredOfficer,
    roles: Iterable[str],
    wanted: Duty,
    at: datetime,
    rules: SeparationRules,
) -> None:
    """Whether an officer may act in duty `wanted` in the region: by the duties held there and by
    the roles of the token. Raises Forbidden SEPARATION naming the rule and its citation."""
    held = {one.duty for one in officer.duties if one.holds(at)}
    held |= {rules.roles[role] for role in roles if role in rules.roles}
    held |= officer.stands_in_as(at)
    for exclusion in rules.exclusions:
        others = sorted((held & exclusion.duties) - {wanted})
        if wanted in exclusion.duties and others:
            raise Forbidden(
                "SEPARATION",
                field="role",
                rule=f"{exclusion.rule}({exclusion.cite})",
                separation=exclusion.id,
                done=others[0],
                wanted=wanted,
            )


def with_duty(officer: RegisteredOfficer, duty: Duty, at: datetime) -> RegisteredOfficer:
    """The officer who holds `duty` from `at` on; the same where it is held already, or done for
    somebody who is away: that ends with the delegation."""
    if any(one.duty == duty and one.holds(at) for one in officer.duties):
        return officer
    if duty in officer.stands_in_as(at):
        return officer
    return replace(officer, duties=(*officer.duties, HeldDuty(duty, at, at)))


def without_duty(
    officer: RegisteredOfficer, duty: Duty, by: OfficerId, reason: str, at: datetime
) -> RegisteredOfficer:
    """The duty ended at `at` by another person, with the reason. Raises Conflict STATE, BadInput,
    Forbidden SEPARATION."""
    if not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="须写明岗位调整的原因")
    if by == officer.officer_id:
        raise Forbidden("SEPARATION", field="operator", rule="不得自行解除本人岗位(秦安县84号三)")
    held = next((one for one in officer.duties if one.duty == duty and one.holds(at)), None)
    if held is None:
        raise Conflict("STATE", field="duty", rule="该人员现不任此岗位")
    ended = replace(held, until=at, ended_at=at, ended_by=by, reason=reason.strip())
    return replace(officer, duties=tuple(ended if d is held else d for d in officer.duties))
