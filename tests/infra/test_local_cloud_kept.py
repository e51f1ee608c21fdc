"""What the local cloud keeps over every end: a stop in order, a signal, a kill, a full disk."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cloud import PARAMETERS
from tests.infra.small_cloud import SmallCloud, running, until

from medaid.local import deploy
from medaid.local.ministack import MiniStack, free_port
from medaid.local.snapshots import Snapshots
from medaid.local.stack import Cloud, Stack

pytestmark = pytest.mark.cloud


def wait_until_saved(stack: MiniStack) -> None:
    """Until a save has ended that holds all that was answered before this call."""
    since = datetime.now(UTC)
    SmallCloud(stack.cloud).dynamodb.put_item(TableName="seen", Item={"pk": {"S": "mark"}})
    until(lambda: (stack.saved_at or since) > since, "a save")


def test_the_deployed_stack_is_kept_over_a_stop_and_over_a_kill(tmp_path: Path) -> None:
    item = {"pk": {"S": "KEPT"}, "sk": {"S": "KEPT"}}

    def check(stack: Stack) -> None:
        cloud = stack.cloud
        table = cloud.client("dynamodb").get_item(TableName=stack.table("people"), Key=item)
        assert table["Item"] == item
        kept = cloud.client("s3").get_object(Bucket=stack.bucket, Key="receipts/kept")
        assert kept["Body"].read() == b"kept"
        called = cloud.client("lambda").invoke(FunctionName="medaid-settle", Payload=b"{}")
        assert called["StatusCode"] == 200
        assert stack.institution_token("H44090100001").count(".") == 2

    first = MiniStack.start(tmp_path, free_port())
    stack = deploy.deployed(first.cloud, PARAMETERS)
    stack.cloud.client("dynamodb").put_item(TableName=stack.table("people"), Item=item)
    stack.cloud.client("s3").put_object(Bucket=stack.bucket, Key="receipts/kept", Body=b"kept")
    assert first.stop()

    second = MiniStack.start(tmp_path, free_port())
    assert (second.kept, second.ended_in_order) == (True, True)
    check(deploy.deployed(second.cloud, PARAMETERS))
    second.process.kill()
    assert not second.stop()

    third = MiniStack.start(tmp_path, free_port())
    try:
        assert (third.kept, third.ended_in_order) == (True, False)
        check(deploy.deployed(third.cloud, PARAMETERS))
    finally:
        third.stop()


# ---- streams ---------------------------------------------------------------------------------


def test_new_records_are_consumed_after_a_restart(tmp_path: Path) -> None:
    """Right money, 17. As many as had been read before were skipped."""
    with running(tmp_path) as (_, small):
        small.create().open_gate()
        small.write("a", "b", "c")
        small.wait_for("a", "b", "c")
    with running(tmp_path) as (stack, small):
        assert (stack.kept, stack.ended_in_order) == (True, True)
        small.write("d", "e")
        small.wait_for("d", "e")
        assert small.seen() == dict.fromkeys("abcde", 1)


def test_records_not_yet_consumed_are_consumed_after_a_restart(tmp_path: Path) -> None:
    """Right money, 17. Also what lies behind records that were consumed, and after more than one
    restart."""
    with running(tmp_path) as (_, small):
        small.create().open_gate()
        small.write("a", "b")
        small.wait_for("a", "b")
        small.take_gate_away()
        small.write("c", "d")
    with running(tmp_path):
        pass
    with running(tmp_path) as (_, small):
        small.open_gate()
        small.write("e")
        small.wait_for("c", "d", "e")
        assert small.seen() == dict.fromkeys("abcde", 1)


def test_records_of_days_ago_are_consumed_after_a_restart(tmp_path: Path) -> None:
    """Right money, 17. A stream keeps its records for a day; days in which nothing ran do not
    count."""
    with running(tmp_path) as (_, small):
        small.create().write("a")
    saved = (Snapshots(tmp_path).newest() or tmp_path) / "consumers.json"
    content = json.loads(saved.read_bytes())
    for record in content["streams"][0]["records"]:
        record["dynamodb"]["ApproximateCreationDateTime"] -= 3 * 86_400
    saved.write_text(json.dumps(content), encoding="utf-8")
    with running(tmp_path) as (_, small):
        small.open_gate()
        small.wait_for("a")


def test_a_stream_is_saved_from_its_slowest_consumer_on(tmp_path: Path) -> None:
    """Right money, 17."""
    with running(tmp_path) as (_, small):
        small.create().open_gate()
        small.write(*"abcdefgh")
        small.wait_for(*"abcdefgh")
        small.take_gate_away()
        small.write("i")
        small.wait_for_start()
    newest = Snapshots(tmp_path).newest() or tmp_path
    (stream,) = json.loads((newest / "consumers.json").read_bytes())["streams"]
    assert stream["start"] == 8
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in stream["records"]] == ["i"]


def test_a_position_that_no_record_has_is_brought_back_to_the_end(tmp_path: Path) -> None:
    """Right money, 17."""
    with running(tmp_path) as (_, small):
        small.create().open_gate()
        small.write("a", "b")
        small.wait_for("a", "b")
    newest = Snapshots(tmp_path).newest() or tmp_path
    saved = newest / "consumers.json"
    content = json.loads(saved.read_bytes())
    content["streams"] = []  # as if the table had never been written to
    saved.write_text(json.dumps(content), encoding="utf-8")
    with running(tmp_path) as (_, small):
        small.open_gate()
        small.write("c")
        small.wait_for("c")


# ---- what is under way -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["drop", "send", "write"])
def test_what_is_under_way_at_the_stop_is_taken_up_again(tmp_path: Path, kind: str) -> None:
    """Right money, 17. A dropped file, a message (free again at once, not in half an hour), a
    record."""
    with running(tmp_path) as (_, small):
        small.create().close_gate()
        getattr(small, kind)("x")
        small.wait_for_start()
    with running(tmp_path) as (_, small):
        small.open_gate()
        small.wait_for("x")
        assert small.seen() == {"x": 1}


def test_a_drop_that_was_answered_is_not_taken_up_again(tmp_path: Path) -> None:
    with running(tmp_path) as (_, small):
        small.create().open_gate()
        small.drop("x")
        small.wait_for("x")
        small.write("after")  # one function at a time: what follows comes after the drop's end
        small.wait_for("after")
    newest = Snapshots(tmp_path).newest() or tmp_path
    assert json.loads((newest / "consumers.json").read_bytes())["events"] == []


# ---- ends of every kind ----------------------------------------------------------------------


def test_a_killed_emulator_loses_at_most_what_came_after_the_last_save(tmp_path: Path) -> None:
    """Right money, 17."""
    with running(tmp_path) as (stack, small):
        small.create().open_gate()
        small.write("a", "b")
        small.drop("file")
        small.wait_for("a", "b", "file")
        small.take_gate_away()
        small.write("c")
        wait_until_saved(stack)
        stack.process.kill()
        assert not stack.stop()
    with running(tmp_path) as (stack, small):
        assert (stack.kept, stack.ended_in_order) == (True, False)
        assert small.written() == {"a", "b", "c"}
        small.open_gate()
        small.write("d")
        small.wait_for("c", "d")
        assert set(small.seen()) == {"a", "b", "c", "d", "file"}


def test_a_kill_during_a_save_leaves_the_save_before_it(tmp_path: Path) -> None:
    """Right money, 17."""
    with running(tmp_path) as (_, small):
        small.create().write("a")
    newest = Snapshots(tmp_path).newest() or tmp_path
    half = newest.with_name(f"{int(newest.name) + 1}.new")
    half.mkdir()
    (half / "dynamodb.json").write_text('{"__ministack_format__', encoding="utf-8")
    with running(tmp_path) as (_, small):
        assert small.written() == {"a"}
    assert not half.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_when_its_parent_dies_the_emulator_saves_and_ends(tmp_path: Path, number: int) -> None:
    """Right money, 17. SIGHUP is the closed terminal. The next start waits until it has ended."""
    code = (
        "import sys, pathlib\n"
        "from medaid.local.ministack import MiniStack, free_port\n"
        "stack = MiniStack.start(pathlib.Path(sys.argv[1]), free_port())\n"
        "print(stack.cloud.endpoint, flush=True)\n"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout
        endpoint = parent.stdout.readline().strip()
        SmallCloud(Cloud(endpoint)).create().write("a")
        parent.send_signal(number)
    with running(tmp_path) as (stack, small):
        assert (stack.kept, stack.ended_in_order) == (True, True)
        assert small.written() == {"a"}


def test_an_emulator_that_is_asked_to_end_saves(tmp_path: Path) -> None:
    """Right money, 45."""
    with running(tmp_path) as (stack, small):
        small.create().write("a")
        stack.process.send_signal(signal.SIGTERM)
        assert stack.process.wait(60) == 0
        assert stack.stop()
    with running(tmp_path) as (stack, small):
        assert (stack.kept, stack.ended_in_order) == (True, True)
        assert small.written() == {"a"}


def test_an_early_ctrl_c_leaves_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right money, 17."""
    with running(tmp_path) as (_, small):
        small.create().write("a")

    def interrupted(_: MiniStack) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as early:
        early.setattr(MiniStack, "_wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            MiniStack.start(tmp_path, free_port())
    with running(tmp_path) as (stack, small):
        assert (stack.kept, stack.ended_in_order) == (True, True)
        assert small.written() == {"a"}


def test_a_full_disk_is_said_and_the_save_before_it_stands(tmp_path: Path) -> None:
    """Right money, 45."""
    with running(tmp_path) as (stack, small):
        small.create().write("a")
        wait_until_saved(stack)
        limits = resource.prlimit(stack.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(stack.process.pid, resource.RLIMIT_FSIZE, (64, limits[1]))
        small.write("b")
        until(lambda: bool(stack.trouble), "the trouble said")
        assert stack.trouble in (os.strerror(27), "File too large") or "json" in stack.trouble
        assert not stack.stop()
    with running(tmp_path) as (stack, small):
        assert (stack.kept, stack.ended_in_order) == (True, False)
        assert small.written() == {"a"}


def test_a_disk_with_room_again_is_saved_to_again(tmp_path: Path) -> None:
    with running(tmp_path) as (stack, small):
        small.create()
        limits = resource.prlimit(stack.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(stack.process.pid, resource.RLIMIT_FSIZE, (64, limits[1]))
        small.write("a")
        small.drop("object")  # MiniStack keeps it in memory and says nothing
        until(lambda: bool(stack.trouble), "the trouble said")
        resource.prlimit(stack.process.pid, resource.RLIMIT_FSIZE, limits)
        until(lambda: not stack.trouble, "saved again")
    with running(tmp_path) as (_, small):
        assert small.written() == {"a"}
        got = small.cloud.client("s3").get_object(Bucket="small-bucket", Key="object")
        assert got["Body"].read() == b"x"
