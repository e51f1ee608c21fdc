"""What an operator enters has a way back: every act of every office names
the act that takes it back, or the source that says why none does; docs/ways-back.md is true."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import pytest

from medaid.local import docs

ROUTES: Final = {
    f"{route.method} {route.path}"
    for table in docs.TABLES
    for route in table
    if route.method != "GET"
}
PAGE: Final = (docs.DOCS / "ways-back.md").read_text(encoding="utf-8")
NOT_YET: Final[frozenset[str]] = frozenset()
"""Acts known to have no way back. The list only becomes shorter."""
SOURCE: Final = re.compile(r"\(([^()]*(?:〔\d{4}〕|\d号|docs/)[^()]*(?:\([^()]*\)[^()]*)*)\)$")
"""A reason ends with its document and article, or the page of ours that says why."""


def rows(page: str, heading: str) -> list[tuple[str, str]]:
    """(act, what stands beside it) of the table under a heading."""
    part = page.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, re.MULTILINE)
    assert len(found) == sum(line.startswith("| `") for line in part.splitlines()), heading
    return found


def wrong(page: str) -> list[str]:
    """What is not as it should be on the page."""
    back, none, missing = (rows(page, one) for one in ("Taken back by", "None, and why", "Not yet"))
    listed = Counter(act for act, _ in (*back, *none, *missing))
    said = [f"listed twice: {act}" for act, times in listed.items() if times > 1]
    said += [f"neither a way back nor a reason: {act}" for act in sorted(ROUTES - set(listed))]
    said += [f"no such act: {act}" for act in sorted(set(listed) - ROUTES)]
    for act, beside in back:
        by = re.findall(r"`([^`]+)`", beside)
        said += [f"{act}: no such way back: {one}" for one in by if one not in ROUTES]
        said += [] if by else [f"{act}: taken back by nothing"]
    said += [f"{act}: a reason without its source" for act, why in none if not SOURCE.search(why)]
    said += [f"{act}: is not known to be missing" for act, _ in missing if act not in NOT_YET]
    return said


def test_every_act_has_a_way_back_or_says_why_not() -> None:
    """Right money, 35."""
    assert wrong(PAGE) == []


def test_the_list_of_what_is_missing_only_becomes_shorter() -> None:
    assert {act for act, _ in rows(PAGE, "Not yet")} == NOT_YET


DEDUCTION: Final = "POST /clearing/{admdvs}/deductions/{institution}/{deduction_id}"


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (re.sub(r"\| `POST /figures/{admdvs}` .*\n", "", PAGE), "neither a way back nor a reason"),
        (PAGE.replace(f"`{DEDUCTION}/withdraw` |", "`POST /nowhere` |", 1), "no such way back"),
        (PAGE.replace(f"`{DEDUCTION}/withdraw` |", "nobody |", 1), "taken back by nothing"),
        (PAGE.replace("(秦安县84号三(一))", ""), "without its source"),
        (PAGE.replace("## Not yet\n", "## Not yet\n\n| `POST /x` | y |\n"), "no such act"),
        (
            PAGE.replace("## Not yet\n", f"## Not yet\n\n| `{DEDUCTION}` | y |\n"),
            "not known to be missing",
        ),
    ],
)
def test_a_breach_is_noticed(broken: str, told: str) -> None:
    assert any(told in one for one in wrong(broken)), wrong(broken)
