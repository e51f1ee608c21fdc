"""A benefit without any citable figure is said in the answer, never a silent zero (J19, J26)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts, Priced
from medaid.benefit.sentence import waterfall
from medaid.errors import PolicyUndetermined
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble
from medaid.policy.coverage import page
from medaid.policy.describe import show
from medaid.policy.loader import PackInvalid, parse
from medaid.policy.model import Layer, Policy
from medaid.policy.service import PACKS, library
from medaid.policy.vocabulary import ASSISTANCE_TIERS, VALUES

SHAPE = Path(__file__).with_name("shapes") / "gap.toml"
DAY = date(2024, 6, 1)


def answer(care: str, *categories: str) -> Priced:
    pack = parse(SHAPE.read_bytes(), SHAPE.name, frozenset(CATEGORIES))
    claim = Claim(Bill(Fen(100000), Fen(100000)), Facts(care=care), categories)
    return price(assemble([pack], pack.region, pack.region, DAY), claim)


def test_the_answer_says_that_the_fund_has_no_figure_and_names_the_clause() -> None:
    """J19: outpatient assistance is granted, its figures are not published."""
    priced = answer("outpatient", "destitute_support")
    step = next(step for step in priced.steps if step.layer == "assistance_outpatient")
    assert (step.paid, step.base, step.why) == (0, 0, "门诊救助的比例没有可引用的标准")
    assert (
        "门诊医疗救助:医疗救助基金不支付,门诊救助的比例没有可引用的标准。"
        "依据:测字〔2024〕1号(测算用,不作为支付依据) 第四条" in waterfall(priced)
    )


@pytest.mark.parametrize(
    ("care", "categories"), [("inpatient", ("destitute_support",)), ("outpatient", ())]
)
def test_nobody_else_is_told(care: str, categories: tuple[str, ...]) -> None:
    assert "没有可引用的标准" not in waterfall(answer(care, *categories))


def test_a_gap_leaves_nothing_in_the_totals_of_the_year() -> None:
    assert not [
        name
        for name in answer("outpatient", "destitute_support").totals
        if "assistance_outpatient" in name
    ]


def test_a_region_with_gaps_alone_still_refuses_whom_it_cannot_assist() -> None:
    """Taizhou has no figure of assistance at all: the refusal stays, no settlement of zero."""
    with pytest.raises(PolicyUndetermined) as caught:
        library().policy_for("321200", "321200", date(2021, 5, 1))
    assert caught.value.code == "REGION_UNKNOWN"


def test_every_gap_of_a_shipped_pack_is_a_figure_a_layer_or_told_in_the_answer() -> None:
    """A gap whose layer stands nowhere does not load: what pays nothing is said."""
    for path in sorted(PACKS.glob("*.toml")):
        pack = parse(path.read_bytes(), path.name, frozenset(CATEGORIES))
        told = {layer.id for layer in pack.layers}
        known = told | {one.layer for one in pack.ended} | {one.name for one in pack.figures}
        assert {gap.layer for gap in pack.gaps} <= known, path.name
    silent = SHAPE.read_text(encoding="utf-8").replace(
        'layer = "assistance"\n', 'layer = "tilted"\n'
    )
    with pytest.raises(PackInvalid, match="本文件没有层 tilted"):
        parse(silent.encode(), "gap.toml", frozenset(CATEGORIES))


def test_people_see_the_gap_in_the_waterfall_and_on_the_page_of_coverage() -> None:
    pack = parse(SHAPE.read_bytes(), SHAPE.name, frozenset(CATEGORIES))
    assert "缺口:不支付:门诊救助的比例没有可引用的标准 〔测字〔2024〕1号 第四条〕" in show(
        assemble([pack], pack.region, pack.region, DAY)
    )
    assert "门诊救助的比例没有可引用的标准" in page([pack])


NANJING = [
    ("outpatient", "subsistence_allowance", "普通门诊救助"),
    ("pharmacy", "subsistence_allowance", "购药"),
]


@pytest.mark.parametrize(("care", "category", "told"), NANJING, ids=[case[0] for case in NANJING])
def test_nanjing_pays_no_outpatient_assistance_and_says_so(
    care: str, category: str, told: str
) -> None:
    """Right money, 15. J19: 在定点医药机构就医购药; the city's figures are not published, the
    answer says so."""
    policy = library().policy_for("320100", "320100", DAY)
    facts = Facts(
        care=care,
        insutype="390",
        level="1",
        place="city",
        filing="none",
        person_group="adult",
        age=40,
        stay_no=1,
        years_enrolled=1,
    )
    priced = price(
        policy, Claim(Bill(Fen(100000), Fen(100000)), facts, (category,), {"payments_by_others": 0})
    )
    assert not any(step.paid for step in priced.steps if step.fund == "maf_pay")
    assert any(told in step.why for step in priced.steps if step.fund == "maf_pay")


def covers(layer: Layer, care: str, category: str) -> bool:
    """Whether the layer's own condition lets care and category of a resident in."""
    sets = dict(layer.when.sets)
    wanted = (("care", care), ("category", category), ("insutype", "390"))
    return all(value in sets.get(name, {value}) for name, value in wanted)


def silent(policy: Policy) -> list[tuple[str, str]]:
    """Categories and care that basic insurance pays and no layer of assistance speaks of."""
    relief = ASSISTANCE_TIERS - {"others"}
    return [
        (category, care)
        for category in policy.category_rules
        for care in VALUES["care"]
        if any(x.tier == "basic" and covers(x, care, category) for x in policy.layers)
        and not any(x.tier in relief and covers(x, care, category) for x in policy.layers)
    ]


REGIONS = sorted({(p.region, p.expires or p.verified_until or p.in_force) for p in library().packs})


@pytest.mark.parametrize(("region", "day"), REGIONS)
def test_no_care_of_an_assisted_person_is_passed_over(region: str, day: date) -> None:
    """Right money, 15. J19: where basic insurance pays for a person's care, some layer of
    assistance pays or says why not."""
    try:
        policy = library().policy_for(region, region, day)
    except PolicyUndetermined:
        return
    assert silent(policy) == []


def test_a_layer_that_is_taken_out_would_be_noticed() -> None:
    """Right money, 15."""
    policy = library().policy_for("320100", "320100", DAY)
    layers = tuple(x for x in policy.layers if x.id != "assistance_outpatient_others")
    assert ("subsistence_allowance", "outpatient") in silent(replace(policy, layers=layers))
