"""Do the tests bite? Small changes are made to the modules of mutants.toml, one at a time, in a
copy of the tree; the tests of each module must notice. `make mutants [MUTANTS="--sample N"]`

A change that survives is a missing test, or is equivalent to what was there: then it stands in
mutants.toml under `equivalent`, with the reason. Any other survivor makes the command fail.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cosmic_ray.commands.init import _all_work_items
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkItem

ROOT: Final = Path(__file__).parents[1]
PLAN: Final = ROOT / "bench" / "mutants.toml"
COPIED: Final = ("src", "tests", "functions", "infra", "docs", "bench", "requirements")
PYTHON: Final = ROOT / ".venv" / "bin" / "python"
"""Runs the tests; this command has an environment of its own, for the mutating library."""
SECONDS: Final = 600.0
OPERATORS: Final = (
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_FloorDiv",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceBinaryOperator_BitOr_BitAnd",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Lt_GtE",
    "ReplaceComparisonOperator_Gt_LtE",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceUnaryOperator_USub_UAdd",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "AddNot",
    "NumberReplacer",
)
"""Changes that a careless hand makes; bit operators stand for sets and types here."""


@dataclass(frozen=True)
class Change:
    """One change: its place, its operator, and the line as it is written."""

    path: str
    line: int
    operator: str
    text: str
    spec: MutationSpec

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.operator}: {self.text}"


def changes(path: str) -> list[Change]:
    """Every change of a module, type hints and docstrings left out, and how records are declared:
    a rule of tests/infra/test_house.py keeps them frozen, and slots only save memory."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    found = []
    items: Iterator[WorkItem] = _all_work_items([Path(path)], {})
    for item in items:
        (spec,) = item.mutations
        operator = spec.operator_name.removeprefix("core/")
        text = lines[spec.start_pos[0] - 1].strip()
        hint = "BitOr" in operator and (" -> " in text or ": " in text)
        if operator in OPERATORS and not hint and not text.startswith("@dataclass("):
            found.append(Change(path, spec.start_pos[0], operator, text, spec))
    return found


def drawn(plan: dict[str, Any], sample: int, seed: int) -> Iterator[tuple[Change, str]]:
    """The sample, with the command that must notice each."""
    for module in plan["module"]:
        every = changes(module["path"])
        chance = random.Random(f"{seed}-{module['path']}")
        tests = " ".join(module["tests"])
        command = f"{PYTHON} -m pytest -q -x -p no:cacheprovider {tests}"
        for change in chance.sample(every, min(sample, len(every))):
            yield change, command


def explained(plan: dict[str, Any], change: Change) -> bool:
    """Whether the change is known to be equivalent."""
    return any(
        (row["path"], row["operator"], row["text"]) == (change.path, change.operator, change.text)
        for row in plan.get("equivalent", ())
    )


def main() -> int:
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=plan["sample"])
    parser.add_argument("--seed", type=int, default=plan["seed"])
    parser.add_argument("--only", default="", help="modules whose path contains this")
    args = parser.parse_args()
    killed, survivors = 0, []
    os.chdir(ROOT)
    chosen = [one for one in drawn(plan, args.sample, args.seed) if args.only in one[0].path]
    with tempfile.TemporaryDirectory() as held:
        for name in COPIED:
            shutil.copytree(ROOT / name, Path(held) / name)
        shutil.copy(ROOT / "pyproject.toml", held)
        os.chdir(held)
        os.environ["PYTHONPATH"] = os.pathsep.join((f"{held}/src", held))
        for change, command in chosen:
            result = mutate_and_test([change.spec], command, SECONDS)
            if result.test_outcome == TestOutcome.SURVIVED:
                mark = "equivalent" if explained(plan, change) else "SURVIVED"
                survivors += [] if mark == "equivalent" else [change]
            else:
                mark, killed = str(result.test_outcome or result.worker_outcome), killed + 1
            print(f"{mark:12} {change.name}", flush=True)
    print(f"{killed} of {len(chosen)} noticed, {len(survivors)} survived unexplained")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
