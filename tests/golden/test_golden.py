"""Golden cases: the tables of amounts that a policy officer reads and checks by hand, priced by the
engine (J5, J19, J22, J25, J26, N2, M二.2).

The expected figures were worked out from the documents, not taken from the engine: `bench.exact`
holds that second working, in fractions, and a test keeps the tables, the second working and the
engine together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest
from bench import exact

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts, Priced
from medaid.errors import Refused
from medaid.money import Fen
from medaid.policy.model import Policy
from medaid.policy.service import library

HERE: Final = Path(__file__).parent
REGIONS: Final = {"maoming": "440900", "nanjing": "320100"}
UNKNOWN: Final = "—"

WORDS: Final[dict[str, dict[str, str]]] = {
    "救助类型": {
        "特困": "destitute_support",
        "孤儿": "orphan",
        "低保": "subsistence_allowance",
        "建档立卡": "registered_poor",
        "低收入": "low_income",
        "因病致贫": "illness_poor",
        "其他特困": "other_hardship",
        "重残": "severely_disabled",
        "优抚": "veteran_benefit",
        "低保边缘": "low_income_edge",
        "困境儿童": "child_in_difficulty",
        "精减退职": "retrenched_worker",
        "困难职工": "hardship_worker",
        "计生": "family_planning",
    },
    "险种": {"居民": "390", "职工": "310"},
    "医疗类别": {
        "住院": "inpatient",
        "门诊": "outpatient",
        "门慢": "chronic_outpatient",
        "生育": "maternity",
        "购药": "pharmacy",
    },
    "级别": {"乡镇": "township", "社区": "community", "一级": "1", "二级": "2", "三级": "3"},
    "就医地": {"县内": "county", "市内": "city", "省内": "province", "省外": "outside"},
    "备案": {
        "未备案": "none",
        "长期": "long_term",
        "转诊": "referred",
        "下转": "referred_down",
        "急诊": "emergency",
        "临时": "temporary",
        "困难": "hardship",
    },
    "人员类别": {
        "未成年": "minor",
        "学生": "student",
        "成年": "adult",
        "老年": "elderly",
        "在职": "employed",
        "退休": "retired",
    },
}

TIERS: Final = {
    "基本": ("basic",),
    "大病": ("critical",),
    "救助": ("assistance",),
    "二次": ("secondary",),
    "倾斜": ("tilted",),
    "其他": ("others",),
}

Row = Mapping[str, str]


def tables(city: str) -> Iterator[tuple[str, Row]]:
    """Every row of a city's page, with the heading it stands under."""
    heading, columns = "", list[str]()
    for line in (HERE / f"{city}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, columns = line[3:], []
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not columns:
                columns = cells
            elif set(line) - set("|-"):
                assert len(cells) == len(columns), line
                yield heading, dict(zip(columns, cells, strict=True))


CASES: Final = {
    (city, row["案例"]): row
    for city in REGIONS
    for heading, row in tables(city)
    if heading != "退回"
}
REFUSALS: Final = {
    (city, row["案例"]): row
    for city in REGIONS
    for heading, row in tables(city)
    if heading == "退回"
}


def _word(row: Row, column: str, default: str | None = None) -> str | None:
    cell = row.get(column, "")
    if cell == UNKNOWN:
        return None
    return WORDS[column][cell] if cell else default


def _number(row: Row, column: str, default: int) -> int | None:
    cell = row.get(column, "")
    return None if cell == UNKNOWN else int(cell) if cell else default


def _claim(row: Row, totals: Mapping[str, int]) -> Claim:
    facts = Facts(
        care=_word(row, "医疗类别"),
        insutype=_word(row, "险种", "390"),
        level=_word(row, "级别"),
        place=_word(row, "就医地"),
        filing=_word(row, "备案"),
        person_group=_word(row, "人员类别", "adult"),
        age=_number(row, "年龄", 40),
        stay_no=_number(row, "次数", 1),
        years_enrolled=_number(row, "参保年数", 1),
    )
    names = [] if row["救助类型"] == "无" else row["救助类型"].split("、")
    given = {"payments_by_others": int(Fen.of_yuan(row["其他支付"]))}
    if facts.care == "chronic_outpatient" and row.get("基本给付", UNKNOWN) != UNKNOWN:
        given["hifp_pay"] = int(Fen.of_yuan(row["基本给付"]))
    return Claim(
        Bill(Fen.of_yuan(row["总额"]), Fen.of_yuan(row["政策内"]), Fen.of_yuan(row["全自费"])),
        facts,
        tuple(WORDS["救助类型"][name] for name in names),
        stated_amounts=given,
        totals=totals,
    )


def _priced(city: str, case: str) -> Priced:
    """The case priced, after the earlier visit of the year that it names."""
    row = CASES[city, case]
    totals = {} if row["前案"] == UNKNOWN else _priced(city, row["前案"]).totals
    return price(_policy(REGIONS[city], row), _claim(row, totals))


def _policy(region: str, row: Row) -> Policy:
    """What holds that day; a person without an identity is nobody's to assist."""
    return library().policy_for(
        region, "" if row["救助类型"] == "无" else region, date.fromisoformat(row["日期"])
    )


def _of(priced: Priced, column: str) -> Fen:
    return Fen(sum(step.paid for step in priced.steps if step.tier in TIERS[column]))


@pytest.mark.parametrize(("city", "case"), CASES, ids=str)
def test_paid(city: str, case: str) -> None:
    """Right money, 6. Each layer and the person's part are what the table says (J5, J19, J22, J25,
    J26, M二.2)."""
    row, priced = CASES[city, case], _priced(city, case)
    expected = {column: Fen.of_yuan(row[column]) for column in TIERS if column in row}
    assert {column: _of(priced, column) for column in expected} == expected, row["手算"]
    assert priced.person_pays == Fen.of_yuan(row["个人"]), row["手算"]
    assert all(step.cites for step in priced.steps)


@pytest.mark.parametrize(("city", "case"), REFUSALS, ids=str)
def test_refused(city: str, case: str) -> None:
    """Where the policy gives no single answer or the bill is wrong, the refusal has its code and
    names the field or the clause."""
    row = REFUSALS[city, case]
    with pytest.raises(Refused) as refusal:
        price(_policy(row["统筹区"], row), _claim(row, {}))
    assert refusal.value.code == row["退回代码"]
    assert row["指明"] in refusal.value.sentence


def _years(city: str, case: str) -> tuple[exact.Paid, exact.Year]:
    """The second working of a case: fractions, best category, running totals of the earlier visit
    carried on."""
    row = CASES[city, case]
    codes = [WORDS["救助类型"][name] for name in row["救助类型"].split("、") if name != "无"]
    if city == "maoming":
        assisted = {*exact.FULL, *exact.POOR, *exact.OTHER} - (
            {"orphan"} if int(row["年龄"]) >= 18 else set()
        )
    else:
        assisted = {
            WORDS["救助类型"][name]
            for name in (
                "特困",
                "孤儿",
                "低保",
                "低保边缘",
                "困境儿童",
                "精减退职",
                "困难职工",
                "因病致贫",
            )
        }
    answers = []
    for code in [c for c in codes if c in assisted] or ["none"]:
        year: exact.Year = (
            defaultdict(Fraction) if row["前案"] == UNKNOWN else _years(city, row["前案"])[1].copy()
        )
        visit = exact.Case(
            day=date.fromisoformat(row["日期"]),
            total=Fraction(row["总额"]),
            in_policy=Fraction(row["政策内"]),
            category=code,
            care=WORDS["医疗类别"][row["医疗类别"]],
            level=WORDS["级别"][row["级别"]],
            place=WORDS["就医地"][row["就医地"]],
            filing=WORDS["备案"][row["备案"]],
            others=Fraction(row["其他支付"]),
            basic_given=Fraction(row.get("基本给付", "0")),
            person_group=WORDS["人员类别"][row.get("人员类别", "成年")],
            age=int(row["年龄"]),
            stay_no=int(row.get("次数", "1")),
            years_enrolled=int(row.get("参保年数", "1")),
        )
        answers.append((exact.CITIES[REGIONS[city]](visit, year), year))
    return max(answers, key=lambda answer: answer[0].funds)


@pytest.mark.parametrize(("city", "case"), CASES, ids=str)
def test_second_working(city: str, case: str) -> None:
    """Right money, 6. The table agrees with the working in fractions, so a slip in a table is found
    before it is believed."""
    row, (paid, _) = CASES[city, case], _years(city, case)
    extra = "二次" if city == "maoming" else "倾斜"
    told = {
        "基本": paid.basic,
        "大病": paid.critical,
        "救助": paid.assistance,
        extra: paid.extra,
        "其他": paid.others,
        "个人": paid.own,
    }
    assert {column: Fraction(row[column]) for column in told} == told
    assert Fraction(row["总额"]) == paid.funds + paid.own


def test_enough_cases_and_as_many_negative() -> None:
    """At least sixty cases, negative ones in like number, the numbers unique."""
    paid = sum(heading == "应付" for city in REGIONS for heading, _ in tables(city))
    not_paid = sum(heading != "应付" for city in REGIONS for heading, _ in tables(city))
    assert paid >= 60
    assert not_paid >= 60
    assert len(CASES) + len(REFUSALS) == paid + not_paid
