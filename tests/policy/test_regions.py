"""The shipped packs of regions, priced as their documents say: tables by hand, the day before and
the day after, refusals in number.

Q2, Q5.3 (Qin'an and the Gansu critical-illness plans), J5, J22, J25, N2 (Jiangsu cities), and
Chongqing, which no seed names.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.policy.tables import Row, claim, fen, pairs, rows, year

from medaid.benefit.engine import price
from medaid.benefit.model import Priced
from medaid.errors import MedaidError
from medaid.money import Fen
from medaid.policy.service import library

PAGES = sorted(Path(__file__).with_name("regions").glob("*.md"))


def priced(row: Row) -> Priced:
    totals = (
        year(row.cells["年内"]) if row.cells["年内"] != "承上" else dict(priced(before(row)).totals)
    )
    insured, _, assisted = row.cells["地区"].partition("/")
    policy = library().policy_for(insured, assisted, date.fromisoformat(row.cells["日期"]))
    one = claim(row, totals)
    return price(
        policy,
        one if one.facts.insutype else replace(one, facts=one.facts._replace(insutype="390")),
    )


def before(row: Row) -> Row:
    assert row.above is not None
    return row.above


@pytest.mark.parametrize(
    "row", [row for page in PAGES for row in rows(page, "应付")], ids=lambda row: row.name
)
def test_what_is_paid(row: Row) -> None:
    """Right money, 15 and 15a. Q5.3 and others: what each region's documents pay, row by row."""
    answer = priced(row)
    wanted = {
        name: Fen(fen(amount)).yuan() for name, amount in pairs(row.cells["各层支付"]).items()
    }
    assert {
        step.layer: Fen(step.paid).yuan()
        for step in answer.steps
        if step.paid or step.layer in wanted
    } == wanted
    assert answer.person_pays == fen(row.cells["个人"])


@pytest.mark.parametrize(
    "row", [row for page in PAGES for row in rows(page, "应拒绝")], ids=lambda row: row.name
)
def test_what_has_no_single_answer_is_refused(row: Row) -> None:
    """Right money, 15a."""
    with pytest.raises(MedaidError) as caught:
        priced(row)
    assert caught.value.code == row.cells["代码"]
    assert row.cells["说明"] in caught.value.sentence
