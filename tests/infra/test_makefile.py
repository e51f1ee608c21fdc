"""The Makefile on bare ground: a path with spaces and Chinese, a locale without either, a checkout
that is moved or copied, a first try that failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medaid.local.places import ROOT

ENDS = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH", "PYTHONUTF8", "LANG", "LC_CTYPE"}
"""What this test's own surroundings must not lend to the ones it makes."""


def environ(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ENDS} | more


def made(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environ(**more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def checkout(folder: Path) -> Path:
    """A checkout with the real Makefile and a package that says where it lies."""
    package = folder / "src" / "medaid" / "local"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text("print(ascii(__file__))\n", encoding="utf-8")
    shutil.copy(ROOT / "Makefile", folder)
    return folder


def where_it_runs(folder: Path, **more: str) -> str:
    """What `.venv/bin/medaid`, called from another folder, says of its own place."""
    done = subprocess.run(
        [folder / ".venv" / "bin" / "medaid"],
        cwd="/",
        env=environ(**more),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("ascii").strip()


def place(folder: Path) -> str:
    return ascii(str(folder / "src" / "medaid" / "local" / "__main__.py"))


def test_a_checkout_runs_its_own_code_wherever_it_lies(tmp_path: Path) -> None:
    """Right money, 48."""
    first = checkout(tmp_path / "医疗 救助")
    done = made(first, ".venv/medaid.done", PYTHON=sys.executable, LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["医疗 救助"]
    for locale in ("C", "C.UTF-8", "POSIX"):
        assert where_it_runs(first, LC_ALL=locale) == place(first)

    copied = tmp_path / "copied"
    shutil.copytree(first, copied, symlinks=True)
    assert where_it_runs(copied) == place(copied)
    moved = first.rename(tmp_path / "moved")
    assert where_it_runs(moved) == place(moved)
    assert made(moved, "-q", ".venv/medaid.done").returncode == 0, "nothing to be done again"


def python(folder: Path, lacks: str) -> str:
    """A Python that cannot import `lacks`, or with "" the real one."""
    script = folder / "python"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *{lacks}*) exit 1;; esac\nexec "{sys.executable}" "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize(
    ("lacks", "said"), [("ensurepip", "apt-get install python3-venv"), ("version_info", "3.11")]
)
def test_what_is_missing_is_named_and_leaves_nothing(tmp_path: Path, lacks: str, said: str) -> None:
    """Right money, 48."""
    folder = checkout(tmp_path / "checkout")
    done = made(folder, ".venv/medaid.done", PYTHON=python(tmp_path, lacks))
    assert done.returncode != 0
    assert said in done.stderr
    assert not (folder / ".venv").exists()


def test_a_first_try_that_failed_is_no_obstacle_to_the_second(tmp_path: Path) -> None:
    """Right money, 48. A `.venv` with a Python and without pip, as `venv` leaves it where ensurepip
    is missing."""
    folder = checkout(tmp_path / "checkout")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    done = made(folder, ".venv/medaid.done", PYTHON=sys.executable)
    assert done.returncode == 0, done.stderr
    assert (folder / ".venv" / "bin" / "pip").exists()
    assert where_it_runs(folder) == place(folder)


def test_the_tests_name_the_programs_they_need(tmp_path: Path) -> None:
    """Right money, 48."""
    folder = checkout(tmp_path / "checkout")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "make", "git"):
        (tools / name).symlink_to(shutil.which(name) or name)
    done = made(folder, "test", PATH=str(tools), PYTHON=sys.executable)
    assert done.returncode != 0
    assert "the tests need curl; on Debian: apt-get install curl" in done.stderr
