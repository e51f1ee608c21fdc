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

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from pynamodb.indexes import KeysOnlyProjection

from medaid.aws import codec, expiry
from medaid.aws.items import page_of_index
from medaid.aws.table import (
    Model,
    PackedAttribute,
    UnicodeAttribute,
    WholeAttribute,
    index_by,
    table_meta,
)
from medaid.aws.transaction import Put, Write, item_or_none, reading
from medaid.errors import BadInput
from medaid.event import Event
from medaid.instants import civil_date, stored

KEPT_YEARS: Final = 3
"""Whole years after the one in which a message was heard."""
_PREFIX: Final = "O#"
_PLACE: Final = ("pk", "sk", "at", "waiting")


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
    waiting_index = index_by("waiting", "waiting", "at", KeysOnlyProjection())

    @property
    def message_id(self) -> str:
        """What people call the message by: `<kind>#<key>`."""
        return self.pk.removeprefix(_PREFIX)


def publish(event: Event, key: str, at: datetime) -> Write:
    """The write of one event about `key` (an id). A second one of that kind and key loses."""
    body = {"version": event.VERSION, "event": codec.encode(event)}
    item = OutboxItem(
        f"{_PREFIX}{event.KIND}#{key}",
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


def find(message_id: str) -> OutboxItem | None:
    """The message of an id, read consistently, or None. Raises Unavailable."""
    return item_or_none(OutboxItem, f"{_PREFIX}{message_id}", "MESSAGE")


def page_of_waiting(
    days: Sequence[date], after: str, limit: int, before: datetime | None = None
) -> tuple[list[OutboxItem], str]:
    """At most `limit` messages published on one of `days` (one after another) that not all have
    heard, the oldest first, behind `after`; and where the next page begins, empty at the end. Only
    those published before an instant where one is given. One query a day and one read of the
    messages. Raises BadInput for an `after` of other days, Unavailable."""
    older = OutboxItem.at < stored(before) if before else None
    day, _, place = after.partition(" ")
    names = [one.isoformat() for one in days]
    if day and day not in names:
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    found: list[OutboxItem] = []
    for name in names[names.index(day) if day else 0 :]:
        if len(found) == limit:
            return _still_waiting(found), f"{name} "
        query = OutboxItem.waiting_index.query
        more, place = page_of_index(query, _PLACE, name, place, limit - len(found), older)
        found += more
        if place:
            return _still_waiting(found), f"{name} {place}"
    return _still_waiting(found), ""


def _still_waiting(found: Sequence[OutboxItem]) -> list[OutboxItem]:
    """The messages, read consistently: the index, which holds their keys alone, lags behind."""
    keys = [(one.pk, one.sk) for one in found]
    held = reading(lambda: list(OutboxItem.batch_get(keys, consistent_read=True)) if keys else [])
    return sorted((one for one in held if one.waiting), key=lambda one: (one.at, one.pk))


def event_of(item: OutboxItem) -> Event:
    """The event that was published.

    Raises ValueError for a kind or version this program does not know: the stream brings it again.
    """
    from medaid.events import KINDS  # for listeners: who publishes needs its own event alone

    kind = KINDS.get(item.kind)
    if kind is None or item.body.get("version") != kind.VERSION:
        raise ValueError(f"unknown event {item.kind} version {item.body.get('version')}")
    return codec.decode(kind, item.body["event"])
