"""The bank's word on paper, for a bank that sends no answer file: the cashier enters the slip, the
accountant confirms it (Q3.1), and its lines are taken as those of every answer file (`answers`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws import codec
from medaid.aws.transaction import Decided, Write, refuse_as_changed, transact
from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.payments import rules
from medaid.payments.keys import SLIP, batch_key, slip_key
from medaid.payments.model import (
    AnswerFile,
    AnswerLine,
    AnswerReport,
    BankResult,
    BankSlip,
    Duty,
    Outcome,
    SlipLine,
    SlipState,
)
from medaid.payments.service.answers import Listeners, check_batch, take_lines
from medaid.payments.service.batches import list_batch_lines
from medaid.payments.service.duties import check_second, claim_duty
from medaid.payments.service.orders import get_order
from medaid.payments.store import PaymentItem
from medaid.regions import Region

MOST_LINES: Final = 200
"""Lines of one slip: a person types them."""


def enter_slip(slip: BankSlip, roles: frozenset[str], now: datetime) -> BankSlip:
    """First of the two: nothing is paid or failed by it until the accountant confirms. The same
    again is the same slip.

    Raises BadInput for a batch that was not sent or is another region's, lines whose sum is not the
    slip's, an order that is not in the batch or stands twice (NOT_FOUND, DUPLICATE), an amount that
    is not the order's (AMOUNT_SUM), a day of the bank before the order or after today; Conflict
    DUPLICATE for the number with other content, STATE for one that was rejected, and for what the
    order cannot become any more; Forbidden SEPARATION for whoever audits or keeps the accounts
    there.
    """
    _check(slip, now)

    def decide() -> Decided[BankSlip]:
        item = PaymentItem.find(slip_key(slip.batch_id, slip.number))
        if item is not None:
            return Decided(_same(item.record(BankSlip), slip))
        claimed = claim_duty(slip.region, slip.entered_by, roles, Duty.PAY, now)
        key = slip_key(slip.batch_id, slip.number)
        made = PaymentItem.create(key, slip, "slip", state=slip.state, at=now)
        return Decided(slip, [made, *claimed])

    return transact(decide)


def decide_slip(
    region: Region,
    batch_id: str,
    number: str,
    approved: bool,
    reason: str,
    by: OfficerId,
    roles: frozenset[str],
    listeners: Listeners,
    now: datetime,
) -> BankSlip:
    """Second of the two. Confirmed, each line is taken in a transaction of its own, by the checks
    of every answer; what was not taken is told in the slip's report. Confirmed again, it goes on
    where it was. Rejected, nothing of it counts.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE where it is decided
    otherwise, Forbidden SEPARATION for who entered it (Q3.1), and for whoever audits or pays there;
    Unavailable in between.
    """
    check_said(approved, reason)
    state = SlipState.CONFIRMED if approved else SlipState.REJECTED

    def decide() -> Decided[BankSlip]:
        item, held = _load(region, batch_id, number)
        if held.state is state:
            return Decided(held)
        if held.state is not SlipState.ENTERED:
            raise Conflict("STATE", field="number", rule="该回单已复核")
        first, entered = held.entered_by, held.entered_at
        check_second(region, by, first, entered, now, "回单的登记与复核不得为同一人(秦安县84号三)")
        claimed = claim_duty(region, by, roles, Duty.ACCOUNT, now)
        after = replace(held, state=state, decided_by=by, decided_at=now, reason=reason.strip())
        return Decided(after, [item.replace(after, "slip", state=state, at=now), *claimed])

    decided = transact(decide, refuse_as_changed)
    if decided.state is SlipState.REJECTED or decided.report is not None:
        return decided
    return _reported(decided, take_lines(_answer(decided), listeners, now), now)


def page_of_slips(
    region: Region, batch_id: str, after: str, limit: int
) -> tuple[list[BankSlip], str]:
    """At most `limit` slips of a region's batch behind `after`, and behind what the next page
    begins, empty at the end. Raises Unavailable."""
    found, end = PaymentItem.page_under(batch_key(batch_id).pk, SLIP, after, limit)
    slips = [item.record(BankSlip) for item in found]
    return [one for one in slips if one.region == region], end


def _check(slip: BankSlip, now: datetime) -> None:
    check_batch(slip.batch_id, slip.region)
    if not 0 < len(slip.lines) <= MOST_LINES:
        raise BadInput("FIELD_REQUIRED", field="lines", rule=f"一张回单 1 至 {MOST_LINES} 笔")
    total = Fen(sum(int(one.amount) for one in slip.lines))
    if total != slip.total:
        rule = f"明细合计 {total} 元,回单合计 {slip.total} 元"
        raise BadInput("AMOUNT_SUM", field="total", rule=rule)
    answer = _answer(slip)
    good, problems = rules.matched(
        answer, {line.order_id: line for line in list_batch_lines(slip.batch_id)}
    )
    for one in problems:
        raise BadInput(one.code, field=f"lines.{one.line}.order", rule=one.says)
    for line, said in zip(good, slip.lines, strict=True):
        if said.outcome is not Outcome.PAID and not said.reason.strip():
            field = f"lines.{line.line}.reason"
            raise BadInput("FIELD_REQUIRED", field=field, rule="须写明银行退回的原因")
        order = get_order(line.order_id)
        rules.check_bank_day(line, order, now)
        rules.check_stated(line, order)


def _answer(slip: BankSlip) -> AnswerFile:
    """The slip as every answer of the bank is taken; its digest is that of what it says."""
    said = codec.encode((slip.batch_id, slip.number, slip.lines))
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    lines = tuple(_line(number, one) for number, one in enumerate(slip.lines, 1))
    return AnswerFile(slip.batch_id, digest, lines)


def _line(number: int, one: SlipLine) -> AnswerLine:
    result = BankResult.PAID if one.outcome is Outcome.PAID else BankResult.FAILED
    return AnswerLine(
        number, one.order_id, one.amount, result, one.reason, one.day, one.reference, one.outcome
    )


def _same(held: BankSlip, slip: BankSlip) -> BankSlip:
    if (held.lines, held.total) != (slip.lines, slip.total):
        raise Conflict("DUPLICATE", field="number", rule="回单号已用于内容不同的回单")
    if held.state is SlipState.REJECTED:
        raise Conflict("STATE", field="number", rule="该回单已退回,请另用编号登记")
    return held


def _reported(slip: BankSlip, report: AnswerReport, now: datetime) -> BankSlip:
    def decide() -> Decided[BankSlip]:
        item, held = _load(slip.region, slip.batch_id, slip.number)
        if held.report is not None:
            return Decided(held)
        after = replace(held, report=report)
        writes: list[Write] = [item.replace(after, "slip", state=after.state, at=now)]
        return Decided(after, writes)

    return transact(decide)


def _load(region: Region, batch_id: str, number: str) -> tuple[PaymentItem, BankSlip]:
    item = PaymentItem.find(slip_key(batch_id, number))
    held = None if item is None else item.record(BankSlip)
    if item is None or held is None or held.region != region:
        raise Refused("NOT_FOUND", field="number", rule="没有该回单")
    return item, held
