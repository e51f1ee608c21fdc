"""The working calendar as it stands now: the years that ship with the product, and those published
since, in the bucket.

Each line: object: holds.

- `calendar/<year>.toml`: a year of everybody's, published by the installation.
- `calendar/regions/<admdvs>/<year>.toml`: days off that a region adds for itself.
- `calendar/kept/<year>-<digest>.toml`, `calendar/kept/regions/<admdvs>/<year>-<digest>.toml`: the
  same, once more for each publication: what serves where the one above is spoiled.
- `calendar/proposed/…`, `calendar/trail/…`: what one person proposed; who proposed and who
  published (`medaid.workcalendar`).

A file that does not read never stops anybody: it is left out and named by `problems`, and the last
one of its year that did read serves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.errors import BadInput, Refused, Unavailable
from medaid.ids import content_hash
from medaid.notices import LocalDays, NoticeYear
from medaid.regions import Region
from medaid.workdays import Calendar, published

K = TypeVar("K", NoticeYear, LocalDays)
PREFIX: Final = "calendar/"
FRESH: Final = timedelta(minutes=15)
_YEAR: Final = re.compile(r"calendar/(\d{4})\.toml")
_LOCAL: Final = re.compile(r"calendar/regions/(\d{6})/(\d{4})\.toml")
_TOML: Final = "application/toml"


@dataclass(frozen=True, slots=True)
class Files:
    """What was read of the bucket: everybody's calendar with regions' own days, and files that do
    not read, each with what is wrong."""

    calendar: Calendar
    problems: tuple[tuple[str, str], ...]


_known: dict[str, tuple[datetime, Files]] = {}
_last_good: dict[tuple[str, str], NoticeYear | LocalDays] = {}


def current(now: datetime, region: str = "") -> Calendar:
    """The calendar with all regions' own days (`Calendar.of`), or that of `region` alone, read
    again when the one at hand is older than `FRESH`. Raises Unavailable."""
    calendar = _files(now).calendar
    return calendar.of(region) if region else calendar


def problems(now: datetime) -> tuple[tuple[str, str], ...]:
    """Calendar files that do not read and were left out: name and what is wrong. Raises
    Unavailable."""
    return _files(now).problems


def add(text: str | bytes) -> NoticeYear:
    """Checks a year's TOML and puts it where `current` finds it; a copy is kept. Raises BadInput
    saying what is wrong with it, Unavailable."""
    year = checked(text)
    _put(str(year.year), text)
    return year


def checked(text: str | bytes) -> NoticeYear:
    """The year that the text says, fit for the calendar. Raises BadInput."""
    try:
        year = NoticeYear.parse(text)
        published().with_year(year)
    except ValueError as error:
        raise BadInput("FIELD_FORMAT", field="calendar", rule=f"工作日历不合规:{error}") from None
    return year


def add_local(text: str | bytes, region: Region) -> LocalDays:
    """Checks the days that a region adds for itself and puts them where `current` finds them; a
    copy is kept. Raises BadInput, Unavailable."""
    days = checked_local(text, region)
    _put(f"regions/{region}/{days.year}", text)
    return days


def _put(named: str, text: str | bytes) -> None:
    """A file and its copy: the copy first, so that what serves can always be read again."""
    body = text if isinstance(text, bytes) else text.encode("utf-8")
    digest = content_hash(body.decode("utf-8-sig"))[:12]
    exchange.put(f"{PREFIX}kept/{named}-{digest}.toml", body, _TOML)
    exchange.put(f"{PREFIX}{named}.toml", body, _TOML)
    _known.clear()


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

    def year(content: bytes, named: str) -> NoticeYear:
        one = NoticeYear.parse(content)
        calendar.with_year(one)
        if str(one.year) != named:
            raise ValueError(f"文件名为 {named},内容为 {one.year} 年")
        return one

    def days(content: bytes, named: str) -> LocalDays:
        region, _, of = named.removeprefix("regions/").partition("/")
        one = checked_local(content, Region(region))
        if str(one.year) != of:
            raise ValueError(f"文件名为 {of},内容为 {one.year} 年")
        return one

    for key in sorted(filter(_YEAR.fullmatch, keys)):
        one = _last_read(bucket, key, keys, year, found)
        calendar = calendar.with_year(one) if one else calendar
    local = [_last_read(bucket, key, keys, days, found) for key in filter(_LOCAL.fullmatch, keys)]
    calendar = Calendar(calendar.years, [one for one in local if one])
    files = Files(calendar, tuple(found))
    _known[bucket] = (now, files)
    return files


def _last_read(
    bucket: str,
    key: str,
    keys: list[str],
    parse: Callable[[bytes, str], K],
    found: list[tuple[str, str]],
) -> K | None:
    """What a file says; where it does not read, what the last one of its name that did said, and
    `found` names it. Raises Unavailable."""
    named = key.removeprefix(PREFIX).removesuffix(".toml")
    kept: list[str] = [k for k in keys if k.startswith(f"{PREFIX}kept/{named}-")]
    for number, one in enumerate((key, *kept)):
        try:
            value = parse(exchange.get(one), named)
        except (ValueError, Refused) as error:
            if number == 0:
                found.append((key, str(getattr(error, "rule", "") or error)[:200]))
                if (bucket, key) in _last_good:
                    return cast(K, _last_good[bucket, key])
            continue
        _last_good[bucket, key] = value
        return value
    return None


def _keys(bucket: str) -> list[str]:
    """The calendar files there are, the newest first."""
    try:
        pages = exchange.client().get_paginator("list_objects_v2")
        found = [
            row
            for page in pages.paginate(Bucket=bucket, Prefix=PREFIX)
            for row in page.get("Contents", [])
        ]
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    rows = [row for row in found if row["Key"].endswith(".toml")]
    return [row["Key"] for row in sorted(rows, key=lambda row: row["LastModified"], reverse=True)]
