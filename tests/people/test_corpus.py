"""Files that offices damage, over both formats and encodings, with the verdict for every row
(corpus.txt, which an officer can read); and files that chance makes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.dropped.builders import workbook_of
from tests.people.conftest import Department, roster_row
from tests.people.samples import NOW, certno

from medaid.aws.settings import settings as installation
from medaid.dropped import delimited
from medaid.dropped.table import REASON, RESULT
from medaid.people import intake, service, store

FORMS: Final = {"utf-8": ".csv", "gb18030": ".csv", "xlsx": ".xlsx"}
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")
MARKS: Final = {"␣": " ", "→": "\t", "⏎": "\n", "〔自造〕": "\ue000", "〔旧字〕": "\ue863"}


@dataclass(frozen=True)
class Case:
    """A line of the corpus."""

    name: str
    file: str
    rows: tuple[str, ...]
    verdicts: tuple[str, ...]


def cases() -> list[Case]:
    text = Path(__file__).with_name("corpus.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = []
    for line in lines:
        name, file, rows, verdicts = (part.strip() for part in line.split("|"))
        found.append(Case(name, file, tuple(rows.split(" / ")), tuple(verdicts.split(" / "))))
    return found


CASES: Final = cases()


def row_of(text: str, serial: int) -> dict[str, str]:
    row = roster_row(serial)
    for change in [] if text.strip() == "原样" else text.strip().split(";"):
        heading, _, cell = change.partition("=")
        row[heading] = _cell(cell, row[heading])
    return row


def _cell(cell: str, before: str) -> str:
    made = {
        "空": "",
        "同1": certno(1),
        "全角": before.translate({0x30 + n: 0xFF10 + n for n in range(10)}),
        "有空格": f"{before[:6]} {before[6:]} ",
        "撇号": f"'{before}",
        "超长": "甲" * 201,
    }
    for mark, meant in MARKS.items():
        cell = cell.replace(mark, meant)
    return made.get(cell, cell)


def lines_of(case: Case) -> tuple[list[list[str]], list[int]]:
    """The lines of the file, and the number in it of each row."""
    rows = [row_of(text, serial) for serial, text in enumerate(case.rows, 1)]
    option, _, value = case.file.partition("=")
    headings = list(rows[0])
    if option == "倒序":
        headings.reverse()
    if option == "省略":
        headings = [one for one in headings if one not in value.split("、")]
    body = [[row[heading] for heading in headings] for row in rows]
    head = list(headings)
    if option == "改名":
        old, _, new = value.replace("␣", " ").partition(":")
        head = [new if one == old else one for one in head]
    if option == "自有":
        head, body = [*head, value], [[*row, "甲"] for row in body]
    if option == "必填标记":
        head = [f"*{one}(必填)" for one in head]
    if option == "结果列":
        head = [*head, RESULT, REASON]
        body = [[*row, "退回", "姓名:必填"] for row in body]
    if option == "多一格":
        body = [[*row, "多"] for row in body]
    if option == "多百格":
        body[-1] = [*body[-1], *[""] * 120, "多"]
    above = {"标题": [["茂名市低保对象名册"], ["2026年3月", "单位:人"]]}.get(option, [])
    lines = [*above, head, *body]
    if option == "空行":
        lines = [*above, head, *(line for row in body for line in (row, []))]
    if option == "末尾空行":
        lines += [[""] * len(head)] * 3
    if option == "无表头":
        lines = body
    if option == "空文件":
        lines = []
    numbers = [number for number, line in enumerate(lines, 1) if line in body and any(line)]
    return lines, numbers


def file_of(lines: Sequence[Sequence[str]], form: str) -> bytes:
    if form == "xlsx":
        return workbook_of(("名册", [[cell or None for cell in line] for line in lines]))
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8-sig" if form == "utf-8" else form)


def emptied(tables: Any) -> None:
    """Nobody and nothing is known any more, and nothing was told."""
    for name in ("people", "outbox"):
        for item in tables.items(name):
            key = {"pk": item["pk"], "sk": item["sk"]}
            tables.client.delete_item(TableName=installation().tables[name], Key=key)


def answered(
    department: Department, name: str, ending: str, numbers: Iterable[int]
) -> list[tuple[str, str]]:
    """Result and reason in the file that came back, at the numbers of its rows."""
    body = department.raw(f"{name}.feedback{ending}")
    if ending == ".xlsx":
        sheet = load_workbook(io.BytesIO(body)).active
        lines = [[cell or "" for cell in line] for line in sheet.iter_rows(values_only=True)]
    else:
        encoding = delimited.survey(io.BytesIO(body)).encoding
        lines = list(csv.reader(io.StringIO(body.decode(encoding), newline="")))
    head = next(line for line in lines if RESULT in line)
    result, reason = head.index(RESULT), head.index(REASON)
    return [(str(lines[n - 1][result]), str(lines[n - 1][reason])) for n in numbers]


def test_the_corpus_is_large_enough() -> None:
    """Issue: the register people can use, it must show."""
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("form", FORMS)
def test_every_row_has_its_verdict(form: str, department: Department, tables: Any) -> None:
    """Issue: the register people can use, it must show. In each form the same; accepted and
    returned are as many as were read, and the file that comes back says so row by row."""
    wrong = []
    for number, case in enumerate(CASES):
        emptied(tables)
        lines, numbers = lines_of(case)
        if form == "gb18030" and _PRIVATE.search("".join(map("".join, lines))):
            continue  # the encoding has no such character of its own
        name, ending = f"f{number}", FORMS[form]
        key = department.lay(file_of(lines, form), name, ending, rows=len(case.rows))
        report = intake.take_in(key, NOW)
        wrong += [
            f"{case.name}: {one}" for one in _wrong(case, report, department, name, numbers, ending)
        ]
    assert wrong == []


def _wrong(
    case: Case,
    report: intake.Report,
    department: Department,
    name: str,
    numbers: list[int],
    ending: str,
) -> list[object]:
    """What is not as the corpus says."""
    said = department.summary(name)["sentence"]
    if case.verdicts[0].startswith("整退:"):
        whole = case.verdicts[0].removeprefix("整退:")
        return [] if report.state == "refused" and whole in said else [said]
    if report.state != "taken_in" or sum(report.counts.values()) != len(case.rows):
        return [said]
    told = answered(department, name, ending, numbers)
    meant = [wanted.partition(":") for wanted in case.verdicts]
    return [
        one
        for one, (result, _, part) in zip(told, meant, strict=True)
        if one[0] != result or part.format(None, *numbers) not in one[1]
    ]


CELLS: Final = st.one_of(
    st.sampled_from(["", " ", "张三", "李四", "男", "女", "2024-01-01", "=1+1", "低保", "3.2E+17"]),
    st.text(
        st.characters(codec="gb18030", exclude_categories=["Cs", "Co"], exclude_characters="\x00"),
        max_size=6,
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    form=st.sampled_from(list(FORMS)),
    damage=st.lists(
        st.dictionaries(st.sampled_from(list(roster_row(1))), CELLS, max_size=3),
        min_size=1,
        max_size=6,
    ),
)
def test_files_that_chance_makes(
    form: str, damage: list[dict[str, str]], department: Department, tables: Any
) -> None:
    """Accepted and returned are as many as were read, whatever stands in the cells."""
    emptied(tables)
    rows = [roster_row(n) | change for n, change in enumerate(damage, 1)]
    rows = [{heading: _storable(cell) for heading, cell in row.items()} for row in rows]
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    ending = FORMS[form]
    key = department.lay(file_of(lines, form), "chance", ending, rows=len(rows))
    report = intake.take_in(key, NOW)
    assert report.state == "taken_in", department.summary("chance")
    assert sum(report.counts.values()) == len(rows)
    told = answered(department, "chance", ending, range(2, len(rows) + 2))
    returned = [reason for result, reason in told if result == "退回"]
    assert len(returned) == report.counts["refused"]
    assert all(returned)


def _storable(cell: str) -> str:
    """Without what no spreadsheet holds."""
    return "".join(letter for letter in cell if letter >= " " and letter not in "\ufffe\uffff")


def register(tables: Any) -> list[Any]:
    """All that the register says, without how it numbers people and rows."""
    people = {}
    for serial in range(1, 6):
        psn_no = store.person_of("01", certno(serial))
        if psn_no is None:
            continue
        file = service.load(psn_no, 2026)
        person = file.person
        people[serial] = (
            person.name, person.sex, person.mobile, person.home_address, dict(person.extra),
            sorted((i.category, i.admdvs, i.start, i.end, i.act) for i in file.identities),
            sorted(
                (v.category, v.admdvs, v.start, v.end, v.act)
                for v in store.identity_versions(psn_no)
            ),
        )  # fmt: skip
    return sorted(people.items())


CHANGES: Final = st.fixed_dictionaries(
    {},
    optional={
        "姓名": st.sampled_from(["张三", "李四", "张·三"]),
        "救助类型": st.sampled_from(["低保", "特困", "孤儿", "临时救助", "贫困"]),
        "身份认定时间": st.sampled_from(["2024-01-01", "2024-03-01", "2025-01-01"]),
        "身份终止时间": st.sampled_from(["", "2024-02-28", "2024-12-31"]),
        "手机号码": st.sampled_from(["", "13800000001", "13800000002"]),
        "救助身份认定地区": st.sampled_from(["440902", "440904"]),
    },
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.data(),
    chosen=st.lists(st.tuples(st.integers(1, 3), CHANGES), min_size=2, max_size=7),
)
def test_rows_in_any_order_give_the_same_register(
    data: Any, chosen: list[tuple[int, dict[str, str]]], department: Department, tables: Any
) -> None:
    """Issue: the register people can use, it must show. Equal rows but for who is the first of
    them, the same rows are taken and the register says the same."""
    rows = [roster_row(serial) | change for serial, change in chosen]
    shuffled = data.draw(st.permutations(rows))
    assert taken_in(rows, department, tables) == taken_in(shuffled, department, tables)


@pytest.mark.parametrize(
    "changes",
    [
        ({}, {"手机号码": ""}),
        ({}, {"姓名": "张·三"}),
        ({}, {"姓名": "张·三"}, {"救助类型": "特困"}),
        ({}, {"手机号码": ""}, {"救助类型": "特困", "手机号码": ""}),
        ({"姓名": "张·三", "手机号码": ""}, {"救助身份认定地区": "440904"}),
        ({"手机号码": ""}, {}, {"手机号码": "13900000000"}),
        ({"手机号码": ""}, {}, {"身份终止时间": "2024-12-31", "手机号码": ""}),
        ({"手机号码": "", "村(居)委会": "甲"}, {"村(居)委会": "", "居住地址": ""}),
    ],
)
def test_repetitions_in_any_order_give_the_same_register(
    changes: tuple[dict[str, str], ...], department: Department, tables: Any
) -> None:
    """Issue: the register people can use, 2. What a repeated row alone states is kept."""
    rows = [roster_row(1) | change for change in changes]
    first = taken_in(rows, department, tables)
    for order in permutations(rows):
        assert taken_in(order, department, tables) == first


def taken_in(
    rows: Sequence[dict[str, str]], department: Department, tables: Any
) -> tuple[Any, ...]:
    """What became of the rows of one file and what the register then says."""
    emptied(tables)
    report = department.drop(list(rows), now=NOW)
    return report.counts, report.codes, register(tables)
