"""The trail of who read whom: one call for every handler that shows a person, and the searches of
inspectors.

A read that leaves no trace is not answered: where storage is away, `record_read` raises and the
caller's answer is withheld. A settlement itself is no look-up and is not recorded here: its own
record says who settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from medaid.access import keys, rules, store
from medaid.access.model import LISTED, REFUSED, Purpose, Read, Reader
from medaid.aws.web import Caller
from medaid.errors import Forbidden
from medaid.instants import aware
from medaid.regions import Region


def reader(caller: Caller) -> Reader:
    """The caller as the trail keeps them."""
    return Reader(caller.subject, caller.institution, caller.region, caller.source)


def record_read(
    caller: Caller, psn_no: str, region: str, purpose: Purpose, now: datetime, item: str = ""
) -> None:
    """Counts a look-up and adds its record: `caller` read `psn_no`, insured in `region`.

    Two writes of one item each, and no read. Raises Forbidden LOOKUP_LIMIT, Unavailable.
    """
    count_lookup(caller, purpose, now)
    record(caller, psn_no, region, purpose, now, item)


def record(
    caller: Caller, psn_no: str, region: str, purpose: Purpose, now: datetime, item: str = ""
) -> None:
    """The record alone, for a look-up that was counted before it found somebody. Raises
    Unavailable."""
    store.put(Read(psn_no, region, aware(now), reader(caller), purpose, item))


def record_all(
    caller: Caller, found: Sequence[tuple[str, str]], purpose: Purpose, now: datetime
) -> None:
    """The records of a list: each person that it shows, with the region of what it shows of them.
    The look-up was counted before, once. Raises Unavailable."""
    who, at = reader(caller), aware(now)
    store.put_all([Read(psn_no, region, at, who, purpose, LISTED) for psn_no, region in found])


def count_lookup(caller: Caller, purpose: Purpose, now: datetime) -> None:
    """Counts a look-up before it is known whom it finds, so that numbers cannot be tried without
    end; who was refused, and for what, stays in the trail, once an hour. Raises Forbidden
    LOOKUP_LIMIT, Unavailable."""
    limit = rules.limit_of(reader(caller), purpose)
    if not store.count(caller.subject, aware(now), limit.per_hour):
        store.put_refusal(Read("", caller.region, aware(now), reader(caller), purpose, REFUSED))
        raise Forbidden("LOOKUP_LIMIT", rule=f"每小时至多查询 {limit.per_hour} 次,请稍后再查")


def page_of_reads_of(psn_no: str, region: Region, after: str, limit: int) -> store.Page:
    """Who read this person, as far as the person was insured in `region` or below. Raises BadInput
    for an `after` of another list, Unavailable."""
    return _within(region, store.reads_of(psn_no, after, limit))


def page_of_reads_by(subject: str, region: Region, after: str, limit: int) -> store.Page:
    """Whom of `region` and below the caller with that subject read. Raises as above."""
    return _within(region, store.reads_by(subject, after, limit))


def page_of_reads_on(day: date, region: Region, after: str, limit: int) -> store.Page:
    """Who of `region` (or below) was read on `day` (Beijing). Raises as above."""
    return _within(region, store.reads_on(keys.day_partition(day, region), after, limit))


def _within(region: Region, found: store.Page) -> store.Page:
    """An inspector sees what concerns the people of their own region; the pages stay as they are
    cut, so one may hold fewer rows than were asked for."""
    rows, end = found
    return [r for r in rows if not r.region or region.contains(Region(r.region))], end
