"""The tables of the books: `journal`, to which entries are only ever put, and `fund`, which holds
what may change (keys in `medaid.fund.keys`)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from pynamodb.expressions.condition import Condition

from medaid.aws.items import Key, VersionedItem
from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, table_meta
from medaid.aws.transaction import Check, Put, Write, reading
from medaid.errors import MedaidError
from medaid.fund import keys
from medaid.fund.model import Entry, Line
from medaid.fund.model.chart import accounts
from medaid.instants import from_stored
from medaid.money import Fen


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


class FundItem(VersionedItem):
    """One versioned record of a finance office: period, budget, request, voucher, seal …"""

    Meta = table_meta("fund")


def put(entry: Entry) -> Write:
    """The write of one entry, which loses where it exists already."""
    item = JournalItem(
        *keys.of_entry(entry.admdvs, entry.period, entry.recorded, entry.entry_id),
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
    admdvs, recorded, entry_id = keys.parse_entry(item.pk, item.sk)
    chart = accounts()
    return Entry(
        entry_id,
        item.kind,
        admdvs,
        date.fromisoformat(item.effective),
        from_stored(recorded),
        item.source,
        tuple(Line(chart[code], Fen(fen), counterpart) for code, fen, counterpart in item.lines),
        item.narrative or "",
        item.reverses or "",
    )


def entries(admdvs: str, period: str, after: str = "", page: int | None = None) -> Iterator[Entry]:
    """Entries of a region whose effective date lies in month `period` (`yyyy-mm`), in the order
    recorded, behind the position `after`; streamed, never all in memory. `page`: how many one query
    brings.

    Raises Unavailable where storage does not answer.
    """
    queries = [_shard_items(pk, after, page) for pk in keys.journal_shards(admdvs, period)]
    for item in heapq.merge(*queries, key=lambda found: found.sk):
        yield entry_of(item)


def entries_at(admdvs: str, period: str, positions: Sequence[str]) -> list[Entry]:
    """The entries that stand at `positions` of a month, in that order; a hundred in one call.
    Raises LookupError where one is not there, Unavailable."""
    wanted = [keys.at_position(admdvs, period, one) for one in positions]

    def read() -> list[JournalItem]:
        return list(JournalItem.batch_get(wanted, consistent_read=True)) if wanted else []

    read_items: list[JournalItem] = reading(read)
    found = {item.sk: entry_of(item) for item in read_items}
    return [found[one] for one in positions]


class UnreadableEntry(Exception):
    """An entry cannot be read as one any more; its text is the finding."""


def readable(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The same entries. Raises UnreadableEntry for one that was spoiled, Unavailable."""
    try:
        yield from entries
    except (MedaidError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, MedaidError) and error.retry:
            raise
        raise UnreadableEntry(f"分录无法识别({type(error).__name__})") from error


def _shard_items(pk: str, after: str, page: int | None) -> Iterator[JournalItem]:
    behind = JournalItem.sk > after if after else None
    found = iter(
        reading(lambda: JournalItem.query(pk, behind, consistent_read=True, page_size=page))
    )
    while (item := reading(lambda: next(found, None))) is not None:
        yield item


def find(key: Key) -> FundItem | None:
    """The record, read consistently, or None. Raises Unavailable."""
    return FundItem.find(key)


def listed(pk: str, prefix: str = "") -> Iterator[FundItem]:
    """Records under `pk` whose sort key starts with `prefix`, in order. Raises Unavailable."""
    return FundItem.list_under(pk, prefix)


def page(pk: str, prefix: str, after: str, limit: int) -> tuple[list[FundItem], str]:
    """One page of them, as `VersionedItem.page_under` reads it. Raises Unavailable."""
    return FundItem.page_under(pk, prefix, after, limit)


def first_under(pk: str, prefix: str) -> FundItem | None:
    """The first record under `pk` whose sort key starts with `prefix`; reads that one alone. Raises
    Unavailable."""
    return _end_under(pk, prefix, forward=True)


def last_under(pk: str, prefix: str) -> FundItem | None:
    """The last of them; reads that one alone. Raises Unavailable."""
    return _end_under(pk, prefix, forward=False)


def last_before(pk: str, prefix: str, sk: str) -> FundItem | None:
    """The last of them whose sort key comes before `sk`; reads that one alone. Raises
    Unavailable."""
    return _end_of(pk, FundItem.sk.between(prefix, sk), forward=False, without=sk)


def _end_under(pk: str, prefix: str, *, forward: bool) -> FundItem | None:
    return _end_of(pk, FundItem.sk.startswith(prefix), forward=forward)


def _end_of(pk: str, condition: Condition, *, forward: bool, without: str = "") -> FundItem | None:
    def read() -> list[FundItem]:
        found = FundItem.query(
            pk, condition, consistent_read=True, limit=2, scan_index_forward=forward
        )
        return [one for one in found if one.sk != without]

    found: list[FundItem] = reading(read)
    return found[0] if found else None


def posted(entry_id: str, at: datetime) -> Write:
    """The write that lets an entry be posted once; loses as `posted:<entry_id>`."""
    return FundItem.create(keys.of_posted(entry_id), None, f"posted:{entry_id}", at=at)


def turn(item: FundItem | None, key: Key, label: str, at: datetime) -> Write:
    """The write that only one of several acts can do that read `item` under `key`; the others lose
    as `label` and read again."""
    if item is None:
        return FundItem.create(key, None, label, at=at)
    return item.replace(None, label, at=at)


def still_open(admdvs: str, month: str) -> Write:
    """The check that a period is neither closing nor closed; loses as `period:<month>`."""
    condition = FundItem.pk.does_not_exist() | (FundItem.state == "open")
    return Check(FundItem, keys.of_period(admdvs, month), condition, f"period:{month}")
