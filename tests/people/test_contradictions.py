"""Rows of one file that speak of the same person: what is said twice, what contradicts, what may
stand side by side; never by their order."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.samples import identity, insurance, person

from medaid.people import rules
from medaid.people.catalogue import catalogue
from medaid.people.contradictions import Contradictions
from medaid.people.roster import RosterRow


def entry(
    row: int, start: date = date(2024, 1, 1), end: date | None = None, **other: str
) -> RosterRow:
    return RosterRow(row, person(), identity(start=start, end=end, **other))


def told(rows: Iterable[RosterRow]) -> Contradictions:
    found = Contradictions(catalogue().categories)
    for row in rows:
        found.note(row)
    return found


def codes(rows: Sequence[RosterRow]) -> dict[int, list[str]]:
    found = told(rows)
    return {
        row.number: [problem.code for problem in found.problems(row.number)]
        for row in rows
        if found.problems(row.number)
    }


@pytest.mark.parametrize(
    ("entries", "problems"),
    [
        ([entry(1), entry(2, category="veteran_benefit"), entry(3, admdvs="440904")], {}),
        ([entry(1, end=date(2024, 6, 1)), entry(2, start=date(2024, 6, 2))], {}),
        ([entry(1), RosterRow(2, person(certno="x"), identity())], {}),
        ([entry(1), RosterRow(2, person(), insurance())], {}),
        ([entry(1), entry(2)], {2: ["DUPLICATE"]}),
        ([entry(1), entry(2), entry(3)], {2: ["DUPLICATE"], 3: ["DUPLICATE"]}),
        ([entry(1), entry(2, end=date(2025, 1, 1))], {1: ["OVERLAP"], 2: ["OVERLAP"]}),
        ([entry(1), entry(2, department="health")], {1: ["OVERLAP"], 2: ["OVERLAP"]}),
        (
            [entry(1, end=date(2024, 6, 1)), entry(2, start=date(2024, 6, 1))],
            {1: ["OVERLAP"], 2: ["OVERLAP"]},
        ),
        (
            [entry(1, end=date(2024, 6, 1)), entry(2, start=date(2025, 1, 1)), entry(3)],
            {1: ["OVERLAP"], 2: ["OVERLAP"], 3: ["OVERLAP"]},
        ),
        (
            [entry(1), RosterRow(2, person(name="李四"), identity(category="veteran_benefit"))],
            {1: ["PERSON_MISMATCH"], 2: ["PERSON_MISMATCH"]},
        ),
        (
            [entry(1), RosterRow(2, person(sex="2"), insurance())],
            {1: ["PERSON_MISMATCH"], 2: ["PERSON_MISMATCH"]},
        ),
        (
            [entry(1), RosterRow(2, person(birth=date(1981, 1, 1)), insurance())],
            {1: ["PERSON_MISMATCH"], 2: ["PERSON_MISMATCH"]},
        ),
        ([entry(1), RosterRow(2, person(birth=None, sex="0"), insurance())], {}),
        ([entry(1), RosterRow(2, person(name="张·三"), insurance())], {}),
        (
            [entry(1, category="orphan"), entry(2, category="destitute_support")],
            {1: ["EXCLUDES"], 2: ["EXCLUDES"]},
        ),
        (
            [
                entry(1, category="orphan", end=date(2024, 5, 31)),
                entry(2, date(2024, 6, 1), category="destitute_support"),
            ],
            {},
        ),
        ([entry(1), entry(2, category="low_income_edge")], {1: ["EXCLUDES"], 2: ["EXCLUDES"]}),
    ],
)
def test_what_is_said_twice_and_what_contradicts(
    entries: list[RosterRow], problems: dict[int, list[str]]
) -> None:
    """Issue: the register people can use, 2. J9. In whatever order the rows come, the same come
    back; of equal ones all but the first."""
    for order in itertools.permutations(entries):
        assert codes(order) == problems


def test_each_names_the_others() -> None:
    rows = [entry(7), *(RosterRow(n, person(name="李四"), insurance()) for n in range(11, 18))]
    found = told(rows)
    (problem,) = found.problems(7)
    assert problem.sentence.startswith("与第 11、12、13、14、15等 7 行为同一证件号码而姓名")
    problems = {one.code: one.sentence for one in found.problems(12)}
    assert problems["DUPLICATE"] == "与第 11 行重复"
    assert problems["PERSON_MISMATCH"].startswith("与第 7 行为同一证件号码")


def test_where_both_may_stand_both_do_and_the_sender_is_told() -> None:
    one, other = entry(3), entry(5, category="veteran_benefit")
    found = told([one, other])
    assert found.problems(3) == found.problems(5) == ()
    assert found.notices(one) == (
        "同一人另有“享受国家抚恤补助的优抚对象”(第 5 行),一并登记,请核对",
    )
    assert found.notices(other) == ("同一人另有“最低生活保障对象”(第 3 行),一并登记,请核对",)


def test_facts_that_rows_state_differently_are_not_taken_from_any() -> None:
    """A phone that one row states and another leaves empty is no contradiction."""
    rows = [
        RosterRow(n, person(mobile=mobile, home_address=home), identity(category=category))
        for n, (mobile, home, category) in enumerate(
            [("1", "甲村", "orphan"), ("2", "", "veteran_benefit"), ("", "甲村", "monitored")], 1
        )
    ]
    for order in itertools.permutations(rows):
        found = told(order)
        agreed = found.agreed(rows[0]).person
        assert (agreed.mobile, agreed.home_address) == ("", "甲村")
        assert found.notices(rows[2])[-1] == "同一人各行的手机号码不一致,未采用"
    assert told(rows[1:2]).agreed(rows[1]) is rows[1]


def test_spells_of_one_line_are_recorded_by_their_days() -> None:
    spells = [entry(1, date(2025, 1, 1)), entry(2, date(2024, 1, 1), date(2024, 6, 1)), entry(9)]
    found = told(spells[:2])
    assert found.comes_later(1)
    assert found.comes_later(2)
    assert not told([entry(1), entry(2, category="orphan")]).comes_later(1)


def test_which_lines_a_file_speaks_of() -> None:
    found = told([entry(1)])
    certificate = entry(1).certificate
    assert (*certificate, "subsistence_allowance", "440902") in found
    assert (*certificate, "subsistence_allowance", "440904") not in found
    assert (*certificate, "orphan", "440902") not in found
    assert ("01", "x", "subsistence_allowance", "440902") not in found


DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))
CATEGORIES = st.sampled_from(["subsistence_allowance", "orphan", "destitute_support"])


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=6))
def test_what_passes_never_overlaps(spans: list[tuple[date, date | None]]) -> None:
    entries = [
        entry(row, start, end if end is None or end >= start else start)
        for row, (start, end) in enumerate(spans, 1)
    ]
    found = told(entries)
    passed = sorted(rules.span(one.entry) for one in entries if not found.problems(one.number))
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(passed))


@given(st.data(), st.lists(st.tuples(DAYS, CATEGORIES, st.sampled_from("张李")), max_size=7))
def test_never_by_their_order(data: Any, facts: list[tuple[date, str, str]]) -> None:
    rows = [
        RosterRow(n, person(name=name), identity(category, start))
        for n, (start, category, name) in enumerate(facts, 1)
    ]
    shuffled = data.draw(st.permutations(rows))
    ours, theirs = told(rows), told(shuffled)
    for row in rows:
        assert ours.problems(row.number) == theirs.problems(row.number)
        assert ours.notices(row) == theirs.notices(row)
        assert ours.comes_later(row.number) == theirs.comes_later(row.number)
