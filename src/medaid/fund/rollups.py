"""Roll-ups of the books: a month's sums, moved forward entry by entry behind a cursor, so that each
entry is in them once, whoever brings it and how often; and proven by a second reading of the
entries. A difference is an alarm.

What the stream brings says only which month has something new. A stream that stands still makes
reports read more entries, and no figure wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from medaid.aws import outbox
from medaid.aws.transaction import Decided, commit_once, commit_or_refuse, transact
from medaid.events import BooksFinding
from medaid.fund import keys, rolled, store
from medaid.fund.movements import Movements
from medaid.fund.records import Books
from medaid.fund.seals import GRACE
from medaid.instants import stored
from medaid.money import Fen
from medaid.months import Month

_END: Final = "\uffff"
PART: Final = 20_000
"""Entries of a part of a close."""


def until(now: datetime) -> str:
    """The position before which nothing can appear any more: a quarter of an hour ago."""
    return f"{stored(now - GRACE)}#"


def roll_forward(admdvs: str, month: str, now: datetime) -> int:
    """Rolls up what was recorded a quarter of an hour ago and before; answers how many entries.
    Raises Unavailable."""
    return _rolled(keys.rolls_of(admdvs, month), admdvs, month, until(now), now)


def roll_part(admdvs: str, month: str, now: datetime, *, closing: bool) -> int:
    """Rolls up the next part of a month, to its last entry where it is `closing` and nothing may
    follow, else as far as `roll_forward`; answers how many entries, 0 where none is left. Raises
    Unavailable."""
    end = _END if closing else until(now)
    return _rolled(keys.rolls_of(admdvs, month), admdvs, month, end, now, PART)


def roll_end(admdvs: str, month: str, now: datetime) -> None:
    """Notes that all of a closing month is rolled up: nothing may follow. Raises Unavailable."""
    rolled.roll_slice(keys.rolls_of(admdvs, month), admdvs, month, _END, now, whole=True)


def open_again(admdvs: str, month: str, now: datetime) -> None:
    """Something may follow in a month that was closed. Raises Unavailable."""
    rolled.roll_slice(keys.rolls_of(admdvs, month), admdvs, month, "", now)


def _rolled(
    pk: str, admdvs: str, month: str, end: str, now: datetime, most: int | None = None
) -> int:
    done = 0
    while most is None or done < most:
        count = rolled.roll_slice(pk, admdvs, month, end, now)
        if not count:
            break
        done += count
    return done


def brought(records: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Moves the months forward of which the journal's stream brings entries, where that was not
    done within a quarter of an hour; answers how many entries. Raises Unavailable."""
    months = {
        keys.parse_shard(record["dynamodb"]["Keys"]["pk"]["S"])
        for record in records
        if record.get("eventName") == "INSERT"
    }
    done = 0
    for admdvs, month in sorted(months):
        _books_begin(admdvs, month)
        item, _ = rolled.cursor_of(keys.rolls_of(admdvs, month))
        if item is None or item.at <= stored(now - GRACE):
            done += roll_forward(admdvs, month, now)
    return done


@lru_cache(maxsize=4096)
def _books_begin(admdvs: str, period: str) -> None:
    """Keeps the first month of the region's books; read once a process and month."""
    keep_first_month(admdvs, Month(period))


def keep_first_month(admdvs: str, month: Month) -> None:
    """Notes that the region has an entry in `month`; only an earlier first month changes it."""

    def decide() -> Decided[bool]:
        item = store.find(keys.of_books(admdvs))
        if item is None:
            create = store.FundItem.create(keys.of_books(admdvs), Books(month), "books")
            return Decided(True, [create])
        if item.record(Books).first <= month:
            return Decided(False)
        return Decided(True, [item.replace(Books(month), "books")])

    transact(decide)


def recompute(admdvs: str, month: str, now: datetime) -> list[str]:
    """Proves a month's roll-ups: reads the entries since the last proof a second time, slice by
    slice up to where the roll-ups stand, and compares all sums. Broken off, it goes on where it
    was. Answers the differences, each told once as an event (BooksFinding). Raises Unavailable."""
    pk = keys.proofs_of(admdvs, month)
    cursor, ours = rolled.kept(keys.rolls_of(admdvs, month), parties=True)
    if not cursor.through:
        return []
    _rolled(pk, admdvs, month, cursor.through, now)
    proven, theirs = rolled.kept(pk, parties=True)
    if proven.through != cursor.through:  # another proof went further meanwhile
        return []
    found = list(differences(ours, theirs))
    report(admdvs, month, found, now)
    return found


def replace_where_wrong(admdvs: str, month: str, entries: Movements, now: datetime) -> None:
    """At the close, when all of a month's entries were read: roll-ups that say something else are
    told of and give way to what the entries say. Raises Unavailable."""
    pk = keys.rolls_of(admdvs, month)
    _, ours = rolled.kept(pk, parties=True)
    found = list(differences(ours, entries))
    if found:
        report(admdvs, month, found, now)
        commit_or_refuse(rolled.replacing(pk, entries))


def report(admdvs: str, month: str, findings: Iterable[str], now: datetime) -> None:
    """Tells of each difference once. Raises Unavailable."""
    for finding in findings:
        event = BooksFinding(admdvs, month, "rollup", finding)
        commit_once([outbox.publish(event, f"{admdvs}-{month}-{finding}", now)])


def differences(ours: Movements, theirs: Movements) -> Iterable[str]:
    """Where the roll-ups say something else than the entries, by name."""
    pairs: list[tuple[str, Mapping[Any, Any], Mapping[Any, Any]]] = [
        ("", ours.sums, theirs.sums),
        ("往来 ", ours.parties, theirs.parties),
    ]
    for title, mine, other in pairs:
        for key in sorted({*mine, *other}):
            held, actual = (
                (x.debits, x.credits) if x else (0, 0) for x in (mine.get(key), other.get(key))
            )
            if held != actual:
                yield (
                    f"{title}{' '.join(key)}:汇总 借{Fen(held[0])} 贷{Fen(held[1])},"
                    f"分录 借{Fen(actual[0])} 贷{Fen(actual[1])}"
                )
    for day in sorted({*ours.listed, *theirs.listed}):
        if ours.listed.get(day) != theirs.listed.get(day):
            yield f"{day} 逐笔登记的分录不符"
    for care in sorted({*ours.times, *theirs.times}):
        if ours.times.get(care, 0) != theirs.times.get(care, 0):
            yield f"{' '.join(care)} 人次不符"
