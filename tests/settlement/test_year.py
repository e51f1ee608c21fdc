"""The year's totals follow from what stands, in whatever order acts come and go: settlements,
reversals, manual cases on top of them, recoveries of those cases (J22, J27, J32)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Tables
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
)

from medaid.aws.transaction import commit
from medaid.people import service as people
from medaid.people.model import YearTotals

CHANGE = {"paid:secondary": 700_00, "own_all": -700_00}


@pytest.fixture
def hospital(tables: Tables) -> Hospital:
    contracted()
    known_person("P1", living_allowance())
    return Hospital()


def year() -> YearTotals:
    return people.load("P1", 2020).totals(2021)


def case_paid(case_id: str) -> str:
    """A manual case on top of the year; answers what it rests on."""
    before = year()
    commit(people.totals_changed("P1", before, before.with_act(case_id, CHANGE)))
    return before.last


def case_recovered(case_id: str, below: str, *, whole: bool) -> None:
    before = year()
    change = CHANGE if whole else {"paid:secondary": 200_00, "own_all": -200_00}
    after = before.with_recovery(case_id, change, below, whole=whole)
    commit(people.totals_changed("P1", before, after))


def settle(hospital: Hospital, day: int) -> dict[str, str]:
    begin, end = f"2021-06-{day:02d} 09:00:00", f"2021-06-{day + 1:02d} 09:00:00"
    mdtrt_id = hospital.stay("P1", begin, end)
    amounts = bill("20000.00", "18000.00")
    info = passed(hospital.call("2304", stay_input("P1", mdtrt_id, amounts)))["setlinfo"]
    return {"mdtrt_id": mdtrt_id, "setl_id": info["setl_id"], "psn_no": "P1"}


def test_a_reversal_keeps_the_recovery_that_came_between(hospital: Hospital) -> None:
    """Right money, 33. Paid case, later settlement, recovery in part, settlement reversed: the
    recovery stays."""
    below = case_paid("CASE")
    later = settle(hospital, 10)
    case_recovered("CASE", below, whole=False)
    passed(hospital.call("2305", later))
    assert year().amounts == {"paid:secondary": 500_00, "own_all": -500_00}
    assert year().last == "CASE"


def test_a_settlement_under_a_case_is_reversed_after_the_case_is_recovered_in_full(
    hospital: Hospital,
) -> None:
    """Right money, 33."""
    first = settle(hospital, 10)
    below = case_paid("CASE")
    assert refused(hospital.call("2305", first), "REVERSE_LATER_FIRST")["id"] == "CASE"
    case_recovered("CASE", below, whole=True)
    passed(hospital.call("2305", first))
    assert (year().amounts, year().last) == ({}, "")


def test_a_case_recovered_under_a_later_settlement_stands_in_nobodys_way(
    hospital: Hospital,
) -> None:
    first = settle(hospital, 10)
    below = case_paid("CASE")
    later = settle(hospital, 20)
    case_recovered("CASE", below, whole=True)
    refused(hospital.call("2305", first), "REVERSE_LATER_FIRST")
    passed(hospital.call("2305", later))
    assert year().last == first["setl_id"]
    passed(hospital.call("2305", first))
    assert (year().amounts, year().last, year().voided) == ({}, "", {})


ACTS = st.lists(st.tuples(st.sampled_from(["act", "reverse", "part", "whole"]), st.integers(0, 9)))


@given(ACTS)
def test_totals_are_the_sum_of_what_stands(acts: list[tuple[str, int]]) -> None:
    """Right money, 33. Against a list of acts that is simply kept."""
    totals, standing = YearTotals(2021), list[dict[str, Any]]()
    for number, (kind, pick) in enumerate(acts):
        change = {"paid:a": pick * 100, f"ded:{pick % 3}": 7}
        if kind == "act":
            below = totals.last
            totals = totals.with_act(f"A{number}", change)
            standing.append({"id": f"A{number}", "change": Counter(change), "below": below})
        elif standing and kind == "reverse":
            top = standing.pop()
            totals = totals.without_act(top["id"], top["change"], top["below"])
        elif standing and kind == "part":
            one = standing[pick % len(standing)]
            part = {"paid:a": one["change"]["paid:a"] // 2}
            one["change"].subtract(part)
            totals = totals.with_recovery(one["id"], part, one["below"], whole=False)
        elif standing and kind == "whole":
            one = standing.pop(pick % len(standing))
            totals = totals.with_recovery(one["id"], one["change"], one["below"], whole=True)
        sums: Counter[str] = Counter()
        for one in standing:
            sums.update(one["change"])
        assert totals.amounts == {name: amount for name, amount in sums.items() if amount}
        assert totals.last == (standing[-1]["id"] if standing else "")


def test_only_the_act_on_top_is_reversed() -> None:
    totals = YearTotals(2021).with_act("A", {"x": 1}).with_act("B", {"x": 2})
    with pytest.raises(AssertionError):
        totals.without_act("A", {"x": 1}, "")
    assert totals.without_act("B", {"x": 2}, "A").amounts == {"x": 1}
