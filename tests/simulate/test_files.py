"""Files of claims: what is read, what is refused with column and row, and that a file's order and
form change nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.simulate import populations

from medaid.errors import BadInput
from medaid.money import Fen
from medaid.policy.service import library
from medaid.simulate.model import TEXT_FACTS, UNKNOWN
from medaid.simulate.reading import AMOUNTS, INCOME, PLAIN, REQUIRED, claims
from medaid.simulate.service import compare
from medaid.simulate.tally import ComparisonTally

COLUMNS = (*REQUIRED, *sorted(PLAIN - set(REQUIRED)), *tuple(AMOUNTS)[2:], INCOME)
"""Every column that a file may have, amounts in yuan."""

GOOD: dict[str, str] = {
    "person": "P1",
    "day": "2019-06-01",
    "insured": "440900",
    "categories": "subsistence_allowance",
    "care": "inpatient",
    "level": "3",
    "place": "city",
    "filing": "none",
    "age": "45",
    "medfee_sumamt": "50000",
    "inscp_scp_amt": "45000.00",
}


def text_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, str | None]]:
    """Rows of a random population as a file writes them: yuan, ISO dates, empty for unknown."""
    found = []
    for row in rows:
        one: dict[str, str | None] = {
            "person": f"P{row['person']:05d}",
            "day": row["day"].isoformat(),
            "insured": row["region"],
            "assisted": row.get("assisting"),
        }
        one |= {name: row.get(name) for name in ("categories", *TEXT_FACTS)}
        for name in ("age", "years_enrolled"):
            one[name] = None if row[name] == UNKNOWN else str(row[name])
        for column, name in tuple(AMOUNTS.items())[:3]:
            one[column] = Fen(row[name]).yuan()
        for name in ("payments_by_others", "hifp_pay"):
            one[f"given.{name}"] = Fen(row["given"][name]).yuan() if name in row["given"] else None
        found.append(one)
    return found


def written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if path.suffix == ".csv":
        frame.write_csv(path)
    else:
        frame.write_parquet(path)
    return path


def tally(path: Path, chunk: int = 250_000) -> ComparisonTally:
    return compare(claims(path), library(), library(), chunk=chunk)


def test_form_order_and_chunks_change_nothing(tmp_path: Path) -> None:
    """CSV and Parquet, sorted and shuffled, one chunk or many: the same sums."""
    rows = populations.population(11, 150)
    rows.sort(key=lambda row: (row["person"], row["day"]))
    lines = text_rows(rows)
    whole = tally(written(tmp_path / "a.csv", lines))
    assert whole.visits == len(rows)
    assert whole.persons == 150
    assert whole.own().a > 0
    assert tally(written(tmp_path / "a.parquet", lines)) == whole
    assert tally(tmp_path / "a.csv", chunk=7) == whole
    # rows of one day keep their order in the file, so the shuffle moves persons and days only
    by_day: dict[tuple[str | None, str | None], list[dict[str, str | None]]] = {}
    for line in lines:
        by_day.setdefault((line["person"], line["day"]), []).append(line)
    groups = list(by_day.values())
    random.Random(1).shuffle(groups)
    shuffled = written(tmp_path / "b.csv", [line for group in groups for line in group])
    assert not claims(shuffled).sorted
    assert tally(shuffled, chunk=50) == whole


def test_amounts_in_fen_and_as_decimals_are_the_same(tmp_path: Path) -> None:
    in_yuan = tally(written(tmp_path / "a.csv", [GOOD]))
    fen: dict[str, str | int] = {
        name: value
        for name, value in GOOD.items()
        if name not in ("medfee_sumamt", "inscp_scp_amt")
    }
    fen |= {"medfee_sumamt_fen": 5_000_000, "inscp_scp_amt_fen": 4_500_000}
    assert tally(written(tmp_path / "b.parquet", [fen])) == in_yuan
    frame = pl.DataFrame([GOOD]).with_columns(
        pl.col("medfee_sumamt", "inscp_scp_amt").cast(pl.Decimal(18, 4)),
        pl.col("day").str.to_date(),
    )
    frame.write_parquet(tmp_path / "c.parquet")
    assert tally(tmp_path / "c.parquet") == in_yuan
    assert (
        in_yuan.own().a == 400_143
    )  # golden case: 45000 in policy of 50000 at level 3, subsistence allowance


@pytest.mark.parametrize(
    ("column", "value", "code", "word"),
    [
        ("medfee_sumamt", "50000.001", "AMOUNT_FORMAT", "第 2 行"),
        ("medfee_sumamt", "五万", "AMOUNT_FORMAT", "五万"),
        ("medfee_sumamt", "1e5", "AMOUNT_FORMAT", "第 2 行"),
        ("medfee_sumamt", None, "FIELD_REQUIRED", "第 2 行"),
        ("medfee_sumamt", "999999999999999", "AMOUNT_FORMAT", "第 2 行"),
        ("day", "2019/06/01", "FIELD_FORMAT", "yyyy-MM-dd"),
        ("day", "2019-02-30", "FIELD_FORMAT", "第 2 行"),
        ("day", None, "FIELD_REQUIRED", "第 2 行"),
        ("person", None, "FIELD_REQUIRED", "person"),
        ("insured", None, "FIELD_REQUIRED", "insured"),
        ("age", "-1", "FIELD_FORMAT", "0 至 200"),
        ("age", "四十", "FIELD_FORMAT", "第 2 行"),
        ("categories", "subsistence_allowance;poor", "CODE_UNKNOWN", "poor"),
        ("care", "住院", "CODE_UNKNOWN", "inpatient"),
        ("place", "home", "CODE_UNKNOWN", "home"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_column_and_row(
    tmp_path: Path, column: str, value: str | None, code: str, word: str
) -> None:
    path = written(tmp_path / "a.csv", [GOOD, {**GOOD, "person": "P2", column: value}])
    with pytest.raises(BadInput) as refusal:
        tally(path)
    assert refusal.value.code == code
    assert refusal.value.field == column
    assert word in refusal.value.sentence


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"medfee_sumamt": None}, "FIELD_REQUIRED", "medfee_sumamt"),
        ({"person": None}, "FIELD_REQUIRED", "person"),
        ({"colour": "red"}, "FIELD_UNKNOWN", "colour"),
        ({"medfee_sumamt_fen": "5000000"}, "FIELD_FORMAT", "medfee_sumamt_fen"),
    ],
)
def test_a_wrong_column_is_refused(
    tmp_path: Path, change: dict[str, str | None], code: str, field: str
) -> None:
    row = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    with pytest.raises(BadInput) as refusal:
        claims(written(tmp_path / "a.csv", [row]))
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_binary_fractions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        tally(written(tmp_path / "a.parquet", [{**GOOD, "medfee_sumamt": 50000.0}]))
    assert refusal.value.code == "AMOUNT_FORMAT"


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"not a parquet file")
    (tmp_path / "empty.csv").write_text("person,day,insured,medfee_sumamt,inscp_scp_amt\n")
    for name, code in (
        ("missing.csv", "NOT_FOUND"),
        ("a.parquet", "FIELD_FORMAT"),
        ("empty.csv", "FIELD_REQUIRED"),
    ):
        with pytest.raises(BadInput) as refusal:
            claims(tmp_path / name)
        assert refusal.value.code == code


def test_what_the_policy_or_the_bill_refuses_is_counted_not_stopped_at(tmp_path: Path) -> None:
    """A bill that does not add up, or a day without policy, is a line of the report; the person is
    not compared."""
    day = date(2021, 12, 25)
    rows = [
        GOOD,
        {**GOOD, "person": "P2", "day": day.isoformat()},
        {**GOOD, "person": "P3", "inscp_scp_amt": "60000"},
    ]
    found = tally(
        written(tmp_path / "a.csv", [{**row, "fulamt_ownpay_amt": "5000"} for row in rows])
    )
    assert {code: pair.a for code, pair in found.refused.items()} == {
        "POLICY_EXPIRED": 1,
        "AMOUNT_SUM": 1,
    }
    assert (found.persons, found.not_comparable, found.same, found.compared) == (3, 2, 1, 1)


def test_the_year_of_settlement_needs_its_column(tmp_path: Path) -> None:
    """Where documents count caps by the year a claim is settled, the file must say when that
    was."""
    basis = next((pack for pack in library().packs if pack.year_basis == "settled"), None)
    if basis is None:
        pytest.skip("no shipped pack counts by settlement")
    row = {
        **GOOD,
        "insured": basis.region,
        "day": (basis.in_force + timedelta(days=40)).isoformat(),
        "categories": "",
    }
    with pytest.raises(BadInput) as refusal:
        tally(written(tmp_path / "a.csv", [row]))
    assert refusal.value.field == "settled"


def test_the_page_names_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []
