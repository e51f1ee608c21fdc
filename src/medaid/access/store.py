"""The table `access`; keys.py lists its access patterns. Records are added and read, never
changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from medaid.access import keys
from medaid.access.model import Purpose, Read, Reader
from medaid.aws.items import Key, page_of_index
from medaid.aws.table import Model, UnicodeAttribute, WholeAttribute, index_by, table_meta
from medaid.aws.transaction import (
    LARGEST,
    ConditionFailed,
    Put,
    TransactionConflict,
    commit,
    put_once,
    reading,
    update_if,
)
from medaid.instants import civil_date, from_stored, stored
from medaid.regions import Region


class ReadItem(Model):
    """One read of a person, or a caller's count of an hour."""

    Meta = table_meta("access")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    subject = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    day = UnicodeAttribute(null=True)
    institution = UnicodeAttribute(default="")
    region = UnicodeAttribute(default="")
    source = UnicodeAttribute(default="")
    purpose = UnicodeAttribute(default="")
    item = UnicodeAttribute(default="")
    reader_region = UnicodeAttribute(default="")
    lookups = WholeAttribute(null=True)
    by_reader = index_by("reader", "subject", "at")
    by_day = index_by("day", "day", "at")


def put(read: Read) -> None:
    """Adds a record; the same one again changes nothing. Raises Unavailable."""
    put_once(_item(keys.read_key(read), read))


def put_all(reads: Sequence[Read]) -> None:
    """Adds the records of a list, a hundred in one call; those that are there already are the
    same. Raises Unavailable."""
    for begin in range(0, len(reads), LARGEST):
        part = reads[begin : begin + LARGEST]
        new = ReadItem.pk.does_not_exist()
        try:
            commit([Put(_item(keys.read_key(one), one), new, "access:read") for one in part])
        except (ConditionFailed, TransactionConflict):
            for one in part:
                put(one)


def put_refusal(read: Read) -> None:
    """Adds that a caller was refused, once an hour and purpose. Raises Unavailable."""
    put_once(_item(keys.refusal_key(read), read))


def _item(key: Key, read: Read) -> ReadItem:
    reader = read.reader
    try:
        day = keys.day_partition(civil_date(read.at), Region(read.region))
    except ValueError:
        day = None  # an institution refused: its token names no region
    return ReadItem(
        *key,
        subject=reader.subject,
        at=stored(read.at),
        day=day,
        region=read.region,
        institution=reader.institution,
        reader_region=reader.region,
        source=reader.source,
        purpose=str(read.purpose),
        item=read.item,
    )


def put_sign_out(subject: str, region: Region, by: str, source: str, at: datetime) -> None:
    """Adds a sign-out; one more of the same instant changes nothing. Raises Unavailable."""
    key = keys.sign_out_key(subject, region, at)
    put_once(ReadItem(*key, region=region, item=by, source=source, purpose="sign_out"))


def last_sign_out(subject: str, region: str) -> datetime | None:
    """The newest sign-out of a subject for a region. Raises Unavailable."""

    def read() -> datetime | None:
        found = ReadItem.query(
            keys.sign_out_partition(subject, region),
            limit=1,
            scan_index_forward=False,
            consistent_read=True,
        )
        return next((from_stored(item.sk) for item in found), None)

    return reading(read)


def count(subject: str, at: datetime, most: int) -> bool:
    """Counts one look-up of the caller's hour; False where it has had `most`. Raises
    Unavailable."""
    free = ReadItem.lookups.does_not_exist() | (ReadItem.lookups < most)
    return update_if(ReadItem(*keys.count_key(subject, at)), [ReadItem.lookups.add(1)], free)


def _read(item: ReadItem) -> Read:
    assert item.at is not None
    return Read(
        "" if item.pk.startswith(keys.REFUSED) else item.pk.removeprefix("P#"),
        item.region,
        from_stored(item.at),
        Reader(item.subject or "", item.institution, item.reader_region, item.source),
        Purpose(item.purpose),
        item.item,
    )


Page = tuple[list[Read], str]
"""Reads, newest first, and where the next page begins; empty at the end."""


def reads_of(psn_no: str, after: str, limit: int) -> Page:
    """Reads of a person. Raises Unavailable."""
    return _page(ReadItem.query, ("sk", "pk"), keys.person_partition(psn_no), after, limit)


def reads_by(subject: str, after: str, limit: int) -> Page:
    """Reads by a subject. Raises Unavailable."""
    return _page(ReadItem.by_reader.query, ("pk", "sk", "at", "subject"), subject, after, limit)


def reads_on(partition: str, after: str, limit: int) -> Page:
    """Reads of a region's day. Raises Unavailable."""
    return _page(ReadItem.by_day.query, ("pk", "sk", "at", "day"), partition, after, limit)


def _page(query: Any, place: Sequence[str], partition: str, after: str, limit: int) -> Page:
    found, end = page_of_index(query, place, partition, after, limit, scan_index_forward=False)
    return [_read(item) for item in found], end
