"""The working calendar as it stands now: the years that ship with the product, and those added
since under `calendar/` in the bucket.

A year is added by putting `calendar/<year>.toml` there, no deploy needed; one that is already
shipped may be replaced the same way, as the notices of March 2019 and January 2020 did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.errors import BadInput, Unavailable
from medaid.workdays import Calendar, Year, published

PREFIX: Final = "calendar/"
FRESH: Final = timedelta(minutes=15)
_known: dict[str, tuple[datetime, Calendar]] = {}


def current(now: datetime) -> Calendar:
    """The calendar, read again when the one at hand is older than `FRESH`. Raises Unavailable."""
    bucket = settings().bucket
    if bucket in _known and now - _known[bucket][0] < FRESH:
        return _known[bucket][1]
    calendar = published()
    for key in _keys(bucket):
        calendar = calendar.with_year(Year.parse(exchange.get(key).decode("utf-8")))
    _known[bucket] = (now, calendar)
    return calendar


def add(text: str) -> Year:
    """Checks a year's TOML and puts it where `current` finds it. Raises BadInput saying what is
    wrong with it, Unavailable."""
    try:
        year = Year.parse(text)
        published().with_year(year)
    except ValueError as error:
        raise BadInput("FIELD_FORMAT", field="calendar", rule=str(error)) from None
    exchange.put(f"{PREFIX}{year.year}.toml", text.encode("utf-8"), "application/toml")
    _known.clear()
    return year


def _keys(bucket: str) -> list[str]:
    try:
        found = exchange.client().list_objects_v2(Bucket=bucket, Prefix=PREFIX)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    return sorted(row["Key"] for row in found.get("Contents", []) if row["Key"].endswith(".toml"))
