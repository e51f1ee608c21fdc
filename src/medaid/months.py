"""Months and quarters as values: `yyyy-mm` and `yyyy-Qn`, which are also their stored forms; and
years.

Months and quarters are text, so they sort, they are keys, and they are told apart from days and
years by type. What somebody sends lies in `SENT_YEARS`; what is worked out from it may lie a few
years outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Self

from medaid.errors import BadInput
from medaid.instants import civil_date

_YEAR: Final = re.compile(r"[0-9]{4}", re.ASCII)
SENT_YEARS: Final = range(1950, 2150)
"""Years that somebody can mean: their neighbours have months too, so no arithmetic fails."""


def _check_sent(year: int, field: str) -> None:
    """Raises BadInput FIELD_FORMAT naming `field`."""
    if year not in SENT_YEARS:
        rule = f"年度须在 {SENT_YEARS[0]} 至 {SENT_YEARS[-1]} 之间"
        raise BadInput("FIELD_FORMAT", field=field, rule=rule)


class Year(int):
    """A calendar year that somebody sent, by `Year.parse`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object, field: str) -> Self:
        """Raises BadInput FIELD_FORMAT naming `field` for another form or a year outside
        `SENT_YEARS`."""
        if not isinstance(text, str) or not _YEAR.fullmatch(text):
            raise BadInput("FIELD_FORMAT", field=field, rule="年度为四位数字")
        _check_sent(int(text), field)
        return cls(text)


class _PartOfYear(str):
    """A part of a year as text that begins with the year."""

    __slots__ = ()
    _FORM: ClassVar[re.Pattern[str]]
    _SAYS: ClassVar[str]
    _RULE: ClassVar[str]

    def __new__(cls, text: str) -> Self:
        """Raises ValueError for text of another form."""
        if not cls._FORM.fullmatch(text):
            raise ValueError(cls._SAYS)
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: object, field: str) -> Self:
        """What somebody sent. Raises BadInput FIELD_FORMAT naming `field`."""
        if not isinstance(text, str) or not cls._FORM.fullmatch(text):
            raise BadInput("FIELD_FORMAT", field=field, rule=cls._RULE)
        _check_sent(int(text[:4]), field)
        return cls(text)

    @property
    def year(self) -> int:
        return int(self[:4])


class Month(_PartOfYear):
    """A calendar month. Made by `Month.parse`, `Month.of` or from a stored `yyyy-mm`."""

    __slots__ = ()
    _FORM = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")
    _SAYS = "a month is written yyyy-mm"
    _RULE = "月份格式为 yyyy-MM"

    @classmethod
    def of(cls, day: date | datetime) -> Self:
        """The month in which a civil date, or an instant by Beijing time, lies."""
        civil = civil_date(day) if isinstance(day, datetime) else day
        return cls(f"{civil:%Y-%m}")

    @property
    def number(self) -> int:
        """1 to 12."""
        return int(self[5:])

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        return self.later(1)

    @property
    def previous(self) -> Month:
        return self.later(-1)

    @property
    def quarter(self) -> Quarter:
        return Quarter(f"{self[:4]}-Q{(self.number + 2) // 3}")

    def later(self, months: int) -> Month:
        """The month `months` after this one (before it where negative)."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(f"{year:04d}-{index + 1:02d}")

    def through(self, last: Month) -> Iterator[Month]:
        """All months from this one to `last`, both included; none where `last` is earlier."""
        month: Month = self
        while month <= last:
            yield month
            month = month.next


class Quarter(_PartOfYear):
    """A calendar quarter, `yyyy-Qn`."""

    __slots__ = ()
    _FORM = re.compile(r"(?:19|20|21)[0-9]{2}-Q[1-4]")
    _SAYS = "a quarter is written yyyy-Qn"
    _RULE = "季度格式为 yyyy-Qn"

    @classmethod
    def of(cls, day: date | datetime) -> Quarter:
        return Month.of(day).quarter

    @property
    def number(self) -> int:
        """1 to 4."""
        return int(self[6:])

    @property
    def months(self) -> tuple[Month, Month, Month]:
        last = Month(f"{self[:4]}-{self.number * 3:02d}")
        return last.later(-2), last.previous, last

    @property
    def first(self) -> date:
        return self.months[0].first

    @property
    def last(self) -> date:
        return self.months[2].last

    @property
    def next(self) -> Quarter:
        return self.months[2].next.quarter
