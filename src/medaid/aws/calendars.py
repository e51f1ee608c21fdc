"""The working calendar as it stands now: the years that ship with the product, and those published
since, in the bucket.

| object | holds |
| --- | --- |
| `calendar/<year>.toml` | a year of everybody's, published by the installation |
| `calendar/kept/<year>-<digest>.toml` | the same, once more for each publication: what serves where the one above is spoiled |
| `calendar/regions/<admdvs>/<year>.toml` | days off that a region adds for itself |
| `calendar/proposed/…`, `calendar/trail/…` | what one person proposed; who proposed and who published (`medaid.workcalendar`) |

A file that does not read never stops anybody: it is left out and named by `problems`, and the last
one of its year that did read serves.
"""  # noqa: E501 (a table is read as a table)

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.errors import BadInput, Refused, Unavailable
from medaid.ids import content_hash
from medaid.notices import LocalDays, Year
from medaid.regions import Region
from medaid.workdays import Calendar, published

PREFIX: Final = "calendar/"
FRESH: Final = timedelta(minutes=15)
_YEAR: Final = re.compile(r"calendar/(\d{4})\.toml")
_LOCAL: Final = re.compile(r"calendar/regions/(\d{6})/(\d{4})\.toml")
_TOML: Final = "application/toml"
_MOST_FILES: Final = 1000


@dataclass(frozen=True, slots=True)
class Files:
    """What was read of the bucket: everybody's calendar, regions' own days, and files that do not
    read, each with what is wrong."""

    calendar: Calendar
    local: dict[str, tuple[LocalDays, ...]]
    problems: tuple[tuple[str, str], ...]


_known: dict[str, tuple[datetime, Files]] = {}
_last_good: dict[tuple[str, str], Year] = {}


def current(now: datetime, region: str = "") -> Calendar:
    """The calendar, with the days of `region` and of the regions above it, read again when the one
    at hand is older than `FRESH`. Raises Unavailable."""
    files = _files(now)
    if not region or not files.local:
        return files.calendar
    days = [one for above in Region(region).chain for one in files.local.get(above, ())]
    return files.calendar.with_days_off(day for one in days for day in one.off)


def problems(now: datetime) -> tuple[tuple[str, str], ...]:
    """Calendar files that do not read and were left out: name and what is wrong. Raises
    Unavailable."""
    return _files(now).problems


def add(text: str | bytes) -> Year:
    """Checks a year's TOML and puts it where `current` finds it; a copy is kept. Raises BadInput
    saying what is wrong with it, Unavailable."""
    year = checked(text)
    body = text if isinstance(text, bytes) else text.encode("utf-8")
    digest = content_hash(body.decode("utf-8-sig"))[:12]
    exchange.put(f"{PREFIX}kept/{year.year}-{digest}.toml", body, _TOML)
    exchange.put(f"{PREFIX}{year.year}.toml", body, _TOML)
    _known.clear()
    return year


def checked(text: str | bytes) -> Year:
    """The year that the text says, fit for the calendar. Raises BadInput."""
    try:
        year = Year.parse(text)
        published().with_year(year)
    except ValueError as error:
        raise BadInput("FIELD_FORMAT", field="calendar", rule=f"工作日历不合规:{error}") from None
    return year


def add_local(text: str | bytes, region: Region) -> LocalDays:
    """Checks the days that a region adds for itself and puts them where `current` finds them.
    Raises BadInput, Unavailable."""
    days = checked_local(text, region)
    body = text if isinstance(text, bytes) else text.encode("utf-8")
    exchange.put(f"{PREFIX}regions/{region}/{days.year}.toml", body, _TOML)
    _known.clear()
    return days


def checked_local(text: str | bytes, region: Region) -> LocalDays:
    """The region's own days. Raises BadInput: another region's, a day without its citation."""
    try:
        days = LocalDays.parse(text)
    except ValueError as error:
        raise BadInput("FIELD_FORMAT", field="calendar", rule=f"地方假日不合规:{error}") from None
    if days.region != region:
        raise BadInput("FIELD_FORMAT", field="region", rule="只能为本地区增加假日")
    return days


def _files(now: datetime) -> Files:
    bucket = settings().bucket
    if bucket in _known and now - _known[bucket][0] < FRESH:
        return _known[bucket][1]
    keys = _keys(bucket)
    calendar, found = published(), list[tuple[str, str]]()
    for key in sorted(filter(_YEAR.fullmatch, keys)):
        year = _year(bucket, key, keys, calendar, found)
        calendar = calendar.with_year(year) if year else calendar
    local: dict[str, tuple[LocalDays, ...]] = {}
    for key in keys:
        if match := _LOCAL.fullmatch(key):
            try:
                days = checked_local(exchange.get(key), Region(match[1]))
            except Refused as error:
                found.append((key, error.rule))
                continue
            local[match[1]] = (*local.get(match[1], ()), days)
    files = Files(calendar, local, tuple(found))
    _known[bucket] = (now, files)
    return files


def _year(
    bucket: str, key: str, keys: list[str], calendar: Calendar, found: list[tuple[str, str]]
) -> Year | None:
    """The year of a file; where it does not read, the last one that did, and `found` names it."""
    named = key.removeprefix(PREFIX).removesuffix(".toml")
    kept = [k for k in keys if k.startswith(f"{PREFIX}kept/{named}-")]
    for number, one in enumerate((key, *kept)):
        try:
            year = Year.parse(exchange.get(one))
            if str(year.year) != named:
                raise ValueError(f"calendar {named}: the file says {year.year}")
            calendar.with_year(year)
        except (ValueError, Refused) as error:
            if number == 0:
                found.append((key, str(error)[:200]))
            if number == 0 and (bucket, key) in _last_good:
                return _last_good[bucket, key]
            continue
        _last_good[bucket, key] = year
        return year
    return None


def _keys(bucket: str) -> list[str]:
    """The calendar files there are, the newest first."""
    try:
        found = exchange.client().list_objects_v2(Bucket=bucket, Prefix=PREFIX, MaxKeys=_MOST_FILES)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    rows = [row for row in found.get("Contents", []) if row["Key"].endswith(".toml")]
    return [row["Key"] for row in sorted(rows, key=lambda row: row["LastModified"], reverse=True)]
