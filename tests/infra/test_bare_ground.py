"""What stands between a fresh clone and the first settlement, in counts that do not hang on a
machine: steps, packages, and that nothing beside them is needed. `bench/ground.py` measures it."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from tests.infra.test_makefile import made

from medaid.local.places import PACKAGE, ROOT

SETS = ROOT / "requirements"
MOST_PACKAGES = 48
"""What a run installs. Each one more is fetched, unpacked and compiled by everybody who tries the
product: it needs a reason."""
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def pinned(name: str) -> set[str]:
    """The packages of a compiled set."""
    return set(PIN.findall((SETS / f"{name}.txt").read_text(encoding="utf-8")))


def asked_for(name: str) -> set[str]:
    """The packages that a set names itself, with those of the sets it includes."""
    found: set[str] = set()
    for line in (SETS / f"{name}.in").read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= asked_for(Path(line[3:]).stem)
        elif named := NAME.match(line):
            found.add(named[0].lower())
    return found


def required(packages: set[str]) -> set[str]:
    """All that these packages say they need, and what those need."""
    found, rest = set(packages), list(packages)
    while rest:
        for said in metadata.requires(rest.pop()) or ():
            name = NAME.match(said)
            assert name is not None, said
            one = name[0].lower().replace("_", "-")
            if one not in found and one in pinned("run"):
                found.add(one)
                rest.append(one)
    return found


def steps(folder: Path, target: str) -> list[str]:
    """The commands that `make` would run in a fresh checkout, without those that only look."""
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copytree(SETS, folder / "requirements")
    shutil.copytree(
        ROOT / "console", folder / "console", ignore=shutil.ignore_patterns("node_modules")
    )
    for name in ("docs/openapi.json", "docs/dictionary.json", "src/medaid/region_names.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()  # what the pages are made of
    planned = made(folder, "-n", target, f"PYTHON={sys.executable}", "PORT=1")
    assert planned.returncode == 0, planned.stderr
    does = (" -m venv ", " -m pip ", " -m compileall ", "bin/medaid run", "bin/pytest")
    return [line for line in planned.stdout.splitlines() if any(word in line for word in does)]


def test_a_run_makes_one_environment_installs_one_set_and_serves(tmp_path: Path) -> None:
    """Right money, 48."""
    venv, install, compiled, serve = steps(tmp_path, "run")
    assert venv.endswith(" -m venv .venv")
    assert "--require-hashes --no-deps -r requirements/run.txt" in install
    assert " -m compileall " in compiled
    assert serve.endswith("bin/medaid run --port 1 ")


def test_the_tests_install_another_set(tmp_path: Path) -> None:
    """What `steps` sees where more is installed."""
    assert any("-r requirements/dev.txt" in line for line in steps(tmp_path, "test"))


def test_a_run_installs_what_it_asks_for_and_what_that_needs_and_no_more() -> None:
    """Right money, 48."""
    packages = pinned("run")
    assert packages - required(asked_for("run")) == set()
    assert asked_for("run") - packages == set()
    assert len(packages) <= MOST_PACKAGES
    assert packages & pinned("simulate") == set(), "the what-if has its own set"


def imported() -> dict[str, str]:
    """Every module from outside that a module of the product names, wherever it does, and where."""
    found: dict[str, str] = {}
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            found |= {one.partition(".")[0]: str(path.relative_to(ROOT)) for one in names}
    return found


def test_whatever_the_product_imports_a_run_installs() -> None:
    """Right money, 48. Also what is imported only when it is used; but for the what-if's own."""
    owners, kept = metadata.packages_distributions(), pinned("run") | pinned("simulate")
    missing = {
        name: path
        for name, path in imported().items()
        if name in owners and not {one.lower().replace("_", "-") for one in owners[name]} & kept
    }
    assert missing == {}
    assert {"typst", "boto3", "numpy"} <= imported().keys(), "the look finds what is there"


ALONE = """
import sys
from importlib import metadata
kept = set(sys.argv[1].split(","))
ours = {"medaid", "functions", "tests"}
class Absent:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        owners = {one.lower().replace("_", "-") for one in OWNERS.get(top, ())}
        if owners and top not in ours and not owners & kept:
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)
OWNERS = metadata.packages_distributions()
sys.meta_path.insert(0, Absent())
import importlib, pkgutil, medaid, functions
for package in (medaid, functions):
    for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "simulate" not in one.name and not one.name.endswith("__main__"):
            importlib.import_module(one.name)
print("all")
"""


def alone(packages: set[str]) -> subprocess.CompletedProcess[str]:
    """Every module of the product loaded where only these packages are installed."""
    names = ",".join(sorted(packages))
    return subprocess.run(
        [sys.executable, "-c", ALONE, names], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_product_loads_with_what_a_run_installs_alone() -> None:
    """Right money, 48."""
    done = alone(pinned("run"))
    assert (done.returncode, done.stdout.strip()) == (0, "all"), done.stderr[-600:]


@pytest.mark.parametrize("lacks", ["rich", "pydantic", "pynamodb"])
def test_without_one_of_them_it_does_not(lacks: str) -> None:
    done = alone(pinned("run") - {lacks})
    assert done.returncode != 0
    assert f"No module named '{lacks}'" in done.stderr
