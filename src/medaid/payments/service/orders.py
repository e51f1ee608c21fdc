"""Pay orders: made by what is paid, released into a batch, or alone as a batch of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Write
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId, OrderId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.payments import payees, rules
from medaid.payments.keys import (
    TAKEN_OUT,
    batch_key,
    line_key,
    month_key,
    order_key,
    source_key,
    source_partition,
)
from medaid.payments.model import (
    BankAccount,
    Batch,
    BatchLine,
    BatchState,
    OrderState,
    PaymentSource,
    PayOrder,
)
from medaid.payments.service.accounts import payable_account
from medaid.payments.service.files import closed_batch
from medaid.payments.store import PaymentItem
from medaid.regions import Region

EXPENDITURE: str = "1002"
"""支出户存款: the fund account that pays unless the source says another."""


def get_order(order_id: OrderId) -> PayOrder:
    """A pay order. Raises Refused NOT_FOUND, Unavailable."""
    return _load(order_id)[1]


def order_created(
    region: Region,
    source: PaymentSource,
    payee: str,
    amount: Fen,
    at: datetime,
    payer: str = EXPENDITURE,
) -> tuple[PayOrder, Sequence[Write]]:
    """The next order for a source, as writes for the acting service's transaction; labels
    `order`, `order:source`, and `order:previous` of every order before it.

    The first order needs nothing; another one needs that each one before failed or was returned and
    that no contradiction of the bank is open. Raises BadInput, Conflict STATE.
    """
    before = _held_of(region, source)
    number = len(before) + 1
    order_id = rules.order_id(region, payer, source, number)
    order = PayOrder(order_id, region, payer, source, payee, amount, number, at)
    rules.check_order(order)
    return order, [*_came_to_nothing(before), *_created(order, at)]


def nothing_under_way(region: Region, source: PaymentSource) -> Sequence[Write]:
    """The check that no order of a source may still be paid, or may have been, for the acting
    service's transaction; label `order:previous`. Raises Conflict STATE."""
    return _came_to_nothing(_held_of(region, source))


def order_released(
    order_id: OrderId, batch: Batch, at: datetime, wanted: BankAccount | None = None
) -> Sequence[Write]:
    """The order put into an open batch of its region and fund account, as writes for the acting
    service's transaction; labels `order`, `order:line`, `batch`, `payee`, `order:previous`.

    Raises Conflict STATE where it is not open, an order before it may have been paid, the batch is
    closed, the payee's account is not approved, or it is not the one that what is paid has
    `wanted`.
    """
    item, order = _load(order_id)
    if order.state != OrderState.OPEN:
        raise Conflict("STATE", field="order", rule=f"付款单{rules.NAMES[order.state]}")
    if (batch.region, batch.payer) != (order.region, order.payer):
        raise Conflict("STATE", field="batch_id", rule="付款批次不属于该统筹区或该基金账户")
    held = PaymentItem.find(batch_key(batch.batch_id))
    if held is None or held.state != BatchState.OPEN:
        raise Conflict("STATE", field="batch_id", rule="付款批次已关闭")
    previous = check_earlier(order)
    account, unchanged = payable_account(order.region, order.payee)
    payees.check_paid_account(account, wanted)
    line = BatchLine(order.order_id, order.payee, order.amount, account)
    released = replace(order, state=OrderState.RELEASED, batch_id=batch.batch_id)
    key = line_key(batch.batch_id, order_id)
    before = PaymentItem.find(key)  # where it was taken out of this very batch
    return [
        held.unchanged("batch"),
        unchanged,
        *previous,
        before.replace(line, "order:line", state="", at=at)
        if before
        else PaymentItem.create(key, line, "order:line", at=at),
        item.replace(released, "order", state=released.state, at=at),
    ]


def order_taken_out(order_id: OrderId, at: datetime) -> Sequence[Write]:
    """The order taken out of its open batch, as writes for the acting service's transaction; labels
    `order`, `order:line`, `batch`. It is open again and may be released anew.

    Raises Conflict STATE where it is in no batch, or the batch takes no more changes: then the bank
    may have it.
    """
    item, order = _load(order_id)
    if order.state != OrderState.RELEASED:
        raise Conflict("STATE", field="order", rule=f"付款单{rules.NAMES[order.state]}")
    held = PaymentItem.find(batch_key(order.batch_id))
    if held is None or held.state != BatchState.OPEN:
        raise Conflict("STATE", field="batch_id", rule="付款批次已关闭,付款单已提交银行")
    line = PaymentItem.find(line_key(order.batch_id, order_id))
    assert line is not None, "a released order is a line of its batch"
    after = replace(order, state=OrderState.OPEN, batch_id="")
    return [
        held.unchanged("batch"),
        line.replace(line.record(BatchLine), "order:line", state=TAKEN_OUT, at=at),
        item.replace(after, "order", state=after.state, at=at),
    ]


def single_order(
    region: Region,
    source: PaymentSource,
    payee: str,
    amount: Fen,
    by: OfficerId,
    at: datetime,
    payer: str = EXPENDITURE,
) -> tuple[PayOrder, Sequence[Write]]:
    """The next order for a source released at once, in a closed batch of its own that bears its id.

    Six writes, and a check for each order before, for the acting service's transaction; its file is
    written afterwards by `write_batch_file`. Raises as `order_created` and `order_released` do.
    """
    order, writes = order_created(region, source, payee, amount, at, payer)
    account, unchanged = payable_account(region, payee)
    order = replace(order, state=OrderState.RELEASED, batch_id=order.order_id)
    line = BatchLine(order.order_id, payee, amount, account)
    opened = Batch(order.order_id, region, payer, civil_date(at), by)
    batch, _ = closed_batch(opened, [line])
    kept = [w for w in writes if w.label == "order:previous"]
    return order, [
        *kept,
        unchanged,
        *_created(order, at),
        PaymentItem.create(line_key(batch.batch_id, order.order_id), line, "order:line", at=at),
        PaymentItem.create(batch_key(batch.batch_id), batch, "batch", state=batch.state, at=at),
        PaymentItem.create(month_key(batch), batch.batch_id, "batch:month", at=at),
    ]


def check_earlier(order: PayOrder) -> list[Write]:
    """The checks, label `order:previous`, that every order of the source before `order` came to
    nothing. Raises Conflict STATE where one may have been paid."""
    if order.number == 1:
        return []
    return _came_to_nothing(
        (item, one)
        for item, one in _held_of(order.region, order.source)
        if one.number < order.number
    )


def never_released(order: PayOrder) -> list[Write]:
    """The writes, label `order:later`, by which later orders of the source that are in no batch
    come to nothing: `order` was paid after all."""
    return [
        item.replace(replace(one, state=OrderState.FAILED), "order:later", state=OrderState.FAILED)
        for item, one in _held_of(order.region, order.source)
        if one.number > order.number and one.state == OrderState.OPEN
    ]


def _held_of(region: Region, source: PaymentSource) -> list[tuple[PaymentItem, PayOrder]]:
    """The orders of a source with the version that was read, the oldest first."""
    found = PaymentItem.list_under(source_partition(region, source))
    return [_load(OrderId(item.record(str))) for item in found]


def _came_to_nothing(earlier: Iterable[tuple[PaymentItem, PayOrder]]) -> list[Write]:
    checks = []
    for item, order in earlier:
        rules.check_previous(order)
        checks.append(item.unchanged("order:previous"))
    return checks


def _load(order_id: OrderId) -> tuple[PaymentItem, PayOrder]:
    item = PaymentItem.find(order_key(order_id))
    if item is None:
        raise Refused("NOT_FOUND", field="order_id", rule="付款单不存在")
    return item, item.record(PayOrder)


def _created(order: PayOrder, at: datetime) -> list[Write]:
    return [
        PaymentItem.create(order_key(order.order_id), order, "order", state=order.state, at=at),
        PaymentItem.create(source_key(order), str(order.order_id), "order:source", at=at),
    ]
