"""The plan of `make mutants` is current, and what it explains away is little."""

from __future__ import annotations

import tomllib

import pytest

from medaid.local.places import ROOT

PLAN = tomllib.loads((ROOT / "bench" / "mutants.toml").read_text(encoding="utf-8"))
MOST = 20
"""Changes that may be explained as equivalent."""


@pytest.mark.parametrize("module", PLAN["module"], ids=[m["path"] for m in PLAN["module"]])
def test_a_module_and_its_tests_are_there(module: dict[str, object]) -> None:
    tests = module["tests"]
    assert isinstance(tests, list)
    for place in (module["path"], *tests):
        assert (ROOT / str(place)).exists(), place


def test_little_is_explained_away_and_each_with_its_reason() -> None:
    rows = PLAN.get("equivalent", [])
    assert len(rows) <= MOST
    for row in rows:
        text = (ROOT / row["path"]).read_text(encoding="utf-8")
        assert row["text"] in text, f"{row['path']} has no line {row['text']}"
        assert len(row["why"]) > 20, row
