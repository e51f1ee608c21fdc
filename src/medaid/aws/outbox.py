"""The outbox: a message is written in the same transaction as what it tells of, and sent later from
the table's stream, once.

| key | item |
| --- | --- |
| pk `O#<kind>#<key>`, sk `MESSAGE` | one message; `key` makes it once only |
| index `waiting`: `<yyyy-mm-dd>`, sorted by `at` | messages of a day that not all have heard yet |

A message that all have heard leaves the index and goes after the third year, long after anybody
could publish it again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from medaid.aws import codec, expiry
from medaid.aws.table import (
    Model,
    PackedAttribute,
    UnicodeAttribute,
    WholeAttribute,
    table_meta,
)
from medaid.aws.transaction import Put, Write, reading
from medaid.event import Event
from medaid.instants import civil_date, stored

KEPT_YEARS: Final = 3
"""Whole years after the one in which a message was heard."""


# pynamodb leaves its subclass hook untyped
class WaitingIndex(GlobalSecondaryIndex["OutboxItem"]):  # type: ignore[no-untyped-call]
    """Messages that not all have heard yet, by the day on which they were published."""

    class Meta:
        index_name = "waiting"
        projection = KeysOnlyProjection()

    waiting = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class OutboxItem(Model):
    """`state` is `new`, `sent`, `kept` (no partner takes it) or `failed`; a failed delivery stays
    visible here. `waiting` is the day of publication until all have heard it; from then on it has
    `expires`."""

    Meta = table_meta("outbox")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="MESSAGE")
    kind = UnicodeAttribute()
    state = UnicodeAttribute(default="new")
    at = UnicodeAttribute()
    body = PackedAttribute()
    waiting = UnicodeAttribute(null=True)
    expires = WholeAttribute(null=True)
    waiting_index = WaitingIndex()


def publish(event: Event, key: str, at: datetime) -> Write:
    """The write of one event about `key` (an id). A second one of that kind and key loses."""
    body = {"version": event.VERSION, "event": codec.encode(event)}
    item = OutboxItem(
        f"O#{event.KIND}#{key}",
        "MESSAGE",
        kind=event.KIND,
        at=stored(at),
        body=body,
        waiting=civil_date(at).isoformat(),
    )
    return Put(item, OutboxItem.pk.does_not_exist(), f"outbox:{event.KIND}")


def note_heard(item: OutboxItem, now: datetime) -> None:
    """All have heard the message: it waits no longer, and goes after the third year. Raises
    Unavailable."""
    kind = OutboxItem
    until = kind.expires.set(expiry.end_of_year(now, KEPT_YEARS))
    reading(lambda: kind(item.pk, item.sk).update([until, kind.waiting.remove()]))


def page_of_waiting(day: date, before: datetime, limit: int) -> list[OutboxItem]:
    """At most `limit` messages of a day, published before an instant, that not all have heard, the
    oldest first. Raises Unavailable."""
    kind = OutboxItem
    older = kind.at < stored(before)

    def read() -> list[OutboxItem]:
        found = kind.waiting_index.query(day.isoformat(), older, limit=limit)
        keys = [(one.pk, one.sk) for one in found]
        return sorted(kind.batch_get(keys, consistent_read=True), key=lambda one: one.at)

    return reading(read)


def event_of(item: OutboxItem) -> Event:
    """The event that was published.

    Raises ValueError for a kind or version this program does not know: the stream brings it again.
    """
    from medaid.events import KINDS  # for listeners: who publishes needs its own event alone

    kind = KINDS.get(item.kind)
    if kind is None or item.body.get("version") != kind.VERSION:
        raise ValueError(f"unknown event {item.kind} version {item.body.get('version')}")
    return codec.decode(kind, item.body["event"])
