"""Workbooks that programs make: sizes stated wrongly, several sheets, hidden ones, cells without a
value, and archives made to take all memory."""

from __future__ import annotations

import re
import tracemalloc

import pytest
from tests.dropped.builders import HEADING, LINE, altered, opened, rows, shared, workbook_of

from medaid.dropped import archive, workbooks
from medaid.dropped.problem import FileRefused
from medaid.dropped.table import TableLimits

BOOK = workbook_of(("对账单", [HEADING, LINE, LINE, LINE]))

SHARED = shared(BOOK)
ATTRIBUTES = "".join(f'a{n}="" ' for n in range(500_000))


@pytest.mark.parametrize("stated", ["A1", "A1:F1", "A1:F2", "A1:D9", "A1:XFD1048576", "nonsense"])
def test_the_size_that_a_sheet_states_is_not_believed(stated: str) -> None:
    """Right money, 19."""
    book = altered(
        BOOK, lambda xml: re.sub(r'dimension ref="[^"]*"', f'dimension ref="{stated}"', xml)
    )
    assert len(rows(book)) == 3


def test_the_hidden_sheet_is_never_read() -> None:
    """Right money, 19."""
    old = [HEADING, ("2026-01-01", "旧1", "支出户", "4.00", "", "")]
    book = workbook_of(("上季度", old), ("本季度", [HEADING, LINE]), hidden=["上季度"])
    table = opened(book)
    assert (table.sheet, [row.cell("凭证号") for row in table.rows]) == ("本季度", ["拨1"])


def test_empty_sheets_beside_it_do_not_matter() -> None:
    book = workbook_of(("Sheet1", [HEADING, LINE]), ("Sheet2", []), ("Sheet3", [[None, " "]]))
    assert opened(book).sheet == "Sheet1"


def test_several_sheets_are_refused_by_name_unless_one_is_named() -> None:
    """Right money, 19."""
    book = workbook_of(*((f"{month}月", [HEADING, LINE]) for month in (7, 8, 9)))
    with pytest.raises(FileRefused) as refused:
        opened(book)
    assert "7月、8月、9月" in refused.value.sentence
    assert opened(book, sheet="8月").sheet == "8月"
    with pytest.raises(FileRefused):
        opened(book, sheet="10月")


def test_nothing_visible() -> None:
    with pytest.raises(FileRefused):
        opened(workbook_of(("a", []), ("b", [HEADING, LINE]), hidden=["b"]))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="D2"><f>1+1</f></c>', "没有计算结果"),
        ('<c r="D2"><f>1+1</f><v></v></c>', "没有计算结果"),
        ('<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "错误值"),
        ('<c r="D2" t="e"><v>#N/A</v></c>', "错误值"),
    ],
)
def test_a_cell_without_a_value_is_no_zero(cell: str, said: str) -> None:
    book = altered(BOOK, lambda xml: re.sub(r'<c r="D2".*?</c>', cell, xml))
    assert [(p.field, said in p.sentence) for p in rows(book)[0].problems] == [("收入", True)]


def test_a_formula_with_its_result_is_read() -> None:
    held = '<c r="D2"><f>2+3</f><v>5</v></c>'
    empty = '<c r="F2" t="str"><f>""</f><v></v></c>'
    book = altered(BOOK, lambda xml: re.sub(r'<c r="D2".*?</c>', held, xml))
    book = altered(book, lambda xml: re.sub(r'<c r="F2".*?</c>', empty, xml))
    (row, *_) = rows(book)
    assert (row.cell("收入"), row.cell("摘要"), row.problems) == ("5", "", ())


@pytest.mark.parametrize("value", ["110105194912310021", "1.1010519491231E+17", "1234567890123456"])
def test_a_number_longer_than_a_spreadsheet_holds_comes_as_damaged(value: str) -> None:
    """Eighteen digits stored as a number have lost their last ones: no reader takes the rest."""
    book = altered(
        BOOK, lambda xml: re.sub(r'<c r="B2".*?</c>', f'<c r="B2"><v>{value}</v></c>', xml)
    )
    assert re.fullmatch(r"\d(\.\d+)?E\+\d\d", rows(book)[0].cell("凭证号"))


def test_fifteen_digits_are_whole() -> None:
    book = altered(
        BOOK, lambda xml: re.sub(r'<c r="B2".*?</c>', '<c r="B2"><v>123456789012345</v></c>', xml)
    )
    assert rows(book)[0].cell("凭证号") == "123456789012345"


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace("<sheetData>", "<!DOCTYPE a [<!ENTITY b '9'>]><sheetData>"),
        lambda xml: '<!DOCTYPE a [<!ENTITY b "9">]>' + xml.replace("<v>9</v>", "<v>&b;</v>"),
        lambda xml: xml.replace("</sheetData>", ""),
        lambda xml: xml.replace('r="3"', 'r="99999999999"'),
        lambda xml: xml.replace('r="3"', 'r="1"', 1),
        lambda xml: xml.replace('r="A3"', 'r="ZZZZZZ3"'),
        lambda xml: xml.replace("<v>9</v>", "<v>99999</v>"),
    ],
)
def test_a_broken_sheet_is_refused_not_a_fault(change: object) -> None:
    with pytest.raises(FileRefused):
        rows(altered(SHARED, change))  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"PK\x03\x04", BOOK[:-200], BOOK[:800]])
def test_a_broken_archive_is_refused_not_a_fault(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        opened(content)
    assert refused.value.code == "FILE_ENCODING"


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(
            "</sheetData>", f'<row r="9">{"<c/>" * 3_000_000}</row></sheetData>'
        ),
        lambda xml: xml.replace("<sheetData>", f"<cols>{'<col/>' * 3_000_000}</cols><sheetData>"),
        lambda xml: xml.replace("<sheetData>", f"<cols {ATTRIBUTES}/><sheetData>"),
    ],
)
def test_an_archive_that_unpacks_without_end_is_not_held(change: object) -> None:
    """Right money, 20. A few kilobytes that would take the function's memory: refused while they
    unpack."""
    book = altered(BOOK, change)  # type: ignore[arg-type]
    assert len(book) < 2_000_000
    tracemalloc.start()
    try:
        with pytest.raises(FileRefused):
            rows(book)
        assert tracemalloc.get_traced_memory()[1] < 60 << 20
    finally:
        tracemalloc.stop()


def test_a_part_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_LARGEST_SHEET", 100)
    with pytest.raises(FileRefused) as refused:
        opened(BOOK)
    assert "解压" in refused.value.sentence


def test_too_many_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_MOST_STRINGS", 3)
    with pytest.raises(FileRefused):
        opened(SHARED)


def test_texts_in_a_table_of_their_own() -> None:
    assert [tuple(row.cells.values()) for row in rows(SHARED)] == [LINE] * 3


def merged(book: bytes, *ranges: str) -> bytes:
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    return altered(
        book,
        lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>"),
    )


def test_what_a_merged_cell_holds_stands_in_each_cell_that_it_covers() -> None:
    """Issue: the register people can use, 1. The account of three rows is merged into one cell, and
    runs on over rows without anything."""
    lines = [
        LINE,
        ("2026-07-04", "拨2", None, "6.00"),
        (None,),
        ("2026-07-05", "拨3", None, "7.00"),
    ]
    book = merged(workbook_of(("甲", [HEADING, *lines, (None, None, None, "  ")])), "C2:C6")
    assert [(row.number, row.cell("账户")) for row in rows(book)] == [
        (2, "支出户"),
        (3, "支出户"),
        (5, "支出户"),
    ]


def test_a_heading_in_two_lines() -> None:
    """Issue: the register people can use, 1. 金额 stands above 收入 and 支出; the other headings
    are merged over both lines."""
    above = ("日期", "凭证号", "账户", "金额", None, "摘要")
    below = (None, None, None, "收入", "支出", None)
    book = workbook_of(("甲", [("一月拨款",), above, below, LINE]))
    ranges = ("A1:F1", "A2:A3", "B2:B3", "C2:C3", "F2:F3", "D2:E2")
    (row,) = rows(merged(book, *ranges))
    assert (row.number, row.cell("收入"), row.cell("摘要")) == (4, "5.00", "甲")


@pytest.mark.parametrize(
    "ranges",
    [[f"A{n}:A{n + 1}" for n in range(1, 100_002)], [f"A1:A{n}" for n in range(10, 600)]],
    ids=["too many", "one over the other"],
)
def test_merged_cells_without_end(ranges: list[str]) -> None:
    with pytest.raises(FileRefused):
        rows(merged(workbook_of(("甲", [HEADING, LINE])), *ranges))


NOTES = ("说明", [("填表说明:",), ("日期为拨款日",), ("账户", "见附件")])


def test_a_sheet_of_notes_is_left_aside_where_the_reader_says_so() -> None:
    """Issue: the register people can use, 1. It is named, so that nobody wonders."""
    book = workbook_of(NOTES, ("数据", [HEADING, LINE]))
    table = opened(book, TableLimits(notes_aside=True))
    assert (table.sheet, table.aside, len(list(table.rows))) == ("数据", ("说明",), 1)
    with pytest.raises(FileRefused, match="FILE_FORM"):
        opened(book)


@pytest.mark.parametrize("second", [[HEADING, LINE], [LINE, LINE]], ids=["heading", "rows only"])
def test_a_second_sheet_of_data_is_never_left_aside(second: list[tuple[str, ...]]) -> None:
    book = workbook_of(("一", [HEADING, LINE]), ("二", second))
    with pytest.raises(FileRefused) as caught:
        opened(book, TableLimits(notes_aside=True))
    assert "一、二" in caught.value.sentence


def test_a_row_that_runs_far_beyond_the_heading_refuses_the_file() -> None:
    """Issue: the register people can use, bad input: a million columns."""
    with pytest.raises(FileRefused) as caught:
        rows(workbook_of(("甲", [HEADING, LINE, (*LINE, *[None] * 120, "x")])))
    assert caught.value.sentence == "第3行:列数比表头多 100 以上"
    (row,) = rows(workbook_of(("甲", [HEADING, (*LINE, None, "x")])))
    assert [problem.code for problem in row.problems] == ["FILE_FORM"]
