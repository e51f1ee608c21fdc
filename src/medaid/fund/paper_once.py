"""One paper books one amount once: the same paper of the same kind with the same lines is refused
under another number, until the voucher that booked it is taken back."""

from __future__ import annotations

import hashlib
from datetime import datetime

from medaid.aws import codec
from medaid.aws.table import packed_text
from medaid.aws.transaction import Write
from medaid.errors import Conflict
from medaid.fund import keys, store, voucher_rules
from medaid.fund.model import reversal_id
from medaid.fund.records import Voucher, VoucherRef
from medaid.months import Month


def check_not_booked(admdvs: str, voucher: Voucher) -> store.FundItem | None:
    """What is noted of the paper; None where nothing is, and for a voucher that takes one back.

    Raises Conflict DUPLICATE naming the voucher that booked the same.
    """
    if voucher.reverses is not None or not voucher.attachment:
        return None
    item = store.find(keys.of_paper(admdvs, _content(voucher)))
    if item is None:
        return None
    ref = item.record(VoucherRef)
    held = store.find(keys.of_voucher(admdvs, ref.month, ref.voucher_id))
    assert held is not None, "a voucher stays"
    entry = voucher_rules.entry_id(admdvs, held.record(Voucher))
    if store.find(keys.of_posted(reversal_id(entry))) is None:
        rule = f"同一单据、同一金额已由 {ref.month} 凭证 {ref.voucher_id} 入账"
        raise Conflict("DUPLICATE", field="document", rule=rule)
    return item


def booked(admdvs: str, voucher: Voucher, at: datetime) -> list[Write]:
    """The write, label `paper`, that notes which voucher booked the paper. Raises as
    `check_not_booked` does."""
    item = check_not_booked(admdvs, voucher)
    if voucher.reverses is not None or not voucher.attachment:
        return []
    ref = VoucherRef(Month.of(voucher.effective), voucher.voucher_id)
    if item is not None:
        return [item.replace(ref, "paper", at=at)]
    key = keys.of_paper(admdvs, _content(voucher))
    return [store.FundItem.create(key, ref, "paper", at=at)]


def _content(voucher: Voucher) -> str:
    """SHA-256 of what makes two papers one: neither the number nor the day it was entered under."""
    said = [voucher.kind, voucher.document, str(voucher.document_date), voucher.attachment]
    lines = sorted(packed_text(codec.encode(line)) for line in voucher.lines)
    return hashlib.sha256(packed_text([*said, *lines]).encode()).hexdigest()
