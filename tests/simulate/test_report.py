"""The comparison: what moves between two sets of packs, exactly, in tables, CSV and a page that
asks no other host for anything."""

from __future__ import annotations

import csv
import io
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.simulate import populations
from tests.simulate.test_columns import one_by_one
from tests.simulate.test_files import GOOD, text_rows, written

from medaid.local import cli
from medaid.money import Fen
from medaid.policy.service import PACKS, Library, library, read_packs
from medaid.simulate.page import page
from medaid.simulate.reading import claims
from medaid.simulate.report import as_csv, report
from medaid.simulate.service import compare
from medaid.simulate.tally import ComparisonTally


@pytest.fixture
def more_generous(tmp_path: Path) -> Path:
    """The shipped packs with Maoming's 80 % of assistance raised to 85 %."""
    folder = tmp_path / "B"
    shutil.copytree(PACKS, folder, ignore=shutil.ignore_patterns("*.bin"))
    pack = folder / "440900-assistance-2018.toml"
    text = pack.read_text(encoding="utf-8")
    assert text.count("ratio = 0.80") >= 2
    pack.write_text(text.replace("ratio = 0.80", "ratio = 0.85"), encoding="utf-8")
    return folder


def compared(path: Path, folder: Path) -> ComparisonTally:
    return compare(claims(path), library(), Library(read_packs(folder)))


def test_one_claim_by_hand(tmp_path: Path, more_generous: Path) -> None:
    """Golden case M43 (低保, 三级, 45000 of 50000): assistance 15035.75 × 80 % = 12028.60; × 85 % =
    12780.39, secondary (7255.36 − 3000) × 85 %."""
    tally = compared(written(tmp_path / "a.csv", [GOOD]), more_generous)
    assert tally.layers["assistance_inpatient"] == (1_202_860, 1_278_039)
    assert tally.layers["secondary"] == (
        400_572,
        361_706,
    )  # (8007.15−3000)×80 %, (7255.36−3000)×85 %
    assert tally.own() == (400_143, 363_830)
    assert (tally.better, tally.worse, tally.gained) == (1, 0, 400_143 - 363_830)


def test_sums_are_those_of_the_single_case_engine(tmp_path: Path, more_generous: Path) -> None:
    rows = populations.population(3, 200, good=True)
    visits, other = populations.visits(rows), Library(read_packs(more_generous))
    tally = compared(written(tmp_path / "a.csv", text_rows(rows)), more_generous)
    left, right = one_by_one(visits, library()), one_by_one(visits, other)
    both = [
        (a, b) for a, b in zip(left, right, strict=True) if not a["refused"] and not b["refused"]
    ]
    assert tally.own() == (sum(a["own"] for a, _ in both), sum(b["own"] for _, b in both))
    for layer, pair in tally.layers.items():
        assert pair == (
            sum(a["paid"].get(layer, 0) for a, _ in both),
            sum(b["paid"].get(layer, 0) for _, b in both),
        )
    people: dict[int, list[int]] = {}
    refused = {
        int(visits.person[i])
        for i, (a, b) in enumerate(zip(left, right, strict=True))
        if a["refused"] or b["refused"]
    }
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        if int(visits.person[i]) not in refused:
            people.setdefault(int(visits.person[i]), []).append(a["own"] - b["own"])
    changes = [sum(change) for change in people.values()]
    assert (tally.better, tally.worse, tally.same) == (
        sum(c > 0 for c in changes),
        sum(c < 0 for c in changes),
        sum(c == 0 for c in changes),
    )
    assert tally.not_comparable == len(refused)
    assert tally.gained - tally.lost == sum(changes)
    assert sum(tally.changes.values()) == len(changes)
    assert tally.changes.get(3, 0) == sum(100_000 <= change < 1_000_000 for change in changes)
    assert tally.changes.get(-1, 0) == sum(-10_000 < change < 0 for change in changes)


def test_burden_above_a_threshold(tmp_path: Path) -> None:
    """4001.43 borne in one year, twice in two years: above 4000.00 in both by 1.43, above 4001.43
    in none."""
    path = written(tmp_path / "a.csv", [GOOD, {**GOOD, "day": "2020-06-01"}])
    tally = compare(claims(path), library(), library(), thresholds=(400_000, 400_143, 800_286))
    assert tally.person_years == (2, 2)
    assert [tally.above[line].a for line in tally.thresholds] == [2, 0, 0]
    assert tally.above_sum[400_000] == (286, 286)


def test_csv_and_page(tmp_path: Path, more_generous: Path) -> None:
    path = written(tmp_path / "a.csv", text_rows(populations.population(5, 60)))
    comparison = report("甲<案>", "乙案", compared(path, more_generous))
    lines = list(csv.DictReader(io.StringIO(as_csv(comparison))))
    own = next(line for line in lines if line["section"] == "paid_by_fund" and line["key"] == "own")
    assert (own["a"], own["b"]) == tuple(
        amount.yuan() for amount in map(Fen, comparison.tally.own())
    )
    assert {line["section"] for line in lines} == {
        section.id for section in comparison.sections if section.rows
    }
    seen = Seen()
    seen.feed(page(comparison))
    assert seen.outside == []
    assert not seen.open
    assert "svg" in seen.tags
    assert "甲&lt;案&gt;" in page(comparison)
    assert "script" not in seen.tags


class Seen(HTMLParser):
    """What a page is made of, and anything in it that would ask another host."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.outside, self.open = set[str](), list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.outside += [
            f"{tag} {name}"
            for name, value in attrs
            if name in ("src", "href", "action", "xlink:href") or "://" in (value or "")
        ]
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            assert self.open.pop() == tag


def test_the_command(
    tmp_path: Path, more_generous: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`medaid simulate CLAIMS --packs A --against B` prints tables and writes CSV and HTML; a wrong
    file answers 1 with one sentence."""
    path = written(tmp_path / "a.csv", text_rows(populations.population(5, 30)))
    arguments = ["simulate", str(path), "--packs", str(PACKS), "--against", str(more_generous)]
    assert (
        cli.main(
            [
                *arguments,
                "--csv",
                str(tmp_path / "o.csv"),
                "--html",
                str(tmp_path / "o.html"),
                "--above",
                "1000,2000.50",
            ]
        )
        == 0
    )
    told = capsys.readouterr().out
    assert "医疗救助基金" in told
    assert (tmp_path / "o.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "2,000.50 元以上" in (tmp_path / "o.csv").read_text(encoding="utf-8-sig")
    assert cli.main(["simulate", str(tmp_path / "none.csv"), "--against", str(more_generous)]) == 1
    assert "NOT_FOUND" in capsys.readouterr().err
    assert cli.main(["simulate", str(path), "--against", str(tmp_path / "nowhere")]) == 1
