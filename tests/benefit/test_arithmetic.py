"""Bounds of slabs, caps that several layers share, and modifiers on a deductible of nothing."""

from __future__ import annotations

from datetime import date

import pytest

from medaid.benefit.arithmetic import cap_left, pieces_of
from medaid.benefit.balance import ClaimBalance
from medaid.benefit.model import Bill, Claim, Facts
from medaid.benefit.modify import changed_amount
from medaid.benefit.plan import PlannedLayer, PlannedLimit
from medaid.errors import PolicyUndetermined
from medaid.money import RATIO_SCALE, Fen
from medaid.policy.model import Band, ClauseAmount, Modifier
from medaid.policy.service import library

LAYER = library().policy_for("320100", "", date(2024, 6, 1)).layers[0]
FACTS = Facts(
    care="inpatient", insutype="390", level="third", place="city", filing="none",
    person_group="adult", disease="other", sex="1", first_contact="yes", age=40, stay_no=1,
    years_enrolled=3, cause="illness",
)  # fmt: skip
LOW, HIGH = RATIO_SCALE // 2, RATIO_SCALE * 6 // 10


def slab(*, upper_inclusive: bool, first: int = 0) -> PlannedLayer:
    bands = (Band(first, 1000, LOW), Band(1000, None, HIGH))
    return PlannedLayer(
        LAYER, (), bands=bands, measure="visit", slab=True, upper_inclusive=upper_inclusive
    )


SLABS = [
    ("the upper bound belongs to its band", True, 0, 1000, LOW),
    ("the upper bound begins the next band", False, 0, 1000, HIGH),
    ("one fen below", False, 0, 999, LOW),
    ("one fen above", True, 0, 1001, HIGH),
    ("a lower bound that belongs to the band", False, 500, 500, LOW),
]


@pytest.mark.parametrize(
    ("upper_inclusive", "first", "amount", "ratio"),
    [row[1:] for row in SLABS],
    ids=[row[0] for row in SLABS],
)
def test_an_amount_on_a_bound_falls_into_one_slab(
    upper_inclusive: bool, first: int, amount: int, ratio: int
) -> None:
    planned = slab(upper_inclusive=upper_inclusive, first=first)
    assert pieces_of(planned, amount, 0, 0)[0] == ((amount, ratio),)


@pytest.mark.parametrize(("upper_inclusive", "amount"), [(True, 500), (True, 499), (False, 499)])
def test_an_amount_below_all_slabs_is_refused(*, upper_inclusive: bool, amount: int) -> None:
    with pytest.raises(PolicyUndetermined) as refused:
        pieces_of(slab(upper_inclusive=upper_inclusive, first=500), amount, 0, 0)
    assert refused.value.code == "CLAUSE_GAP"


def balance_after(**paid: int) -> ClaimBalance:
    bill = Bill(total=Fen(10_000), in_policy=Fen(10_000))
    balance = ClaimBalance(Claim(bill, FACTS), 0)
    balance.paid.update(paid)
    return balance


CAPS = [
    ("nothing paid yet", ("a", "b"), {}, 1000),
    ("only another layer paid", ("a", "b"), {"c": 400}, 1000),
    ("one of them paid", ("a", "b"), {"a": 400}, 600),
    ("both paid", ("a", "b"), {"a": 400, "b": 100}, 500),
    ("more than the cap paid", ("a", "b"), {"a": 900, "b": 200}, 0),
    ("a cap of one layer alone", ("a",), {"a": 400}, 1000),
]


@pytest.mark.parametrize(
    ("layers", "paid", "left"), [row[1:] for row in CAPS], ids=[row[0] for row in CAPS]
)
def test_a_cap_over_several_layers_counts_what_each_paid(
    layers: tuple[str, ...], paid: dict[str, int], left: int
) -> None:
    limit = PlannedLimit(ClauseAmount(fen=1000), "visit", (), layers)
    assert cap_left((limit,), balance_after(**paid)) == left


@pytest.mark.parametrize(
    ("fen", "times", "changed"), [(0, LOW, 0), (0, None, 0), (1, LOW, 1), (1000, LOW, 500)]
)
def test_a_factor_on_a_deductible_of_nothing_leaves_nothing(
    fen: int, times: int | None, changed: int
) -> None:
    modifier = Modifier(LAYER.rates[0].row, "deductible", times=times)
    assert changed_amount(ClauseAmount(fen=fen), "deductible", [modifier], FACTS).fen == changed
