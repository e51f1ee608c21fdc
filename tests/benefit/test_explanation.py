"""Every sentence of an explanation follows from the numbers of its step: a reader program works the
amount out from the sentence alone (design section 4; requirements section 3)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.benefit.reader import read
from tests.benefit.test_properties import answer, claims, each, each_shape

from medaid.benefit.model import Reckoning, Step
from medaid.benefit.record import steps_from_data, steps_to_data
from medaid.benefit.sentence import sentence, sentences
from medaid.policy.model import Citation, Policy

SCALE = 10**12
CITES = (Citation("甲", "第一条", "S"),)
some = settings(max_examples=25, deadline=None)


def held(policy: Policy, data: st.DataObject) -> None:
    """Two claims of one year, so that lines, caps and bands are part used."""
    totals: dict[str, int] = {}
    for _ in range(2):
        priced = answer(policy, data.draw(claims(policy, totals)))
        if priced is None:
            return
        for step, text in zip(priced.steps, sentences(priced.steps), strict=True):
            found = read(text)
            assert found.paid == step.paid, text
            if not (step.why and not step.base and not step.paid and not step.overflow):
                assert (found.base, found.deductible) == (step.base, step.deductible), text
                assert found.uncapped == step.uncapped, text
        assert steps_from_data(steps_to_data(priced)) == priced.steps
        totals = dict(priced.totals)


@each
@some
@given(data=st.data())
def test_a_reader_reaches_the_amount_from_the_sentence_alone(
    policy: Policy, data: st.DataObject
) -> None:
    """Right money, 26."""
    held(policy, data)


@each_shape
@some
@given(data=st.data())
def test_a_reader_reaches_the_amount_of_every_rule_shape(
    policy: Policy, data: st.DataObject
) -> None:
    """Right money, 26."""
    held(policy, data)


def step(base: int, deductible: int, ratio: int, paid: int, reckoning: Reckoning) -> Step:
    excess = base - deductible
    pieces = ((excess, ratio * SCALE // 100),) if excess else ()
    uncapped = excess * ratio // 100
    return Step(
        "a", "某层", "basic", "hifp_pay", "in_policy_left", base, deductible, pieces, uncapped,
        None, paid, CITES, reckoning=reckoning,
    )  # fmt: skip


def test_a_base_of_several_parts_names_each() -> None:
    """Right money, 26. 35,000.00 of 20,000.00 was told, and 70,000.00 of 170,000.00: only the
    source had a name."""
    parts = (("in_policy_left", 1_500_000, SCALE), ("prior_share", 1_000_000, SCALE // 2))
    text = sentence(step(2_000_000, 0, 50, 1_000_000, Reckoning(parts=parts)))
    assert "个人负担的费用 15000.00 元,加上先行自付费用 10000.00 元的 50%,合计 20000.00 元" in text
    parts = (("in_policy_left", 1_500_000, SCALE), ("given:loss", 500_000, -SCALE))
    text = sentence(step(1_000_000, 0, 50, 500_000, Reckoning(parts=parts)))
    assert "减去由经办机构提供的金额(loss) 5000.00 元,合计 10000.00 元" in text


def test_the_line_is_told_where_the_cost_stays_below_it() -> None:
    """Right money, 26. 扣除起付线 15210.00 元 was told of a line of 16,901.00."""
    text = sentence(step(1_521_000, 1_521_000, 60, 0, Reckoning(line=1_690_100)))
    assert "起付线 16901.00 元,未超过起付线" in text
    used = Reckoning(line=1_690_100, per="year", used=1_000_000, year_used=1_000_000)
    text = sentence(step(1_521_000, 690_100, 60, 498_540, used))
    assert "年度起付线 16901.00 元,本年度已扣除 10000.00 元,扣除起付线 6901.00 元" in text


def test_what_changed_a_ratio_is_told() -> None:
    """Right money, 26."""
    change = Reckoning(
        ratios=((0, 8 * SCALE // 10),),
        adjustments=(("points", -SCALE // 10), ("times", 9 * SCALE // 10), ("floor", SCALE // 2)),
    )
    text = sentence(step(10_000, 0, 63, 6_300, change))
    assert "100.00 元按 63%(80%、降低 10 个百分点、乘以 90%、不低于 50%)" in text
    assert read(text).paid == 6_300


@pytest.mark.parametrize(
    ("told", "other"),
    [
        ("支付 63.00 元", "支付 63.01 元"),
        ("100.00 元按", "100.01 元按"),
        ("降低 10 个", "降低 11 个"),
        ("乘以 90%", "乘以 91%"),
        ("费用 100.00 元", "费用 99.99 元"),
    ],
)
def test_the_reader_notices_a_number_that_does_not_follow(told: str, other: str) -> None:
    """Right money, 26."""
    change = Reckoning(
        ratios=((0, 8 * SCALE // 10),),
        adjustments=(("points", -SCALE // 10), ("times", 9 * SCALE // 10)),
    )
    text = sentence(step(10_000, 0, 63, 6_300, change))
    assert told in text
    with pytest.raises(AssertionError):
        read(text.replace(told, other))
