"""Statutory clocks: budget and ledger of pauses (J28, X12; design section 6). The count is checked
against a walk day by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medaid.clocks import ClockState, EscalationStep, Pause, StatutoryClock, day_start
from medaid.instants import BEIJING, civil_date
from medaid.workdays import Calendar, WorkingDays, published

CALENDAR = published()
N = WorkingDays
ONE = N(1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def walked(clock: StatutoryClock, calendar: Calendar) -> date | None:
    """The due day by the letter: from the day after acceptance, each working day counts that no
    pause took."""
    day, left = civil_date(clock.accepted), int(clock.budget)
    horizon = day + timedelta(days=4000)
    while day < horizon:
        if left == 0 and not any(
            civil_date(p.begin) == day and (p.end is None or civil_date(p.end) > day)
            for p in clock.pauses
        ):
            # used up and not stopped on its last day; a day off moves on to the next worked one,
            # on which a pause may still begin in time
            if calendar.is_workday(day):
                return day
            day += timedelta(days=1)
            continue
        stop = next(
            (
                p
                for p in clock.pauses
                if civil_date(p.begin) <= day and (p.end is None or civil_date(p.end) > day)
            ),
            None,
        )
        if stop is not None:
            if stop.end is None:
                return None
            day = civil_date(stop.end)
            continue
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
    return None


@st.composite
def clocks(draw: st.DrawFn) -> StatutoryClock:
    start = day_start(draw(st.dates(date(2018, 1, 1), date(2027, 6, 1)))) + timedelta(
        minutes=draw(st.integers(0, 24 * 60 - 1))
    )
    clock = StatutoryClock(start, N(draw(st.sampled_from([1, 5, 10, 20]))))
    now = start
    for hours in draw(st.lists(st.integers(0, 24 * 20), max_size=8)):
        now += timedelta(hours=hours)
        clock = clock.resume(now) if clock.paused else clock.pause(now, "material")
    return clock


PAUSED_ON_THE_DUE_DAY: Final = (
    StatutoryClock(day_start(date(2025, 2, 1)), N(5))
    .pause(day_start(date(2025, 2, 10)), "material")
    .resume(day_start(date(2025, 2, 15)))
    .pause(day_start(date(2025, 2, 17)), "material")
)
"""Used up when the first pause ended on a Saturday: due on Monday, when the second began."""


@example(PAUSED_ON_THE_DUE_DAY)
@given(clocks())
def test_the_due_day_equals_an_independent_count_J28(clock: StatutoryClock) -> None:
    projection = clock.project(CALENDAR)
    assert (projection and projection.due) == walked(clock, CALENDAR)


@given(clocks(), st.sampled_from([5, 10, 20]))
def test_a_changed_budget_keeps_the_pauses_J28(clock: StatutoryClock, budget: int) -> None:
    changed = clock.with_budget(N(budget))
    assert changed.pauses == clock.pauses
    assert changed == StatutoryClock(clock.accepted, N(budget), clock.pauses)


@given(clocks())
def test_what_was_used_on_the_due_day_is_the_budget(clock: StatutoryClock) -> None:
    projection = clock.project(CALENDAR)
    if projection:
        over = clock.used(day_start(projection.due), CALENDAR) - clock.budget
        assert over in (0, 1)
        if over:  # resumed with nothing left, on a day off: the next worked day is the last one
            assert any(not CALENDAR.is_workday(civil_date(p.end)) for p in clock.pauses if p.end)


def test_five_ten_and_twenty_days_over_the_national_day_J28() -> None:
    """Accepted on Monday 28 September 2026; 1 to 7 October off, Saturday 10 October worked."""
    for budget, due in (
        (5, date(2026, 10, 10)),
        (10, date(2026, 10, 16)),
        (20, date(2026, 10, 30)),
    ):
        projection = StatutoryClock(at("2026-09-28 16:59"), N(budget)).project(CALENDAR)
        assert projection is not None
        assert (projection.due, projection.provisional) == (due, False)


def test_the_five_states_in_their_order_J28() -> None:
    clock = StatutoryClock(at("2026-03-02 09:00"), N(5))  # due Monday 9 March
    states = [
        clock.state(at(t), CALENDAR, ONE)
        for t in (
            "2026-03-05 23:59",
            "2026-03-06 00:00",
            "2026-03-08 12:00",
            "2026-03-09 00:00",
            "2026-03-09 23:59",
        )
    ]
    assert states == [
        ClockState.RUNNING,
        ClockState.WARNED,
        ClockState.WARNED,
        ClockState.DUE,
        ClockState.DUE,
    ]
    assert clock.state(at("2026-03-10 00:00"), CALENDAR, ONE) is ClockState.OVERDUE
    assert (
        clock.pause(at("2026-03-04 10:00"), "m").state(at("2026-03-20 10:00"), CALENDAR, ONE)
        is ClockState.PAUSED
    )


def test_the_state_turns_at_midnight_in_beijing_not_elsewhere() -> None:
    clock = StatutoryClock(at("2026-03-02 09:00"), N(5))
    assert (
        clock.state(datetime.fromisoformat("2026-03-09T15:59:59+00:00"), CALENDAR, ONE)
        is ClockState.DUE
    )
    assert (
        clock.state(datetime.fromisoformat("2026-03-09T16:00:00+00:00"), CALENDAR, ONE)
        is ClockState.OVERDUE
    )


def test_a_pause_within_one_day_takes_nothing_from_the_applicant() -> None:
    clock = StatutoryClock(at("2026-03-02 09:00"), N(5))
    paused = clock.pause(at("2026-03-03 09:00"), "m").resume(at("2026-03-03 17:00"))
    assert paused.project(CALENDAR) == clock.project(CALENDAR)


def test_a_pause_takes_the_working_days_after_it_began_up_to_the_day_it_ended() -> None:
    clock = (
        StatutoryClock(at("2026-03-02 09:00"), N(5))
        .pause(at("2026-03-03 09:00"), "m")
        .resume(at("2026-03-05 17:00"))
    )
    projection = clock.project(CALENDAR)
    assert projection is not None
    assert projection.due == date(2026, 3, 11)


def test_a_pause_on_the_last_day_leaves_the_day_the_material_comes_in() -> None:
    clock = StatutoryClock(at("2026-03-02 09:00"), N(5)).pause(at("2026-03-09 16:00"), "m")
    assert clock.project(CALENDAR) is None
    resumed = clock.resume(at("2026-03-20 10:00")).project(CALENDAR)
    assert resumed is not None
    assert resumed.due == date(2026, 3, 20)


def test_a_pause_after_the_due_day_heals_nothing() -> None:
    """Negative: asking for material when it is late already does not make it on time."""
    clock = StatutoryClock(at("2026-03-02 09:00"), N(5)).pause(at("2026-03-10 09:00"), "m")
    assert clock.state(at("2026-03-11 09:00"), CALENDAR, ONE) is ClockState.OVERDUE


def test_on_time_is_measured_where_the_clock_stopped() -> None:
    clock = StatutoryClock(at("2026-03-02 09:00"), N(5))
    assert clock.stop(at("2026-03-09 23:59")).on_time(CALENDAR)
    assert not clock.stop(at("2026-03-10 00:00")).on_time(CALENDAR)
    assert (
        clock.pause(at("2026-03-03 09:00"), "m").stop(at("2026-04-10 00:00")).on_time(CALENDAR)
    ), "stopped while the applicant owed material"
    assert (
        clock.stop(at("2026-03-09 23:59")).state(at("2026-03-10 00:00"), CALENDAR, ONE)
        is ClockState.STOPPED
    )
    with pytest.raises(ValueError, match="stopped clock"):
        clock.on_time(CALENDAR)


def test_rungs_are_reached_at_the_beginning_of_their_days() -> None:
    steps_claimed = (
        EscalationStep("overdue", N(1)),
        EscalationStep("warned", N(-1)),
        EscalationStep("due", N(0)),
    )
    clock = StatutoryClock(at("2026-03-02 09:00"), N(5))
    reached = [(step.name, instant) for step, instant in clock.reached(steps_claimed, CALENDAR)]
    assert reached == [
        ("warned", at("2026-03-06 00:00")),
        ("due", at("2026-03-09 00:00")),
        ("overdue", at("2026-03-10 00:00")),
    ]
    assert clock.pause(at("2026-03-03 09:00"), "m").reached(steps_claimed, CALENDAR) == ()
    assert clock.stop(at("2026-03-03 09:00")).reached(steps_claimed, CALENDAR) == ()


def test_across_an_unpublished_new_year_it_is_provisional_and_is_projected_anew_J28() -> None:
    projection = StatutoryClock(at("2026-12-28 09:00"), N(10)).project(CALENDAR)
    assert projection is not None
    assert projection.provisional


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: StatutoryClock(at("2026-03-02 09:00"), N(0)),
        lambda: StatutoryClock(at("2026-03-02 09:00"), N(5), (Pause(at("2026-03-01 09:00"), "m"),)),
        lambda: StatutoryClock(
            at("2026-03-02 09:00"),
            N(5),
            (Pause(at("2026-03-04 09:00"), "m", at("2026-03-03 09:00")),),
        ),
        lambda: StatutoryClock(
            at("2026-03-02 09:00"),
            N(5),
            (Pause(at("2026-03-03 09:00"), "m"), Pause(at("2026-03-04 09:00"), "m")),
        ),
        lambda: StatutoryClock(at("2026-03-02 09:00"), N(5), stopped=at("2026-03-01 09:00")),
        lambda: StatutoryClock(at("2026-03-02 09:00"), N(5)).resume(at("2026-03-03 09:00")),
        lambda: (
            StatutoryClock(at("2026-03-02 09:00"), N(5))
            .pause(at("2026-03-03 09:00"), "m")
            .pause(at("2026-03-03 09:00"), "m")
        ),
    ],
)
def test_a_ledger_that_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        wrong()  # type: ignore[operator]  # the table holds lambdas


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(TypeError):
        # the naive instant is the case
        StatutoryClock(datetime(2026, 3, 2, 9), N(5))  # noqa: DTZ001
