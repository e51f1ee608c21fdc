"""Batches for the bank: opened by a cashier, filled order by order, closed once with control
totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from medaid import ids
from medaid.aws.transaction import Decided, transact
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.months import Month
from medaid.payments import payees
from medaid.payments.keys import (
    LINE,
    TAKEN_OUT,
    batch_key,
    line_key,
    month_key,
    month_partition,
)
from medaid.payments.model import BankAccount, Batch, BatchLine, BatchState, Duty
from medaid.payments.service.accounts import get_payee
from medaid.payments.service.duties import claim_duty
from medaid.payments.service.files import closed_batch, put_file
from medaid.payments.service.orders import EXPENDITURE, check_earlier, get_order
from medaid.payments.store import PaymentItem
from medaid.regions import Region


def open_batch(
    region: Region,
    key: str,
    by: OfficerId,
    roles: frozenset[str],
    now: datetime,
    payer: str = EXPENDITURE,
) -> Batch:
    """A batch of the cashier's own key: the same key answers the same batch. Raises Forbidden
    SEPARATION."""
    batch_id = f"{region}B{ids.content_hash('batch', region, payer, key)[:16].upper()}"
    fresh = Batch(batch_id, region, payer, civil_date(now), by)

    def decide() -> Decided[Batch]:
        claimed = claim_duty(region, by, roles, Duty.PAY, now)
        item = PaymentItem.find(batch_key(batch_id))
        if item is not None:
            return Decided(item.record(Batch), claimed)
        created = PaymentItem.create(batch_key(batch_id), fresh, "batch", state=fresh.state, at=now)
        listed = PaymentItem.create(month_key(fresh), batch_id, "batch:month", at=now)
        return Decided(fresh, [created, listed, *claimed])

    return transact(decide)


def get_batch(region: Region, batch_id: str) -> Batch:
    """A batch of a region. Raises Refused NOT_FOUND, Unavailable."""
    return _load(region, batch_id)[1]


def page_of_batches(
    region: Region, month: Month, after: str, limit: int
) -> tuple[list[Batch], str]:
    """At most `limit` of the batches that a region opened in a month behind `after`, and behind
    what the next page begins, empty at the end. Two reads. Raises Unavailable."""
    listed, end = PaymentItem.page_under(month_partition(region, month), "", after, limit)
    items = PaymentItem.find_all([batch_key(item.record(str)) for item in listed])
    return [item.record(Batch) for item in items if item is not None], end


def list_batch_lines(batch_id: str) -> Iterator[BatchLine]:
    """The orders of a batch, without what was taken out of it. Raises Unavailable."""
    found = PaymentItem.list_under(batch_key(batch_id).pk, LINE)
    return (item.record(BatchLine) for item in found if item.state != TAKEN_OUT)


def page_of_batch_lines(batch_id: str, after: str, limit: int) -> tuple[list[BatchLine], str]:
    """At most `limit` of them behind `after`, and behind what the next page begins, empty at the
    end. Raises Unavailable."""
    found, end = PaymentItem.page_under(batch_key(batch_id).pk, LINE, after, limit)
    return [item.record(BatchLine) for item in found if item.state != TAKEN_OUT], end


def close_batch(
    region: Region, batch_id: str, by: OfficerId, roles: frozenset[str], now: datetime
) -> Batch:
    """No more orders: accounts are those approved now, control totals are fixed, and the file is
    written for the bank. Closing again writes the same file again.

    Raises Conflict STATE naming the orders whose payee's account waits for approval or of whose
    source an earlier order may have been paid after all, Forbidden SEPARATION.
    """

    def closing() -> Decided[Batch]:
        claimed = claim_duty(region, by, roles, Duty.PAY, now)
        item, batch = _load(region, batch_id)
        if batch.state != BatchState.OPEN:
            return Decided(batch, claimed)
        held = _held_back(batch)
        if held:
            why = "收款账户变更待审批,或此前付款单回盘矛盾"
            rule = f"{why},以下付款单暂不支付:{'、'.join(held[:10])}"
            raise Conflict("STATE", field="account", rule=rule)
        changed = replace(batch, state=BatchState.CLOSING)
        return Decided(
            changed, [item.replace(changed, "batch", state=changed.state, at=now), *claimed]
        )

    transact(closing)
    transact(lambda: _closed(region, batch_id, now))
    return write_batch_file(region, batch_id)


def _held_back(batch: Batch) -> list[str]:
    """Orders of a batch that may not be paid yet; lines whose account was changed and approved
    since take the new one."""
    held: list[str] = []
    for line in list_batch_lines(batch.batch_id):
        payee = get_payee(batch.region, line.payee)
        try:
            check_earlier(get_order(line.order_id))
            account = payees.payable_account(payee, line.payee)
        except Conflict:
            held.append(line.order_id)
            continue
        if account != line.account:
            transact(lambda line=line, account=account: _readdressed(batch, line, account))  # type: ignore[misc]  # bound per line
    return held


def _readdressed(batch: Batch, line: BatchLine, account: BankAccount) -> Decided[None]:
    item = PaymentItem.find(line_key(batch.batch_id, line.order_id))
    assert item is not None, "a line stays in its batch"
    present = item.record(BatchLine)
    if present.account == account:
        return Decided(None)
    return Decided(None, [item.replace(replace(present, account=account), "order:line")])


def _closed(region: Region, batch_id: str, now: datetime) -> Decided[Batch]:
    item, batch = _load(region, batch_id)
    if batch.state == BatchState.CLOSED:
        return Decided(batch)
    closed, _ = closed_batch(batch, list(list_batch_lines(batch_id)))
    return Decided(closed, [item.replace(closed, "batch", state=closed.state, at=now)])


def write_batch_file(region: Region, batch_id: str) -> Batch:
    """Writes the file of a closed batch for the bank; again, the same bytes. Raises Conflict
    STATE."""
    batch = get_batch(region, batch_id)
    if batch.state != BatchState.CLOSED:
        raise Conflict("STATE", field="batch_id", rule="付款批次尚未关闭")
    closed, content = closed_batch(batch, list(list_batch_lines(batch_id)))
    assert closed == batch, f"batch {batch_id} is not what was closed"
    put_file(batch, content)
    return batch


def _load(region: Region, batch_id: str) -> tuple[PaymentItem, Batch]:
    item = PaymentItem.find(batch_key(batch_id))
    batch = None if item is None else item.record(Batch)
    if item is None or batch is None or batch.region != region:
        raise Refused("NOT_FOUND", field="batch_id", rule="付款批次不存在")
    return item, batch
