"""The error family: codes are listed, sentences name field and rule, the tree that people read is
the tree of the classes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from medaid import errors
from medaid.errors import (
    CODES,
    BadInput,
    Conflict,
    Forbidden,
    MedaidError,
    PolicyUndetermined,
    Refused,
    Unavailable,
)
from medaid.local.places import FUNCTIONS, PACKAGE, ROOT

FAMILY = {
    "MedaidError",
    "Refused",
    "BadInput",
    "PolicyUndetermined",
    "Conflict",
    "Forbidden",
    "Unavailable",
}
CODE = re.compile(r"[A-Z][A-Z_]*[A-Z]")
TELLING = FAMILY | {"Problem", "wrong"}
"""What takes a code as its first argument: the family, and the problems of a row that goes back to
its sender."""
KEPT: set[str] = set()
"""Listed and not raised now: a code is never given another meaning, so it stays."""
BRANCH = re.compile(r"^ {4}(?P<stem>(?:│   |    |├── |└── )*)(?P<name>[A-Z]\w*)", re.MULTILINE)


def raised(tree: ast.AST) -> Iterator[str]:
    """Codes written out where a module makes an error of the family, or tells a problem."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, (ast.Name, ast.Attribute))
            and node.args
        ):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in TELLING:
                yield from (
                    code for code in written(node.args[0]) if name in FAMILY or CODE.fullmatch(code)
                )


def written(code: ast.expr) -> Iterator[str]:
    if isinstance(code, ast.IfExp):
        yield from (*written(code.body), *written(code.orelse))
    elif isinstance(code, ast.Constant):
        yield str(code.value)


def unlisted(text: str) -> list[str]:
    return [code for code in raised(ast.parse(text)) if code not in CODES]


def source() -> Iterator[tuple[str, str]]:
    for path in sorted([*PACKAGE.rglob("*.py"), *FUNCTIONS.rglob("*.py")]):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_every_code_in_the_source_is_listed() -> None:
    assert {path: codes for path, text in source() if (codes := unlisted(text))} == {}


UNLISTED = (
    'raise Refused("NO_SUCH")',
    'raise errors.BadInput("NOPE", field="a")',
    'Conflict("STATE" if a else "NOPE")',
    'row.wrong("NOPE", "field")',
)


@pytest.mark.parametrize("text", UNLISTED)
def test_an_unlisted_code_would_be_noticed(text: str) -> None:
    assert unlisted(text) == [code for code in ("NO_SUCH", "NOPE") if code in text]


def test_every_listed_code_is_used() -> None:
    everything = "".join(text for path, text in source() if path != "src/medaid/errors.py")
    assert {code for code in CODES if f'"{code}"' not in everything} == KEPT


def test_codes_have_one_form_and_each_its_own_meaning_in_chinese() -> None:
    assert [code for code in CODES if not CODE.fullmatch(code)] == []
    assert len(set(CODES.values())) == len(CODES)
    assert [
        meaning
        for meaning in CODES.values()
        if not re.search(r"[\u4e00-\u9fff]", meaning) or meaning != meaning.strip()
    ] == []


@pytest.mark.parametrize("code", ["NO_SUCH", "", "field_required", "FIELD_REQUIRED "])
def test_an_unlisted_code_cannot_be_raised(code: str) -> None:
    with pytest.raises(AssertionError, match="not listed"):
        BadInput(code, field="psn_no")


@pytest.mark.parametrize(
    ("field", "rule", "sentence"),
    [
        ("", "", "必填项缺失"),
        ("psn_no", "", "必填项缺失:字段 psn_no"),
        ("psn_no", "人员编号必填", "必填项缺失:字段 psn_no,人员编号必填"),
        ("", "人员编号必填", "必填项缺失:人员编号必填"),
    ],
)
def test_the_sentence_names_field_and_rule(field: str, rule: str, sentence: str) -> None:
    error = BadInput("FIELD_REQUIRED", field=field, rule=rule)
    assert (error.sentence, str(error)) == (sentence, sentence)
    assert (error.code, error.field, error.rule, error.facts) == ("FIELD_REQUIRED", field, rule, {})


def test_facts_are_kept_for_programs_and_stay_out_of_the_sentence() -> None:
    error = Conflict("ALREADY_SETTLED", field="mdtrt_id", id="440900S0")
    assert error.facts == {"id": "440900S0"}
    assert "440900S0" not in error.sentence


@pytest.mark.parametrize(
    "kind", [Refused, BadInput, PolicyUndetermined, Conflict, Forbidden, Unavailable]
)
def test_only_what_is_our_fault_is_tried_again(kind: type[MedaidError]) -> None:
    assert kind("UNAVAILABLE").retry is (kind is Unavailable)
    assert issubclass(kind, Refused) is (kind is not Unavailable)


def drawn(text: str) -> set[tuple[str, str]]:
    """(child, parent) pairs of a tree drawn with box characters, four columns a level."""
    pairs: set[tuple[str, str]] = set()
    line: list[str] = []
    for match in BRANCH.finditer(text):
        depth = len(match["stem"]) // 4
        line = [*line[:depth], match["name"]]
        if depth:
            pairs.add((line[-1], line[-2]))
    return pairs


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    classes = [
        c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, MedaidError)
    ]
    assert {c.__name__ for c in classes} == FAMILY
    assert drawn(errors.__doc__ or "") == {
        (c.__name__, c.__mro__[1].__name__) for c in classes if c is not MedaidError
    }
    assert drawn("    A\n    ├── B   words\n    │   └── C\n    └── D\n") == {
        ("B", "A"),
        ("C", "B"),
        ("D", "A"),
    }
