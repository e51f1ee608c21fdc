"""A snapshot of the local cloud is complete or not there, and is never changed afterwards."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from medaid.local.snapshots import Snapshots


def test_a_snapshot_counts_only_when_it_is_complete(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    snapshots.bring_to_life()
    assert snapshots.newest() is None
    with snapshots.writing() as folder:
        (folder / "a.json").write_text("1", encoding="utf-8")
    first = snapshots.newest()
    assert first
    with pytest.raises(OSError, match="full"):
        _fail_in(snapshots)
    assert snapshots.newest() == first
    assert [path.name for path in first.parent.iterdir()] == [first.name]
    with snapshots.writing() as folder:
        (folder / "a.json").write_text("3", encoding="utf-8")
    assert not first.exists()
    snapshots.bring_to_life()
    assert (snapshots.live / "a.json").read_text(encoding="utf-8") == "3"


def _fail_in(snapshots: Snapshots) -> None:
    with snapshots.writing() as folder:
        (folder / "a.json").write_text("2", encoding="utf-8")
        raise OSError(28, "full")


def test_objects_replaced_or_removed_while_running_stay_in_the_snapshot(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    snapshots.bring_to_life()
    (snapshots.live / "s3").mkdir()
    for name in ("kept", "removed", "replaced", "unfinished.tmp"):
        (snapshots.live / "s3" / name).write_text("old", encoding="utf-8")
    with snapshots.writing():
        pass
    (snapshots.live / "s3" / "removed").unlink()
    (snapshots.live / "s3" / "new").write_text("new", encoding="utf-8")
    (snapshots.live / "s3" / "new").replace(snapshots.live / "s3" / "replaced")
    snapshots.bring_to_life()
    held = {p.name: p.read_text(encoding="utf-8") for p in (snapshots.live / "s3").iterdir()}
    assert held == dict.fromkeys(["kept", "removed", "replaced"], "old")


def test_a_folder_without_hard_links_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots(tmp_path)
    snapshots.bring_to_life()
    (snapshots.live / "key.pem").write_text("k", encoding="utf-8")

    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    with snapshots.writing():
        pass
    shutil.rmtree(snapshots.live)
    snapshots.bring_to_life()
    assert (snapshots.live / "key.pem").read_text(encoding="utf-8") == "k"
