"""The file that goes back: the same one, with a result and a reason behind each row."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

import pytest
from openpyxl import load_workbook
from tests.dropped.builders import COLUMNS, HEADING, LINE, altered, csv_of, shared, workbook_of

from medaid.dropped.annotated import RowVerdict, annotate, filled_width
from medaid.dropped.delimited import survey
from medaid.dropped.sheets import column_index, column_letters
from medaid.dropped.table import REASON, RESULT, TableLimits, open_bytes, open_table

TITLE = ("拨款单", "7月")
BAD = ("2026-07-04", "拨2", "支出户", "x", "", "乙")


def answered(content: bytes, verdicts: Sequence[RowVerdict] = ()) -> bytes:
    seen = survey(io.BytesIO(content))
    table = open_table(io.BytesIO(content), seen, COLUMNS, TableLimits(own_fields=9))
    rows = list(table.rows)
    width = max(map(filled_width, rows), default=0)
    told = verdicts or [RowVerdict(row.number, "退回", f"原因{row.number}<&") for row in rows]
    held = io.BytesIO()
    annotate(io.BytesIO(content), seen, table, width, told, held)
    return held.getvalue()


def cells(book: bytes, sheet: str = "甲") -> list[tuple[object, ...]]:
    return [
        tuple("" if cell is None else cell for cell in row)
        for row in load_workbook(io.BytesIO(book))[sheet].iter_rows(values_only=True)
    ]


@pytest.mark.parametrize("form", ["inline", "shared", "prefixed", "utf-16"])
def test_a_workbook_comes_back_as_it_was(form: str) -> None:
    """Issue: the register people can use, 1: same format, all rows, their numbers and columns."""
    book = workbook_of(("甲", [TITLE, (), HEADING, LINE, (), BAD]))
    if form == "shared":
        book = shared(book)
    if form == "prefixed":
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        book = altered(
            book,
            lambda xml: re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml).replace(
                f'xmlns="{main}"', f'xmlns:x="{main}"'
            ),
        )
    if form == "utf-16":
        with zipfile.ZipFile(io.BytesIO(book)) as source:
            name = next(one for one in source.namelist() if one.endswith("sheet1.xml"))
            parts = {one: source.read(one) for one in source.namelist()}
        parts[name] = parts[name].decode().encode("utf-16")
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as target:
            for one, content in parts.items():
                target.writestr(one, content)
        book = held.getvalue()
    before, after = cells(book), cells(answered(book))
    assert [row[:6] for row in after] == before
    assert [row[6:] for row in after] == [
        ("", ""),
        ("", ""),
        (RESULT, REASON),
        ("退回", "原因4<&"),
        ("", ""),
        ("退回", "原因6<&"),
    ]


def test_other_parts_stay_as_they_are() -> None:
    book = workbook_of(("甲", [HEADING, LINE]))
    with (
        zipfile.ZipFile(io.BytesIO(book)) as before,
        zipfile.ZipFile(io.BytesIO(answered(book))) as after,
    ):
        assert before.namelist() == after.namelist()
        same = [name for name in before.namelist() if before.read(name) == after.read(name)]
        assert set(before.namelist()) - set(same) == {"xl/worksheets/sheet1.xml"}


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_wherever_a_read_ends(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    book = workbook_of(("甲", [TITLE, HEADING, LINE, BAD]))
    whole = answered(book)
    monkeypatch.setattr("medaid.dropped.sheets._CHUNK", chunk)
    assert cells(answered(book)) == cells(whole)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_file_comes_back_in_its_encoding(encoding: str) -> None:
    lines = ["拨款单", "", ",".join(HEADING), ",".join(LINE), ",,,,,", ",".join(BAD), ""]
    found = answered("\n".join(lines).encode(encoding)).decode(encoding).splitlines()
    assert found == [
        "拨款单",
        "",
        ",".join((*HEADING, RESULT, REASON)),
        ",".join((*LINE, "退回", "原因4<&")),
        ",,,,,",
        ",".join((*BAD, "退回", "原因6<&")),
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_columns_of_an_earlier_answer_give_way(form: str) -> None:
    """A mended answer that comes again is answered with one pair of columns, not with two."""
    book = workbook_of(("甲", [HEADING, LINE, BAD]))
    first = csv_of(",".join(LINE), ",".join(BAD)) if form == "csv" else book
    once = answered(first)
    told = [RowVerdict(2, "新增", ""), RowVerdict(3, "退回", "又")]
    twice = answered(once, told)
    if form == "csv":
        assert twice.decode("utf-8-sig").splitlines()[1:] == [
            ",".join((*LINE, "新增", "")),
            ",".join((*BAD, "退回", "又")),
        ]
    else:
        assert [row[6:] for row in cells(twice)] == [(RESULT, REASON), ("新增", ""), ("退回", "又")]


def test_a_column_behind_an_earlier_answer_stays() -> None:
    book = workbook_of(("甲", [(*HEADING, RESULT, REASON, "村"), (*LINE, "退回", "原因", "甲村")]))
    (head, row) = cells(answered(book, [RowVerdict(2, "新增", "")]))
    assert (head[6:], row[6:]) == (("", "", "村", RESULT, REASON), ("", "", "甲村", "新增", ""))
    assert open_bytes(answered(book), COLUMNS, TableLimits(own_fields=9)).header.own == {"村": 8}


def test_a_row_wider_than_the_heading_is_not_written_over() -> None:
    book = workbook_of(("甲", [HEADING, (*LINE, "", "多余"), BAD]))
    assert [row[6:] for row in cells(answered(book))] == [
        ("", "", RESULT, REASON),
        ("", "多余", "退回", "原因2<&"),
        ("", "", "退回", "原因3<&"),
    ]


@pytest.mark.parametrize(("letters", "index"), [("A", 0), ("Z", 25), ("AA", 26), ("XFD", 16383)])
def test_letters_of_columns(letters: str, index: int) -> None:
    assert (column_letters(index), column_index(f"{letters}7")) == (letters, index)


def test_a_verdict_over_no_row_is_a_fault() -> None:
    book = workbook_of(("甲", [HEADING, LINE]))
    with pytest.raises(AssertionError):
        answered(book, [RowVerdict(9, "退回", "")])
    with pytest.raises(AssertionError):
        answered(csv_of(",".join(LINE)), [RowVerdict(9, "退回", "")])


def test_a_declaration_in_a_sheet_is_refused() -> None:
    book = altered(
        workbook_of(("甲", [HEADING, LINE])), lambda xml: f'<!DOCTYPE x [<!ENTITY a "b">]>{xml}'
    )
    with pytest.raises(Exception, match=r"FILE_FORM|FILE_ENCODING"):
        answered(book)
