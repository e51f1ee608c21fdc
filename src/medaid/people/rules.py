"""Decisions about timelines: what a new version does to what is known, and how the register is read as it stood. Pure.

Sources: 苏医保办发〔2023〕27号 art. 9 (overlap with what is known), art. 11 (confirmed, changed, ended), art. 20 (from when to when it counts).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar, assert_never

from medaid.instants import aware
from medaid.people.model import Identity, Insurance

Standing = TypeVar("Standing", Identity, Insurance)


def later(now: datetime, earlier: datetime | None) -> datetime:
    """`now`, or just after `earlier` where another machine's clock ran ahead: a successor is always recorded after its predecessor."""
    return aware(now) if earlier is None else max(aware(now), earlier + timedelta(microseconds=1))


def span(standing: Identity | Insurance) -> tuple[date, date]:
    """First and last day as reported; an open end is the last day there is."""
    match standing:
        case Identity(start=start, end=end) | Insurance(begin=start, end=end):
            return start, end or date.max
        case _:
            assert_never(standing)


def act(before: Identity | Insurance | None, after: Identity | Insurance) -> str:
    """What the version `after` does to `before` (art. 11): confirmed, changed or ended."""
    if before is None:
        return "confirmed"
    return "ended" if before.end is None and after.end is not None and span(before)[0] == span(after)[0] else "changed"


def as_known(versions: Iterable[Identity], day: date, known_at: datetime) -> tuple[Identity, ...]:
    """Of all versions, those held at `known_at` that stand on `day`, the first to begin first."""
    standing = [v for v in versions if v.known_at(known_at) and v.stands_on(day)]
    return tuple(sorted(standing, key=lambda v: (v.start, v.category, v.admdvs)))
