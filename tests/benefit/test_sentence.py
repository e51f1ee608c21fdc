"""Explanations: every step as a sentence (design section 4), and the strict way to data and
back."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts, Priced, Step
from medaid.benefit.record import steps_from_data, steps_to_data
from medaid.benefit.sentence import basis, sentence, source_name, waterfall
from medaid.errors import BadInput
from medaid.money import Fen
from medaid.policy.model import Citation
from medaid.policy.service import library

INPATIENT = Facts(
    care="inpatient",
    insutype="390",
    level="3",
    place="city",
    filing="none",
    person_group="adult",
    age=50,
    stay_no=1,
    years_enrolled=1,
)


def yuan(text: str) -> Fen:
    return Fen.of_yuan(text)


def maoming(total: str, in_policy: str, *categories: str, **given: int) -> Priced:
    policy = library().policy_for("440900", "440900", date(2019, 6, 1))
    bill = Bill(yuan(total), yuan(in_policy), yuan(total) - yuan(in_policy))
    return price(policy, Claim(bill, INPATIENT, categories, stated_amounts=given))


def test_a_step_reads_as_a_sentence() -> None:
    """Each amount can be explained: what it took, what it paid, the document and article
    (requirements section 3)."""
    priced = maoming("30000", "28000", "subsistence_allowance")
    assert sentence(priced.steps[0]) == (
        "居民基本医保住院:政策范围内费用 28000.00 元,扣除起付线 700.00 "
        "元,27300.00 元按 55%,基本医疗保险统筹基金支付 15015.00 元。"
        "依据:茂名市人社局2018年度城乡居民医保参保缴费公告(转载,待核对)"
        " 待遇表·住院、待遇表·起付标准、待遇表·支付比例、待遇表·年度最高支付限额"
    )


def test_bands_are_named_with_their_bounds() -> None:
    priced = maoming("120000", "120000")
    critical = next(step for step in priced.steps if step.layer == "critical")
    assert "9500 至 20000 元段 10500.00 元按 50%" in sentence(critical)
    assert "20000 至 50000 元段" in sentence(critical)


def test_a_cap_that_bites_is_told() -> None:
    priced = maoming("200000", "100000", "illness_poor")
    secondary = next(step for step in priced.steps if step.layer == "secondary")
    text = sentence(secondary)
    assert "限额剩余 20000.00 元" in text
    assert text.split("。")[0].endswith("医疗救助基金支付 20000.00 元")


def test_why_nothing_was_paid_is_told() -> None:
    step = Step(
        "tilted",
        "倾斜救助",
        "tilted",
        "maf_pay",
        "in_policy_left",
        0,
        0,
        (),
        0,
        None,
        0,
        (Citation("甲", "第一条", "S"),),
        "限规范转诊",
    )
    assert sentence(step) == "倾斜救助:医疗救助基金不支付,限规范转诊。依据:甲 第一条"


def test_the_waterfall_ends_with_what_the_person_pays_and_the_categories_compared() -> None:
    """J22: several categories, the best once; the others are named with what they would have
    paid."""
    priced = maoming("30000", "28000", "subsistence_allowance", "destitute_support")
    text = waterfall(priced)
    assert text.splitlines()[-2] == f"各方支付合计 30000.00 元,个人负担 {priced.person_pays} 元。"
    assert "按就高原则取特困供养人员;其他身份可支付:最低生活保障对象" in text


def test_trust_is_marked_where_the_text_is_not_the_governments_own() -> None:
    cites = (
        Citation("甲", "1", "S"),
        Citation("乙", "2", "R"),
        Citation("甲", "3", "S"),
        Citation("乙", "2", "R"),
    )
    assert basis(cites) == "依据:甲 1、3;乙(转载,待核对) 2"


def test_named_sources_read_as_words() -> None:
    assert source_name("overflow:basic") == "basic 转入的超出部分"
    assert source_name("in_policy") == "政策范围内费用"


@pytest.mark.parametrize("categories", [(), ("subsistence_allowance",), ("orphan", "illness_poor")])
def test_data_and_back_is_the_same(categories: tuple[str, ...]) -> None:
    priced = maoming("220000", "180000.55", *categories, payments_by_others=12345)
    assert steps_from_data(steps_to_data(priced)) == priced.steps


def broken(change: str, value: Any) -> list[dict[str, Any]]:
    data = copy.deepcopy(steps_to_data(maoming("30000", "28000", "subsistence_allowance")))
    place: Any = data[0]
    *path, last = change.split(".")
    for part in path:
        place = place[int(part) if part.isdigit() else part]
    place[int(last) if last.isdigit() else last] = value
    return data


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("paid.yuan", "15015.01"),
        ("paid.fen", -1),
        ("paid.fen", 1.0),
        ("paid", {"yuan": "1.00"}),
        ("extra", 1),
        ("name", 7),
        ("fund", "kitty"),
        ("tier", "first"),
        ("pieces.0.ratio", "0.550"),
        ("pieces.0.ratio", "1.55"),
        ("pieces.0.ratio", "x"),
        ("pieces.0.band", {"over": None}),
        ("cites", []),
        ("cites.0.trust", "Z"),
        ("cites.0.article", ""),
        ("cap_left", 5),
    ],
)
def test_data_that_says_anything_else_is_refused(change: str, value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        steps_from_data(broken(change, value))
    assert caught.value.field.startswith("steps[0]")


def test_data_that_is_no_list_is_refused() -> None:
    with pytest.raises(BadInput):
        steps_from_data({"steps": []})


def test_a_base_that_another_layer_left_is_named_by_that_layer() -> None:
    step = Step(
        "critical",
        "大病保险",
        "critical",
        "hifmi_pay",
        "overflow:stay",
        100,
        0,
        ((100, 600_000_000_000),),
        60,
        None,
        60,
        (Citation("甲", "1", "S"),),
    )
    assert "住院统筹 转入的超出部分 1.00 元" in sentence(step, {"stay": "住院统筹"})
    assert "先行自付 0.50 元" in sentence(step._replace(initial_self_pay=50))
