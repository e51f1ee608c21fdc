"""What an officer meets while writing packs: what `check` finds, what a pack may leave out, how a
shipped pack is succeeded, how claims follow one another (design section 4)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from medaid.benefit.claim_file import read_case
from medaid.benefit.engine import price
from medaid.errors import BadInput, PolicyUndetermined
from medaid.local.cli import main
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble
from medaid.policy.loader import PackInvalid, parse
from medaid.policy.model import Pack
from medaid.policy.service import PACKS, Library, library, read_packs

SHAPES = Path(__file__).with_name("shapes")
HEAD = """format = 1
id = "city"
title = "某市"
region = "990100"
in_force = 2024-01-01
levels = ["1"]
[documents.rules]
number = "某发1号"
title = "办法"
issuer = "某市"
published = 2023-12-01
trust = "G"
"""
CATEGORY = """
[[category]]
code = "subsistence_allowance"
cite = "rules#第一条"
"""


def layer(
    ident: str, tier: str, fund: str, ratio: str = "0.50", more: str = "", cap: str = "none = true"
) -> str:
    return f"""
[[layer]]
id = "{ident}"
name = "{ident}"
tier = "{tier}"
fund = "{fund}"
{more}
default_cite = "rules#第二条"
base = {{ from = "in_policy_left" }}
[[layer.deductible]]
none = true
[[layer.rate]]
ratio = {ratio}
[[layer.cap]]
{cap}
"""


BASIC = layer("basic", "basic", "hifp_pay")
RELIEF = layer(
    "relief", "assistance", "maf_pay", more='when = { category = ["subsistence_allowance"] }'
)
CLAIM: dict[str, Any] = {
    "insured": "990100",
    "day": "2024-06-01",
    "bill": {"medfee_sumamt": "1000", "inscp_scp_amt": "1000"},
    "facts": {"care": "inpatient"},
    "categories": ["subsistence_allowance"],
}


def pack(text: str, file: str = "city.toml") -> Pack:
    return parse(text.encode(), file, frozenset(CATEGORIES))


def paid(known: list[Pack], **changes: Any) -> dict[str, str]:
    case = read_case({**CLAIM, **changes})
    answer = price(
        Library(known).policy_for(case.insured_region, case.assisting_region, case.day), case.claim
    )
    return {step.layer: f"{step.paid / 100:.2f}" for step in answer.steps}


def checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *texts: str, alone: bool = True
) -> str:
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.toml").write_text(text, encoding="utf-8")
    code = main(["policy", "check", *(["--alone"] if alone else []), str(tmp_path)])
    told = capsys.readouterr().out
    assert code == (0 if "0 个问题" in told else 1)
    return told


# ── packs that nothing could be priced with ──
def test_a_whole_pack_passes_and_prices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = HEAD + CATEGORY + BASIC + RELIEF
    assert "0 个问题" in checked(tmp_path, capsys, whole)
    assert paid([pack(whole)]) == {"basic": "500.00", "relief": "250.00"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + CATEGORY + BASIC, "写了救助类型 [[category]],但没有救助层"),
        (HEAD + CATEGORY + RELIEF, "没有基本医保层"),
    ],
    ids=["categories that nothing assists", "nothing basic"],
)
def test_a_pack_that_no_claim_can_be_priced_with_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    """Right money, 27."""
    assert says in checked(tmp_path, capsys, text)


def test_the_layers_may_stand_in_a_pack_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 27."""
    other = HEAD.replace('id = "city"', 'id = "relief"') + CATEGORY + RELIEF
    assert "0 个问题" in checked(tmp_path, capsys, HEAD + BASIC, other)


# ── order across tiers ──
LATE = layer("late", "supplementary", "hifes_pay", more='after = ["relief"]')


def test_a_layer_may_come_after_one_of_another_tier_also_for_who_is_not_assisted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 27."""
    whole = HEAD + CATEGORY + LATE + BASIC + RELIEF
    assert "0 个问题" in checked(tmp_path, capsys, whole)
    assert list(paid([pack(whole)])) == ["basic", "relief", "late"]
    assert list(paid([pack(whole)], categories=[])) == ["basic", "late"]


def test_an_order_after_a_layer_that_is_nowhere_is_refused() -> None:
    whole = pack(HEAD + CATEGORY + LATE.replace('"relief"', '"relieve"') + BASIC + RELIEF)
    for assisted in ("", "990100"):
        with pytest.raises(PolicyUndetermined, match="relieve 不存在"):
            assemble([whole], "990100", assisted, date(2024, 6, 1))


def test_an_old_answer_is_replayed_from_the_packs_it_used() -> None:
    """The order after a layer that was not used then does not need its pack."""
    relief = pack(HEAD.replace('id = "city"', 'id = "relief"') + CATEGORY + RELIEF)
    known = Library([pack(HEAD + LATE + BASIC), relief])
    policy = known.policy_for("990100", "", date(2024, 6, 1))
    again = known.policy_of(policy.packs, "990100", "", date(2024, 6, 1))
    assert [x.id for x in again.layers] == [x.id for x in policy.layers] == ["basic", "late"]


# ── a shipped pack that cannot be edited ──
def successor(name: str, begins: str) -> str:
    text = (PACKS / "320200-resident-2023.toml").read_text(encoding="utf-8")
    shipped = next(p for p in read_packs(PACKS) if p.id == "wuxi-resident-2023")
    return text.replace(
        'id = "wuxi-resident-2023"', f'id = "wuxi-mine"\nreplaces = ["{name}"]', 1
    ).replace(f"in_force = {shipped.in_force}", f"in_force = {begins}", 1)


def test_a_pack_takes_the_place_of_one_that_ships_from_its_first_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 27."""
    mine = successor("wuxi-resident-2023", "2023-10-01")
    assert "0 个问题" in checked(tmp_path, capsys, mine, alone=False)
    known = Library([*library().packs, pack(mine, "mine.toml")])
    for day, ident in ((date(2023, 9, 30), "wuxi-resident-2023"), (date(2023, 10, 1), "wuxi-mine")):
        used = [name.partition("@")[0] for name in known.policy_for("320200", "", day).packs]
        assert ident in used
        assert len([name for name in used if name.startswith("wuxi")]) == 1


def test_without_saying_so_two_packs_clash_and_the_way_out_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 27."""
    mine = successor("wuxi-resident-2023", "2023-10-01").replace(
        'replaces = ["wuxi-resident-2023"]', ""
    )
    assert "replaces = " in checked(tmp_path, capsys, mine, alone=False)


@pytest.mark.parametrize("name", ["wuxi-resident-1999", "nanjing-resident-2024"])
def test_only_a_pack_of_the_same_region_can_be_succeeded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    told = checked(tmp_path, capsys, successor(name, "2023-10-01"), alone=False)
    assert f"replaces 指向的政策包 {name}" in told


def test_price_and_check_see_the_same_packs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 27. A county's pack beside the shipped ones of its city: both tools see both."""
    (tmp_path / "mine.toml").write_text(HEAD + CATEGORY + BASIC + RELIEF, encoding="utf-8")
    maoming = {**CLAIM, "insured": "440900", "day": "2019-06-01"}
    maoming["facts"] = {"care": "inpatient", "insutype": "390", "level": "3", "place": "city",
                        "filing": "none"}  # fmt: skip
    maoming["given"] = {"payments_by_others": "0"}
    file = tmp_path / "claim.json"
    file.write_text(json.dumps(maoming), encoding="utf-8")
    assert main(["price", str(file), "--packs", str(tmp_path)]) == 0
    assert main(["price", str(file), "--packs", str(tmp_path), "--alone"]) == 1
    assert "REGION_UNKNOWN" in capsys.readouterr().err


# ── words ──
@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("region = ", "region ", 4, "等号"),
        ('title = "某市"', "title = 某市", 3, "值的写法不对"),
        ('title = "某市"', 'title = "某市', 3, "不能用的字符"),
        ('levels = ["1"]', 'levels = ["1"', 6, "方括号"),
        ("in_force = 2024-01-01", "in_force = 2024-02-30", 5, "没有这一天"),
        ("format = 1", "format = 1\nformat = 1", 2, "写了两次"),
    ],
)
def test_what_is_no_toml_is_told_in_chinese_with_its_line(
    old: str, new: str, line: int, says: str
) -> None:
    """Right money, 27."""
    assert old in HEAD
    with pytest.raises(PackInvalid) as caught:
        pack((HEAD + BASIC).replace(old, new, 1))
    (problem,) = caught.value.problems
    assert says in problem.says
    assert problem.line in (line, line + 1)
    assert "line" not in problem.says
    assert "Expected" not in problem.says


def test_an_unknown_category_is_told_with_those_that_are_known() -> None:
    """Right money, 27."""
    with pytest.raises(PackInvalid) as caught:
        pack(HEAD + CATEGORY.replace("subsistence_allowance", "poor") + BASIC)
    assert "可用:" in caught.value.problems[0].says
    assert "subsistence_allowance 最低生活保障对象" in caught.value.problems[0].says


# ── a citation for the whole layer ──
def test_rows_without_a_citation_rest_on_the_layers_default() -> None:
    """Right money, 28."""
    (basic,) = pack(HEAD + BASIC).layers
    rows = [*(d.row for d in basic.deductibles), *(r.row for r in basic.rates)]
    assert {row.cite.article for row in (*rows, *(c.row for c in basic.caps))} == {"第二条"}
    own = BASIC.replace("ratio = 0.50", 'ratio = 0.50\ncite = "rules#第三条"')
    (basic,) = pack(HEAD + own).layers
    assert basic.rates[0].row.cite.article == "第三条"


@pytest.mark.parametrize(
    ("default", "says"),
    [
        ("", "缺少 cite"),
        ('default_cite = "rules"', "缺少条款"),
        ('default_cite = "other#第一条"', "已声明:rules"),
    ],
)
def test_a_figure_that_rests_on_nothing_is_refused(default: str, says: str) -> None:
    with pytest.raises(PackInvalid) as caught:
        pack(HEAD + BASIC.replace('default_cite = "rules#第二条"', default))
    assert any(says in problem.says for problem in caught.value.problems)


# ── a figure that no source prints ──
UNKNOWN_CAP = HEAD + layer("basic", "basic", "hifp_pay", cap='missing = "限额未载明"')


def test_an_unprinted_cap_is_asked_for_only_where_something_would_be_paid() -> None:
    """Right money, 27."""
    known = [pack(UNKNOWN_CAP)]
    nothing = {"medfee_sumamt": "1000", "inscp_scp_amt": "0", "fulamt_ownpay_amt": "1000"}
    assert paid(known, categories=[], bill=nothing) == {"basic": "0.00"}
    with pytest.raises(PolicyUndetermined, match="限额未载明") as caught:
        paid(known, categories=[])
    assert caught.value.code == "FIGURE_MISSING"


def test_an_unprinted_deductible_is_asked_for_only_where_something_enters() -> None:
    """Right money, 27."""
    text = (HEAD + BASIC).replace(
        "[[layer.deductible]]\nnone = true", '[[layer.deductible]]\nmissing = "起付线未载明"'
    )
    nothing = {"medfee_sumamt": "1000", "inscp_scp_amt": "0", "fulamt_ownpay_amt": "1000"}
    assert paid([pack(text)], categories=[], bill=nothing) == {"basic": "0.00"}
    with pytest.raises(PolicyUndetermined, match="起付线未载明"):
        paid([pack(text)], categories=[])


# ── claims that follow one another ──
YEAR_END = layer("refund", "secondary", "maf_pay", more='kind = "year_end"')


def written(tmp_path: Path, claims: Any, *texts: str) -> list[str]:
    (tmp_path / "packs").mkdir()
    for number, text in enumerate(texts):
        (tmp_path / "packs" / f"{number}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "claims.json").write_text(json.dumps(claims), encoding="utf-8")
    return [str(tmp_path / "claims.json"), "--packs", str(tmp_path / "packs"), "--alone"]


def test_the_claims_of_a_person_follow_one_another_without_copying_the_year(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 28."""
    capped = HEAD + CATEGORY + layer("basic", "basic", "hifp_pay", cap='yuan = 600\nper = "year"')
    next_year = {**CLAIM, "day": "2025-01-05"}
    args = written(tmp_path, [CLAIM, CLAIM, next_year], capped + RELIEF)
    assert main(["price", *args, "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)["claims"]
    assert [one["by_fund"]["hifp_pay"] for one in answers] == ["500.00", "100.00", "500.00"]
    assert main(["price", *args]) == 0
    assert "第 2 笔" in capsys.readouterr().out


def test_a_wrong_claim_of_several_is_named_by_its_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = written(tmp_path, [CLAIM, {**CLAIM, "day": "soon"}], HEAD + CATEGORY + BASIC + RELIEF)
    assert main(["price", *args]) == 1
    assert "[2].day" in capsys.readouterr().err


def test_what_the_years_end_pays_is_priced_from_the_totals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 25. Two claims of 1,000.00 leave the person 250.00 each; half of 500.00 comes
    back."""
    args = written(tmp_path, [CLAIM, CLAIM], HEAD + CATEGORY + BASIC + RELIEF + YEAR_END)
    assert main(["price", *args, "--year-end", "--json"]) == 0
    (end,) = json.loads(capsys.readouterr().out)["year_end"]
    assert (end["by_fund"], end["own"]) == ({"maf_pay": "250.00"}, "250.00")
    assert main(["price", *args, "--year-end"]) == 0
    assert "2024 年年末结算" in capsys.readouterr().out


def test_a_region_without_year_end_benefits_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = written(tmp_path, CLAIM, HEAD + CATEGORY + BASIC + RELIEF)
    assert main(["price", *args, "--year-end"]) == 0
    assert "没有年末结算的待遇" in capsys.readouterr().out


def test_a_category_that_the_region_does_not_assist_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right money, 28."""
    both = {**CLAIM, "categories": ["orphan", "subsistence_allowance"]}
    args = written(tmp_path, both, HEAD + CATEGORY + BASIC + RELIEF)
    assert main(["price", *args, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dropped"] == ["orphan"]
    assert main(["price", *args]) == 0
    assert "不救助孤儿" in capsys.readouterr().out


# ── an amount that the agency states ──
def stated(base: str, given: str = "hifp_pay", more: str = "") -> str:
    return (
        HEAD
        + f"""
[[layer]]
id = "basic"
name = "basic"
tier = "basic"
fund = "hifp_pay"
kind = "given"
given = "{given}"
cite = "rules#第二条"
base = {{ {base}, cite = "rules#第二条" }}
{more}
"""
    )


@pytest.mark.parametrize(
    ("base", "most"),
    [
        ('from = "in_policy"', "1000.00"),
        ('from = "in_policy", less = ["given:lost"]', "900.00"),
        ('from = "own_expense", plus = [{ source = "in_policy", weight = 0.10 }]', "100.00"),
    ],
)
def test_what_a_base_adds_and_takes_off_counts_for_a_stated_amount(base: str, most: str) -> None:
    """Right money, 5."""
    known = [pack(stated(base))]
    fits = {"hifp_pay": most, "lost": "100.00"}
    assert paid(known, categories=[], given=fits) == {"basic": most}
    above = {**fits, "hifp_pay": f"{float(most) + 0.01:.2f}"}
    with pytest.raises(BadInput, match="超过可支付的"):
        paid(known, categories=[], given=above)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            stated('from = "in_policy"', more='[[layer.cap]]\nnone = true\ncite = "rules#第一条"'),
            "用不到 [[layer.cap]]",
        ),
        (
            stated(
                'from = "in_policy"',
                more='[[layer.modifier]]\npoints = -0.10\ncite = "rules#第一条"',
            ),
            "用不到 [[layer.modifier]]",
        ),
        (
            stated('from = "all_left", less = ["own_expense"]', "payments_by_others"),
            "base 用不到 less、plus",
        ),
    ],
)
def test_what_could_not_count_for_a_stated_amount_is_refused(text: str, says: str) -> None:
    """Right money, 5."""
    with pytest.raises(PackInvalid) as caught:
        pack(text)
    assert any(says in problem.says for problem in caught.value.problems)


def test_a_lump_sums_base_counts_what_it_adds_and_takes_off() -> None:
    lump = """
[[layer]]
id = "lump"
name = "lump"
tier = "assistance"
fund = "maf_pay"
kind = "lump"
cite = "rules#第三条"
base = { from = "in_policy_left", less = ["given:lost"], cite = "rules#第三条" }
[[layer.lump]]
yuan = 300
source = "total"
above_yuan = 10
cite = "rules#第三条"
"""
    known = [pack(HEAD + CATEGORY + BASIC + lump)]
    assert paid(known, given={"lost": "0"})["lump"] == "300.00"
    assert paid(known, given={"lost": "400"})["lump"] == "100.00"
