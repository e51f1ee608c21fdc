"""Whole fen, exact ratios, one rounding, one way to share. What is refused stands beside what is
taken."""

from __future__ import annotations

import contextlib
import json
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.errors import BadInput
from medaid.money import LARGEST, RATIO_SCALE, WHOLE, Fen, Ratio, half_up, split, take

FEN = st.integers(-LARGEST, LARGEST).map(Fen)
RATIOS = st.integers(0, 2 * RATIO_SCALE).map(Ratio)
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any)


# ---------------------------------------------------------------- what a Fen is made of


@pytest.mark.parametrize("value", [0, 1, -1, LARGEST, Fen(7)])
def test_fen_take_whole_numbers(value: int) -> None:
    assert Fen(value) == value
    assert type(Fen(value)) is Fen


@pytest.mark.parametrize(
    "value", [1.0, 0.0, True, False, Decimal(1), Fraction(1), "1", None, b"1", float("nan")]
)
def test_fen_refuse_everything_else(value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        Fen(value)


@given(FEN, FEN, st.integers(-1000, 1000))
def test_sums_differences_and_multiples_stay_fen(a: Fen, b: Fen, times: int) -> None:
    for result, exact in (
        (a + b, int(a) + int(b)),
        (a - b, int(a) - int(b)),
        (-a, -int(a)),
        (abs(a), abs(int(a))),
        (a * times, int(a) * times),
    ):
        assert (type(result), int(result)) == (Fen, exact)


@given(st.lists(FEN, max_size=8))
def test_a_sum_of_fen_is_fen_in_any_order(amounts: list[Fen]) -> None:
    total = sum(amounts, Fen(0))
    assert type(total) is Fen
    assert total == sum(reversed(amounts)) == sum(map(int, amounts))


@pytest.mark.parametrize(
    "other", [1, 0, True, 1.0, Decimal(1), Fraction(1), Ratio.of(1), "1", None]
)
@pytest.mark.parametrize("act", [operator.add, operator.sub])
def test_only_fen_are_added_to_fen(act: Callable[[Any, Any], Any], other: Any) -> None:
    with pytest.raises(TypeError):
        act(Fen(1), other)


@pytest.mark.parametrize("other", [1, -1, 10**20])
def test_fen_are_added_to_nothing_but_fen(other: Any) -> None:
    """`sum` begins with 0, so that alone may stand on the left."""
    assert 0 + Fen(1) == Fen(1)
    with pytest.raises(TypeError):
        other + Fen(1)


@pytest.mark.parametrize(
    "other", [1.5, Decimal("0.85"), Fraction(1, 2), Fen(2), Ratio.of("0.85"), True, "2", None]
)
def test_fen_are_multiplied_by_counts_only(other: Any) -> None:
    with pytest.raises(TypeError):
        Fen(100) * other


@pytest.mark.parametrize("other", [2, 2.0, Fen(2), Decimal(2)])
@pytest.mark.parametrize("act", [operator.truediv, operator.floordiv])
def test_fen_are_not_divided(act: Callable[[Any, Any], Any], other: Any) -> None:
    with pytest.raises(TypeError):
        act(Fen(4), other)


def test_fen_show_as_yuan_and_travel_as_whole_numbers() -> None:
    assert (str(Fen(-5)), f"{Fen(123456)}", f"{Fen(5):>6}", repr(Fen(7))) == (
        "-0.05",
        "1234.56",
        "  0.05",
        "Fen(7)",
    )
    assert json.dumps([Fen(5)]) == "[5]"
    with pytest.raises(ValueError, match="format"):
        format(Fen(5), "d")


# ---------------------------------------------------------------- yuan from outside


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("0.00", 0),
        ("-0", 0),
        ("0.01", 1),
        ("-0.01", -1),
        ("12.3", 1230),
        (" 12.30 ", 1230),
        ("+5", 500),
        (".5", 50),
        ("5.", 500),
        ("1.500", 150),
        ("1E+2", 10000),
        (7, 700),
        (-7, -700),
        (Decimal("8.90"), 890),
        (Decimal("1E+2"), 10000),
        ("99999999999999.99", LARGEST - 1),
        ("-99999999999999.99", 1 - LARGEST),
        (10**14 - 1, LARGEST - 100),
    ],
)
def test_yuan_are_read_exactly(text: Any, fen: int) -> None:
    got = Fen.of_yuan(text, "medfee_sumamt")
    assert (type(got), int(got)) == (Fen, fen)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (1.5, "AMOUNT_FORMAT"),
        (True, "AMOUNT_FORMAT"),
        (None, "AMOUNT_FORMAT"),
        ({}, "AMOUNT_FORMAT"),
        ([0, [1], 2], "AMOUNT_FORMAT"),
        ((0, (1,), 2), "AMOUNT_FORMAT"),
        (b"1", "AMOUNT_FORMAT"),
        (Fraction(1), "AMOUNT_FORMAT"),
        ("", "AMOUNT_FORMAT"),
        (" ", "AMOUNT_FORMAT"),
        ("abc", "AMOUNT_FORMAT"),
        ("1,000.00", "AMOUNT_FORMAT"),
        ("1_000", "AMOUNT_FORMAT"),
        ("1 0", "AMOUNT_FORMAT"),
        ("0x10", "AMOUNT_FORMAT"),
        ("¥5", "AMOUNT_FORMAT"),
        ("\uff11\uff12", "AMOUNT_FORMAT"),
        ("١", "AMOUNT_FORMAT"),
        ("1.2.3", "AMOUNT_FORMAT"),
        ("--1", "AMOUNT_FORMAT"),
        ("NaN", "AMOUNT_FORMAT"),
        ("sNaN", "AMOUNT_FORMAT"),
        ("Infinity", "AMOUNT_FORMAT"),
        ("-inf", "AMOUNT_FORMAT"),
        (Decimal("NaN"), "AMOUNT_FORMAT"),
        ("0.001", "AMOUNT_FORMAT"),
        ("-0.005", "AMOUNT_FORMAT"),
        ("1e-1000000", "AMOUNT_FORMAT"),
        (Decimal("1.005"), "AMOUNT_FORMAT"),
        ("1." + "0" * 34 + "1", "AMOUNT_FORMAT"),
        ("99999999999999.991", "AMOUNT_FORMAT"),
        ("100000000000000", "AMOUNT_TOO_LONG"),
        ("-100000000000000.00", "AMOUNT_TOO_LONG"),
        (10**14, "AMOUNT_TOO_LONG"),
        ("1e400", "AMOUNT_TOO_LONG"),
        ("1e1000000", "AMOUNT_TOO_LONG"),
        (Decimal("1e1000000"), "AMOUNT_TOO_LONG"),
    ],
)
def test_what_is_no_amount_is_refused_naming_the_field(text: Any, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        Fen.of_yuan(text, "medfee_sumamt")
    assert (refused.value.code, refused.value.field) == (code, "medfee_sumamt")
    assert refused.value.rule


@given(FEN.filter(lambda fen: abs(fen) < LARGEST))
def test_what_is_written_is_read_again(fen: Fen) -> None:
    assert Fen.of_yuan(fen.yuan()) == fen
    assert len(fen.yuan().lstrip("-").replace(".", "")) <= 16  # N16,2


@given(
    st.text(max_size=12)
    | st.decimals()
    | st.floats()
    | st.none()
    | st.lists(st.integers(), max_size=3)
)
def test_anything_else_is_refused_in_our_own_words(sent: Any) -> None:
    with contextlib.suppress(BadInput):
        assert type(Fen.of_yuan(sent, "f")) is Fen


# ---------------------------------------------------------------- ratios


@pytest.mark.parametrize(
    "text",
    ["0", "1", "0.85", "0.665", "0.0001", "0.000000000001", "-0.1", 2, Decimal("0.7"), "8.5e-1"],
)
def test_ratios_are_exact(text: Any) -> None:
    assert Ratio.of(text).fraction == Fraction(text)
    assert Ratio.of(text).decimal == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.0000000000001",
        "1." + "0" * 34 + "1",
        "1e-20",
        Decimal(1) / Decimal(3),
        "NaN",
        "Infinity",
        "abc",
        "",
    ],
)
def test_a_ratio_the_scale_cannot_hold_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="decimal"):
        Ratio.of(text)


@pytest.mark.parametrize("value", [0.85, True, 1.0])
def test_a_ratio_is_never_a_float(value: Any) -> None:
    with pytest.raises(TypeError):
        Ratio.of(value)


def test_ratios_read_as_percent() -> None:
    assert [
        Ratio.of(text).percent() for text in ("0.85", "0.665", "1", "0", "0.1", "0.0005", "-0.1")
    ] == ["85%", "66.5%", "100%", "0%", "10%", "0.05%", "-10%"]


# ---------------------------------------------------------------- the one rounding


@pytest.mark.parametrize(
    ("fen", "ratio", "taken"),
    [
        (1, "0.5", 1),
        (1, "0.4999", 0),
        (3, "0.5", 2),
        (-1, "0.5", -1),
        (-3, "0.5", -2),
        (-1, "0.4999", 0),
        (101, "0.85", 86),
        (-101, "0.85", -86),
        (10, "0.65", 7),
        (30, "0.65", 20),
        (50, "0.65", 33),
        (0, "0.85", 0),
        (7, "0", 0),
        (7, "1", 7),
        (LARGEST, "0.999999999999", LARGEST - 10**4),
    ],
)
def test_half_a_fen_goes_up_and_a_negative_mirrors_it(fen: int, ratio: str, taken: int) -> None:
    got = take(Fen(fen), Ratio.of(ratio))
    assert (type(got), int(got)) == (Fen, taken)


@given(FEN, RATIOS)
def test_taking_is_the_nearest_fen_half_up(amount: Fen, ratio: Ratio) -> None:
    exact = Fraction(int(amount)) * ratio.fraction
    taken = Fraction(int(take(amount, ratio)))
    assert abs(taken - exact) <= Fraction(1, 2)
    if abs(taken - exact) == Fraction(1, 2):
        assert abs(taken) > abs(exact)  # a tie goes up, or to the mirror of it


@given(FEN, RATIOS)
def test_a_reversal_takes_back_exactly_what_was_taken(amount: Fen, ratio: Ratio) -> None:
    assert take(-amount, ratio) == -take(amount, ratio)


@given(FEN)
def test_the_whole_is_the_whole(amount: Fen) -> None:
    assert take(amount, WHOLE) == amount
    assert take(amount, Ratio.of(0)) == Fen(0)


@given(st.integers(0, LARGEST), RATIOS, RATIOS)
def test_a_higher_ratio_never_takes_less(fen: int, one: Ratio, other: Ratio) -> None:
    low, high = sorted((one, other))
    assert take(Fen(fen), low) <= take(Fen(fen), high)


@given(st.integers(-(10**30), 10**30))
def test_rounding_works_on_parts_of_any_size(parts: int) -> None:
    assert abs(half_up(parts) * RATIO_SCALE - parts) * 2 <= RATIO_SCALE


# ---------------------------------------------------------------- sharing


@given(FEN, WEIGHTS)
def test_shares_sum_to_the_whole(amount: Fen, weights: list[int]) -> None:
    shares = split(amount, weights)
    assert all(type(share) is Fen for share in shares)
    assert (len(shares), sum(shares)) == (len(weights), amount)


@given(FEN, WEIGHTS)
def test_no_share_is_a_fen_or_more_from_exact(amount: Fen, weights: list[int]) -> None:
    whole = sum(weights)
    for share, weight in zip(split(amount, weights), weights, strict=True):
        assert abs(Fraction(int(share)) - Fraction(int(amount) * weight, whole)) < 1


@given(FEN, WEIGHTS)
def test_a_negative_amount_is_shared_as_the_mirror(amount: Fen, weights: list[int]) -> None:
    assert split(-amount, weights) == [-share for share in split(amount, weights)]


@given(FEN, WEIGHTS)
def test_who_weighs_nothing_gets_nothing_and_more_weight_never_less(
    amount: Fen, weights: list[int]
) -> None:
    shares = split(abs(amount), weights)
    assert all(share == 0 for weight, share in zip(weights, shares, strict=True) if weight == 0)
    by_weight = sorted(zip(weights, shares, strict=True))
    assert [share for _, share in by_weight] == sorted(shares)


def test_ties_go_to_the_earlier_share() -> None:
    assert split(Fen(100), [1, 1, 1]) == [34, 33, 33]
    assert split(Fen(101), [1, 1, 1]) == [34, 34, 33]
    assert split(Fen(1), [1, 3, 3]) == [0, 1, 0]
    assert split(Fen(-100), [1, 1, 1]) == [-34, -33, -33]
    assert split(Fen(5), [7]) == [5]
    assert split(Fen(0), [1, 2]) == [0, 0]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(Fen(1), weights)
