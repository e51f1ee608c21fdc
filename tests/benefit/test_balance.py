"""What each source of money holds while a claim walks through its layers, and what a payment leaves
of it."""

from __future__ import annotations

import pytest

from medaid.benefit.balance import ClaimBalance
from medaid.benefit.model import Bill, Claim, Facts
from medaid.money import Fen

BILL = Bill(
    Fen(100_00),
    Fen(70_00),
    own_expense=Fen(20_00),
    over_limit=Fen(7_00),
    initial_self_pay=Fen(3_00),
)
CLAIM = Claim(
    BILL,
    Facts(care="inpatient", insutype="390"),
    stated_amounts={"hifp_pay": 11},
    components={"bed": 13},
    totals={"own_all": 1_000, "total": 2_000},
)


def balance(reserved: int = 0, *, year_end: bool = False) -> ClaimBalance:
    return ClaimBalance(CLAIM, reserved, year_end=year_end)


@pytest.mark.parametrize(
    ("source", "untouched", "after"),
    [
        ("total", 100_00, 100_00),
        ("in_policy", 70_00, 70_00),
        ("out_of_policy", 30_00, 30_00),
        ("in_policy_left", 70_00, 20_00),
        ("all_left", 99_00, 49_00),
        ("own_left", 99_00, 49_00),
        ("out_of_policy_left", 30_00, 30_00),
        ("own_expense", 20_00, 20_00),
        ("over_limit", 7_00, 7_00),
        ("prior_share", 3_00, 3_00),
        ("given:hifp_pay", 11, 11),
        ("component:bed", 13, 13),
        ("overflow:basic", 0, 0),
        ("year:own_in_policy", 70_00, 20_00),
        ("year:own_all", 10_00 + 99_00, 10_00 + 49_00),
        ("year:in_policy", 70_00, 70_00),
        ("year:total", 20_00 + 100_00, 20_00 + 100_00),
    ],
)
def test_each_source_holds_what_it_is_called(source: str, untouched: int, after: int) -> None:
    """Before anything is paid, and after 50.00 were, in policy first; 1.00 is kept for what others
    paid."""
    walk = balance(1_00)
    assert walk.source(source) == untouched
    walk.take(50_00, in_policy_first=True)
    assert walk.source(source) == after


@pytest.mark.parametrize(("name", "held"), [("own_all", 1_000), ("in_policy", 0), ("total", 2_000)])
def test_at_the_years_end_the_totals_are_all_there_is(name: str, held: int) -> None:
    assert balance(year_end=True).source(f"year:{name}") == held


@pytest.mark.parametrize(
    ("amount", "in_policy_first", "left"),
    [
        (30_00, False, (70_00, 70_00)),
        (30_01, False, (69_99, 69_99)),
        (70_00, True, (30_00, 0)),
        (80_00, True, (20_00, 0)),
        (0, True, (100_00, 70_00)),
    ],
)
def test_what_is_paid_is_drawn_from_one_part_first(
    amount: int, in_policy_first: bool, left: tuple[int, int]
) -> None:
    walk = balance()
    walk.take(amount, in_policy_first)
    assert (walk.all_left, walk.in_left) == left


def test_no_more_is_kept_for_others_than_the_bill() -> None:
    assert balance(100_01).reserved == 100_00
    assert balance(99_99).reserved == 99_99


def test_totals_grow_and_what_is_nothing_leaves_no_name() -> None:
    walk = balance()
    for name, amount in (("own_all", 5), ("paid:a", 7), ("paid:b", 0)):
        walk.add(name, amount)
    assert walk.totals == {"own_all": 1_005, "total": 2_000, "paid:a": 7}
    assert walk.sum_of(("own_all", "paid:a", "paid:c")) == 1_012
    assert walk.sum_of(()) == 0
