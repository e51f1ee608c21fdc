"""The table `payments`; keys.py lists its access patterns."""

from __future__ import annotations

from medaid.aws.items import VersionedItem
from medaid.aws.table import table_meta


class PaymentItem(VersionedItem):
    """A payee, a pay order, a batch or its line, or what an officer does in a region."""

    Meta = table_meta("payments")
