"""Each receipt pays once in the whole system, however it is written (Q3.2): at the counter, by
hand, and in other regions."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NoReturn

from medaid.aws import codec
from medaid.aws.transaction import ConditionFailed, Decided, Put, Write, transact
from medaid.errors import Conflict
from medaid.instants import stored
from medaid.receipts.keys import receipt_key
from medaid.receipts.model import LABEL, Holder, HolderKind, ReceiptNumber
from medaid.receipts.store import ReceiptItem
from medaid.regions import Region

_FREE: Final = "free"


def claim(receipt: ReceiptNumber, holder: Holder, at: datetime) -> Write:
    """The write by which `holder` uses a receipt; loses (`receipt:<code>#<number>`) where it is
    held already."""
    item = _item(receipt, holder, _held_by(holder.id), at)
    free = ReceiptItem.pk.does_not_exist() | (ReceiptItem.state == _FREE)
    return Put(item, free, f"{LABEL}{receipt.code}#{receipt.number}")


def release(receipt: ReceiptNumber, holder: Holder, at: datetime) -> Write:
    """The write by which a receipt is free again (refused, withdrawn, reversed); who held it stays
    readable. Loses (`released`) where `holder` does not hold it."""
    item = _item(receipt, holder, _FREE, at)
    return Put(item, ReceiptItem.state == _held_by(holder.id), "released")


def holder(receipt: ReceiptNumber) -> Holder | None:
    """Who holds a receipt; None where nobody does. Raises Unavailable."""
    item = ReceiptItem.find(receipt_key(receipt))
    return None if item is None or item.state == _FREE else item.record(Holder)


def possible_duplicates(receipt: ReceiptNumber, holder_id: str = "") -> tuple[Holder, ...]:
    """Others than `holder_id` that hold a receipt which differs from this one in leading zeros
    only. Raises Unavailable."""
    found = [i for i in ReceiptItem.list_under(receipt_key(receipt).pk) if i.state != _FREE]
    holders = [i.record(Holder) for i in found if i.sk != receipt_key(receipt).sk]
    return tuple(h for h in holders if h.id != holder_id)


def lost_receipt(lost: ConditionFailed) -> ReceiptNumber | None:
    """The receipt whose claim lost, None where none did."""
    label = next((name for name in lost.labels if name.startswith(LABEL)), None)
    return None if label is None else ReceiptNumber(*label.removeprefix(LABEL).split("#"))


def report(
    bill_code: str, bill_no: str, payment_id: str, region: Region, at: datetime
) -> ReceiptNumber:
    """`region` reports that its payment `payment_id` has used a receipt. The same report again
    changes nothing.

    Raises BadInput for what is no receipt, Conflict DUPLICATE naming who else holds it.
    """
    receipt = ReceiptNumber.parse(bill_code, bill_no, "receipt")
    reported = Holder(payment_id, HolderKind.REPORT, region)

    def decide() -> Decided[ReceiptNumber]:
        present = holder(receipt)
        if present == reported:
            return Decided(receipt)
        if present is not None:
            refuse_as_used(receipt, present, "receipt")
        return Decided(receipt, [claim(receipt, reported, at)])

    return transact(decide)


def withdraw_report(
    bill_code: str, bill_no: str, payment_id: str, region: Region, at: datetime
) -> ReceiptNumber:
    """`region` takes a report back: its payment came to nothing. Raises Conflict STATE where that
    report does not hold the receipt."""
    receipt = ReceiptNumber.parse(bill_code, bill_no, "receipt")
    reported = Holder(payment_id, HolderKind.REPORT, region)

    def decide() -> Decided[ReceiptNumber]:
        if holder(receipt) != reported:
            raise Conflict("STATE", field="receipt", rule="该票据不是以此付款登记的")
        return Decided(receipt, [release(receipt, reported, at)])

    return transact(decide)


def refuse_as_used(receipt: ReceiptNumber, by: Holder, field: str) -> NoReturn:
    """Raises Conflict DUPLICATE that names who holds the receipt."""
    raise Conflict(
        "DUPLICATE",
        field=field,
        rule=f"票据 {receipt} 已由 {by.region} {by.id} 使用,一张票据只能报销一次",
        holder=by.id,
        source=by.kind,
    )


def _held_by(holder_id: str) -> str:
    return f"held:{holder_id}"


def _item(receipt: ReceiptNumber, by: Holder, state: str, at: datetime) -> ReceiptItem:
    key, body = receipt_key(receipt), codec.encode(by)
    return ReceiptItem(*key, state=state, version=1, at=stored(at), body=body)
