"""The table `receipts`; keys.py lists its access patterns."""

from __future__ import annotations

from medaid.aws.items import VersionedItem
from medaid.aws.table import table_meta


class ReceiptItem(VersionedItem):
    """A receipt that somebody has used. `state` is `held:<holder id>` or `free`; the body is the
    holder, the last one where it is free.

    Claimed and released by conditional puts on the state alone, so no settlement waits for a read.
    """

    Meta = table_meta("receipts")
