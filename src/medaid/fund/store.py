"""Where the books lie. The journal is only ever put to: nothing in it is updated or deleted.

Table `journal` (PutItem alone; its stream feeds the roll-ups)

| key | item | pattern |
| --- | --- | --- |
| pk `J#<admdvs>#<yyyy-mm>#<shard>`, sk `<recorded>#<entry_id>` | one entry | entries of a region and month: one query a shard |

The month is that of the effective date; the shard is one of 16 by the entry id's hash, so that no
key is hot. A month is read as 16 queries merged by recorded instant.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, table_meta
from medaid.aws.transaction import Put, Write, reading
from medaid.fund.chart import accounts
from medaid.fund.model import Entry, Line
from medaid.instants import from_stored, stored
from medaid.money import Fen

SHARDS: Final = 16
"""Keys over which a region's month is spread: at 1,000 writes a second each, more than any region
settles."""


class JournalItem(Model):
    """One entry as stored. `lines` holds [account code, fen, counterpart] rows."""

    Meta = table_meta("journal")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    effective = UnicodeAttribute()
    source = UnicodeAttribute()
    lines = PackedAttribute()
    narrative = UnicodeAttribute(default="")
    reverses = UnicodeAttribute(default="")


def shard(entry_id: str) -> str:
    """Two hex digits that spread entries evenly and never change for an entry."""
    return f"{hashlib.sha256(entry_id.encode()).digest()[0] % SHARDS:02x}"


def put(entry: Entry) -> Write:
    """The write of one entry, which loses where it exists already."""
    item = JournalItem(
        f"J#{entry.admdvs}#{entry.period}#{shard(entry.entry_id)}",
        f"{stored(entry.recorded)}#{entry.entry_id}",
        kind=entry.kind,
        effective=entry.effective.isoformat(),
        source=entry.source,
        lines=[[line.account.code, line.fen, line.counterpart] for line in entry.lines],
        narrative=entry.narrative,
        reverses=entry.reverses,
    )
    return Put(item, JournalItem.pk.does_not_exist(), f"journal:{entry.kind}")


def entry_of(item: JournalItem) -> Entry:
    """The entry that was stored. Its own checks run again, so a spoiled item cannot pass for an
    entry."""
    recorded, entry_id = item.sk.split("#", 1)
    return _entry(
        item.pk,
        recorded,
        entry_id,
        item.kind,
        item.effective,
        item.source,
        item.lines,
        item.narrative,
        item.reverses,
    )


def _entry(
    pk: str,
    recorded: str,
    entry_id: str,
    kind: str,
    effective: str,
    source: str,
    rows: list[list[Any]],
    narrative: str,
    reverses: str,
) -> Entry:
    chart = accounts()
    lines = tuple(Line(chart[code], Fen(fen), counterpart) for code, fen, counterpart in rows)
    return Entry(
        entry_id,
        kind,
        pk.split("#")[1],
        date.fromisoformat(effective),
        from_stored(recorded),
        source,
        lines,
        narrative or "",
        reverses or "",
    )


def entries(admdvs: str, period: str) -> Iterator[Entry]:
    """Entries of a region whose effective date lies in month `period` (`yyyy-mm`), in the order
    recorded; streamed, never all in memory.

    Raises Unavailable where storage does not answer.
    """
    queries = [_shard_items(f"J#{admdvs}#{period}#{number:02x}") for number in range(SHARDS)]
    for item in heapq.merge(*queries, key=lambda found: found.sk):
        yield entry_of(item)


def _shard_items(pk: str) -> Iterator[JournalItem]:
    found = iter(reading(lambda: JournalItem.query(pk, consistent_read=True)))
    while (item := reading(lambda: next(found, None))) is not None:
        yield item
