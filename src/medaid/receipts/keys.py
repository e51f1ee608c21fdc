"""Keys of the table `receipts`.

Each line: who asks what: key; how; function.

- who holds a receipt: pk `R#<code>#<number>` without leading zeros, sk `<code>#<number>`; GetItem;
  `service.holder`.
- claim, release: the same; conditional put, without a read; `service.claim`, `service.release`.
- receipts that differ in leading zeros only: pk; Query; `service.possible_duplicates`.
"""

from __future__ import annotations

from medaid.aws.items import Key
from medaid.receipts.model import ReceiptNumber


def receipt_key(receipt: ReceiptNumber) -> Key:
    """Where a receipt lies: beside those that differ from it in leading zeros only."""
    bare = receipt.without_leading_zeros
    return Key(f"R#{bare.code}#{bare.number}", f"{receipt.code}#{receipt.number}")
