"""What departments dropped, how far their series have come, and how their files are read: reads and
writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from medaid.aws.transaction import Write
from medaid.instants import from_stored, stored
from medaid.people.drops import Drop, DropState, HandUpload, MendedRow
from medaid.people.senders import SenderSettings
from medaid.people.series import Series
from medaid.people.store import keys
from medaid.people.store.items import PeopleItem

_PAGE: Final = 100


class HeldDrop(NamedTuple):
    """A drop as it is kept."""

    state: DropState
    received: datetime
    drop: Drop
    item: PeopleItem


def drop(batch: str) -> HeldDrop | None:
    """A drop by its batch, None where it was never taken up. Raises Unavailable."""
    item = PeopleItem.find(keys.batch_key(batch))
    if item is None:
        return None
    return HeldDrop(DropState(item.state), from_stored(item.at), item.record(Drop), item)


def drop_opened(drop: Drop, received: datetime) -> list[Write]:
    """The writes that take a drop up; they lose by `people:batch` where it is taken up already."""
    label = "people:batch"
    key = keys.batch_key(drop.batch)
    listed = keys.drop_row_key(drop.sender, stored(received), drop.batch)
    held = PeopleItem.create_or_replace(None, key, drop, label, state=DropState.OPEN, at=received)
    row = PeopleItem.create_or_replace(None, listed, drop.batch, label, at=received)
    return [held, row]


def drop_changed(held: HeldDrop, after: Drop, state: DropState) -> list[Write]:
    """The write of what became of a drop; loses by `people:batch` where somebody was first."""
    return [held.item.replace(after, "people:batch", state=state)]


def drops_page(sender: str, after: str, limit: int) -> tuple[list[HeldDrop], str]:
    """A page of a sender's drops, the first one first. Raises Unavailable."""
    rows, end = PeopleItem.page_under(keys.drops_partition(sender), keys.DROP_ROW, after, limit)
    found = PeopleItem.find_all([keys.batch_key(str(row.body)) for row in rows])
    return [
        HeldDrop(DropState(item.state), from_stored(item.at), item.record(Drop), item)
        for item in found
        if item is not None
    ], end


def drops_since(held: HeldDrop) -> Iterator[HeldDrop]:
    """The drops of the same sender that were taken up after this one. Raises Unavailable."""
    one = held.drop
    after = keys.drop_row_key(one.sender, stored(held.received), one.batch).sk
    while after:
        found, after = drops_page(one.sender, after, _PAGE)
        yield from found


class HeldSeries(NamedTuple):
    """A series as it is kept; nothing where no drop of it was taken up."""

    series: Series | None
    item: PeopleItem | None


def series(name: str) -> HeldSeries:
    """How far a series has come. Raises Unavailable."""
    item = PeopleItem.find(keys.series_key(name))
    if item is None:
        return HeldSeries(None, None)
    return HeldSeries(item.record(Series) if item.body else Series(item.state or ""), item)


def series_changed(held: HeldSeries, name: str, after: Series) -> list[Write]:
    """The write of how far a series has come; loses by `people:series` where another drop of it was
    taken up meanwhile."""
    key, label = keys.series_key(name), "people:series"
    return [PeopleItem.create_or_replace(held.item, key, after, label, state=after.period)]


class HeldSettings(NamedTuple):
    """How files of a sender are read, as it is kept."""

    settings: SenderSettings
    item: PeopleItem | None


def sender_settings(sender: str) -> HeldSettings:
    """How files of a sender are read; as the catalogue says where nothing is kept. Raises
    Unavailable."""
    item = PeopleItem.find(keys.settings_key(sender))
    if item is None:
        return HeldSettings(SenderSettings(), None)
    return HeldSettings(item.record(SenderSettings), item)


def sender_settings_changed(held: HeldSettings, sender: str, after: SenderSettings) -> list[Write]:
    """The writes of new settings, the version before kept beside them; lose by `people:settings`
    where somebody was first."""
    key, label = keys.settings_key(sender), "people:settings"
    new = PeopleItem.create_or_replace(held.item, key, after, label, at=after.at)
    past = keys.settings_key(sender, after.at)
    kept = PeopleItem.create_or_replace(None, past, after, label, at=after.at)
    return [new, kept]


class HeldUpload(NamedTuple):
    """An upload as it is kept."""

    upload: HandUpload
    item: PeopleItem


def upload(sender: str, upload_id: str) -> HeldUpload | None:
    """An upload by hand, None where there is none. Raises Unavailable."""
    item = PeopleItem.find(keys.upload_key(sender, upload_id))
    return None if item is None else HeldUpload(item.record(HandUpload), item)


def upload_created(one: HandUpload) -> list[Write]:
    """The write of a new upload."""
    key = keys.upload_key(one.sender, one.upload_id)
    return [PeopleItem.create_or_replace(None, key, one, "people:upload", at=one.at)]


def upload_changed(held: HeldUpload, after: HandUpload) -> list[Write]:
    """The write of what an upload was found to be; loses where somebody was first."""
    return [held.item.replace(after, "people:upload")]


class HeldRow(NamedTuple):
    """A mended row as it is kept; nothing where none was."""

    row: MendedRow | None
    item: PeopleItem | None


def mended_row(batch: str, row: int) -> HeldRow:
    """A row that an officer mended. Raises Unavailable."""
    item = PeopleItem.find(keys.mended_row_key(batch, row))
    return HeldRow(None, None) if item is None else HeldRow(item.record(MendedRow), item)


def mended_identities(batch: str) -> set[tuple[str, ...]]:
    """psn_no, category and region of which the mended rows of a drop speak. Raises Unavailable."""
    partition, prefix = keys.mended_rows(batch)
    rows = PeopleItem.list_under(partition, prefix)
    return {row.record(MendedRow).identity for row in rows}


def mended_row_changed(held: HeldRow, batch: str, after: MendedRow) -> list[Write]:
    """The write of a mended row; loses where somebody else mends it."""
    key = keys.mended_row_key(batch, after.row)
    return [PeopleItem.create_or_replace(held.item, key, after, "people:row", at=after.at)]
