"""Exact sets of vouchers that cover a bank line: found, told to be all or not, never by rounding
(J31)."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.fund.covering import LARGEST_SET, MOST_SETS, exact_sets

amounts = st.lists(st.integers(-30, 60), max_size=9)


@given(st.integers(-40, 120), amounts)
def test_every_set_sums_exactly_and_none_is_missed(target: int, found: list[int]) -> None:
    made = exact_sets(target, found)
    for one in made.sets:
        assert sum(found[index] for index in one) == target
        assert len(set(one)) == len(one) > 0
    by_hand = {
        tuple(sorted(found[index] for index in one))
        for size in range(1, len(found) + 1)
        for one in combinations(range(len(found)), size)
        if sum(found[index] for index in one) == target
    }
    mine = [tuple(sorted(found[index] for index in one)) for one in made.sets]
    assert len(set(mine)) == len(mine)
    assert set(mine) <= by_hand
    if made.whole:
        assert set(mine) == by_hand
    else:
        assert len(mine) == MOST_SETS
    assert [len(one) for one in mine] == sorted(len(one) for one in mine)


@given(st.integers(-40, 120), amounts, st.permutations(range(9)))
def test_the_order_of_vouchers_changes_no_amount(
    target: int, found: list[int], order: list[int]
) -> None:
    shuffled = [found[index] for index in order if index < len(found)]
    one, other = exact_sets(target, found), exact_sets(target, shuffled)
    assert one.whole == other.whole
    assert [sorted(found[index] for index in each) for each in one.sets] == [
        sorted(shuffled[index] for index in each) for each in other.sets
    ]


def test_smaller_sets_come_first() -> None:
    assert exact_sets(10, [1, 2, 3, 4, 10, 6]).sets[:2] == ((4,), (3, 5))


@pytest.mark.parametrize(("target", "found"), [(5, []), (5, [6, 7]), (0, [1, 2]), (-1, [1])])
def test_nothing_covers_it(target: int, found: list[int]) -> None:
    made = exact_sets(target, found)
    assert (made.sets, made.whole) == ((), True)


def test_it_says_when_it_gave_up() -> None:
    """Odd target, even amounts: nothing to find, and far too much to look at."""
    found = [2 * (1000 + number * number) for number in range(60)]
    made = exact_sets(40001, found, steps=20_000)
    assert made.sets == ()
    assert not made.whole


def test_larger_sets_than_a_person_looks_at_are_not_sought_and_that_is_told() -> None:
    made = exact_sets(LARGEST_SET + 1, [1] * (LARGEST_SET + 1))
    assert made.sets == ()
    assert not made.whole
