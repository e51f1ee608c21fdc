"""The head of the comparison: whose claims, what changed, one sentence whose parts add up, refusals
with their cause first, heads, shares, percentiles, income."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulate import populations
from tests.simulate.test_files import GOOD, text_rows, written

from medaid.errors import BadInput
from medaid.money import Fen, average
from medaid.policy.service import PACKS, Library, library, read_packs
from medaid.simulate.model import UNKNOWN
from medaid.simulate.page import page
from medaid.simulate.reading import claims
from medaid.simulate.report import PackComparison, Section, as_csv, report
from medaid.simulate.sections import as_read, exact, unit
from medaid.simulate.service import changed, compare
from medaid.simulate.spread import Spread
from medaid.simulate.tally import Pair


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The shipped packs with Maoming's 80 % of assistance raised to 85 %."""
    folder = tmp_path_factory.mktemp("B")
    for file in PACKS.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        if file.name == "440900-assistance-2018.toml":
            text = text.replace("ratio = 0.80", "ratio = 0.85")
        (folder / file.name).write_text(text, encoding="utf-8")
    return Library(read_packs(folder))


def compared(path: Path, other: Library) -> PackComparison:
    tally = compare(claims(path), library(), other)
    changes = changed(library(), other, tally)
    return report("甲", "乙", tally, path.name, date(2026, 11, 27), changes)


def section(comparison: PackComparison, ident: str) -> Section:
    return next(one for one in comparison.sections if one.id == ident)


def rows(comparison: PackComparison, ident: str) -> dict[str, Pair]:
    return {row.key: row.pair for row in section(comparison, ident).rows}


def test_the_head_says_whose_claims_and_what_changed(tmp_path: Path, generous: Library) -> None:
    """Right money, 29."""
    path = written(tmp_path / "claims.csv", [GOOD, {**GOOD, "person": "2", "day": "2020-03-01"}])
    comparison = compared(path, generous)
    about = dict(comparison.about)
    assert about["数据来源"] == "claims.csv"
    assert about["测算日期"] == "2026-11-27"
    assert about["待遇期间"] == "2019-06-01 至 2020-03-01"
    assert about["参保地"] == "440900"
    assert about["人数"] == "2"
    assert any("80% → 85%" in line for line in comparison.changed)
    assert len(set(comparison.changed)) == len(comparison.changed)
    shown = page(comparison)
    assert all(line.partition("[")[0] in shown for line in comparison.changed)
    assert comparison.headline in shown


def test_nothing_changed_is_said_as_nothing(tmp_path: Path) -> None:
    comparison = compared(written(tmp_path / "a.csv", [GOOD]), library())
    assert comparison.changed == ()
    assert comparison.headline.count("不变") == 3


def test_a_region_without_a_policy_is_not_passed_over(tmp_path: Path, generous: Library) -> None:
    path = written(tmp_path / "a.csv", [GOOD, {**GOOD, "person": "2", "insured": "999900"}])
    assert any(line.startswith("999900:") for line in compared(path, generous).changed)


def test_the_sentence_and_its_parts_add_up(tmp_path: Path, generous: Library) -> None:
    """Right money, 29."""
    path = written(tmp_path / "a.csv", text_rows(populations.population(5, 120)))
    comparison = compared(path, generous)
    total, *parts = section(comparison, "headline").rows
    for side in (0, 1):
        assert sum(row.pair[side] for row in parts) == total.pair[side]
    *moves, change = section(comparison, "movement").rows
    assert sum(row.pair.b for row in moves) == change.pair.b
    own = rows(comparison, "headline")["own"]
    assert change.pair.b == own.b - own.a
    assert (
        comparison.tally.better
        + comparison.tally.worse
        + comparison.tally.same
        + (comparison.tally.not_comparable)
        == comparison.tally.persons
    )
    own_change = re.search(r"个人少负担 ([\d,]+\.\d\d) 元", comparison.headline)
    assert own_change
    assert own_change[1] == exact(own.a - own.b)


def test_refusals_come_first_with_what_they_are_about(tmp_path: Path, generous: Library) -> None:
    """Right money, 29."""
    path = written(
        tmp_path / "a.csv",
        [
            GOOD,
            {**GOOD, "person": "2", "level": None},
            {**GOOD, "person": "3", "insured": "999900"},
        ],
    )
    comparison = compared(path, generous)
    assert [one.id for one in comparison.sections][:3] == ["refused", "refused_because", "headline"]
    assert rows(comparison, "refused") == {"FACT_MISSING": (1, 1), "REGION_UNKNOWN": (1, 1)}
    causes = rows(comparison, "refused_because")
    assert causes == {"FACT_MISSING:level": (1, 1), "REGION_UNKNOWN:999900": (1, 1)}
    names = [row.name for row in section(comparison, "refused_because").rows]
    assert any("医疗机构级别" in name for name in names)


def test_heads_and_shares(tmp_path: Path, generous: Library) -> None:
    """Right money, 29. One person of 50,000.00 beside nobody: per head is the person's, shares are
    of the bill."""
    comparison = compared(written(tmp_path / "a.csv", [GOOD]), generous)
    own, whole = comparison.tally.own(), rows(comparison, "headline")["total"]
    assert rows(comparison, "per_head")["own"] == own
    share = rows(comparison, "shares")["own"]
    assert share.a == average(Fen(own.a * 10_000), whole.a)
    assert as_read(section(comparison, "shares"), 812) == "8.12%"


def test_large_tables_read_in_wan_with_the_exact_amount_behind(
    tmp_path: Path, generous: Library
) -> None:
    """Right money, 29."""
    big = {**GOOD, "medfee_sumamt": "2000000.37", "inscp_scp_amt": "2000000.37"}
    comparison = compared(written(tmp_path / "a.csv", [big]), generous)
    head = section(comparison, "headline")
    assert unit(head) == "(万元)"
    assert as_read(head, 200_000_037) == "200.00"
    assert 'title="2,000,000.37 元"' in page(comparison)
    line = next(
        row for row in csv.DictReader(io.StringIO(as_csv(comparison))) if row["key"] == "total"
    )
    assert line["a"] == "2000000.37"
    small = compared(written(tmp_path / "b.csv", [GOOD]), generous)
    assert unit(section(small, "headline")) == "(元)"


def test_shares_of_income_where_the_file_gives_it(tmp_path: Path, generous: Library) -> None:
    """Right money, 29. GOOD bears 4,001.43: above 10 % of 20,000 and of 40,000, above 25 % of
    none."""
    path = written(
        tmp_path / "a.csv",
        [
            {**GOOD, "person": str(n), "income": income}
            for n, income in enumerate(("20000", "40000", None))
        ],
    )
    found = {key: pair.a for key, pair in rows(compared(path, generous), "income").items()}
    assert found == {"known": 2, "10": 2, "25": 0, "40": 0, "100": 0}
    without = compared(written(tmp_path / "b.csv", [GOOD]), generous)
    assert section(without, "income").rows == ()


def test_an_income_that_is_no_amount_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [{**GOOD, "income": "plenty"}])
    with pytest.raises(BadInput) as refusal:
        compare(claims(path), library(), library())
    assert refusal.value.field == "income"


@given(st.lists(st.integers(0, 30_000_000), min_size=1, max_size=60), st.integers(1, 99))
def test_a_percentile_is_what_so_many_do_not_exceed(borne: list[int], percent: int) -> None:
    """Right money, 29."""
    spread = Spread()
    for part in (borne[::2], borne[1::2]):
        spread.add(np.array(part, dtype=np.int64), None)
    yuan = sorted(fen // 100 for fen in borne)
    at = -(-len(yuan) * percent // 100) - 1
    assert spread.percentile(percent) == yuan[at] * 100
    assert (spread.years, spread.borne, spread.largest) == (len(borne), sum(borne), max(borne))


def test_income_that_is_not_known_is_nobodys_share() -> None:
    spread = Spread()
    spread.add(np.array([50_00, 1], dtype=np.int64), np.array([100_00, UNKNOWN], dtype=np.int64))
    assert (spread.with_income, spread.above_share) == (1, {10: 1, 25: 1, 40: 1, 100: 0})


@given(st.integers(-(10**14), 10**14), st.integers(1, 10**7))
def test_an_average_is_half_up_and_mirrors(amount: int, count: int) -> None:
    found = int(average(Fen(amount), count))
    assert abs(2 * (found * count - amount)) <= count
    assert average(Fen(-amount), count) == -found


def test_an_average_over_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        average(Fen(1), 0)
