"""Months and quarters as values."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.errors import BadInput
from medaid.months import Month, Quarter


def test_a_month_has_its_days_its_neighbours_and_its_quarter() -> None:
    month = Month("2024-02")
    assert (month.first, month.last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert (month.previous, month.next) == ("2024-01", "2024-03")
    assert Month("2024-01").previous == "2023-12"
    assert Month("2024-12").next == "2025-01"
    assert month.quarter == "2024-Q1"
    assert list(Month("2024-11").through(Month("2025-01"))) == ["2024-11", "2024-12", "2025-01"]
    assert list(Month("2025-01").through(Month("2024-11"))) == []


def test_an_instant_belongs_to_the_month_of_beijing() -> None:
    assert Month.of(datetime(2024, 1, 31, 16, 0, tzinfo=UTC)) == "2024-02"
    assert Month.of(datetime(2024, 1, 31, 15, 59, tzinfo=UTC)) == "2024-01"
    assert Month.of(date(2024, 1, 31)) == "2024-01"


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 1, 1)), st.integers(-600, 600))
def test_later_goes_there_and_back(day: date, months: int) -> None:
    month = Month.of(day)
    assert month.later(months).later(-months) == month
    assert month.first <= day <= month.last


def test_a_quarter_has_three_months_and_a_neighbour() -> None:
    quarter = Quarter("2026-Q4")
    assert quarter.months == ("2026-10", "2026-11", "2026-12")
    assert (quarter.first, quarter.last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert quarter.next == "2027-Q1"


@pytest.mark.parametrize(
    "text", ["2024-13", "2024-00", "2024-1", "202401", "2024-Q1", "٢024-01", 202401, None]
)
def test_what_is_no_month_is_refused_by_field(text: object) -> None:
    with pytest.raises(BadInput) as refused:
        Month.parse(text, "month")
    assert refused.value.field == "month"


@pytest.mark.parametrize("text", ["2024-Q0", "2024-Q5", "2024Q1", "2024-01", "2024-Q²", None])
def test_what_is_no_quarter_is_refused_by_field(text: object) -> None:
    with pytest.raises(BadInput) as refused:
        Quarter.parse(text, "quarter")
    assert refused.value.field == "quarter"
