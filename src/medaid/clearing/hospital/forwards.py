"""What an institution's next statement begins with: the one way by which an amount reaches it, also
where the institution settles nothing any more."""

from __future__ import annotations

from datetime import datetime

from medaid.aws.transaction import Write
from medaid.clearing import store as items
from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import PendingItem, PendingKind, PendingState


def carried(region: str, institution: str, item: PendingItem, now: datetime) -> list[Write]:
    """The writes by which `item` waits for the next statement: positive amounts are paid with it,
    negative ones taken off. Once by its number."""
    kind, state = PendingKind.FORWARD, PendingState.FORWARD
    waits = store.create_pending(region, institution, kind, item, state, now)
    return [waits, *items.listed(region, institution, now)]
