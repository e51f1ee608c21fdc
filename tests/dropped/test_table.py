"""Dropped tables, csv and xlsx, as rows: the heading found, rows numbered as a person counts them,
nothing skipped and nothing misread in silence."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest
from tests.dropped.builders import COLUMNS, HEADING, LINE, csv_of, opened, rows, workbook_of

from medaid.dropped import delimited
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.table import TableLimits, open_table

OTHER = ("2026-07-04", "拨2", "支出户", "7.01", "", "乙")


def numbers(content: bytes) -> list[int]:
    return [row.number for row in rows(content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_in_each_encoding(encoding: str) -> None:
    content = csv_of(",".join(LINE)).decode("utf-8-sig").encode(encoding)
    (row,) = rows(content)
    assert tuple(row.cells.values()) == LINE
    assert (row.number, row.problems) == (2, ())


def test_the_heading_stands_below_title_rows() -> None:
    """Titles and dates above it are no rows; the numbers are those that a person sees."""
    title = "茂名市 2026 年三季度对账单,,,,,\n单位:元,,,,,\n,,,,,\n".encode()
    content = title + csv_of(",".join(LINE), ",,,,,", ",".join(OTHER)).removeprefix(b"\xef\xbb\xbf")
    assert [(row.number, row.cell("凭证号")) for row in rows(content)] == [(5, "拨1"), (7, "拨2")]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbf", b"\n\n,,\n", b"a,b\n1,2\n", ("x\n" * 30).encode() + csv_of()],
)
def test_no_heading(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        opened(content)
    assert refused.value.code == "FILE_FORM"


def test_blank_lines_are_no_rows_and_keep_their_number() -> None:
    """A spreadsheet leaves `,,,,` behind."""
    assert numbers(csv_of(",,,,,", ",".join(LINE), " ,\t,,,,", ",".join(OTHER), ",,,,,")) == [3, 5]


def test_a_cell_with_a_line_break_is_one_row() -> None:
    content = csv_of('2026-07-03,拨1,支出户,5.00,,"甲\r\n乙"', ",".join(OTHER))
    first, second = rows(content)
    assert [problem.field for problem in first.problems] == ["摘要"]
    assert (second.number, second.problems) == (3, ())


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ('2026-07-03,拨1,支出户,5.00,,"甲\n2026-07-04,拨2,支出户,7.01,,乙', 2),
        ('2026-07-03,拨1,支出户,5.00,,甲\n2026-07-04,拨2,支出户,7.01,,"乙"丙', 3),
    ],
)
def test_a_broken_quote_names_its_row(line: str, row: int) -> None:
    """The rest of the file would be one cell, and be lost without a word."""
    with pytest.raises(FileRefused) as refused:
        rows(csv_of(line))
    assert refused.value.problems[0].row == row
    assert f"第{row}行" in refused.value.sentence


def test_more_cells_than_the_heading_are_refused() -> None:
    """Thousands without quotes shift every cell behind them."""
    (row,) = rows(csv_of("2026-07-03,拨1,支出户,1,234.00,,甲"))
    assert [problem.code for problem in row.problems] == ["FILE_FORM"]


def test_content_under_an_empty_heading_is_refused() -> None:
    heading = ",".join(["", *HEADING])
    first, second = rows(f"{heading}\nx,{','.join(LINE)}\n,{','.join(OTHER)}\n".encode())
    assert (first.problems[0].field, second.problems) == ("第1列", ())


@pytest.mark.parametrize("width", [300_000, 2_000_000])
def test_a_row_of_endless_commas_is_not_held(width: int) -> None:
    """Right money, 38."""
    with pytest.raises(FileRefused):
        rows(csv_of("," * width))


def test_a_row_of_endless_lines_is_not_held() -> None:
    with pytest.raises(FileRefused):
        rows(csv_of('"a\n",' * 100_000))


def test_too_many_rows_and_too_many_bytes() -> None:
    content = csv_of(*[",".join(LINE)] * 3)
    assert len(rows(content, TableLimits(rows=3))) == 3
    with pytest.raises(FileRefused):
        rows(content, TableLimits(rows=2))
    with pytest.raises(FileRefused):
        opened(content, TableLimits(bytes=len(content) - 1))


def test_required_and_too_long_cells_are_told_with_their_heading() -> None:
    (row,) = rows(csv_of(f",拨1,,5.00,,{'甲' * 201}"))
    assert [(p.code, p.field) for p in row.problems] == [
        ("FIELD_REQUIRED", "日期"),
        ("FIELD_REQUIRED", "账户"),
        ("FIELD_TOO_LONG", "摘要"),
    ]


def test_columns_nobody_described_are_kept_or_left_aside() -> None:
    content = f"{','.join(HEADING)},余额\n{','.join(LINE)},12.00\n".encode()
    assert rows(content)[0].own == {}
    assert rows(content, TableLimits(own_fields=1))[0].own == {"余额": "12.00"}
    with pytest.raises(FileRefused):
        rows(content, TableLimits(own_fields=0))


def test_a_workbook_reads_as_its_csv_does() -> None:
    day = datetime(2026, 7, 3)  # noqa: DTZ001 (as a workbook has it)
    lines: list[tuple[Any, ...]] = [
        HEADING,
        (day, "拨1", "支出户", 5, None, "甲"),
        (day, "拨2", "支出户", 0.1 + 0.2, 1234.5, None),
        (date(2026, 7, 4), "拨3", "支出户", "1,234.50", None, True),
    ]
    found = rows(workbook_of(("对账单", lines)))
    assert [tuple(row.cells.values()) for row in found] == [
        ("2026-07-03", "拨1", "支出户", "5", "", "甲"),
        ("2026-07-03", "拨2", "支出户", "0.3", "1234.5", ""),
        ("2026-07-04", "拨3", "支出户", "1,234.50", "", "TRUE"),
    ]
    assert [row.number for row in found] == [2, 3, 4]


def test_a_stream_that_cannot_seek() -> None:
    """S3 answers one: a workbook is read from its end, so it is spooled."""

    class Body(io.BytesIO):
        def seekable(self) -> bool:
            return False

    content = workbook_of(("a", [HEADING, LINE]))
    seen = delimited.survey(Body(content))
    table = open_table(Body(content), seen, COLUMNS, TableLimits())
    assert (table.sheet, len(list(table.rows))) == ("a", 1)


def test_the_text_of_a_refusal_holds_no_value() -> None:
    """It may come to stand in a log; the sentence is for the sender."""
    refusal = FileRefused(Problem("FIELD_FORMAT", "姓名", "不符").at(7, "7月", "张三"))
    assert "张三" not in f"{refusal!s}{refusal!r}{refusal.problems!r}{refusal.args}"
    assert refusal.sentence == "工作表 7月 第7行 姓名“张三”:不符"
