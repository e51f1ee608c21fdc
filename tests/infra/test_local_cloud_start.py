"""Where the local cloud cannot start it says why; where it can, no locale hinders it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.infra.small_cloud import running

from medaid.local.errors import LocalError
from medaid.local.ministack import MiniStack, free_port
from medaid.local.snapshots import Snapshots

pytestmark = pytest.mark.cloud


def test_a_state_that_cannot_be_read_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    with running(tmp_path) as (_, small):
        small.create()
    table = (Snapshots(tmp_path).newest() or tmp_path) / "dynamodb.json"
    table.write_text("{", encoding="utf-8")
    with pytest.raises(LocalError, match=r"cannot be read.*make clean"):
        MiniStack.start(tmp_path, free_port())
    assert table.read_text(encoding="utf-8") == "{"


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    with running(tmp_path / "first") as (stack, _), pytest.raises(LocalError, match="is taken"):
        MiniStack.start(tmp_path / "second", int(stack.cloud.endpoint.rsplit(":", 1)[1]))


def test_a_locale_without_chinese_ends_no_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right money, 48. Here the plain C locale with Python's own help for it switched off."""
    for name, value in {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}.items():
        monkeypatch.setenv(name, value)
    with running(tmp_path / "医疗 救助") as (_, small):
        small.create().open_gate()
        small.write("张建国")
        small.send("名册")
        small.wait_for("张建国", "名册")
    with running(tmp_path / "医疗 救助") as (_, small):
        assert small.written() == {"张建国"}


def test_two_clouds_do_not_share_a_folder(tmp_path: Path) -> None:
    with running(tmp_path), pytest.raises(LocalError, match="already runs"):
        MiniStack.start(tmp_path, free_port())
