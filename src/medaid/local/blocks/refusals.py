"""Blocks about errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from medaid import errors
from medaid.aws import web
from medaid.errors import CODES, MedaidError
from medaid.local.blocks.tables import table
from medaid.local.places import FUNCTIONS, PACKAGE

FAMILY: Final = (
    "BadInput",
    "PolicyUndetermined",
    "Conflict",
    "Forbidden",
    "Refused",
    "Unavailable",
)


def codes_block() -> str:
    found, kinds = [], raised_as()
    for section, listed in sections():
        rows = [
            (
                f"`{code}`",
                CODES[code],
                "、".join(kinds.get(code, ())) or "in feedback only",
                _statuses(code, kinds.get(code, ())),
            )
            for code in listed
        ]
        found.append(
            "\n### "
            f"{section[0].upper()}"
            f"{section[1:]}\n\n{table(('code', 'meaning', 'raised as', 'HTTP status'), rows)}"
        )
    return "".join(found)


def sections() -> list[tuple[str, list[str]]]:
    """The codes under the comments that head them in `medaid.errors`."""
    source = (
        (PACKAGE / "errors.py")
        .read_text(encoding="utf-8")
        .split("CODES: Final", 1)[1]
        .split("\n}", 1)[0]
    )
    found: list[tuple[str, list[str]]] = []
    for line in source.splitlines():
        if line.startswith("    # "):
            found.append((line.removeprefix("    # "), []))
        elif match := re.match(r'    "(\w+)":', line):
            found[-1][1].append(match[1])
    return found


def raised_as() -> Mapping[str, list[str]]:
    """By code, the kinds of error that the source makes with it."""
    found: dict[str, set[str]] = {}
    for path in [*PACKAGE.rglob("*.py"), *FUNCTIONS.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in FAMILY
                and node.args
            ):
                for code in _written(node.args[0]):
                    found.setdefault(code, set()).add(node.func.id)
    return {code: sorted(kinds, key=FAMILY.index) for code, kinds in found.items()}


def _written(code: ast.expr) -> Iterator[str]:
    if isinstance(code, ast.IfExp):
        yield from (*_written(code.body), *_written(code.orelse))
    elif isinstance(code, ast.Constant):
        yield str(code.value)


def _statuses(code: str, kinds: Iterable[str]) -> str:
    made: list[MedaidError] = [getattr(errors, kind)(code) for kind in kinds]
    return (
        ", ".join(str(status) for status in dict.fromkeys(web.status(error) for error in made))
        or "–"
    )


def tree_block() -> str:
    drawn = (errors.__doc__ or "").split("\n\n")[1]
    return (
        "```\n" + "".join(f"{line.removeprefix('    ')}\n" for line in drawn.splitlines()) + "```\n"
    )
