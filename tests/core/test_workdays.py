"""The State Council's calendar and the count of working days (J28; design section 6). Proven
against two independent packages."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.notices import NoticeYear
from medaid.workdays import Calendar, WorkingDays, published

CALENDAR = published()
DAYS = st.dates(date(2015, 1, 1), date(2032, 12, 31))
N = WorkingDays


def every_day(first: int, last: int) -> list[date]:
    begin = date(first, 1, 1)
    return [begin + timedelta(days=n) for n in range((date(last, 12, 31) - begin).days + 1)]


def test_every_published_year_agrees_with_both_packages_J28() -> None:
    """2018 to 2026, day by day. (The two packages disagree with each other on 2005-12-31 alone,
    before our first year.)"""
    assert [y.year for y in CALENDAR.years] == list(range(2018, 2027))
    china = holidays.country_holidays("CN", years=range(2018, 2027))
    for day in every_day(2018, 2026):
        ours = CALENDAR.is_workday(day)
        assert ours == chinese_calendar.is_workday(day), f"chinesecalendar, {day}"
        assert ours == china.is_working_day(day), f"holidays, {day}"


def test_every_year_is_cited_J28() -> None:
    numbers = [n.number for y in CALENDAR.years for n in y.notices]
    assert len(numbers) == len(set(numbers)) == 11
    assert all(
        n.number.startswith("国办发明电〔") and n.read_at for y in CALENDAR.years for n in y.notices
    )
    undated = [n.number for y in CALENDAR.years for n in y.notices if not n.issued]
    assert undated == ["国办发明电〔2020〕1号"], (
        "the day of this notice was not legible in the copy read; list it where it is still so"
    )


def test_off_and_worked_days_match_the_totals_of_the_notices() -> None:
    """Days off on weekdays and weekends and make-up workdays, counted by hand from each notice."""
    totals = {y.year: (len(y.off), len(y.worked)) for y in CALENDAR.years}
    assert totals == {
        2018: (23, 6),
        2019: (3 + 7 + 1 + 4 + 1 + 1 + 7, 7),
        2020: (1 + 10 + 3 + 5 + 3 + 8, 6),
        2021: (31, 7),
        2022: (31, 7),
        2023: (3 + 7 + 1 + 5 + 3 + 8, 7),
        2024: (1 + 8 + 3 + 5 + 1 + 3 + 7, 8),
        2025: (1 + 8 + 3 + 5 + 3 + 8, 5),
        2026: (33, 6),
    }


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2024, 2, 9), True),
        (date(2020, 2, 1), False),
        (date(2018, 12, 29), True),
        (date(2018, 12, 31), False),
        (date(2022, 12, 30), True),
        (date(2022, 12, 31), False),
    ],
)
def test_the_day_before_and_the_day_after(day: date, worked: bool) -> None:
    assert CALENDAR.is_workday(day) is worked


@given(DAYS, st.integers(1, 400))
def test_adding_equals_walking_day_by_day_J28(day: date, days: int) -> None:
    walked, left = day, days
    while left:
        walked += timedelta(days=1)
        left -= CALENDAR.is_workday(walked)
    assert CALENDAR.add(day, N(days)) == walked
    assert CALENDAR.between(day, walked) == days


@given(DAYS, st.integers(1, 400))
def test_going_back_equals_walking_back(day: date, days: int) -> None:
    walked, left = day, days
    while left:
        walked -= timedelta(days=1)
        left -= CALENDAR.is_workday(walked)
    assert CALENDAR.add(day, N(-days)) == walked


@given(DAYS)
def test_adding_nothing_gives_the_day_or_the_next_worked_one(day: date) -> None:
    expected = day
    while not CALENDAR.is_workday(expected):
        expected += timedelta(days=1)
    assert CALENDAR.add(day, N(0)) == expected


@given(DAYS, DAYS, DAYS)
def test_counts_join_and_mirror(a: date, b: date, c: date) -> None:
    assert CALENDAR.between(a, b) + CALENDAR.between(b, c) == CALENDAR.between(a, c)
    assert CALENDAR.between(a, b) == -CALENDAR.between(b, a)


def test_beyond_the_last_published_year_is_provisional_and_never_an_error_J28() -> None:
    """Accepted on 28 December 2026 with ten working days: the notice for 2027 has not come, the
    plain week answers, flagged."""
    assert not CALENDAR.provisional(date(2026, 12, 31))
    assert CALENDAR.provisional(date(2027, 1, 1))
    due = CALENDAR.add(date(2026, 12, 28), N(10))
    assert due == date(2027, 1, 11)
    assert CALENDAR.provisional(due)
    assert CALENDAR.add(date(2099, 1, 1), N(20)) == date(2099, 1, 29)
    assert CALENDAR.provisional(date(2017, 12, 31)), "before the first year as well"


YEAR_2027 = """
year = 2027
make_up_workdays = [2026-12-27]
[[notice]]
number = "试验〔2026〕1号"
issued = 2026-12-01
read_at = "a made-up notice for tests"
trust = "N"
[[holiday]]
name = "元旦"
from = 2026-12-31
to = 2027-01-04
"""


def test_a_year_added_without_a_deploy_moves_what_lay_beyond_J28() -> None:
    longer = CALENDAR.with_year(NoticeYear.parse(YEAR_2027))
    assert longer != CALENDAR
    assert not longer.provisional(date(2027, 1, 11))
    assert longer.add(date(2026, 12, 25), N(10)) == date(2027, 1, 12)
    assert CALENDAR.add(date(2026, 12, 25), N(10)) == date(2027, 1, 8)
    assert longer.first_difference(CALENDAR) == date(2026, 12, 27), (
        "a notice reaches back into December"
    )
    assert CALENDAR.first_difference(published()) is None


def test_a_gap_between_published_years_is_provisional_too() -> None:
    gap = Calendar([CALENDAR.years[0], CALENDAR.years[2]])
    assert gap.provisional(date(2019, 5, 2))
    assert gap.is_workday(date(2019, 5, 2)), "the plain week answers in the gap"


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda d: d.update(make_up_workdays=[date(2027, 1, 4)]), "既是放假日又是调休上班日"),
        (lambda d: d.update(make_up_workdays=[date(2027, 1, 6)]), "不是周六或周日"),
        (lambda d: d.update(make_up_workdays=[date(2028, 1, 2)]), "不在 2027 年内"),
        (lambda d: d.update(notice=[]), "没有通知依据"),
        (lambda d: d["notice"][0].update(trust="U"), "没有通知依据"),
        (lambda d: d["holiday"][0].update(to=date(2026, 12, 30)), "早于开始日"),
    ],
)
def test_a_year_that_is_wrong_or_uncited_does_not_load(spoil: object, named: str) -> None:
    data = tomllib.loads(YEAR_2027)
    spoil(data)  # type: ignore[operator]  # the table holds lambdas
    with pytest.raises(ValueError, match=named):
        NoticeYear.of(data)


def test_text_that_is_no_calendar_is_refused() -> None:
    for text in ("year = ", "year = 2027"):
        with pytest.raises(ValueError, match=r".+"):
            NoticeYear.parse(text)


def test_two_years_that_contradict_each_other_are_refused() -> None:
    year = NoticeYear.parse(YEAR_2027)
    other = NoticeYear(2026, frozenset({date(2026, 12, 27)}), frozenset(), year.notices)
    with pytest.raises(ValueError, match="互相矛盾"):
        Calendar([other, year])
    with pytest.raises(ValueError, match="重复"):
        Calendar([year, year])
    with pytest.raises(ValueError, match="没有任何年份"):
        Calendar([])


def test_working_days_are_a_type_of_their_own() -> None:
    assert N(3) + N(2) == 5
    assert -N(3) - N(2) == N(-5)
    for wrong in (1.0, True, "3"):
        with pytest.raises(TypeError):
            N(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        N(3) + 2
