"""Manifests and files as a whole: what is refused before any row is looked at (J8, J9)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.people.conftest import Department, csv_bytes, roster_row
from tests.people.samples import NOW, ROSTER

from medaid.dropped.problem import FileRefused
from medaid.dropped.table import REASON
from medaid.people import intake
from medaid.people.catalogue import catalogue
from medaid.people.manifest import parse_key, read_manifest

TOLD: dict[str, Any] = {
    "sender": "maoming-civil-affairs",
    "kind": "roster",
    "file": "a.csv",
    "period": "2026-03",
    "rows": 3,
    "sha256": "0" * 64,
    "admdvs": "440900",
}


@pytest.mark.parametrize(
    "more", [{}, {"paper": "盖章件.pdf"}, {"admdvs": "440902"}, {"file": "三月 低保.CSV"}]
)
def test_holds(more: dict[str, Any]) -> None:
    told = read_manifest(
        json.dumps(TOLD | more).encode("utf-8-sig"), "maoming-civil-affairs", catalogue()
    )
    assert (told.rows, told.sender.name) == (3, "茂名市民政局")


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"sender": "nanjing-civil-affairs"}, "FORBIDDEN", "sender"),
        ({"kind": "enrolment"}, "FORBIDDEN", "kind"),
        ({"admdvs": "450100"}, "FORBIDDEN", "admdvs"),
        ({"admdvs": "440000"}, "FORBIDDEN", "admdvs"),
        ({"kind": "gossip"}, "MANIFEST", "kind"),
        ({"file": "../x.csv"}, "MANIFEST", "file"),
        ({"file": "x/y.csv"}, "MANIFEST", "file"),
        ({"file": "x.xls"}, "FILE_FORM", "file"),
        ({"period": "2026-13"}, "MANIFEST", "period"),
        ({"period": 202603}, "MANIFEST", "period"),
        ({"rows": 0}, "MANIFEST", "rows"),
        ({"rows": "3"}, "MANIFEST", "rows"),
        ({"rows": True}, "MANIFEST", "rows"),
        ({"rows": 3.0}, "MANIFEST", "rows"),
        ({"sha256": "0" * 63}, "MANIFEST", "sha256"),
        ({"admdvs": "4409"}, "MANIFEST", "admdvs"),
        ({"note": "x"}, "MANIFEST", "note"),
    ],
)
def test_refused(more: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_manifest(json.dumps(TOLD | more).encode(), "maoming-civil-affairs", catalogue())
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [(code, field)]


@pytest.mark.parametrize("missing", list(TOLD))
def test_nothing_may_be_missing(missing: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_manifest(
            json.dumps({name: value for name, value in TOLD.items() if name != missing}).encode(),
            "maoming-civil-affairs",
            catalogue(),
        )
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [
        ("MANIFEST", missing)
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        b" " * 70_000,
        b'{"rows": ' + b"9" * 5000 + b"}",
    ],
)
def test_no_json_object(body: bytes) -> None:
    with pytest.raises(FileRefused):
        read_manifest(body, "maoming-civil-affairs", catalogue())


def test_an_unknown_sender() -> None:
    with pytest.raises(FileRefused) as refused:
        read_manifest(json.dumps(TOLD).encode(), "somebody", catalogue())
    assert [problem.code for problem in refused.value.problems] == ["FORBIDDEN"]


@pytest.mark.parametrize("key", ["drop/a/b.manifest.json", "drop/a/b c.csv.manifest.json"])
def test_place(key: str) -> None:
    assert parse_key(key)[0] == "a"


@pytest.mark.parametrize(
    "key",
    [
        "drop/a.manifest.json",
        "drop/a/b/c.manifest.json",
        "drop//b.manifest.json",
        "drop/a/.manifest.json",
        "x/a/b.manifest.json",
        "drop/a/b.json",
    ],
)
def test_no_place(key: str) -> None:
    with pytest.raises(ValueError, match="manifest"):
        parse_key(key)


GOOD = csv_bytes([roster_row(1)])


@pytest.mark.parametrize(
    ("body", "manifest", "code", "said"),
    [
        (GOOD, {"sha256": "0" * 64}, "FILE_DIGEST", "摘要"),
        (GOOD, {"rows": 2}, "FILE_ROWS", "清单为 2 行,文件实际 1 行"),
        (b"", {"rows": 1}, "FILE_FORM", "文件为空"),
        (b"\xef\xbb\xbf", {"rows": 1}, "FILE_FORM", "文件为空"),
        (GOOD.decode("utf-8-sig").encode("utf-16"), {"rows": 1}, "FILE_ENCODING", "UTF-16"),
        (b"PK\x03\x04" + GOOD, {"rows": 1}, "FILE_ENCODING", "xlsx"),
        (GOOD + b"\xff\xff\xff", {"rows": 1}, "FILE_ENCODING", "UTF-8 或 GB18030"),
        (",".join(ROSTER).encode() + b'\n"abc', {"rows": 1}, "FILE_FORM", "引号"),
        (",".join(ROSTER).encode() + b"\n" + b"a" * 200_000, {"rows": 1}, "FILE_FORM", "过长"),
        (",".join(list(ROSTER)[1:]).encode() + b"\n1", {"rows": 1}, "FILE_FORM", "姓名"),
        (",".join(ROSTER).encode() + b"\n,,,\n", {"rows": 1}, "FILE_ROWS", "实际 0 行"),
    ],
)
def test_a_file_refused_as_a_whole_writes_nothing(
    department: Department, tables: Any, body: bytes, manifest: dict[str, Any], code: str, said: str
) -> None:
    """J9: count, digest, encoding and columns first; the answer says what to mend, nothing is taken
    in."""
    report = intake.take_in(department.lay(body, **manifest), NOW)
    assert (report.state, report.codes) == ("refused", {code: 1})
    assert said in department.summary()["sentence"]
    assert said in department.returned()[0][REASON]
    assert tables.items("people") == []


def test_manifest_before_its_file(department: Department) -> None:
    key = department.lay(GOOD)
    department.s3.delete_object(
        Bucket="medaid-exchange", Key="drop/maoming-civil-affairs/march.csv"
    )
    assert intake.take_in(key, NOW).codes == {"FILE_MISSING": 1}


def test_blank_lines_are_no_rows(department: Department) -> None:
    """Spreadsheets leave empty lines behind; the row numbers are those that people see."""
    body = (
        csv_bytes([roster_row(1)])
        + b",,,,,,,,,,,\r\n"
        + csv_bytes([roster_row(2)], "utf-8").split(b"\r\n", 1)[1]
        + b"\r\n\r\n"
    )
    report = intake.take_in(department.lay(body, rows=2), NOW)
    assert report.counts["confirmed"] == 2
