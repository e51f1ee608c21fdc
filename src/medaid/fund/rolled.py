"""What a month's entries sum to, now and exactly: the sums that are kept up to an entry, and the
entries behind it, which are as many as came since the last roll-up and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

from medaid.aws.items import Key
from medaid.aws.transaction import Decided, Write, transact
from medaid.errors import Unavailable
from medaid.fund import keys, store
from medaid.fund.model import Entry
from medaid.fund.movements import DaySums, Movements, Party, PartySums

_TRIES: Final = 20
"""How often a month is read anew that is rolled up while it is read."""
SLICE: Final = 1_000
"""Entries that are rolled up in one transaction."""
_PAGE: Final = 100
"""Entries that one query of a shard brings to a slice."""
_ROWS: Final = 90
"""Days and hashes of counterparts that one transaction changes: with the cursor, under 100."""


@dataclass(frozen=True, slots=True)
class RollCursor:
    """Up to which entry a month is rolled up, and how many that is. `whole`: the month was closing
    when it was, so that nothing follows."""

    POSITIONAL: ClassVar = True
    through: str = ""
    entries: int = 0
    whole: bool = False


def cursor_of(pk: str) -> tuple[store.FundItem | None, RollCursor]:
    """Up to which entry the sums under `pk` go. Raises Unavailable."""
    item = store.find(keys.of_roll_cursor(pk))
    return item, item.record(RollCursor) if item else RollCursor()


def kept(pk: str, *, parties: bool = False) -> tuple[RollCursor, Movements]:
    """The sums kept under `pk` as one state, however they are changed meanwhile. Raises
    Unavailable."""
    for _ in range(_TRIES):
        before, cursor = cursor_of(pk)
        found = Movements()
        if before is None:
            return cursor, found
        for item in store.listed(pk, keys.ROLL_DAY):
            found.add_day(keys.parse_roll_day(item.sk), item.record(DaySums))
        for item in store.listed(pk, keys.ROLL_PARTIES) if parties else ():
            found.add_parties(item.record(PartySums))
        after = store.find(keys.of_roll_cursor(pk))
        if after is not None and after.version == before.version:
            return cursor, found
    raise Unavailable("BUSY")


def read(admdvs: str, month: str, *, parties: bool = False) -> Movements:
    """All that a month's entries sum to at this moment; counterparts where asked. Raises
    Unavailable."""
    cursor, found = kept(keys.rolls_of(admdvs, month), parties=parties)
    if not cursor.whole:
        for entry in store.entries(admdvs, month, cursor.through):
            found.take(entry)
    return found


def listed_entries(admdvs: str, month: str, *numbers: str) -> Iterator[Entry]:
    """A month's entries that move an account of one of the `numbers`, of `movements.LISTED`, each
    once, in the order recorded; no other entry that is rolled up is read. Raises Unavailable."""
    cursor, found = kept(keys.rolls_of(admdvs, month))
    positions = sorted(
        position
        for day in found.listed.values()
        for position, moved in day.items()
        if not {*moved}.isdisjoint(numbers)
    )
    for begin in range(0, len(positions), 100):
        yield from store.entries_at(admdvs, month, positions[begin : begin + 100])
    if not cursor.whole:
        for entry in store.entries(admdvs, month, cursor.through):
            if any(line.account.number in numbers for line in entry.lines):
                yield entry


def roll_slice(
    pk: str, admdvs: str, month: str, until: str, at: datetime, *, whole: bool = False
) -> int:
    """Adds the next entries up to the position `until` to the sums under `pk`, in one transaction;
    answers how many. Two at once add each entry once. Raises Unavailable."""

    def decide() -> Decided[int]:
        before, cursor = cursor_of(pk)
        fresh, through, count = Movements(), cursor.through, 0
        for entry in store.entries(admdvs, month, cursor.through, page=_PAGE):
            if entry.position > until or count == SLICE or _is_full(fresh):
                break
            fresh.take(entry)
            through, count = entry.position, count + 1
        if not count and cursor.whole == whole:
            return Decided(0)
        after = replace(
            cursor, through=through, entries=cursor.entries + count, whole=whole and not count
        )
        key = keys.of_roll_cursor(pk)
        turn = store.FundItem.create_or_replace(before, key, after, "cursor", at=at)
        return Decided(count, [turn, *added(pk, fresh)])

    return transact(decide)


def replacing(pk: str, entries: Movements) -> list[Write]:
    """The writes by which the sums under `pk` are those of all of a month's `entries`."""
    before, cursor = cursor_of(pk)
    held = {
        Key(item.pk, item.sk): item
        for prefix in (keys.ROLL_DAY, keys.ROLL_PARTIES)
        for item in store.listed(pk, prefix)
    }
    nothing = {one: DaySums() if one.sk.startswith(keys.ROLL_DAY) else PartySums() for one in held}
    rows = {**nothing, **_rows(pk, entries)}
    key = keys.of_roll_cursor(pk)
    return [
        store.FundItem.create_or_replace(before, key, cursor, "cursor"),
        *(_put(held.get(one), one, record) for one, record in rows.items()),
    ]


def _is_full(fresh: Movements) -> bool:
    return len(fresh.days) + keys.SHARDS >= _ROWS


def _rows(pk: str, fresh: Movements) -> dict[Key, DaySums | PartySums]:
    """What is kept of `fresh`: one row a day and a hash of counterparts."""
    parties: dict[Key, list[Party]] = {}
    for one in fresh.parties:
        parties.setdefault(keys.of_roll_parties(pk, one.counterpart), []).append(one)
    return {
        **{keys.of_roll_day(pk, day): fresh.day(day) for day in fresh.days},
        **{key: fresh.party_sums(mine) for key, mine in parties.items()},
    }


def added(pk: str, fresh: Movements) -> Iterator[Write]:
    """The writes that add `fresh` to what is kept."""
    rows = _rows(pk, fresh)
    for (key, row), item in zip(rows.items(), store.FundItem.find_all([*rows]), strict=True):
        sums = Movements()
        if isinstance(row, DaySums):
            day = keys.parse_roll_day(key.sk)
            sums.add_day(day, item.record(DaySums) if item else DaySums())
            sums.add_day(day, row)
            yield _put(item, key, sums.day(day))
        else:
            sums.add_parties(item.record(PartySums) if item else PartySums())
            sums.add_parties(row)
            yield _put(item, key, sums.party_sums(sums.parties))


def _put(item: store.FundItem | None, key: Key, record: DaySums | PartySums) -> Write:
    return store.FundItem.create_or_replace(item, key, record, f"roll:{key.sk}")
