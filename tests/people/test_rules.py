"""Timelines: what a report does to what is known, and the register read as it stood (J9, J11,
J20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.samples import NOW, identity, insurance, person

from medaid.dropped.problem import Problem
from medaid.people import rules
from medaid.people.model import Identity, Insurance, Person, Source

OTHER = Source("B2", 1)
BEFORE = NOW - timedelta(days=30)


@pytest.mark.parametrize(
    ("end", "day", "stands"),
    [
        (None, date(2023, 12, 31), False),
        (None, date(2024, 1, 1), True),
        (date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2026, 3, 1), date(2026, 4, 1), False),
        (date(2026, 3, 31), date(2026, 3, 31), True),
        (date(2026, 3, 31), date(2026, 4, 1), False),
        (date(2026, 2, 10), date(2026, 2, 28), True),
        (date(2026, 2, 10), date(2026, 3, 1), False),
        (date(2024, 2, 10), date(2024, 2, 29), True),
        (date(2024, 2, 10), date(2024, 3, 1), False),
        (date(2025, 12, 1), date(2025, 12, 31), True),
        (date(2025, 12, 1), date(2026, 1, 1), False),
    ],
)
def test_counts_from_its_start_to_the_end_of_the_month(
    end: date | None, day: date, stands: bool
) -> None:
    """J20: from the day of recognition; ended on day d it counts to the end of d's month. The day
    before and the day after."""
    assert identity(end=end).stands_on(day) is stands


@pytest.mark.parametrize(
    ("start", "end", "settled_with"),
    [
        (date(2026, 3, 9), None, True),
        (date(2026, 3, 10), None, True),
        (date(2026, 3, 15), None, True),
        (date(2026, 3, 20), None, True),
        (date(2026, 3, 21), None, False),
        (date(2024, 1, 1), date(2026, 3, 12), True),
        (date(2024, 1, 1), date(2026, 3, 1), True),
        (date(2024, 1, 1), date(2026, 2, 28), False),
        (date(2024, 1, 1), date(2026, 1, 31), False),
    ],
)
def test_a_stay_in_which_it_began_or_ended(
    start: date, end: date | None, settled_with: bool
) -> None:
    """J20: a stay from 10 to 20 March is settled wholly with an identity that stood on one day of
    it, and only then."""
    assert (
        identity(start=start, end=end).stands_during(date(2026, 3, 10), date(2026, 3, 20))
        is settled_with
    )


HELD = identity(recorded=BEFORE, source=OTHER)


@pytest.mark.parametrize(
    ("held", "told", "outcome"),
    [
        ([], identity(), "confirmed"),
        ([HELD], identity(), "unchanged"),
        ([HELD], identity(end=date(2026, 2, 1)), "ended"),
        ([HELD], identity(department="health"), "changed"),
        ([HELD], identity(start=date(2023, 1, 1)), "changed"),
        ([HELD], identity(start=date(2023, 1, 1), end=date(2026, 1, 1)), "changed"),
        ([replace(HELD, end=date(2025, 1, 1))], identity(), "changed"),
        ([replace(HELD, end=date(2025, 1, 1))], identity(start=date(2025, 1, 2)), "changed"),
        ([replace(HELD, end=date(2025, 1, 1))], identity(start=date(2025, 1, 1)), "changed"),
        ([HELD], identity(start=date(2023, 1, 1), end=date(2023, 12, 31)), "confirmed"),
        ([HELD], identity("destitute_support"), "confirmed"),
        ([HELD], identity(admdvs="440904"), "confirmed"),
        ([HELD], identity(national_code="236022"), "unchanged"),
        ([insurance(source=OTHER, recorded=BEFORE)], identity(), "confirmed"),
        ([insurance(source=OTHER, recorded=BEFORE)], insurance(), "unchanged"),
        (
            [insurance(source=OTHER, recorded=BEFORE)],
            insurance(status="4", end=date(2026, 2, 28)),
            "ended",
        ),
        ([insurance(source=OTHER, recorded=BEFORE)], insurance(insutype="310"), "confirmed"),
        ([identity(act="ended")], identity(end=date(2020, 1, 1)), "ended"),
    ],
)
def test_placed(held: list[Identity | Insurance], told: Identity | Insurance, outcome: str) -> None:
    place = rules.placed(held, told, NOW)
    assert isinstance(place, rules.Placed)
    assert place.outcome == outcome
    assert place.kept == (outcome == "unchanged" or held[:1] == [identity(act="ended")])


@pytest.mark.parametrize(
    ("held", "told", "code"),
    [
        (
            [replace(HELD, end=date(2024, 6, 1)), replace(HELD, start=date(2025, 1, 1))],
            identity(start=date(2024, 3, 1)),
            "OVERLAP",
        ),
        (
            [replace(HELD, end=date(2024, 6, 1)), replace(HELD, start=date(2025, 1, 1))],
            identity(),
            "OVERLAP",
        ),
        (
            [replace(HELD, recorded=NOW + timedelta(seconds=1))],
            identity(end=date(2026, 1, 1)),
            "STALE",
        ),
        (
            [insurance(source=OTHER, recorded=NOW + timedelta(days=1))],
            insurance(status="2"),
            "STALE",
        ),
    ],
)
def test_not_placed(
    held: list[Identity | Insurance], told: Identity | Insurance, code: str
) -> None:
    """Nothing that is older overrides what is known, and two spells are never merged by guess."""
    problem = rules.placed(held, told, NOW)
    assert isinstance(problem, Problem)
    assert problem.code == code


def test_what_was_recorded_as_the_drop_came_is_not_newer() -> None:
    """To the instant: known at the same time is known before; a moment later is newer."""
    told = identity(end=date(2026, 1, 1))
    assert isinstance(rules.placed([replace(HELD, recorded=NOW)], told, NOW), rules.Placed)
    after = replace(HELD, recorded=NOW + timedelta(microseconds=1))
    assert isinstance(rules.placed([after], told, NOW), Problem)


def test_later_than_before_whatever_the_clock() -> None:
    assert rules.later(NOW, None) == NOW
    assert rules.later(NOW, BEFORE) == NOW
    assert rules.later(BEFORE, NOW) == NOW + timedelta(microseconds=1)
    with pytest.raises(TypeError):
        # a naive instant is what is refused
        rules.later(datetime(2026, 1, 1), None)  # noqa: DTZ001


TOLD = person(source=OTHER, recorded=NOW)


@pytest.mark.parametrize(
    ("held", "told", "changed"),
    [
        (person(recorded=BEFORE), TOLD, {}),
        (person(recorded=BEFORE, mobile="1"), TOLD, {}),
        (person(recorded=BEFORE), replace(TOLD, mobile="1"), {"mobile": "1"}),
        (person(recorded=BEFORE, sex="9"), TOLD, {"sex": "1"}),
        (person(recorded=BEFORE, birth=None), TOLD, {"birth": date(1980, 1, 1)}),
        (
            person(recorded=BEFORE, extra={"a": "1"}),
            replace(TOLD, extra={"b": "2"}),
            {"extra": {"a": "1", "b": "2"}},
        ),
        (person(recorded=NOW + timedelta(days=1)), replace(TOLD, mobile="1"), {}),
        (person(recorded=BEFORE, name="张·三"), replace(TOLD, name="张三"), {}),
    ],
)
def test_facts(held: Person, told: Person, changed: dict[str, object]) -> None:
    after = rules.facts(held, told, NOW)
    # a table of mixed fields
    assert after == (replace(held, **changed, source=OTHER) if changed else held)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "told", [replace(TOLD, name="李四"), replace(TOLD, sex="2"), replace(TOLD, name="张三丰")]
)
def test_facts_of_somebody_else(told: Person) -> None:
    problem = rules.facts(person(recorded=BEFORE), told, NOW)
    assert isinstance(problem, Problem)
    assert problem.code == "PERSON_MISMATCH"
    assert "张三" not in str(problem)


DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))
CHANGES = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), DAYS, st.none() | DAYS, st.integers(1, 500)), max_size=12
)


@given(CHANGES, DAYS, st.integers(0, 2500))
def test_reading_as_known_equals_a_replay(
    changes: list[tuple[str, date, date | None, int]], day: date, known: int
) -> None:
    """J9, J11: what is read for (day, instant) is what somebody would have said who kept only the
    present and stopped at that instant."""
    versions: list[Identity] = []
    present: dict[str, Identity] = {}
    told: dict[str, Identity] = {}
    clock = 0
    for category, start, end, wait in changes:
        clock += wait
        now = NOW + timedelta(seconds=clock)
        before = present.get(category)
        after = rules.version(before, identity(category, start, end), now)
        assert isinstance(after, Identity)
        if before is not None:
            versions[versions.index(before)] = replace(before, superseded=after.recorded)
        versions.append(after)
        present[category] = after
        if clock <= known:
            told = dict(present)
    read = rules.as_known(versions, day, NOW + timedelta(seconds=known))
    naive = sorted(
        (
            i
            for i in told.values()
            if i.start <= day
            and (i.end is None or (day.year, day.month) <= (i.end.year, i.end.month))
        ),
        key=_order,
    )
    assert [replace(i, superseded=None) for i in read] == naive


def _order(standing: Identity) -> tuple[date, str]:
    return standing.start, standing.category


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=8), st.tuples(DAYS, st.none() | DAYS))
def test_placing_never_leaves_two_standings_on_one_day(
    spans: list[tuple[date, date | None]], told: tuple[date, date | None]
) -> None:
    """Whatever is reported in whatever order: the spells of one category in one region never
    overlap."""
    held: list[Identity] = []
    for number, (start, end) in enumerate([*spans, told]):
        report = identity(
            start=start,
            end=end if end is None or end >= start else start,
            source=Source("B", number),
        )
        place = rules.placed(held, report, NOW)
        if isinstance(place, Problem) or place.kept:
            continue
        held = [standing for standing in held if standing is not place.before] + [report]
        for one in held:
            for other in held:
                assert (
                    one is other
                    or rules.span(one)[1] < rules.span(other)[0]
                    or rules.span(other)[1] < rules.span(one)[0]
                )
