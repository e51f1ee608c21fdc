"""Months and quarters as values: `yyyy-mm` and `yyyy-Qn`, which are also their stored forms.

They are text, so they sort, they are keys, and they are told apart from days and years by type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, Self

from medaid.errors import BadInput
from medaid.instants import civil_date

_MONTH: Final = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")
_QUARTER: Final = re.compile(r"(?:19|20|21)[0-9]{2}-Q[1-4]")


class Month(str):
    """A calendar month. Made by `Month.parse`, `Month.of` or from a stored `yyyy-mm`."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Raises ValueError for what is no month."""
        if not _MONTH.fullmatch(text):
            raise ValueError("a month is written yyyy-mm")
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: object, field: str) -> Self:
        """A month that somebody sent. Raises BadInput FIELD_FORMAT naming `field`."""
        if not isinstance(text, str) or not _MONTH.fullmatch(text):
            raise BadInput("FIELD_FORMAT", field=field, rule="月份格式为 yyyy-MM")
        return cls(text)

    @classmethod
    def of(cls, day: date | datetime) -> Self:
        """The month in which a civil date, or an instant by Beijing time, lies."""
        civil = civil_date(day) if isinstance(day, datetime) else day
        return cls(f"{civil:%Y-%m}")

    @property
    def year(self) -> int:
        return int(self[:4])

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


class Quarter(str):
    """A calendar quarter, `yyyy-Qn`."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Raises ValueError for what is no quarter."""
        if not _QUARTER.fullmatch(text):
            raise ValueError("a quarter is written yyyy-Qn")
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: object, field: str) -> Self:
        """A quarter that somebody sent. Raises BadInput FIELD_FORMAT naming `field`."""
        if not isinstance(text, str) or not _QUARTER.fullmatch(text):
            raise BadInput("FIELD_FORMAT", field=field, rule="季度格式为 yyyy-Qn")
        return cls(text)

    @classmethod
    def of(cls, day: date | datetime) -> Quarter:
        return Month.of(day).quarter

    @property
    def year(self) -> int:
        return int(self[:4])

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
