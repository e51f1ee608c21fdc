"""The officer's tools: check, show, diff, new, coverage, price, reprice. Everything without a cloud
(N1 to J26 are read from the packs)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest

from medaid.benefit.claim_file import read_case, schema, year_to_data
from medaid.benefit.engine import price
from medaid.benefit.reprice import StoredSettlement, reprice
from medaid.errors import BadInput
from medaid.local.cli import main
from medaid.money import Fen
from medaid.policy import check
from medaid.policy.compare import differences, touched
from medaid.policy.coverage import page
from medaid.policy.model import CLAUSE_TABLES, ClauseRow, rows_of
from medaid.policy.service import PACKS, Library, library, parse_pack, read_packs
from medaid.simulate.population import parts

ROOT = Path(__file__).parents[2]
SHAPES = Path(__file__).with_name("shapes")
CLAIM: dict[str, Any] = {
    "insured": "440900",
    "assisted": "440900",
    "day": "2019-06-01",
    "bill": {
        "medfee_sumamt": "30000.00",
        "inscp_scp_amt": "28000.00",
        "fulamt_ownpay_amt": "2000.00",
    },
    "facts": {
        "care": "inpatient",
        "insutype": "390",
        "level": "3",
        "place": "city",
        "filing": "none",
    },
    "categories": ["subsistence_allowance"],
    "given": {"payments_by_others": "0"},
    "year": {"paid:basic_inpatient": "100.00", "count:stays": 1},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The claim with one value changed; `None` removes it."""
    data: dict[str, Any] = json.loads(json.dumps(CLAIM))
    *way, last = path.split(".")
    place = data
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return data


# ── policy check ──
def test_the_shipped_packs_have_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", str(PACKS)]) == 0
    assert "0 个问题" in capsys.readouterr().out


@pytest.mark.parametrize("file", sorted(SHAPES.glob("*.toml")), ids=lambda p: p.stem)
def test_every_shape_passes_the_check(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", "--alone", str(file)]) == 0, capsys.readouterr().out


def test_all_problems_of_all_files_come_at_once_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (SHAPES / "file.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(
        good.replace("ratio = 0.50", "ratio = 80").replace('cite = "rules#第九条"', ""),
        encoding="utf-8",
    )
    (tmp_path / "b.yaml").write_text("format: 1\nlayers:\n  - id: x\n", encoding="utf-8")
    assert (
        main(
            [
                "policy",
                "check",
                "--alone",
                str(tmp_path / "a.toml"),
                str(tmp_path / "b.yaml"),
                str(tmp_path / "none.toml"),
            ]
        )
        == 1
    )
    told = capsys.readouterr().out
    for part in (
        "a.toml:",
        "80% 应写作 0.80",
        "缺少 cite",
        "b.yaml:1: 不是合规的 TOML",
        "none.toml:1: 文件不存在",
        "3 个文件",
    ):
        assert part in told


def test_two_packs_for_one_region_and_day_are_found_before_anybody_is_priced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (SHAPES / "file.toml").read_text(encoding="utf-8")
    (tmp_path / "one.toml").write_text(good, encoding="utf-8")
    (tmp_path / "two.toml").write_text(good.replace("shape-file", "other"), encoding="utf-8")
    assert main(["policy", "check", "--alone", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "两条条款同时适用" in told
    assert "one.toml" in told
    assert "two.toml" in told


def test_a_new_pack_is_held_against_those_that_ship(tmp_path: Path) -> None:
    text = (
        (PACKS / "320200-resident-2023.toml")
        .read_text(encoding="utf-8")
        .replace('id = "wuxi-resident-2023"', 'id = "wuxi-again"')
    )
    (tmp_path / "again.toml").write_text(text, encoding="utf-8")
    packs, problems = check.read([tmp_path])
    assert problems == []
    assert any("两条条款同时适用" in str(p) for p in check.together(packs, library().packs))
    assert check.together(packs) == []


def test_a_ceiling_that_ends_is_looked_at_on_the_day_after() -> None:
    """Every table with rows that have days of their own is followed, not those of a list."""
    text = (SHAPES / "base_ceiling.toml").read_text(encoding="utf-8")
    before, mark, after = text.rpartition('shared_with = ["stay"]')

    def problems(until: str) -> list[str]:
        ended = parse_pack(f"{before}{mark}\n{until}{after}".encode(), "ended.toml")
        return [str(problem) for problem in check.together([ended])]

    assert problems("") == []
    (told,) = problems("until = 2024-06-30")
    assert "自 2024-07-01 起" in told
    assert "clinic 没有写与 stay 共用" in told


def test_every_table_of_a_layer_is_known_as_one() -> None:
    assert set(CLAUSE_TABLES) == {
        "initial_self_pays",
        "deductibles",
        "ceilings",
        "rates",
        "caps",
        "modifiers",
        "requirements",
        "floors",
        "lumps",
    }
    for pack in library().packs:
        whole = {one for one in parts(pack) if isinstance(one, ClauseRow)}
        assert whole == set(rows_of(pack)), pack.id


# ── policy new ──
def test_the_template_is_refused_until_it_is_filled_in_and_then_prices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.toml"
    assert main(["policy", "new", str(new), "--region", "990100"]) == 0
    assert main(["policy", "check", "--alone", str(new)]) == 1
    told = capsys.readouterr().out
    assert told.count("占位") >= 4
    filled = (
        new.read_text(encoding="utf-8")
        .replace('"REPLACE-id"', '"city-2024"')
        .replace("REPLACE ", "")
    )
    new.write_text(filled, encoding="utf-8")
    assert main(["policy", "check", "--alone", str(new)]) == 0
    case = read_case(
        {**CLAIM, "insured": "990100", "assisted": "990100", "day": "2024-06-01", "year": {}}
    )
    answer = price(
        Library(read_packs(tmp_path)).policy_for("990100", "990100", case.day), case.claim
    )
    assert [(s.layer, Fen(s.paid).yuan()) for s in answer.steps if s.paid] == [
        ("basic_inpatient", "21920.00"),
        ("assistance", "4864.00"),
    ]
    assert main(["policy", "new", str(new)]) == 1, "nothing is overwritten"


# ── policy show, diff, coverage ──
def test_show_names_every_figure_with_its_clause(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "show", "--region", "440900", "--date", "2019-06-01"]) == 0
    told = capsys.readouterr().out
    for part in (
        "1. 居民基本医保住院",
        "起付线[医疗机构级别 三级]:每次 700 元",
        "二次医疗救助",
        "每年 3000 元",
        "茂民规〔2018〕3号 二(二)3(2)",
        "孤儿(orphan):年龄 未满 18",
        "核验至",
    ):
        assert part in told


def test_show_of_a_day_without_policy_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "show", "--region", "440900", "--date", "2022-01-01"]) == 1
    assert "POLICY_EXPIRED" in capsys.readouterr().err


def test_diff_of_two_days_names_the_figures_and_who_is_touched() -> None:
    before, after = (
        library().policy_for("440900", "", date(y, m, d))
        for y, m, d in ((2020, 12, 31), (2021, 1, 1))
    )
    told = [d.sentence for d in differences(before, after)]
    assert any(
        t.startswith("改变 居民基本医保住院 比例[医疗机构级别 三级]:55% → 65%(涉及:全体参保人")
        for t in told
    )
    assert any("每年 1900 元(涉及:特困供养人员" in t for t in told)
    assert differences(before, before) == []


def test_diff_of_two_sets_of_packs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in PACKS.glob("440900*.toml"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(
            text.replace("yuan = 20000\nwhen", "yuan = 25000\nwhen"), encoding="utf-8"
        )
    against = ["--against", str(tmp_path)]
    assert main(["policy", "diff", "--region", "440900", "--date", "2019-06-01", *against]) == 0
    told = capsys.readouterr().out
    assert "每年 20000 元 → 每年 25000 元" in told
    assert (
        "1 处不同,涉及:低收入救助对象、县级以上人民政府认定的其他特殊困难人员、因病致贫重病患者"
        in told
    )
    assert main(["policy", "diff", "--region", "440900", "--date", "2019-06-01"]) == 1
    before, after = library(), Library(read_packs(tmp_path))
    found = differences(
        *(k.policy_for("440900", "440900", date(2019, 6, 1)) for k in (before, after))
    )
    assert (
        touched(found) == "低收入救助对象、县级以上人民政府认定的其他特殊困难人员、因病致贫重病患者"
    )


def test_the_coverage_page_is_made_from_the_packs() -> None:
    """Made by `medaid policy coverage --write docs/policy-coverage.md`."""
    made = page(read_packs(PACKS))
    assert (ROOT / "docs" / "policy-coverage.md").read_text(encoding="utf-8") == made
    for part in ("| 320100 | 南京市", "620522", "缺口", "宿迁", "由经办机构提供"):
        assert part in made


# ── price ──
def test_price_reads_a_claim_file_and_explains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "claim.json"
    file.write_text(json.dumps(CLAIM), encoding="utf-8")
    assert main(["price", str(file)]) == 0
    assert "个人负担" in capsys.readouterr().out
    assert main(["price", str(file), "--json", "--packs", str(PACKS)]) == 0
    answer = json.loads(capsys.readouterr().out)
    case = read_case(CLAIM)
    direct = price(library().policy_for("440900", "440900", case.day), case.claim)
    assert answer["own"] == direct.person_pays.yuan()
    assert answer["year"] == year_to_data(direct.totals)
    assert answer["steps"][0]["cites"]
    following = read_case({**CLAIM, "year": answer["year"]})
    assert following.claim.totals == direct.totals


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("insured", "4409", "FIELD_FORMAT", "insured"),
        ("insured", None, "FIELD_REQUIRED", "insured"),
        ("extra", 1, "FIELD_UNKNOWN", "extra"),
        ("day", "2019-6-1", "FIELD_FORMAT", "day"),
        ("day", "2019-02-30", "FIELD_FORMAT", "day"),
        ("bill.medfee_sumamt", "x", "AMOUNT_FORMAT", "bill.medfee_sumamt"),
        ("bill.medfee_sumamt", "1.005", "AMOUNT_FORMAT", "bill.medfee_sumamt"),
        ("bill.medfee_sumamt", -1, "AMOUNT_NEGATIVE", "bill.medfee_sumamt"),
        ("bill.medfee_sumamt", 1.5, "AMOUNT_FORMAT", "bill.medfee_sumamt"),
        ("bill.hifp_pay", "1", "FIELD_UNKNOWN", "bill.hifp_pay"),
        ("facts.care", "bed", "CODE_UNKNOWN", "facts.care"),
        ("facts.care", None, "FIELD_REQUIRED", "facts.care"),
        ("facts.age", "50", "FIELD_FORMAT", "facts.age"),
        ("facts.age", 999, "FIELD_FORMAT", "facts.age"),
        ("facts.category", "orphan", "FIELD_UNKNOWN", "facts.category"),
        ("categories", ["poor"], "CODE_UNKNOWN", "categories"),
        ("categories", "orphan", "FIELD_FORMAT", "categories"),
        ("given", ["x"], "FIELD_FORMAT", "given"),
        ("year.count:stays", "1", "FIELD_FORMAT", "year.count:stays"),
        ("year.paid:basic_inpatient", True, "AMOUNT_FORMAT", "year.paid:basic_inpatient"),
    ],
)
def test_a_claim_file_that_breaks_its_form_is_refused_by_name(
    path: str, value: Any, code: str, field: str
) -> None:
    data = changed(path, value)
    with pytest.raises(BadInput) as caught:
        read_case(data)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_the_schema_that_ships_is_the_readers_and_judges_alike() -> None:
    shipped = json.loads((ROOT / "docs" / "claim.schema.json").read_text(encoding="utf-8"))
    assert shipped == schema()
    jsonschema.validate(CLAIM, shipped)
    for path, value in (
        ("insured", "4409"),
        ("extra", 1),
        ("facts.care", "bed"),
        ("categories", ["poor"]),
        ("bill.medfee_sumamt", "1.005"),
        ("bill.medfee_sumamt", -1),
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(changed(path, value), shipped)


@pytest.mark.parametrize("content", ["", "[1]", "{", '{"insured": 1}'])
def test_price_of_what_is_no_claim_is_refused(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "claim.json"
    file.write_text(content, encoding="utf-8")
    assert main(["price", str(file)]) == 1
    assert "FIELD" in capsys.readouterr().err
    assert main(["price", str(tmp_path / "none.json")]) == 1


# ── reprice ──
def mostly_outside(yuan: int) -> dict[str, int]:
    """A bill of which all but 2000 yuan is outside the catalogue: only secondary assistance reaches
    it."""
    return {"medfee_sumamt": yuan, "inscp_scp_amt": 2000, "fulamt_ownpay_amt": yuan - 2000}


def settled(ident: str, known: Library, totals: dict[str, int], yuan: int) -> StoredSettlement:
    case = read_case(
        {
            **CLAIM,
            "bill": mostly_outside(yuan),
            "categories": ["illness_poor"],
            "year": year_to_data(totals),
        }
    )
    policy = known.policy_for(case.insured_region, case.assisting_region, case.day)
    answer = price(policy, case.claim)
    return StoredSettlement(
        ident,
        "p1/2019",
        "440900",
        "440900",
        case.day,
        case.claim,
        answer.by_fund,
        answer.person_pays,
        answer.totals,
        policy.packs,
    )


def corrected(tmp_path: Path) -> Library:
    """The secondary cap of the third group 25000 instead of 20000."""
    for file in PACKS.glob("440900*.toml"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(
            text.replace("yuan = 20000\nwhen", "yuan = 25000\nwhen"), encoding="utf-8"
        )
    return Library(read_packs(tmp_path))


def test_a_corrected_pack_lists_the_differences_as_work(tmp_path: Path) -> None:
    first = settled("S1", library(), {}, 300000)
    second = settled("S2", library(), dict(first.after), 5000)
    work = list(reprice([first, second], corrected(tmp_path).policy_for))
    assert [(w.setl_id, w.person_pays, dict(w.by_fund)) for w in work][:1] == [
        ("S1", Fen(-500000), {"maf_pay": Fen(500000)})
    ]
    assert "医疗" not in work[0].sentence
    assert "maf_pay 多付 5000.00 元,个人少负担 5000.00 元" in work[0].sentence
    assert work[0].before != work[0].after
    assert list(reprice([first, second], library().policy_for)) == [], (
        "under what was used nothing differs"
    )


def test_an_earlier_difference_moves_the_totals_of_the_later_ones(tmp_path: Path) -> None:
    """The cap left by the first claim is the second's: priced together the year's cap holds."""
    first = settled("S1", library(), {}, 62000)
    second = settled("S2", library(), dict(first.after), 300000)
    work = {w.setl_id: w for w in reprice([first, second], corrected(tmp_path).policy_for)}
    assert sum(int(w.by_fund.get("maf_pay", Fen(0))) for w in work.values()) == 500000
    alone = next(reprice([second], corrected(tmp_path).policy_for))
    assert int(alone.by_fund["maf_pay"]) == 500000


def test_what_can_no_longer_be_priced_is_work_too() -> None:
    first = settled("S1", library(), {}, 62000)
    work = list(reprice([first], Library([]).policy_for))
    assert len(work) == 1
    assert "更正后不能定价" in work[0].sentence


def test_reprice_as_a_tool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    corrected(folder)
    one = settled("S1", library(), {}, 300000)
    claim = {**CLAIM, "bill": mostly_outside(300000), "categories": ["illness_poor"], "year": {}}
    line = {
        "setl_id": "S1",
        "year": "p1/2019",
        "claim": claim,
        "by_fund": {f: a.yuan() for f, a in one.by_fund.items()},
        "own": one.person_pays.yuan(),
    }
    file = tmp_path / "settled.jsonl"
    file.write_text(
        json.dumps({**line, "after": year_to_data(one.after), "packs": list(one.packs)}),
        encoding="utf-8",
    )
    assert main(["policy", "reprice", str(file), "--packs", str(folder)]) == 0
    assert "1 笔结算在更正后的政策下不同;原结算未改动" in capsys.readouterr().out
    file.write_text(json.dumps(line), encoding="utf-8")
    assert main(["policy", "reprice", str(file), "--packs", str(folder)]) == 1
    assert "settled.jsonl:1" in capsys.readouterr().err
