"""What a cell stands for: as many that are refused as that are read; nothing is taken as zero."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.dropped import cells
from medaid.money import Fen


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 张三\u3000", "张三"),
        ('="张三"', "张三"),
        ('=""', ""),
        ("'2024-01-01", "2024-01-01"),
        ("'", ""),
        ('="a ""b"""', 'a "b"'),
        ("O'Neil", "O'Neil"),
        ("=1+1", "=1+1"),
        ('="a"&"b', '="a"&"b'),
    ],
)
def test_what_exports_wrap_around_a_cell_comes_off(cell: str, text: str) -> None:
    """Right money, 22. J8: `="…"` and a leading apostrophe come off every cell, and nothing else
    does."""
    assert cells.text(cell) == text


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1,234.50", 123450),
        ("1,234,567.89", 123456789),
        ("1234.5", 123450),
        ("-9.00", -900),
        ("0", 0),
        ("１２３．５０", 12350),
        ("0.30", 30),
    ],
)
def test_an_amount(cell: str, fen: int) -> None:
    assert cells.yuan(cell, "收入") == Fen(fen)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "FIELD_REQUIRED"),
        (" ", "FIELD_REQUIRED"),
        ("-", "AMOUNT_FORMAT"),
        ("1,23,4", "AMOUNT_FORMAT"),
        ("1234,50", "AMOUNT_FORMAT"),
        ("12,34.50", "AMOUNT_FORMAT"),
        ("1.234", "AMOUNT_FORMAT"),
        ("1.2E+3", "AMOUNT_FORMAT"),
        ("1E99999999999999999999", "AMOUNT_FORMAT"),
        ("1" * 17, "AMOUNT_TOO_LONG"),
        ("1" * 500, "AMOUNT_FORMAT"),
        ("12 345", "AMOUNT_FORMAT"),
        ("#N/A", "AMOUNT_FORMAT"),
        ("NaN", "AMOUNT_FORMAT"),
    ],
)
def test_no_amount(cell: str, code: str) -> None:
    """Right money, 20. A cell without a value is no zero; a number nobody can hold is no fault of
    ours."""
    with pytest.raises(cells.NotACell) as error:
        cells.yuan(cell, "收入")
    assert (error.value.problem.code, error.value.problem.field) == (code, "收入")
    assert cell.strip() in ("", "-") or cell not in str(error.value)


@pytest.mark.parametrize("cell", ["2026-03-01", "2026/3/1", "20260301", "２０２６-０３-０１"])
def test_a_day(cell: str) -> None:
    assert cells.day(cell, "日期") == date(2026, 3, 1)


@pytest.mark.parametrize("cell", ["2026-02-30", "45352", "3/1/2026", "", "昨天"])
def test_no_day(cell: str) -> None:
    with pytest.raises(cells.NotACell):
        cells.day(cell, "日期")


@pytest.mark.parametrize(("cell", "count"), [("0", 0), ("12", 12), ("１２", 12)])
def test_a_count(cell: str, count: int) -> None:
    assert cells.count(cell, "笔数") == count


@pytest.mark.parametrize("cell", ["", "-1", "1.0", "²", "1e3", "1" * 16])
def test_no_count(cell: str) -> None:
    with pytest.raises(cells.NotACell):
        cells.count(cell, "笔数")


@given(st.text(max_size=40))
def test_whatever_a_cell_holds_is_read_or_refused(cell: str) -> None:
    for read in (cells.yuan, cells.day, cells.count):
        with suppress(cells.NotACell):
            assert read(cell, "x") is not None
