"""Published figures as a pack would hold them, for tests of enrolment."""

from __future__ import annotations

from datetime import date
from typing import Any

from medaid.money import RATIO_SCALE
from medaid.policy.model import Citation, ClauseRow, PublishedFigure, When


def figure(name: str, value: int, unit: str = "yuan", /, **when: Any) -> PublishedFigure:
    """A figure of the 2025 cover year; yuan as yuan, a ratio in percent; `since` and `until` are
    its days, other words its condition (sets of words, or a range of ages)."""
    since, until = when.pop("since", None), when.pop("until", None)
    age = when.pop("age", None)
    held = When(
        tuple((key, frozenset(values)) for key, values in sorted(when.items())),
        (("age", *age),) if age else (),
    )
    article = f"{name} {'、'.join(sorted(v for vs in when.values() for v in vs))}".strip()
    row = ClauseRow("", held, Citation("某市参保办法", article, "G"), (), since, until, 1)
    amount = value * 100 if unit == "yuan" else value * RATIO_SCALE // 100
    return PublishedFigure(
        name, name, amount if unit in ("yuan", "ratio") else value, unit, row, None, 2025
    )


FULL = ("destitute_support", "orphan", "subsistence_allowance")
QUOTA = ("low_income_edge",)
CITY = (
    figure("contribution", 400, person_group=("adult", "elderly")),
    figure("contribution", 200, person_group=("minor", "student")),
    figure("contribution_assistance", 100, "ratio", category=FULL),
    figure("contribution_assistance", 80, "ratio", category=QUOTA),
    figure("contribution_assistance", 150, category=("monitored",)),
    figure("contribution_treasury", 100, "ratio", category=("monitored",)),
    figure("collection_window", 1, "count", since=date(2024, 10, 1), until=date(2024, 12, 25)),
)
PROVINCE = (
    figure("subsidy_least_share", 80, "ratio", category=("low_income_edge", "expenditure_poor")),
    figure("waiting_none_assisted", 1, "count"),
)
NATION = (
    figure("waiting_fixed", 3, "months"),
    figure("waiting_each_missed_year", 1, "months"),
    figure("waiting_each_repaired_year", 1, "months"),
    figure("waiting_long_gap", 4, "count"),
    figure("waiting_long_gap_least", 3, "months"),
    figure("waiting_none_newborn", 1, "count"),
)
FIGURES = (CITY, PROVINCE, NATION)
FROM_DAY = (figure("waiting_from_month", 0, "count"),)
FROM_MONTH = (figure("waiting_from_month", 1, "count"),)
FISCAL = (
    figure("resident_subsidy", 700),
    figure("fiscal_central", 420),
    figure("fiscal_province", 140),
    figure("fiscal_city", 70),
    figure("fiscal_county", 70),
)
