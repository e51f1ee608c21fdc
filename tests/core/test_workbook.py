"""What came from outside is text in every workbook and csv of ours, headings and names too."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from medaid.dropped import cells, delimited
from medaid.dropped.annotated import RowVerdict, annotate
from medaid.dropped.answers import refusal
from medaid.dropped.problem import Problem
from medaid.dropped.table import REASON, RESULT, TableColumn, TableLimits, open_table
from medaid.money import Fen
from medaid.workbook import csv_line, shielded, workbook

MADE = datetime(2026, 3, 10, tzinfo=UTC)
LIVE = ['=HYPERLINK("http://x","a")', "+1+1", "-1+1", "@SUM(A1)", "＝1+1", "\t=1+1", "-12号"]


@pytest.mark.parametrize("text", LIVE)
def test_a_cell_of_a_workbook_is_text(text: str) -> None:
    """Right money, 39."""
    held = workbook("x", {"a": [[text, "名"], [text, Fen(-900)]]}, MADE)
    sheet = load_workbook(io.BytesIO(held))["a"]
    assert [(sheet.cell(n, 1).data_type, sheet.cell(n, 1).value) for n in (1, 2)] == [
        ("s", text),
        ("s", text),
    ]
    assert (sheet.cell(2, 2).data_type, Decimal(str(sheet.cell(2, 2).value))) == ("n", Decimal(-9))
    assert b"<f>" not in held


def test_what_a_workbook_cannot_hold_is_left_out() -> None:
    held = workbook("x", {"a/b:c" + "长" * 40: [["张\x00三\x0b", 1, None]]}, MADE)
    (sheet,) = load_workbook(io.BytesIO(held)).worksheets
    assert (sheet.cell(1, 1).value, len(sheet.title), sheet.title[:5]) == ("张三", 31, "a_b_c")


@pytest.mark.parametrize("text", LIVE)
def test_a_cell_of_a_csv_is_text(text: str) -> None:
    """Right money, 39."""
    assert shielded(text) == f"'{text}"
    assert cells.text(shielded(text.strip())) == text.strip()


@pytest.mark.parametrize("text", ["-9.00", "-", "1234.50", "张三", "2026-03-01", "440902", ""])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert shielded(text) == text


@pytest.mark.parametrize("text", ["11010519491231002X", "13800000000", "01"])
def test_long_numbers_stay_text(text: str) -> None:
    assert shielded(text) == f"{text}\t"


def lines(held: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(held.decode("utf-8-sig"), newline="")))


def test_headings_problems_and_file_names_of_an_answer_are_text() -> None:
    """Right money, 39. A heading of the region's own comes from outside, and so does a name in a
    manifest."""
    sent = "姓名,=1+1\r\n=cmd|' /C calc'!A0,@x\r\n".encode("utf-8-sig")
    seen = delimited.survey(io.BytesIO(sent))
    columns = (TableColumn("name", "姓名"),)
    table = open_table(io.BytesIO(sent), seen, columns, TableLimits(own_fields=3))
    into = io.BytesIO()
    verdicts = [RowVerdict(2, "退回", "=1+1:超过 200 字")]
    annotate(io.BytesIO(sent), seen, table, 2, verdicts, into)
    assert lines(into.getvalue()) == [
        ["姓名", "'=1+1", RESULT, REASON],
        ["'=cmd|' /C calc'!A0", "'@x", "退回", "'=1+1:超过 200 字"],
    ]
    told = refusal([Problem("FILE_FORM", "=HYPERLINK(1)", "缺少该列")])
    assert lines(told)[1] == ["'=HYPERLINK(1):缺少该列"]


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_no_cell_begins_as_a_formula(texts: list[str]) -> None:
    """Right money, 39."""
    for text in csv_line(texts):
        assert len(text) < 2 or text[0] not in "=+-@＝＋－＠" or text.replace(".", "")[1:].isdigit()


def test_a_cell_that_begins_with_a_line_break_is_no_formula_either() -> None:
    assert csv_line(["\n=1+1", "\r=1+1", "a\n=1+1"]) == ["'\n=1+1", "'\r=1+1", "a\n=1+1"]
