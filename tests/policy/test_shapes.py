"""Every shape of rule that real documents use (design section 4, items 1 to 6), each with its own
small pack, good and bad cases.

J5, J20 to J26, N2, Q5.3, M二.2 rest on these shapes. The tables stand in `shapes/`, one page beside
each pack.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from tests.policy.tables import Row, claim, fen, pairs, rows, year

from medaid.benefit.engine import price, price_year_end
from medaid.benefit.model import Priced
from medaid.benefit.record import steps_from_data, steps_to_data
from medaid.errors import MedaidError
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble
from medaid.policy.loader import PackInvalid, parse
from medaid.policy.model import Policy

SHAPES = Path(__file__).with_name("shapes")
PAGES = sorted(SHAPES.glob("*.md"))
DAY = date(2024, 6, 1)


@cache
def policy_of(pack: Path) -> Policy:
    return assembled(pack.read_bytes(), pack.name)


def assembled(data: bytes, name: str) -> Policy:
    one = parse(data, name, frozenset(CATEGORIES))
    return assemble([one], one.region, one.region if one.category_rules else "", DAY)


def priced(row: Row) -> Priced:
    """The answer for a row, the rows above it priced first where it goes on from them."""
    totals: dict[str, int] = {}
    if row.cells["年内"] == "承上":
        assert row.above is not None
        totals = dict(priced(row.above).totals)
    else:
        totals = year(row.cells["年内"])
    year_end = "年末" in row.cells["案例"]
    return (price_year_end if year_end else price)(
        policy_of(row.page.with_suffix(".toml")), claim(row, totals)
    )


def cases(heading: str) -> list[Row]:
    return [row for page in PAGES for row in rows(page, heading)]


@pytest.mark.parametrize("row", cases("应付"), ids=lambda row: row.name)
def test_what_is_paid(row: Row) -> None:
    """N2, Q5.3: each shape of a rule, with its limits, row by row."""
    answer = priced(row)
    wanted = {name: fen(amount) for name, amount in pairs(row.cells["各层支付"]).items()}
    assert {step.layer: Fen(step.paid).yuan() for step in answer.steps if step.layer in wanted} == {
        n: Fen(a).yuan() for n, a in wanted.items()
    }
    assert sum(step.paid for step in answer.steps if step.layer not in wanted) == 0
    assert answer.person_pays == fen(row.cells["个人"])
    if "取" in row.cells:
        assert answer.category == row.cells["取"]
    assert steps_from_data(steps_to_data(answer)) == answer.steps
    assert priced(row) == answer, "priced twice, the same"


@pytest.mark.parametrize("row", cases("应拒绝"), ids=lambda row: row.name)
def test_a_claim_that_has_no_single_answer_is_refused(row: Row) -> None:
    with pytest.raises(MedaidError) as caught:
        priced(row)
    assert caught.value.code == row.cells["代码"]
    for word in row.cells["说明"].split("…"):
        assert word in caught.value.sentence


@pytest.mark.parametrize("row", cases("写错"), ids=lambda row: row.name)
def test_a_pack_written_wrongly_is_refused_with_its_line(row: Row) -> None:
    """Bad input of a policy file: file, line and what to do."""
    pack = row.page.with_suffix(".toml")
    text, old, new = (
        pack.read_text(encoding="utf-8"),
        row.cells["原文"].strip("`").replace("⏎", "\n"),
        row.cells["改为"].strip("`").replace("⏎", "\n"),
    )
    assert text.count(old) >= 1, f"{old} 不在 {pack.name}"
    changed = text.replace(old, new, 1)
    with pytest.raises(MedaidError) as caught:
        assembled(changed.encode(), pack.name)
    told = caught.value.sentence
    for word in row.cells["说明"].split("…"):
        assert word in told
    if isinstance(caught.value, PackInvalid):
        assert pack.name in told
        marked = row.cells.get("行", "").strip("`")
        if marked:
            at = [number for number, line in enumerate(changed.splitlines(), 1) if marked in line]
            assert any(problem.line in at for problem in caught.value.problems), (
                f"{caught.value.problems} 不在 {at}"
            )


def test_every_shape_has_good_and_bad_cases_in_equal_number() -> None:
    for page in PAGES:
        good, bad = (
            len(list(rows(page, "应付"))),
            len(list(rows(page, "应拒绝"))) + len(list(rows(page, "写错"))),
        )
        assert good >= 3, page.name
        assert bad >= good - 1, f"{page.name}: {good} 正 {bad} 反"
        assert page.with_suffix(".toml").exists()
