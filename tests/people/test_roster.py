"""Rows of rosters and enrolment files: as many that hold as that do not, each problem named by its
heading (J7, J9, J10)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.samples import ENROLMENT, NOW, ROSTER, certno

from medaid.dropped.columns import is_blank
from medaid.dropped.problem import FileRefused
from medaid.dropped.table import REASON, RESULT, Header, header
from medaid.dropped.workbooks import SheetLine
from medaid.instants import civil_date
from medaid.people.catalogue import catalogue
from medaid.people.manifest import Manifest
from medaid.people.model import Identity, Insurance
from medaid.people.roster import Checks, RosterRow

FEMALE = certno(1, male=False)
LONG_AGO = certno(1, birth="18900101")
UNBORN = certno(1, birth="20270101")
CHILD = certno(1, birth="20250601")


def headed(headings: list[str], kind: str = "roster") -> Header:
    return header(headings, catalogue().columns[kind], catalogue().limits.table)


def checked(
    headings: list[str],
    cells: list[str],
    kind: str = "roster",
    sender: str = "maoming-civil-affairs",
    admdvs: str = "440900",
) -> RosterRow | tuple[Any, ...]:
    told = Manifest(catalogue().senders[sender], kind, "x.csv", "2026-03", 1, "0" * 64, admdvs)
    row = headed(headings, kind).row(SheetLine(2, cells, {}))
    return Checks(catalogue(), told, NOW, civil_date(NOW)).read(row)


def read(facts: dict[str, str], **where: Any) -> RosterRow | tuple[Any, ...]:
    return checked(list(facts), list(facts.values()), **where)


def identity(entry: RosterRow | tuple[Any, ...]) -> Identity:
    assert isinstance(entry, RosterRow), entry
    assert isinstance(entry.entry, Identity)
    return entry.entry


HOLD: list[tuple[str, dict[str, str], tuple[str, Any]]] = [
    ("as it is", {}, ("category", "subsistence_allowance")),
    ("national code", {"救助类型": "2303"}, ("category", "subsistence_allowance")),
    ("national code with zeros", {"救助类型": "02304"}, ("category", "destitute_support")),
    ("reported code is kept", {"救助类型": "236022"}, ("national_code", "236022")),
    (
        "wording of the region",
        {"救助类型": "在册建档立卡扶贫对象", "救助类型确定部门": "乡村振兴局"},
        ("category", "registered_poor"),
    ),
    ("full width wording", {"救助类型": "特困人员（集中）"}, ("category", "destitute_support")),
    ("blanks in the wording", {"救助类型": " 低保 边缘 家庭 "}, ("category", "low_income_edge")),
    ("department in short", {"救助类型确定部门": "民政"}, ("department", "civil_affairs")),
    ("region by name", {"救助身份认定地区": "茂名市高州市"}, ("admdvs", "440981")),
    ("region is the city", {"救助身份认定地区": "440900"}, ("admdvs", "440900")),
    ("date with slashes", {"身份认定时间": "2024/3/1"}, ("start", date(2024, 3, 1))),
    ("date in one", {"身份认定时间": "20240301"}, ("start", date(2024, 3, 1))),
    ("date in Chinese", {"身份认定时间": "2024年3月1日"}, ("start", date(2024, 3, 1))),
    ("date with dots", {"身份认定时间": "2024.03.01"}, ("start", date(2024, 3, 1))),
    ("date with midnight", {"身份认定时间": "2024-03-01 00:00:00"}, ("start", date(2024, 3, 1))),
    ("29 February", {"身份认定时间": "2024-02-29"}, ("start", date(2024, 2, 29))),
    ("a little ahead", {"身份认定时间": "2026-04-01"}, ("start", date(2026, 4, 1))),
    ("the earliest", {"身份认定时间": "1980-01-01"}, ("start", date(1980, 1, 1))),
    ("ends the day it begins", {"身份终止时间": "2024-01-01"}, ("end", date(2024, 1, 1))),
    ("ends in the future", {"身份终止时间": "2030-12-31"}, ("end", date(2030, 12, 31))),
    ("open by convention", {"身份终止时间": "9999-12-31"}, ("end", None)),
    ("open by another", {"身份终止时间": "2099-12-31"}, ("end", None)),
    ("sex as a code", {"性别": "1"}, ("end", None)),
    ("a woman", {"性别": "女", "证件号码": FEMALE}, ("end", None)),
    ("certificate as a code", {"证件类型": "1"}, ("end", None)),
    ("passport", {"证件类型": "护照", "证件号码": "E12345678"}, ("end", None)),
    ("no mobile", {"手机号码": ""}, ("end", None)),
    ("land line", {"手机号码": "0668-2912345"}, ("end", None)),
    ("mobile with blanks", {"手机号码": "138 0000 0000"}, ("end", None)),
    ("no address", {"户籍地址": "", "居住地址": ""}, ("end", None)),
    ("a minority name", {"姓名": "买买提·阿不都热合曼"}, ("end", None)),
    ("a foreign name", {"姓名": "Anne-Marie O'Neil"}, ("end", None)),
    ("blank in the name", {"姓名": "张 三"}, ("end", None)),
    ("born as the number says", {"出生日期": "1980-01-01"}, ("end", None)),
    ("own field", {"民族": "汉"}, ("end", None)),
    ("illness, by wording", {"救助类型": "因病致贫家庭重病患者"}, ("category", "illness_poor")),
    (
        "orphan",
        {"救助类型": "散居孤儿", "证件号码": CHILD, "身份认定时间": "2025-07-01"},
        ("category", "orphan"),
    ),
]

FAIL: list[tuple[str, dict[str, str], str, str]] = [
    ("number off by one", {"证件号码": certno(1)[:-1] + "0"}, "CERTNO", "证件号码"),
    ("number made scientific", {"证件号码": "3.2E+17"}, "CERTNO", "证件号码"),
    ("number too short", {"证件号码": "4409021980"}, "CERTNO", "证件号码"),
    ("nobody is that old", {"证件号码": LONG_AGO}, "CERTNO", "证件号码"),
    ("not yet born", {"证件号码": UNBORN, "身份认定时间": "2026-03-01"}, "CERTNO", "证件号码"),
    ("sex against the number", {"性别": "女"}, "FIELD_FORMAT", "性别"),
    ("sex unknown word", {"性别": "男女"}, "CODE_UNKNOWN", "性别"),
    ("born otherwise", {"出生日期": "1981-01-01"}, "FIELD_FORMAT", "出生日期"),
    ("certificate unknown", {"证件类型": "驾照"}, "CODE_UNKNOWN", "证件类型"),
    ("no name", {"姓名": " "}, "FIELD_REQUIRED", "姓名"),
    ("number in the name", {"姓名": "张三2"}, "FIELD_FORMAT", "姓名"),
    ("formula in the name", {"姓名": "=1+1"}, "FIELD_FORMAT", "姓名"),
    ("endless name", {"姓名": "张" * 51}, "FIELD_TOO_LONG", "姓名"),
    ("line break in an address", {"户籍地址": "甲村\n乙组"}, "FIELD_FORMAT", "户籍地址"),
    ("no sex", {"性别": ""}, "FIELD_REQUIRED", "性别"),
    ("no number", {"证件号码": ""}, "FIELD_REQUIRED", "证件号码"),
    ("no category", {"救助类型": ""}, "FIELD_REQUIRED", "救助类型"),
    ("unknown category", {"救助类型": "困难"}, "CODE_UNKNOWN", "救助类型"),
    ("code of two meanings", {"救助类型": "236103"}, "CODE_UNKNOWN", "救助类型"),
    ("code for premiums only", {"救助类型": "994003"}, "CODE_UNKNOWN", "救助类型"),
    ("code of risk removed", {"救助类型": "230208"}, "CODE_UNKNOWN", "救助类型"),
    ("wording of another region", {"救助类型": "7019"}, "CODE_UNKNOWN", "救助类型"),
    ("another department's category", {"救助类型": "优抚对象"}, "FORBIDDEN", "救助类型"),
    ("no department", {"救助类型确定部门": ""}, "FIELD_REQUIRED", "救助类型确定部门"),
    ("another department", {"救助类型确定部门": "残联"}, "FORBIDDEN", "救助类型确定部门"),
    ("two departments", {"救助类型确定部门": "民政、残联"}, "CODE_UNKNOWN", "救助类型确定部门"),
    ("no region", {"救助身份认定地区": ""}, "FIELD_REQUIRED", "救助身份认定地区"),
    ("unknown region", {"救助身份认定地区": "某区"}, "CODE_UNKNOWN", "救助身份认定地区"),
    ("another city", {"救助身份认定地区": "320102"}, "FORBIDDEN", "救助身份认定地区"),
    ("the province", {"救助身份认定地区": "440000"}, "FORBIDDEN", "救助身份认定地区"),
    ("no start", {"身份认定时间": ""}, "FIELD_REQUIRED", "身份认定时间"),
    ("no such day", {"身份认定时间": "2023-02-29"}, "FIELD_FORMAT", "身份认定时间"),
    ("month only", {"身份认定时间": "2024-03"}, "FIELD_FORMAT", "身份认定时间"),
    ("year behind", {"身份认定时间": "1/3/2024"}, "FIELD_FORMAT", "身份认定时间"),
    ("serial number of a spreadsheet", {"身份认定时间": "45352"}, "FIELD_FORMAT", "身份认定时间"),
    ("before birth", {"身份认定时间": "1979-12-31"}, "DATE_ORDER", "身份认定时间"),
    (
        "before the republic",
        {"证件号码": certno(1, birth="19400101"), "身份认定时间": "1949-09-30"},
        "FIELD_FORMAT",
        "身份认定时间",
    ),
    ("far ahead", {"身份认定时间": "2026-06-11"}, "DATE_FUTURE", "身份认定时间"),
    ("reversed", {"身份终止时间": "2023-12-31"}, "DATE_ORDER", "身份终止时间"),
    ("end absurd", {"身份终止时间": "2062-01-01"}, "FIELD_FORMAT", "身份终止时间"),
    ("mobile made scientific", {"手机号码": "1.38E+10"}, "FIELD_FORMAT", "手机号码"),
    ("mobile too short", {"手机号码": "13800"}, "FIELD_FORMAT", "手机号码"),
    ("endless address", {"户籍地址": "村" * 201}, "FIELD_TOO_LONG", "户籍地址"),
    ("endless own field", {"民族": "汉" * 201}, "FIELD_TOO_LONG", "民族"),
]


@pytest.mark.parametrize(
    ("facts", "said"), [case[1:] for case in HOLD], ids=[case[0] for case in HOLD]
)
def test_holds(facts: dict[str, str], said: tuple[str, Any]) -> None:
    sender = (
        "maoming-rural-revitalisation"
        if "乡村" in facts.get("救助类型确定部门", "")
        else "maoming-civil-affairs"
    )
    assert getattr(identity(read(ROSTER | facts, sender=sender)), said[0]) == said[1]


@pytest.mark.parametrize(
    ("facts", "code", "heading"), [case[1:] for case in FAIL], ids=[case[0] for case in FAIL]
)
def test_goes_back(facts: dict[str, str], code: str, heading: str) -> None:
    problems = read(ROSTER | facts)
    assert not isinstance(problems, RosterRow)
    assert [(problem.code, problem.field) for problem in problems] == [(code, heading)]


def test_as_many_bad_as_good() -> None:
    assert len(FAIL) >= len(HOLD) - 1


def test_all_problems_of_a_row_at_once() -> None:
    """J9: the sender mends a row once."""
    problems = read(
        ROSTER
        | {
            "姓名": "",
            "性别": "?",
            "证件号码": "3.2E+17",
            "救助类型": "穷",
            "身份认定时间": "昨天",
            "救助身份认定地区": "火星",
        }
    )
    assert not isinstance(problems, RosterRow)
    assert {problem.field for problem in problems} == {
        "姓名",
        "性别",
        "证件号码",
        "救助类型",
        "身份认定时间",
        "救助身份认定地区",
    }


ENROLMENTS_HOLD: list[dict[str, str]] = [
    {},
    {"险种": "职工医保"},
    {"参保状态": "暂停"},
    {"人员类别": "大学生"},
    {"参保开始": "2019/9/1"},
    {"参保状态": "4", "参保结束": "2026-02-28"},
    {"参保地": "茂南区"},
]
ENROLMENTS_FAIL: list[tuple[dict[str, str], str, str]] = [
    ({"险种": "车险"}, "CODE_UNKNOWN", "险种"),
    ({"参保状态": "好"}, "CODE_UNKNOWN", "参保状态"),
    ({"人员类别": "学生会"}, "CODE_UNKNOWN", "人员类别"),
    ({"参保开始": ""}, "FIELD_REQUIRED", "参保开始"),
    ({"参保状态": "4"}, "FIELD_REQUIRED", "参保结束"),
    ({"参保地": "450100"}, "FORBIDDEN", "参保地"),
    ({"参保结束": "2023-12-31"}, "DATE_ORDER", "参保结束"),
]


@pytest.mark.parametrize("facts", ENROLMENTS_HOLD)
def test_enrolment_holds(facts: dict[str, str]) -> None:
    entry = read(ENROLMENT | facts, kind="enrolment", sender="maoming-medical-security")
    assert isinstance(entry, RosterRow), entry
    assert isinstance(entry.entry, Insurance)


@pytest.mark.parametrize(("facts", "code", "heading"), ENROLMENTS_FAIL)
def test_enrolment_goes_back(facts: dict[str, str], code: str, heading: str) -> None:
    problems = read(ENROLMENT | facts, kind="enrolment", sender="maoming-medical-security")
    assert not isinstance(problems, RosterRow)
    assert [(problem.code, problem.field) for problem in problems] == [(code, heading)]


def test_the_same_words_in_two_regions() -> None:
    """J10: children without de facto support are counted as orphans where the city says so."""
    where = {"救助类型": "事实无人抚养儿童", "证件号码": CHILD, "身份认定时间": "2025-07-01"}
    nanjing = ROSTER | where | {"救助身份认定地区": "320102"}
    assert (
        identity(read(nanjing, sender="nanjing-civil-affairs", admdvs="320100")).category
        == "child_in_difficulty"
    )
    assert catalogue().category("事实无人抚养儿童", "320205").code == "orphan"


def test_header_in_any_order_with_marks() -> None:
    """Columns are found by heading, whatever order, width or mark; an alias counts."""
    facts = {f" {heading}* ": cell for heading, cell in reversed(ROSTER.items())}
    facts["身份证号码"] = facts.pop(" 证件号码* ")
    assert identity(read(facts)).category == "subsistence_allowance"


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        ([heading for heading in ROSTER if heading != "救助类型"], "救助类型:缺少该列"),
        (["a", "b"], "姓名:缺少该列"),
        ([*ROSTER, "身份证号"], "证件号码:该列重复"),
        ([*ROSTER, "民族", "民族"], "自有字段重名"),
        ([*ROSTER, *(f"字段{n}" for n in range(31))], "多于 30 个"),
        (["\t".join(ROSTER)], "姓名:缺少该列"),
    ],
)
def test_header_refused(headings: list[str], said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        headed(headings)
    assert said in ";".join(map(str, refused.value.problems))


def test_header_of_the_answer_is_accepted() -> None:
    """Blank headings and the columns of an answer are no fields."""
    found = headed([*ROSTER, RESULT, REASON, "", " "])
    assert found.own == {}


def test_too_many_and_too_few_cells() -> None:
    short = checked(list(ROSTER), list(ROSTER.values())[:-1])
    assert not isinstance(short, RosterRow)
    assert [p.code for p in short] == ["FIELD_REQUIRED"]
    assert isinstance(checked(list(ROSTER), [*ROSTER.values(), "", " "]), RosterRow)
    long = checked(list(ROSTER), [*ROSTER.values(), "x"])
    assert not isinstance(long, RosterRow)
    assert [p.code for p in long] == ["FILE_FORM"]
    assert is_blank(["", " \t", "\u3000"])
    assert not is_blank(["", "0"])


@given(st.lists(st.text(max_size=30), min_size=12, max_size=14))
def test_no_row_breaks_it(cells: list[str]) -> None:
    """Whatever stands in a row: an entry or problems, never an exception."""
    outcome = checked(list(ROSTER), cells)
    assert isinstance(outcome, RosterRow) or all(str(problem) for problem in outcome)
