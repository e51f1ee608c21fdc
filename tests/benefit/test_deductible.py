"""act_pay_dedc: the deductible this settlement really bore (J19). The interface calls it part of
the in-scope cost, never above it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts, Step
from medaid.benefit.parts import deductible_borne
from medaid.money import Fen
from medaid.policy.service import library

NANJING = library().policy_for("320100", "", date(2024, 6, 1))
OUTPATIENT = Facts(
    care="outpatient", insutype="390", level="community", place="city", filing="none",
    person_group="adult", disease="other", sex="1", first_contact="yes", age=40, stay_no=0,
    years_enrolled=3, cause="illness",
)  # fmt: skip


def basic(base: int, deductible: int, paid: int, tier: str = "basic") -> Step:
    return Step("x", "x", tier, "hifp_pay", "in_policy", base, deductible, (), paid, None, paid, ())


STEPS = [
    ("one layer", 1000, [basic(1000, 300, 500)], 300),
    ("the line is above the cost", 260, [basic(260, 260, 0)], 260),
    ("what one left enters the next: once", 260, [basic(260, 200, 42), basic(218, 218, 0)], 218),
    ("the next layer pays part of it", 260, [basic(260, 260, 0), basic(260, 100, 80)], 100),
    ("another part of the cost: both", 1000, [basic(600, 100, 400), basic(400, 50, 300)], 150),
    ("nobody's deductible", 1000, [basic(1000, 0, 700)], 0),
    ("of another tier", 1000, [basic(1000, 300, 0, "critical")], 0),
]


@pytest.mark.parametrize(
    ("cost", "steps", "borne"), [s[1:] for s in STEPS], ids=[s[0] for s in STEPS]
)
def test_each_fen_below_a_line_counts_once(cost: int, steps: list[Step], borne: int) -> None:
    """Right money, 7."""
    assert deductible_borne(steps, Bill(Fen(cost), Fen(cost))) == borne


@given(st.integers(0, 3_000_000))
def test_it_is_in_scope_cost_that_the_basic_fund_left(fen: int) -> None:
    """Nanjing's outpatient care passes two basic layers, each with a line of its own."""
    bill = Bill(Fen(fen), Fen(fen))
    steps = price(NANJING, Claim(bill, OUTPATIENT, (), {"payments_by_others": 0})).steps
    borne = deductible_borne(steps, bill)
    assert 0 <= borne <= fen - sum(step.paid for step in steps if step.tier == "basic")
    assert borne <= max((s.deductible for s in steps if s.tier == "basic"), default=0)


def test_a_bill_of_260_in_nanjing_bears_no_more_than_260() -> None:
    """Right money, 7. Two layers took 442.00 together out of 260.00."""
    bill = Bill(Fen(26000), Fen(26000))
    steps = price(NANJING, Claim(bill, OUTPATIENT, (), {"payments_by_others": 0})).steps
    assert sum(step.deductible for step in steps if step.tier == "basic") > 26000
    assert deductible_borne(steps, bill) <= 26000
