"""Files as lines of cells, and rows that repeat others."""

from __future__ import annotations

import io
import itertools
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.samples import identity, insurance, person

from medaid.dropped import delimited
from medaid.dropped.cells import text as plain
from medaid.people import rules
from medaid.people.duplicates import DuplicateRows
from medaid.people.roster import RosterRow
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


def entry(
    row: int, start: date = date(2024, 1, 1), end: date | None = None, **other: str
) -> RosterRow:
    return RosterRow(row, person(), identity(start=start, end=end, **other))


@pytest.mark.parametrize(
    ("entries", "problems"),
    [
        ([entry(1), entry(2, category="orphan"), entry(3, admdvs="440904")], {}),
        ([entry(1, end=date(2024, 6, 1)), entry(2, start=date(2024, 6, 2))], {}),
        ([entry(1), RosterRow(2, person(certno="x"), identity())], {}),
        ([entry(1), RosterRow(2, person(), insurance())], {}),
        ([entry(1), entry(2)], {2: "DUPLICATE"}),
        ([entry(1), entry(2), entry(3)], {2: "DUPLICATE", 3: "DUPLICATE"}),
        ([entry(1), entry(2, end=date(2025, 1, 1))], {1: "OVERLAP", 2: "OVERLAP"}),
        ([entry(1), entry(2, department="health")], {1: "OVERLAP", 2: "OVERLAP"}),
        ([entry(1), RosterRow(2, person(name="李四"), identity())], {1: "OVERLAP", 2: "OVERLAP"}),
        (
            [entry(1, end=date(2024, 6, 1)), entry(2, start=date(2024, 6, 1))],
            {1: "OVERLAP", 2: "OVERLAP"},
        ),
        (
            [entry(1, end=date(2024, 6, 1)), entry(2, start=date(2025, 1, 1)), entry(3)],
            {1: "OVERLAP", 2: "OVERLAP", 3: "OVERLAP"},
        ),
    ],
)
def test_repeats(entries: list[RosterRow], problems: dict[int, str]) -> None:
    """J9: the same thing said twice, and contradictions; spells that follow one another are
    neither."""
    repeats = DuplicateRows()
    for one in entries:
        repeats.note(one)
    assert {row: problem.code for row, problem in repeats.problems.items()} == problems


DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=6))
def test_what_passes_never_overlaps(spans: list[tuple[date, date | None]]) -> None:
    repeats = DuplicateRows()
    entries = [
        entry(row, start, end if end is None or end >= start else start)
        for row, (start, end) in enumerate(spans, 1)
    ]
    for one in entries:
        repeats.note(one)
    passed = sorted(rules.span(one.entry) for one in entries if one.number not in repeats.problems)
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(passed))


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
