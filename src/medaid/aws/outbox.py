"""The outbox: a message is written in the same transaction as what it tells of, and sent later from
the table's stream, once.

| key | item |
| --- | --- |
| pk `O#<kind>#<key>`, sk `MESSAGE` | one message; `key` makes it once only |
"""

from __future__ import annotations

from datetime import datetime

from medaid.aws import codec
from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, table_meta
from medaid.aws.transaction import Put, Write
from medaid.event import Event
from medaid.instants import stored


class OutboxItem(Model):
    """`state` is `new`, `sent`, `kept` (no partner takes it) or `failed`; a failed delivery stays
    visible here."""

    Meta = table_meta("outbox")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="MESSAGE")
    kind = UnicodeAttribute()
    state = UnicodeAttribute(default="new")
    at = UnicodeAttribute()
    body = PackedAttribute()


def publish(event: Event, key: str, at: datetime) -> Write:
    """The write of one event about `key` (an id). A second one of that kind and key loses."""
    body = {"version": event.VERSION, "event": codec.encode(event)}
    item = OutboxItem(f"O#{event.KIND}#{key}", "MESSAGE", kind=event.KIND, at=stored(at), body=body)
    return Put(item, OutboxItem.pk.does_not_exist(), f"outbox:{event.KIND}")


def event_of(item: OutboxItem) -> Event:
    """The event that was published.

    Raises ValueError for a kind or version this program does not know: the stream brings it again.
    """
    from medaid.events import KINDS  # for listeners: who publishes needs its own event alone

    kind = KINDS.get(item.kind)
    if kind is None or item.body.get("version") != kind.VERSION:
        raise ValueError(f"unknown event {item.kind} version {item.body.get('version')}")
    return codec.decode(kind, item.body["event"])
