"""Roll-ups of the books: kept by the journal's stream, and recomputed from the entries by a job
that compares. A difference is an alarm.

Each entry is rolled up once: its marker is put in the same transaction as the sums it changes, so a
record that the stream brings twice loses. Sums are kept by the day recorded; the job compares days
that are over, so that the stream's own delay is never taken for a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from medaid.aws import outbox
from medaid.aws.items import Key
from medaid.aws.stream import new_item
from medaid.aws.transaction import (
    LARGEST,
    ConditionFailed,
    Decided,
    Update,
    Write,
    commit_once,
    transact,
)
from medaid.events import BooksFinding
from medaid.fund import books, keys, periods, store
from medaid.fund.model import Entry
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month


def roll_up(entries: Sequence[Entry]) -> int:
    """Rolls up entries, each once however often it is brought; answers how many were new. Raises
    Unavailable."""
    return sum(_rolled(part) for part in _parts(entries))


def _parts(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    """Entries in portions whose markers and sums fit into one transaction."""
    part: list[Entry] = []
    held: set[Key] = set()
    for entry in {entry.entry_id: entry for entry in entries}.values():
        mine = {_key(entry, line.account.code) for line in entry.lines}
        if part and len(part) + 1 + len(held | mine) > LARGEST:
            yield part
            part, held = [], set()
        part.append(entry)
        held |= mine
    if part:
        yield part


def _key(entry: Entry, code: str) -> Key:
    return keys.of_roll(entry.admdvs, entry.period, civil_date(entry.recorded), code)


def _rolled(part: list[Entry]) -> int:
    """Rolls up one portion; what was rolled up before is left out, whoever did it."""
    left = list(part)

    def leave_out(lost: ConditionFailed) -> None:
        rolled = set(lost.labels)
        left[:] = [entry for entry in left if f"rolled:{entry.entry_id}" not in rolled]

    return transact(lambda: Decided(len(left), _writes(left)), leave_out)


def brought(records: Sequence[Mapping[str, Any]]) -> int:
    """Rolls up what the journal's stream brings; answers how many entries were new to the roll-ups.
    Raises Unavailable."""
    items = [
        item for record in records if (item := new_item(store.JournalItem, record)) is not None
    ]
    entries = [store.entry_of(item) for item in items]
    for admdvs, period in sorted({(entry.admdvs, entry.period) for entry in entries}):
        _books_begin(admdvs, period)
    return roll_up(entries)


@lru_cache(maxsize=4096)
def _books_begin(admdvs: str, period: str) -> None:
    """Keeps the first month of the region's books; read once a process and month."""
    periods.keep_first_month(admdvs, Month(period))


def _writes(entries: Sequence[Entry]) -> list[Write]:
    sums: dict[Key, list[int]] = {}
    writes: list[Write] = []
    for entry in entries:
        key = keys.of_rolled(entry.entry_id)
        writes.append(store.FundItem.create(key, None, f"rolled:{entry.entry_id}"))
        for line in entry.lines:
            held = sums.setdefault(_key(entry, line.account.code), [0, 0, 0])
            held[0 if line.fen > 0 else 1] += abs(line.fen)
            held[2] += 1
    for key, (debited, credited, lines) in sums.items():
        roll = store.RollItem
        actions = [
            roll.debits.add(Fen(debited)),
            roll.credits.add(Fen(credited)),
            roll.lines.add(lines),
        ]
        writes.append(Update(roll(*key), actions, None, f"roll:{key[1]}"))
    return writes


def recompute(admdvs: str, month: str, today: date, now: datetime) -> list[str]:
    """Compares a month's roll-ups with its entries for all days before `today` (Beijing). Answers
    the differences, each told once as an event (BooksFinding)."""
    kept: dict[tuple[str, str], tuple[int, int]] = {}
    for item in store.rolled(admdvs, month):
        day, code = keys.parse_roll(item.sk)
        if day < today.isoformat():
            kept[day, code] = (int(item.debits), int(item.credits))
    actual: dict[tuple[str, str], books.Turnover] = {}
    for entry in store.entries(admdvs, month):
        day = civil_date(entry.recorded).isoformat()
        if day >= today.isoformat():
            continue
        for line in entry.lines:
            held = actual.setdefault((day, line.account.code), books.Turnover())
            if line.fen > 0:
                held.debits += line.fen
            else:
                held.credits -= line.fen
    found = []
    for key in sorted({*kept, *actual}):
        ours, theirs = kept.get(key, (0, 0)), actual.get(key, books.Turnover())
        if ours != (theirs.debits, theirs.credits):
            found.append(
                f"{key[0]} {key[1]}:汇总 借{Fen(ours[0])} "
                f"贷{Fen(ours[1])},分录 借{Fen(theirs.debits)} 贷{Fen(theirs.credits)}"
            )
    for finding in found:
        event = BooksFinding(admdvs, month, "rollup", finding)
        commit_once([outbox.publish(event, f"{admdvs}-{month}-{finding}", now)])
    return found
