"""Golden cases of subsidised enrolment: a table that a policy officer reads, held against the
decision and the three payers (J14, J15, J16, J20, J22, N8, N9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from tests.enrolment.figures import FIGURES

from medaid.enrolment import eligibility, rules
from medaid.enrolment.model import EnrolmentCase, Recognition, Window
from medaid.people.model import month_end
from medaid.policy.model import Facts

TABLE: Final = Path(__file__).with_name("enrolment.md")
WINDOW: Final = Window(date(2024, 10, 1), date(2024, 12, 25), "某市参保办法")
CATEGORIES: Final = {
    "特困": "destitute_support",
    "孤儿": "orphan",
    "低保": "subsistence_allowance",
    "低保边缘": "low_income_edge",
    "监测对象": "monitored",
    "因病致贫": "illness_poor",
}
GROUPS: Final = {"成年": ("adult", 40), "未成年": ("minor", 12)}
WAYS: Final = {
    "集中": "batch",
    "日常": "daily",
    "退费": "refund",
    "事后": "afterwards",
    "不资助": "",
    "通知": "",
}


def cases() -> Iterator[dict[str, str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("|")]
    headings, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    yield from (dict(zip(headings, row, strict=True)) for row in rows)


def day(text: str) -> date | None:
    return None if text == "—" else date.fromisoformat(text)


def decided(case: dict[str, str]) -> tuple[str, bool, str]:
    """The way, whether the person is told to pay, and the parts in yuan."""
    end, today = day(case["终止"]), day(case["今天"])
    assert today is not None
    start = day(case["认定"])
    assert start is not None
    last = None if end is None else month_end(end)
    asked = EnrolmentCase(
        2025,
        today,
        WINDOW,
        date(2024, 9, 30),
        tuple(Recognition(CATEGORIES[one], start, last) for one in case["身份"].split("、")),
        day(case["自缴日"]),
        case["其他保障"] == "有",
        case["事后资助"] == "是",
    )
    found = eligibility.eligibility(asked)
    assert found.reason
    if found.way is None:
        return "", found.notice, "—"
    group, age = GROUPS[case["人员"]]
    facts = Facts(insutype="390", person_group=group, age=age)
    split = rules.split_for(FIGURES, 2025, facts, found.categories)
    assert split.parts.total == rules.contribution_of(FIGURES, 2025, facts)[0]
    return found.way, found.notice, " ".join(str(int(part) // 100) for part in split.parts)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case["案例"])
def test_who_is_subsidised_J15(case: dict[str, str]) -> None:
    way, notice, parts = decided(case)
    assert (way, notice, parts) == (WAYS[case["办法"]], case["办法"] == "通知", case["金额"])


def test_as_many_cases_without_as_the_nearest_with() -> None:
    """Refusals stand beside the nearest accepted day."""
    ways = [case["办法"] for case in cases()]
    assert len(ways) >= 30
    assert {*ways} == {*WAYS}
    assert sum(way in ("不资助", "通知") for way in ways) >= len(ways) // 3


def test_a_changed_amount_would_be_noticed() -> None:
    case = next(case for case in cases() if case["案例"] == "E05")
    assert decided(case | {"身份": "低保"})[2] != case["金额"]
    assert decided(case | {"今天": "2024-09-30"})[0] != "batch"
