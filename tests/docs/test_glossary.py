"""Every word of the product has an entry: classes of the packages, categories, tiers, funds, facts,
roles, states, clocks, accounts."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

from medaid.fund.model.chart import accounts
from medaid.local import docs, template
from medaid.local.places import PACKAGE, USER_POOL
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import FACT_NAMES, FUNDS, TIERS
from medaid.reimbursement.model import State

PAGE = (docs.DOCS / "glossary.md").read_text(encoding="utf-8")
HEADS = ("中文", "working days, or date", "name")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def entries(page: str) -> dict[str, list[str]]:
    """The cells of each row by its first cell, without backticks."""
    rows = [
        [cell.strip() for cell in line.strip("|\n").split(" | ")]
        for line in page.splitlines()
        if line.startswith("| ")
    ]
    return {row[0].strip("` "): row for row in rows if row[0] not in ("---", "")}


def classes() -> Iterator[str]:
    """Values of each package, `package.Class`; a model of several modules counts as one."""
    found = [*PACKAGE.rglob("model.py"), *PACKAGE.rglob("model/*.py")]
    for path in sorted(found):
        package = path.parent if path.name == "model.py" else path.parent.parent
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield f"{package.name}.{node.name}"


def words() -> list[str]:
    """What must have an entry."""
    groups = [
        r["Properties"]["GroupName"]
        for r in template.read(USER_POOL)["Resources"].values()
        if r["Type"] == "AWS::Cognito::UserPoolGroup"
    ]
    procedure = tomllib.loads(
        (PACKAGE / "reimbursement" / "procedure.toml").read_text(encoding="utf-8")
    )
    listed = [
        *classes(),
        *CATEGORIES,
        *TIERS,
        *FUNDS,
        *FACT_NAMES,
        *groups,
        *procedure["roles"],
        *State,
        "a case of manual reimbursement",
        "hospital_paid_by",
        "agency_to_finance",
        "finance_transfer",
        *sorted({account.number for account in accounts().values()}),
    ]
    return list(dict.fromkeys(listed))


def missing(page: str) -> list[str]:
    return [word for word in words() if str(word) not in entries(page)]


def test_every_word_has_an_entry() -> None:
    assert missing(PAGE) == []


@pytest.mark.parametrize(
    "word",
    [
        "people.Identity",
        "destitute_support",
        "tilted",
        "maf_pay",
        "care",
        "cashier",
        "system",
        "rechecked",
        "finance_transfer",
        "500101",
    ],
)
def test_a_word_without_entry_would_be_noticed(word: str) -> None:
    without = "".join(
        line
        for line in PAGE.splitlines(keepends=True)
        if not line.startswith((f"| `{word}` |", f"| {word} |"))
    )
    assert missing(without) == [word]


def test_no_class_of_the_page_is_gone() -> None:
    (table,) = re.findall(r"## Values of the packages\n(.*)", PAGE, re.DOTALL)
    listed = re.findall(r"^\| `(\w+\.\w+)` \|", table, re.MULTILINE)
    assert sorted(listed) == sorted(classes())


def test_every_entry_says_it_in_chinese_too() -> None:
    assert [
        word
        for word, row in entries(PAGE).items()
        if not CHINESE.search(" ".join(row)) and row[1] not in HEADS
    ] == []


def test_places_in_the_code_are_there() -> None:
    """The column `where in the code` of the first table: modules, or names of them."""
    (table,) = re.findall(r"## Words of the documents\n(.*?)\n## ", PAGE, re.DOTALL)
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for row in entries(table).values():
        for place in re.findall(r"`([^`]+)`", row[3]) if len(row) > 3 else []:
            there = (
                (PACKAGE / place).exists()
                if "/" in place
                else re.search(rf"\b{place.rpartition('.')[2]}\b", source)
            )
            assert there or (PACKAGE / place.replace(".", "/")).exists(), place
