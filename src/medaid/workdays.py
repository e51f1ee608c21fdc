"""Working days (工作日) by the State Council's calendar, make-up workdays (调休) included.

Every autumn a notice of the State Council's General Office (国办发明电) says which days of the next
year are off and which weekend days are worked. Those notices are data, `calendar/<year>.toml`, each
with its number, date and where it was read; a year may be added without a deploy
(`Calendar.with_year`). A calendar is a value: rules take it as an argument.

Counting is one subtraction of prefix sums, adding is one look-up, whatever the number of days.
Outside the published years the plain week (Monday to Friday) is counted and the answer is
*provisional*, never an exception: a due date on the other side of New Year must not stop an office
because the notice has not come yet (J28). The last days of December of a published year may still
change with the next notice (2019 took 29 to 31 December 2018), so a new year re-projects what lies
there too.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, Self

from medaid.notices import LocalDays, NoticeYear
from medaid.regions import Region

_DATA: Final = Path(__file__).parent / "calendar"


class WorkingDays(int):
    """A whole number of working days. Only working days are added to it; it is no number of civil
    days."""

    __slots__ = ()

    def __new__(cls, value: int = 0) -> Self:
        """Raises TypeError for anything that is not a plain whole number."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"WorkingDays takes a whole number, not {type(value).__name__}")
        return super().__new__(cls, value)

    # only working days may be added
    def __add__(self, other: WorkingDays) -> WorkingDays:  # type: ignore[override]
        return WorkingDays(int.__add__(self, _days(other)))

    # the same for differences
    def __sub__(self, other: WorkingDays) -> WorkingDays:  # type: ignore[override]
        return WorkingDays(int.__sub__(self, _days(other)))

    def __neg__(self) -> WorkingDays:
        return WorkingDays(int.__neg__(self))

    def __repr__(self) -> str:
        return f"WorkingDays({int(self)})"


def _days(other: object) -> int:
    if not isinstance(other, WorkingDays):
        raise TypeError(
            f"only working days may be added to working days, not {type(other).__name__}"
        )
    return int(other)


def _weekdays(ordinal: int) -> int:
    """Mondays to Fridays among the ordinals 1 … `ordinal` (1 January of the year 1 was a
    Monday)."""
    weeks, days = divmod(ordinal, 7)
    return 5 * weeks + min(days, 5)


def _nth_weekday(rank: int) -> int:
    """The ordinal of the weekday for which `_weekdays` first answers `rank`."""
    weeks, days = divmod(rank - 1, 5)
    return 7 * weeks + days + 1


class Calendar:
    """The published years as one value, and with it the days off that regions have added for
    themselves (`of`). Two calendars of the same days are equal and have the same `version`."""

    __slots__ = ("_base", "_regional", "_through", "_work", "local", "version", "years")

    def __init__(self, years: Iterable[NoticeYear], local: Iterable[LocalDays] = ()) -> None:
        """Raises ValueError for no year, a year given twice, or two years that speak differently of
        one day."""
        self.years: Final = tuple(sorted(years, key=lambda y: y.year))
        if not self.years:
            raise ValueError("工作日历没有任何年份")
        for a, b in pairwise(self.years):
            if a.year == b.year:
                raise ValueError(f"{a.year} 年重复")
            if clash := (a.off & b.worked) | (a.worked & b.off):
                raise ValueError(f"{min(clash)} 在 {b.year} 年与 {a.year} 年的文件中互相矛盾")
        off = frozenset().union(*(y.off for y in self.years))
        worked = frozenset().union(*(y.worked for y in self.years))
        first = min(date(self.years[0].year, 1, 1), *off, *worked)
        span = date(self.years[-1].year, 12, 31).toordinal() - first.toordinal() + 1
        days = [first + timedelta(days=n) for n in range(span)]
        works = [day in worked or (day.weekday() < 5 and day not in off) for day in days]
        self._base: Final = first.toordinal()
        self._through: Final = array("l", accumulate(works))
        self._work: Final = array(
            "l", [day.toordinal() for day, yes in zip(days, works, strict=True) if yes]
        )
        text = "|".join(f"{y.year}:{sorted(y.off)}:{sorted(y.worked)}" for y in self.years)
        self.local: Final = tuple(sorted(local, key=lambda days: (days.region, days.year)))
        text += "".join(f"|{d.region}:{d.year}:{sorted(d.off)}" for d in self.local)
        self._regional: dict[tuple[LocalDays, ...], Calendar] = {}
        self.version: Final = hashlib.sha256(text.encode()).hexdigest()[:12]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def __repr__(self) -> str:
        return f"Calendar({self.years[0].year}–{self.years[-1].year}, {self.version})"

    def with_year(self, year: NoticeYear) -> Calendar:
        """This calendar with `year` added, or put in the place of what it had of that year."""
        return Calendar([*(y for y in self.years if y.year != year.year), year], self.local)

    def of(self, region: str) -> Calendar:
        """The calendar by which clocks run in `region` (admdvs): everybody's, with the days that
        the region and those above it have added."""
        if not self.local:
            return self
        above = Region(region).chain
        own = tuple(days for days in self.local if days.region in above)
        if own not in self._regional:
            off = [day for days in own for day in days.off]
            self._regional[own] = Calendar(self.years).with_days_off(off)
        return self._regional[own]

    def with_days_off(self, days: Iterable[date]) -> Calendar:
        """This calendar with days of published years off beside those it has; nothing becomes a
        working day by it."""
        by_year: dict[int, set[date]] = {}
        for day in days:
            by_year.setdefault(day.year, set()).add(day)
        if not by_year:
            return self
        return Calendar(
            replace(y, off=y.off | (by_year.get(y.year, set()) - y.worked)) for y in self.years
        )

    @property
    def last_day(self) -> date:
        """The last day of the last published year."""
        return date(self.years[-1].year, 12, 31)

    def provisional(self, day: date) -> bool:
        """Whether the years that a count up to `day` runs through are not all published: the count
        may change with the next notice."""
        return day > self.last_day or not any(y.year == day.year for y in self.years)

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked; outside the published years, whether it is a Monday to
        Friday."""
        ordinal = day.toordinal()
        return self._rank(ordinal) != self._rank(ordinal - 1)

    def add(self, day: date, days: WorkingDays) -> date:
        """The `days`-th working day after `day`, which itself does not count (民法典 art. 201:
        开始的当日不计入).

        0 answers `day` itself where it is worked, else the next working day; a negative number
        counts backwards. O(1).
        """
        index = day.toordinal() - self._base
        if 0 <= index < len(self._through) and days > 0:  # the common case, without a call
            rank = self._through[index] + days
            if rank <= len(self._work):
                return date.fromordinal(self._work[rank - 1])
        ordinal = index + self._base
        return date.fromordinal(
            self._nth(
                (self._rank(ordinal) if days > 0 else self._rank(ordinal - 1) + 1) + int(days)
            )
        )

    def between(self, begin: date, end: date) -> WorkingDays:
        """Working days after `begin` up to and with `end`; negative where `end` lies before.
        `between(d, add(d, n)) == n` for n > 0."""
        return WorkingDays(self._rank(end.toordinal()) - self._rank(begin.toordinal()))

    def first_difference(self, other: Calendar) -> date | None:
        """The first day that one of the two works and the other does not: due dates before it
        stand."""
        begin = min(self._base, other._base)
        end = max(self.last_day, other.last_day).toordinal() + 1
        days = (date.fromordinal(n) for n in range(begin, end))
        return next((day for day in days if self.is_workday(day) != other.is_workday(day)), None)

    def _rank(self, ordinal: int) -> int:
        """Working days up to and with `ordinal`, counted from the first covered day; the plain week
        outside."""
        index = ordinal - self._base
        if index < 0:
            return _weekdays(ordinal) - _weekdays(self._base - 1)
        if index < len(self._through):
            return self._through[index]
        return len(self._work) + _weekdays(ordinal) - _weekdays(self._base + len(self._through) - 1)

    def _nth(self, rank: int) -> int:
        """The ordinal of the working day with that rank: the inverse of `_rank`."""
        if rank < 1:
            return _nth_weekday(rank + _weekdays(self._base - 1))
        if rank <= len(self._work):
            return self._work[rank - 1]
        return _nth_weekday(rank - len(self._work) + _weekdays(self._base + len(self._through) - 1))


@cache
def published() -> Calendar:
    """The calendar that ships with the product. Services hand it, with years added since, to the
    rules."""
    return Calendar(
        [
            NoticeYear.parse(path.read_text(encoding="utf-8"))
            for path in sorted(_DATA.glob("*.toml"))
        ]
    )
