"""How long one addition of 20 working days takes, side by side with chinesecalendar in one run.

Demanded: at most 2 µs, and at least 100 times faster. `python bench/clocks.py`; exits 1
where either is missed.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median

import chinese_calendar

from medaid.clocks import StatutoryClock
from medaid.workdays import WorkingDays, published

LIMIT_MICROSECONDS = 2.0
LEAST_FACTOR = 100
DAYS = [date(2025, 1, 1) + timedelta(days=7 * n) for n in range(100)]


def microseconds(act: Callable[[date], object], rounds: int) -> float:
    """Median over seven runs of the time of one call."""
    runs = timeit.repeat(lambda: [act(day) for day in DAYS], number=rounds, repeat=7)
    return median(runs) / rounds / len(DAYS) * 1e6


def main() -> int:
    calendar, twenty = published(), WorkingDays(20)
    assert all(calendar.add(day, twenty) == after(day) for day in DAYS), "the two do not agree"
    ours = microseconds(lambda day: calendar.add(day, twenty), 300)
    theirs = microseconds(after, 2)
    clocks = {
        day: StatutoryClock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), twenty)
        for day in DAYS
    }
    projected = microseconds(lambda day: clocks[day].project(calendar), 100)
    print(
        f"add 20 working days: {ours:.2f} µs; chinesecalendar:"
        f" {theirs:.0f} µs; {theirs / ours:.0f} times faster; a clock projected: {projected:.2f} µs"
    )
    return 0 if ours <= LIMIT_MICROSECONDS and theirs / ours >= LEAST_FACTOR else 1


def after(day: date) -> date:
    """The same count with chinesecalendar, which starts from the next working day where `day` is
    none."""
    start = day if chinese_calendar.is_workday(day) else chinese_calendar.find_workday(-1, day)
    found: date = chinese_calendar.find_workday(20, start)
    return found


if __name__ == "__main__":
    sys.exit(main())
