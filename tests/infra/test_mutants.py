"""The plan of `make mutants` is current, and what it explains away is little."""

from __future__ import annotations

import tomllib

import pytest

from medaid.local.places import PACKAGE, ROOT

PLAN = tomllib.loads((ROOT / "bench" / "mutants.toml").read_text(encoding="utf-8"))
MOST = 20
"""Changes that may be explained as equivalent."""


@pytest.mark.parametrize("module", PLAN["module"], ids=[m["path"] for m in PLAN["module"]])
def test_a_module_and_its_tests_are_there(module: dict[str, object]) -> None:
    tests = module["tests"]
    assert isinstance(tests, list)
    for place in (module["path"], *tests):
        assert (ROOT / str(place)).exists(), place


def test_every_module_of_rules_is_planned() -> None:
    """What decides in a package stands in its `rules`, what lies where in its `keys`; a new one is
    not left out."""
    every = (path for name in ("*rules.py", "keys.py") for path in PACKAGE.rglob(name))
    rules = {path.relative_to(ROOT).as_posix() for path in every}
    assert rules - {module["path"] for module in PLAN["module"]} == set()
    assert len({module["path"] for module in PLAN["module"]}) == len(PLAN["module"])


def test_little_is_explained_away_and_each_with_its_reason() -> None:
    rows = PLAN.get("equivalent", [])
    assert len(rows) <= MOST
    for row in rows:
        text = (ROOT / row["path"]).read_text(encoding="utf-8")
        assert row["text"] in text, f"{row['path']} has no line {row['text']}"
        assert len(row["why"]) > 20, row
