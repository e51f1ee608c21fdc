"""Three kinds of time, never mixed: a naive instant is refused, a day begins at midnight in
Beijing, bad text names its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.errors import BadInput
from medaid.instants import (
    BEIJING,
    aware,
    beijing_text,
    civil_date,
    from_stored,
    parse_date,
    parse_instant,
    stored,
)

ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# hypothesis wants naive bounds
INSTANTS = st.datetimes(datetime(1992, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001


@pytest.mark.parametrize("use", [aware, civil_date, beijing_text, stored])
def test_a_naive_instant_is_refused(use: Callable[[datetime], Any]) -> None:
    with pytest.raises(TypeError, match="naive"):
        use(datetime(2026, 3, 2, 4, 0))  # noqa: DTZ001  # that is what is refused


@given(INSTANTS)
def test_an_aware_instant_is_left_as_it_is(instant: datetime) -> None:
    assert aware(instant) is instant


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, 999999, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 1, 23, 59, 59, tzinfo=BEIJING), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 0, 0, tzinfo=BEIJING), date(2026, 3, 2)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 3, 1, 6, 0, tzinfo=timezone(timedelta(hours=-10))), date(2026, 3, 2)),
        (datetime(1992, 7, 1, 15, 30, tzinfo=UTC), date(1992, 7, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_beijing(instant: datetime, day: date) -> None:
    assert civil_date(instant) == day


@given(INSTANTS)
def test_what_is_stored_comes_back_and_sorts_by_time(instant: datetime) -> None:
    assert from_stored(stored(instant)) == instant
    assert stored(instant) < stored(instant + timedelta(microseconds=1))
    assert len(stored(instant)) == len("2026-03-02T04:00:00.000000Z")


@given(INSTANTS.map(lambda instant: instant.replace(microsecond=0)))
def test_what_is_told_in_beijing_time_is_read_again(instant: datetime) -> None:
    assert parse_instant(beijing_text(instant), "inf_time") == instant
    assert parse_date(beijing_text(instant), "inf_time") == civil_date(instant)


def test_the_interfaces_times_are_beijing_times() -> None:
    assert parse_instant("2026-03-02 00:30:00", "begntime") == datetime(
        2026, 3, 1, 16, 30, tzinfo=UTC
    )
    assert parse_date("2026-03-02", "begndate") == date(2026, 3, 2)
    assert parse_date("2026-03-02 23:59:59", "dscgTime") == date(2026, 3, 2)
    assert parse_date("2024-02-29", "brdy") == date(2024, 2, 29)


NOT_DATES = [
    "",
    "2026",
    "2026-3-2",
    "2026/03/02",
    "20260302",
    "02-03-2026",
    "2026-02-29",
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "2026-W10-1",
    "2026-061xx",
    "2026-03-02T",
    "2026-03-02 10:00+08",
    "2026-03-02 24:00:00",
    "2026-03-02 10:60:00",
    "2026-03-02T10:00:00",
    "2026-3-2   10:00:00",
    " 2026-03-02",
    "2026-03-02 ",
    "\uff12026-03-02",
    "0000-01-01",
    "2026-03-02 10:00:00Z",
    None,
    20260302,
    2026.0,
    date(2026, 3, 2),
    True,
    ["2026-03-02"],
]


@pytest.mark.parametrize("text", NOT_DATES)
def test_what_is_no_date_is_refused_naming_the_field(text: Any) -> None:
    with pytest.raises(BadInput) as refused:
        parse_date(text, "begndate")
    assert (refused.value.code, refused.value.field) == ("FIELD_FORMAT", "begndate")
    assert "yyyy-MM-dd" in refused.value.rule


@pytest.mark.parametrize("text", [*NOT_DATES, "2026-03-02"])
def test_what_is_no_instant_is_refused_naming_the_field(text: Any) -> None:
    with pytest.raises(BadInput) as refused:
        parse_instant(text, "begntime")
    assert (refused.value.code, refused.value.field) == ("FIELD_FORMAT", "begntime")
    assert "HH:mm:ss" in refused.value.rule
