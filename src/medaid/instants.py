"""Time of three kinds, never mixed: civil dates (Asia/Shanghai), aware instants, and working days
(`medaid.workdays`).

A naive datetime is refused wherever it turns up; the national interface's date-times are Beijing
time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from medaid.errors import BadInput

BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without daylight saving since 1991; all documents and settlements here
are later."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
"""Python's own readers take more: week dates, offsets, other separators."""
_STORED: Final = len("2023-07-03T02:00:00.000000Z")


def aware(instant: datetime) -> datetime:
    """The same instant, proven to carry a zone. Raises TypeError for a naive datetime."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise TypeError("an instant carries its zone; this one is naive")
    return instant


def civil_date(instant: datetime) -> date:
    """The date in Beijing on which `instant` falls."""
    return aware(instant).astimezone(BEIJING).date()


def midnight(day: date) -> datetime:
    """The instant at which `day` begins in Beijing."""
    return datetime.combine(day, time(), BEIJING)


def age_on(birth: date | None, day: date) -> int | None:
    """Whole years on `day`; the birthday itself completes the year. None where the birth is not
    known."""
    return (
        None
        if birth is None
        else day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    )


def parse_date(text: object, field: str) -> date:
    """A civil date from `yyyy-MM-dd`; a date-time `yyyy-MM-dd HH:mm:ss` gives its day. Raises
    BadInput naming `field`."""
    if isinstance(text, str) and (_DAY.fullmatch(text) or _TIME.fullmatch(text)):
        try:
            return datetime.fromisoformat(text).date()
        except ValueError:
            pass
    raise BadInput("FIELD_FORMAT", field=field, rule="日期格式为 yyyy-MM-dd")


def parse_instant(text: object, field: str) -> datetime:
    """An instant from the interface's `yyyy-MM-dd HH:mm:ss` (Beijing time). Raises BadInput naming
    `field`."""
    if isinstance(text, str) and _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=BEIJING)
        except ValueError:
            pass
    raise BadInput("FIELD_FORMAT", field=field, rule="时间格式为 yyyy-MM-dd HH:mm:ss")


def beijing_text(instant: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss` in Beijing time, as the interface writes it."""
    return aware(instant).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def stored(instant: datetime) -> str:
    """Sortable text for storage: UTC, microseconds, `Z`."""
    return aware(instant).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_stored(text: str) -> datetime:
    """The instant that `stored` wrote. Raises ValueError for any other text."""
    if len(text) != _STORED or not text.endswith("Z"):
        raise ValueError("not a stored instant")
    return datetime.fromisoformat(text)
