"""The `medaid` command where a package or a character is missing on the machine."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from medaid.local import demo
from medaid.local.cli import COMMANDS
from medaid.local.stack import Cloud, Stack

WITHOUT = "import sys\nsys.modules['numpy'] = sys.modules['polars'] = None\n"
"""What only the what-if needs is not installed."""


def done(code: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    import os  # only here

    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | environ,
        capture_output=True,
        check=False,
    )


def test_the_what_if_says_what_installs_its_packages() -> None:
    """Right money, 48."""
    code = WITHOUT + "from medaid.local.cli import main\nsys.exit(main())"
    answer = done(code, "simulate", "claims.csv", "--against", "packs", PYTHONUTF8="1")
    assert answer.returncode == 1
    assert answer.stderr.decode() == (
        "medaid: medaid simulate 需要的 numpy 没有安装:请先运行 make simulate\n"
    )


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"simulate"}))
def test_no_other_command_needs_them(command: str) -> None:
    """Right money, 48."""
    code = WITHOUT + f"import argparse, {COMMANDS[command][0]} as module\n"
    answer = done(code + "module.arguments(argparse.ArgumentParser())")
    assert answer.returncode == 0, answer.stderr.decode()


def test_a_missing_module_of_our_own_is_not_mistaken_for_them() -> None:
    code = (
        "import sys\nsys.modules['medaid.local.price_cli'] = None\n"
        "from medaid.local.cli import main\nsys.exit(main())"
    )
    assert b"ModuleNotFoundError" in done(code, "price", "claim.json").stderr


@pytest.mark.parametrize(
    ("encoding", "shown"), [("gb18030", "医疗救助结算".encode("gb18030")), ("latin-1", b"??????")]
)
def test_a_terminal_that_cannot_show_a_character_ends_nothing(encoding: str, shown: bytes) -> None:
    """Right money, 48."""
    code = "import sys\nfrom medaid.local.cli import main\nsys.exit(main())"
    answer = done(code, "--help", PYTHONIOENCODING=f"{encoding}:strict", PYTHONUTF8="0")
    assert answer.returncode == 0, answer.stderr
    assert shown in answer.stdout


def test_the_line_to_paste_holds_a_path_with_spaces_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = tmp_path / "医疗 救助.json"
    example.touch()
    monkeypatch.setattr(demo, "EXAMPLE", example)
    line = demo.example_call(Stack(Cloud("http://127.0.0.1:1"), {"ApiId": "a"}), "H1")
    assert shlex.split(line)[-1] == f"@{example}"
