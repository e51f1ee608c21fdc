"""A use case that no handler, job or command reaches does not exist."""

from __future__ import annotations

import ast

from tests.reach import DOORS, bodies, definitions, names, outside, package, trees, walked

from medaid.local.places import PACKAGE

EXEMPT = {
    "FenAttribute": "money in an attribute of its own, for a table that sums in storage",
    "client_credentials": "a hospital's program calls it: how it proves itself in 吉林",
    "forget": "empties caches of this process between tests",
    "compiled_packs": "called by `medaid` in a process of its own, by its name in a text",
    "steps_from_data": "reads a kept answer back, strictly: the proof that it can be replayed",
}
"""What needs no door, and why."""


def reached() -> set[str]:
    """Everything that the functions and the `medaid` command reach."""
    start: set[str] = set()
    for _, tree in trees(*DOORS):
        start |= names(tree)
    for path, tree in trees(PACKAGE):
        if not path.is_relative_to(PACKAGE / "local"):
            start |= outside(tree)
    return walked(start, package())


def public(tree: ast.Module) -> list[str]:
    """What a module offers: its functions, and what it hands on by `__all__`."""
    offered = [one.name for one in definitions(tree) if isinstance(one, ast.FunctionDef)]
    for node in tree.body:
        listed = isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "__all__"
        targets = node.targets if isinstance(node, ast.Assign) else []
        if listed or any(getattr(target, "id", "") == "__all__" for target in targets):
            constants = [one for one in ast.walk(node) if isinstance(one, ast.Constant)]
            offered += [str(one.value) for one in constants]
    return [name for name in dict.fromkeys(offered) if not name.startswith("_")]


def test_every_use_case_has_a_door() -> None:
    found = reached() | EXEMPT.keys()
    assert [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, tree in trees(PACKAGE)
        if not path.is_relative_to(PACKAGE / "local")
        for name in public(tree)
        if name not in found
    ] == []


def test_a_use_case_without_a_door_is_found() -> None:
    """The walk itself: `pay` is called by a handler through `settle`, `drop` by nobody."""
    door = ast.parse("from x import service\ndef handler(e, c):\n    return service.settle(e)\n")
    inside = ast.parse(
        "def settle(e):\n    return pay(e)\ndef pay(e):\n    return e\ndef drop(e):\n    return 1\n"
    )
    found = walked(names(door), bodies([inside]))
    assert {"settle", "pay"} <= found
    assert "drop" not in found
