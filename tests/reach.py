"""What can be reached from where, walked by names: a name that is read in a reached function
reaches every function of that name in the package. That takes too much for reached now and then,
never too little."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from medaid.local.places import FUNCTIONS, PACKAGE

DOORS = (FUNCTIONS, PACKAGE / "local")
Definition = ast.FunctionDef | ast.ClassDef


def trees(*folders: Path) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def names(node: ast.AST) -> set[str]:
    """All names that are read in `node`, plain or as attributes."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
    return found


def definitions(tree: ast.Module) -> Iterator[Definition]:
    """Functions and classes at the top of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node


def outside(tree: ast.Module) -> set[str]:
    """What a module does when it is imported is done by whoever imports it: tables of functions,
    routes that decorators register."""
    found: set[str] = set()
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
            found |= names(node)
        elif isinstance(node, ast.FunctionDef) and node.decorator_list:
            found.add(node.name)
    return found


def bodies(modules: Iterable[ast.Module]) -> dict[str, set[str]]:
    """By name, what all functions and classes of that name read."""
    found: dict[str, set[str]] = {}
    for tree in modules:
        for node in definitions(tree):
            found[node.name] = found.get(node.name, set()) | names(node)
    return found


@cache
def package() -> dict[str, set[str]]:
    """`bodies` of the deployed package, the local tools left out."""
    return bodies(
        tree for path, tree in trees(PACKAGE) if not path.is_relative_to(PACKAGE / "local")
    )


def walked(start: Iterable[str], held: dict[str, set[str]]) -> set[str]:
    """All names reached from `start`."""
    found, waiting = set(start), list(start)
    while waiting:
        more = held.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found
