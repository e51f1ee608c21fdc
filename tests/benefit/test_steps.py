"""What a step records beside what it pays: the line that counted and what was laid on it, so that
its sentence can be worked out again."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts, Step
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble
from medaid.policy.loader import parse
from medaid.policy.model import Policy
from medaid.policy.service import library

SHAPES = Path(__file__).parents[1] / "policy" / "shapes"


@cache
def shape(name: str) -> Policy:
    pack = parse((SHAPES / f"{name}.toml").read_bytes(), name, frozenset(CATEGORIES))
    assisting = pack.region if pack.category_rules else ""
    return assemble([pack], pack.region, assisting, date(2024, 6, 1))


def step(name: str, yuan: int, layer: str, totals: dict[str, int], **facts: Any) -> Step:
    bill = Bill(Fen(yuan * 100), Fen(yuan * 100))
    claim = Claim(
        bill,
        Facts(care="inpatient", insutype="390", **facts),
        ("subsistence_allowance",) if shape(name).category_rules else (),
        totals=totals,
    )
    (found,) = (one for one in price(shape(name), claim).steps if one.layer == layer)
    return found


@pytest.mark.parametrize(("yuan", "line"), [(1_000, 200), (5_000, 500), (50_000, 1_000)])
def test_a_line_that_hangs_on_the_bill_is_the_line_that_is_told(yuan: int, line: int) -> None:
    """10 % of the bill, at least 200, at most 1,000."""
    found = step("deductible_percent", yuan, "basic", {}, level="1", first_contact="no")
    assert (found.reckoning.line, found.deductible) == (line * 100, line * 100)


def test_a_lump_that_was_paid_this_year_is_paid_and_told_as_nothing() -> None:
    found = step("layer_lump_year_end", 30_000, "lump", {"paid:lump": 200_000}, level="3")
    assert (found.uncapped, found.paid, found.pieces) == (0, 0, ())
    assert (found.overflow, found.deductible, found.initial_self_pay) == (0, 0, 0)
    assert found.why == "本年度已支付过"


MAOMING = library().policy_for("440900", "440900", date(2019, 6, 1))


def care(kind: str, others: int = 0, **totals: int) -> Claim:
    """1,000.00 in Maoming, of which others paid so many fen already."""
    facts = Facts(care=kind, insutype="390", level="3", place="city")
    bill = Bill(Fen(100_000), Fen(100_000))
    return Claim(bill, facts, (), {"payments_by_others": others}, totals=totals)


@pytest.mark.parametrize(
    ("kind", "before", "after"), [("inpatient", 0, 1), ("inpatient", 2, 3), ("outpatient", 2, 2)]
)
def test_a_stay_is_counted_and_other_care_is_not(kind: str, before: int, after: int) -> None:
    totals = price(MAOMING, care(kind, **{"count:stays": before})).totals
    assert totals["count:stays"] == after


@pytest.mark.parametrize(
    ("others", "told"),
    [(99_999, ""), (100_000, ""), (100_001, "其他支付超过医疗费总额的部分不计入")],
)
def test_what_others_paid_beyond_the_bill_is_told(others: int, told: str) -> None:
    (found,) = (
        one for one in price(MAOMING, care("inpatient", others)).steps if one.tier == "others"
    )
    assert (found.paid, found.why) == (min(others, 100_000), told)
