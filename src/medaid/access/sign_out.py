"""Tokens that no longer count: somebody signed out, or was signed out by a manager of the region.

A sign-out is a record in the trail, put once. Operators' handlers read the newest of a subject and
keep it for `FRESH`; the hospital's handler does not (docs/adr/0072).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from medaid.access import store
from medaid.aws.web import Caller
from medaid.errors import Forbidden
from medaid.instants import aware
from medaid.regions import Region

FRESH: Final = timedelta(seconds=5)
_MOST_KEPT: Final = 10_000
_known: dict[tuple[str, str], tuple[datetime, datetime | None]] = {}


def sign_out(subject: str, region: Region, by: Caller, now: datetime) -> None:
    """Tokens of `subject` for `region` that were issued up to now count no more. Raises
    Unavailable."""
    store.put_sign_out(subject, region, by.subject, by.source, aware(now))
    _known.pop((subject, region), None)


def check_signed_in(caller: Caller, now: datetime) -> None:
    """At most one read of one item, and none within `FRESH` of the last. A token that does not say
    when it was issued does not outlive a sign-out. Raises Forbidden SIGNED_OUT, Unavailable."""
    if not caller.subject or not caller.region:
        return
    key = (caller.subject, caller.region)
    read_at, last = _known.get(key, (None, None))
    if read_at is None or not timedelta() <= now - read_at < FRESH:
        last = store.last_sign_out(caller.subject, caller.region)
        if len(_known) >= _MOST_KEPT:
            _known.clear()
        _known[key] = (now, last)
    if last is not None and caller.issued <= int(last.timestamp()):
        raise Forbidden("SIGNED_OUT", rule="请重新登录")
