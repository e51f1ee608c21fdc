"""Files as lines of cells, and rows that repeat others."""

from __future__ import annotations

import io
from hashlib import sha256

import pytest

from medaid.dropped import delimited
from medaid.dropped.cells import text as plain
from medaid.workbook import shielded


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"a,b", "utf-8-sig"),
        ("张".encode(), "utf-8-sig"),
        ("张".encode("utf-8-sig"), "utf-8-sig"),
        ("张三".encode("gb18030"), "gb18030"),
        ("𠮷".encode("gb18030"), "gb18030"),
        (b"\xff\xfe" + "a".encode("utf-16-le"), ""),
        (b"PK\x03\x04", ""),
        (b"\x80\xff\xff", ""),
    ],
)
def test_survey(body: bytes, encoding: str) -> None:
    seen = delimited.survey(io.BytesIO(body))
    assert (seen.sha256, seen.size, seen.encoding) == (
        sha256(body).hexdigest(),
        len(body),
        encoding,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_across_two_reads(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK", 3)
    assert delimited.survey(io.BytesIO(("张三李四" * 5).encode(encoding))).encoding == (
        "utf-8-sig" if encoding == "utf-8" else "gb18030"
    )


def test_quoted_line_breaks_and_commas() -> None:
    body = '姓名,地址\r\n"张,三","甲村\r\n乙组"\r\n'.encode("utf-8-sig")
    assert list(delimited.csv_lines(io.BytesIO(body), "utf-8-sig")) == [
        ["姓名", "地址"],
        ["张,三", "甲村\r\n乙组"],
    ]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("11010519491231002X", "11010519491231002X\t"),
        ("13800000000", "13800000000\t"),
        ("01", "01\t"),
        ("440902", "440902"),
        ("张三", "张三"),
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-12号", "'-12号"),
        ("-", "-"),
        (" 张三\t", "张三"),
    ],
)
def test_cells_survive_a_spreadsheet(cell: str, shown: str) -> None:
    assert shielded(plain(cell)) == shown
    assert shielded(plain(shown)) == shown
    assert plain(shown) == cell.strip()
