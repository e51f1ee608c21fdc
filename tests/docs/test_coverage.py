"""docs/coverage.md is true: every requirement once; each door there, and the effect reached from
it; each test there, and saying in its own words what it proves. What a module's docstring says
proves nothing."""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest
from tests.reach import definitions, names, outside, package, trees, walked

from medaid.local.cli import COMMANDS
from medaid.local.docs import DOCS, TABLES
from medaid.local.places import PACKAGE, ROOT

ASKED = {"J": 37, "Q": 13, "N": 8, "M": 7, "X": 9}
"""How many requirements of each document are on the list."""
STATES = ("done", "part", "unproven", "not yet")
OUTSIDE = {"M二.3"}
"""Clauses that tests name and the list of requirements does not."""
WRITTEN = re.compile(
    r"(?<![\w.-])(?:[JNX]\d+(?![,.]\d)|Q\d+(?:\.\d+)?|M[一二三四](?:\.\d+)?)(?!\w)"
)
NAMED = re.compile(r"(?:^|_)(?:([JNX])(\d+)|(Q)(\d+(?:_\d+)?)|(M)([一二三四](?:_\d+)?))(?=_|$)")


class Line(NamedTuple):
    id: str
    asked: str
    state: str
    ways: tuple[tuple[str, str], ...]
    """Each a door (route, function's file, command) and the effect that is reached from it."""
    tests: tuple[str, ...]
    missing: str


def lines(page: str) -> list[Line]:
    rows = [
        [cell.strip() for cell in line.strip("|\n").split(" | ")]
        for line in page.splitlines()
        if re.match(r"\| [JQNMX]\S* \|", line)
    ]
    return [
        Line(
            row[0],
            row[1],
            row[2],
            tuple(re.findall(r"`([^`]+)` → `([^`]+)`", row[3])),
            tuple(re.findall(r"`([^`]+)`", row[4])),
            row[5],
        )
        for row in rows
    ]


# ---------------------------------------------------------------- what a test says of itself


def ids_in(text: str) -> set[str]:
    """Requirement ids in prose. A range names its ends only: what lies between is claimed by
    nobody."""
    return set(WRITTEN.findall(text))


def ids_in_name(name: str) -> set[str]:
    return {
        "".join(part for part in match.groups() if part).replace("_", ".")
        for match in NAMED.finditer(name)
    }


@cache
def said(path: Path) -> dict[str, set[str]]:
    """By test (`test_x`, `TestY::test_z`) of a file, the ids in its name, docstring and comments,
    and in those of its class."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    return dict(_said(tree, "", set(), comments))


def _said(
    holder: ast.Module | ast.ClassDef, path: str, above: set[str], comments: dict[int, str]
) -> Iterator[tuple[str, set[str]]]:
    for node in holder.body:
        if isinstance(node, ast.ClassDef):
            yield from _said(
                node,
                f"{path}{node.name}::",
                above | ids_in(ast.get_docstring(node) or "") | ids_in_name(node.name),
                comments,
            )
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            while first - 1 in comments:
                first -= 1
            own = " ".join(
                comments.get(line, "")
                for line in range(first, (node.end_lineno or node.lineno) + 1)
            )
            yield (
                f"{path}{node.name}",
                above
                | ids_in(own)
                | ids_in(ast.get_docstring(node) or "")
                | ids_in_name(node.name),
            )


def carried() -> dict[str, list[str]]:
    """By id, the tests that carry it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, ids in said(path).items():
            for one in ids:
                found.setdefault(one, []).append(f"{path.relative_to(ROOT).as_posix()}::{name}")
    return found


# ---------------------------------------------------------------- what may be wrong with the page


def wrong(page: str) -> list[str]:
    found = lines(page)
    problems = [
        f"{one} stands {times} times"
        for one, times in Counter(line.id for line in found).items()
        if times > 1
    ]
    counts = Counter(line.id[0] for line in found)
    problems += [
        f"{counts[prefix]} of {number} requirements {prefix}"
        for prefix, number in ASKED.items()
        if counts[prefix] != number
    ]
    tests = carried()
    for line in found:
        problems += [f"{line.id}: {problem}" for problem in _wrong(line, tests.get(line.id, []))]
    known = {line.id for line in found} | OUTSIDE
    for one in tests:
        if one not in known and not any(
            other.startswith((f"{one}.", one)) or one.startswith(f"{other}.") for other in known
        ):
            problems.append(f"{one} of {tests[one][0]} is not on the page")
    summary = re.search(r"Of (\d+): (\d+) done, (\d+) in part, (\d+) unproven, (\d+) not yet", page)
    states = Counter(line.state for line in found)
    if summary is None or [int(n) for n in summary.groups()] != [
        len(found),
        *(states[state] for state in STATES),
    ]:
        problems.append(f"the summary should say {len(found)}: {dict(states)}")
    return problems


def _wrong(line: Line, tests: list[str]) -> Iterator[str]:
    if line.state not in STATES:
        yield f"no such state: {line.state}"
    if (line.state == "done") != (line.missing == "–"):
        yield "what is done misses nothing, what is not says what is missing"
    if bool(line.ways) != (line.state != "not yet"):
        yield "names a door and its effect unless it is not yet there"
    if bool(line.tests) != (line.state in ("done", "part")):
        yield "names tests where it is done, in part or whole"
    if line.state in ("unproven", "not yet") and tests:
        yield f"{line.state}, but {tests[0]} carries it"
    for door, effect in line.ways:
        yield from _wrong_way(door, effect)
    for test in line.tests:
        file, _, name = test.partition("::")
        there = said(ROOT / file) if (ROOT / file).exists() else {}
        if name not in there:
            yield f"no test {test}"
        elif line.id not in there[name]:
            yield f"{test} does not say {line.id}"


# ---------------------------------------------------------------- from a door to its effect

ROUTES = {f"{route.method} {route.path}": route for table in TABLES for route in table}


def _wrong_way(door: str, effect: str) -> Iterator[str]:
    start = _door(door)
    if start is None:
        yield f"no door {door}"
        return
    module, _, name = effect.rpartition(".")
    place = f"src/{module.replace('.', '/')}"
    files = [ROOT / f"{place}.py", *sorted((ROOT / place).glob("*.py"))]
    if (ROOT / effect).is_file():  # data: the door must reach what reads it, which a test shows
        return
    defined = {
        one.name
        for path in files
        if path.exists()
        for one in definitions(ast.parse(path.read_text(encoding="utf-8")))
    }
    if name not in defined:
        yield f"no effect {effect}"
    elif name not in start:
        yield f"{door} does not reach {effect}"


@cache
def _door(door: str) -> frozenset[str] | None:
    """The names that a door reaches; None where there is no such door."""
    if door in ROUTES:
        return frozenset(walked(_called(ROUTES[door].call), package()))
    if re.fullmatch(r"functions/\w+/\w+\.py", door) and (ROOT / door).is_file():
        tree = ast.parse((ROOT / door).read_text(encoding="utf-8"))
        return frozenset(walked(names(tree) | _tables(tree), package()))
    if door.startswith("medaid ") and door.split()[1] in COMMANDS:
        tools = {name for _, tree in trees(PACKAGE / "local") for name in names(tree)}
        return frozenset(walked(tools, package()))
    return None


def _called(call: Any) -> set[str]:
    """The names that a route's function reads, and those of the functions it was made with."""
    found = _read_by(call.__code__)
    for cell in getattr(call, "__closure__", None) or ():
        held = cell.cell_contents
        if inspect.isfunction(held) and held is not call:
            found |= {held.__name__} | _called(held)
    return found


def _read_by(code: CodeType) -> set[str]:
    inside = [one for one in code.co_consts if isinstance(one, CodeType)]
    return set(code.co_names).union(*(_read_by(one) for one in inside))


def _tables(door: ast.Module) -> set[str]:
    """Names in the tables of functions of the packages that a function imports, such as the one of
    the hospital's transactions. What decorators register is a route's, and has its own name."""
    imported = {
        str(node.module).split(".")[1]
        for node in ast.walk(door)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("medaid.")
    }
    found: set[str] = set()
    for name in imported:
        for _, tree in trees(PACKAGE / name):
            registered = {one.name for one in definitions(tree) if one.decorator_list}
            found |= outside(tree) - registered
    return found


PAGE = (DOCS / "coverage.md").read_text(encoding="utf-8")


def test_the_page_is_true() -> None:
    assert wrong(PAGE) == []


TESTED = "tests/fund/test_finance.py::test_pictures_sum_and_show_the_structure"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (r"\| J33 \|.*\n", "", "36 of 37 requirements J"),
        (r"(\| J33 \|.*\n)", r"\1\1", "J33 stands 2 times"),
        (r"\| J33 \|", "| J99 |", f"J99: {TESTED} does not say J99"),
        (
            r"test_pictures_sum_and_show_the_structure",
            "test_pictures",
            "J33: no test tests/fund/test_finance.py::test_pictures",
        ),
        (
            r"fund/test_finance.py::test_pictures",
            "fund/test_nothing.py::test_pictures",
            "J33: no test tests/fund/test_nothing.py::test_pictures_sum_and_show_the_structure",
        ),
        (
            r"(\| J33 \|.*?)`medaid.fund.analysis.summaries`",
            r"\1`medaid.fund.analysis.set_nothing`",
            "J33: no effect medaid.fund.analysis.set_nothing",
        ),
        (
            r"(\| J33 \|.*?)`GET /fund/{admdvs}/summaries`",
            r"\1`GET /fund/{admdvs}/nothing`",
            "J33: no door GET /fund/{admdvs}/nothing",
        ),
        (
            r"(\| J33 \|.*?)`GET /fund/{admdvs}/summaries`",
            r"\1`GET /fund/{admdvs}/periods/{month}`",
            "J33: GET /fund/{admdvs}/periods/{month} does not reach medaid.fund.analysis.summaries",
        ),
        (r"(\| J33 \| [^|]*)\| done \|", r"\1| finished |", "J33: no such state: finished"),
        (
            r"(\| J33 \| [^|]*)\| done \|.*",
            r"\1| not yet | – | – | all |",
            "J33: not yet, but tests/fund/test_finance.py::",
        ),
        (
            r"(\| J33 \| .*)\| – \|\n",
            r"\1| much |\n",
            "J33: what is done misses nothing, what is not says what is missing",
        ),
        (
            r"(\| J33 \| [^|]*\| done \| [^|]*)\|.*",
            r"\1| – | – |",
            "J33: names tests where it is done, in part or whole",
        ),
        (
            r"(\| J40 \| [^|]*\| not yet \|) – \|",
            r"\1 `functions/clearing/handler.py` → `medaid.fund.finance.sign` |",
            "J40: names a door and its effect unless it is not yet there",
        ),
        (r"Of \d+: \d+ done", "Of 1: 1 done", "the summary should say"),
    ],
)
def test_a_page_that_is_not_would_be_noticed(old: str, new: str, told: str) -> None:
    changed = re.sub(old, new, PAGE, count=1)
    assert changed != PAGE
    assert any(problem.startswith(told) for problem in wrong(changed)), wrong(changed)


def test_an_id_of_a_test_that_is_not_on_the_page_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(globals(), "carried", lambda: {"J99": ["tests/x.py::test_y"]})
    assert "J99 of tests/x.py::test_y is not on the page" in wrong(PAGE)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("J19, J22 (art. 22)", {"J19", "J22"}),
        ("J19–J22, M二.2–4", {"J19", "J22", "M二.2"}),
        ("Proves J29, Q2.2.", {"J29", "Q2.2"}),
        ("M二: all; (Q3.1)", {"M二", "Q3.1"}),
        ("N16,2 and N5,4 are formats; 2026-Q3, P1, RJ45 and J2EE are none", set()),
    ],
)
def test_ids_are_found_in_prose(text: str, ids: set[str]) -> None:
    assert ids_in(text) == ids


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("test_life_J27_J28_Q3_1_M二_4", {"J27", "J28", "Q3.1", "M二.4"}),
        ("test_of_3201", set()),
        ("test_two_Q3_2", {"Q3.2"}),
        ("test_JSON_N1x", set()),
    ],
)
def test_ids_are_found_in_names(name: str, ids: set[str]) -> None:
    assert ids_in_name(name) == ids
