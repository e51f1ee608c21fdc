"""What a layer may pay at most: what is left of the bill and what is left of its own kind of cost,
both at once."""

from __future__ import annotations

import pytest

from medaid.benefit.balance import ClaimBalance
from medaid.benefit.model import Bill, Claim, Facts
from medaid.benefit.steps import payable
from medaid.money import Fen

CASES = [
    ("nothing in the way", "in_policy", 0, 0, 60, 60),
    ("others already paid 60: 140 left of 200, 100 of it in policy", "in_policy", 60, 0, 120, 100),
    ("in-policy cost is used up before the bill is", "in_policy", 60, 90, 60, 10),
    ("the bill is used up before the in-policy cost is", "in_policy", 190, 0, 60, 10),
    ("a base of all that is left has no kind of its own", "all_left", 60, 90, 60, 50),
    ("out-of-policy cost alone", "out_of_policy", 0, 0, 150, 100),
]


@pytest.mark.parametrize(
    ("source", "reserved", "paid", "due", "most"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_neither_the_bill_nor_its_kind_of_cost_is_overpaid(
    source: str, reserved: int, paid: int, due: int, most: int
) -> None:
    """100 in policy and 100 outside; `paid` is what an earlier in-policy layer took."""
    claim = Claim(Bill(Fen(200), Fen(100), Fen(100)), Facts())
    balance = ClaimBalance(claim, reserved)
    balance.take(paid, True)
    assert payable(source, due, balance)[0] == most
