"""right_money.toml: every fault that was found at the doors of the product has tests that hold it
right, part by part, and each of these tests says so in its own docstring."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from medaid.local.places import ROOT

TESTS = ROOT / "tests"
FAULTS: list[dict[str, Any]] = tomllib.loads(
    (TESTS / "docs" / "right_money.toml").read_text(encoding="utf-8")
)["fault"]
NUMBERS = [str(n) for n in range(1, 49)]
for _later in ("15", "28"):
    NUMBERS.insert(NUMBERS.index(_later) + 1, f"{_later}a")
SAID = re.compile(r"Right money, (\d+a?(?:(?:, | and )\d+a?)*)\.")


def numbers_in(docstring: str) -> set[str]:
    """The numbers that a docstring names, wherever its lines break."""
    found = SAID.findall(" ".join(docstring.split()))
    return {number for one in found for number in re.split(r", | and ", one)}


@cache
def said(path: Path) -> dict[str, set[str]]:
    """By test (`test_x`, `TestY::test_z`) of a file, the numbers in its own docstring: what its
    module or class says proves nothing."""

    def walked(body: list[ast.stmt], above: str) -> Iterator[tuple[str, set[str]]]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from walked(node.body, f"{above}{node.name}::")
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                yield f"{above}{node.name}", numbers_in(ast.get_docstring(node) or "")

    return dict(walked(ast.parse(path.read_text(encoding="utf-8")).body, ""))


def wrong(faults: list[dict[str, Any]], tests: Path = TESTS) -> list[str]:
    """What does not hold of the list."""
    found = []
    listed: set[tuple[str, str, str]] = set()
    if [one["number"] for one in faults] != NUMBERS:
        found.append("the numbers are not 1 to 48 with 15a and 28a, each once and in order")
    for one in faults:
        number = one["number"]
        if not one["what"].endswith(".") or not one["parts"]:
            found.append(f"{number}: nothing said, or no part")
        for part, names in one["parts"].items():
            if not names:
                found.append(f"{number}, {part}: no test")
            for name in names:
                path, _, test = name.partition("::")
                listed.add((path, test, number))
                there = said(tests / path) if (tests / path).is_file() else {}
                if test not in there:
                    found.append(f"{number}, {part}: there is no {name}")
                elif number not in there[test]:
                    found.append(f"{number}, {part}: {name} does not say so in its own docstring")
    for file in sorted(tests.rglob("test_*.py")):
        path = file.relative_to(tests).as_posix()
        for test, says in said(file).items():
            found += [
                f"{path}::{test} says {number}, which does not list it"
                for number in sorted(says)
                if (path, test, number) not in listed
            ]
    return found


def test_every_fault_has_its_tests_and_each_says_so() -> None:
    assert wrong(FAULTS) == []


def changed(number: str, **fields: Any) -> list[dict[str, Any]]:
    return [one | fields if one["number"] == number else one for one in FAULTS]


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        (FAULTS[1:], "each once and in order"),
        (changed("7", parts={}), "7: nothing said, or no part"),
        (changed("7", parts={"x": []}), "7, x: no test"),
        (changed("7", parts={"x": ["core/test_money.py::test_gone"]}), "7, x: there is no"),
        (
            changed("7", parts={"x": ["docs/test_right_money.py::test_numbers_are_found"]}),
            "7, x: docs/test_right_money.py::test_numbers_are_found does not say so",
        ),
        (changed("7", parts={"x": ["no_file.py::test_gone"]}), "7, x: there is no no_file.py"),
        (changed("7", parts={"x": []}), "says 7, which does not list it"),
    ],
)
def test_a_list_that_is_not_true_would_be_noticed(faults: list[dict[str, Any]], says: str) -> None:
    assert any(says in one for one in wrong(faults))


@pytest.mark.parametrize(
    ("docstring", "numbers"),
    [
        ("Right money, 7.", {"7"}),
        ("Right money, 18 and\n    28a. A day.", {"18", "28a"}),
        ("Right money, 1, 4 and 21.", {"1", "4", "21"}),
        ("The right money, and 7 of it.", set()),
        ("", set()),
    ],
)
def test_numbers_are_found(docstring: str, numbers: set[str]) -> None:
    assert numbers_in(docstring) == numbers
