"""`medaid run` and the other commands as processes: how they end, what they say if they cannot."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.infra.small_cloud import until

from medaid.local.ministack import MiniStack, free_port
from medaid.local.snapshots import Snapshots
from medaid.local.stack import Cloud

HOSPITAL = "H44090100001"
COMMAND = [sys.executable, "-m", "medaid.local"]
ITEM = {"pk": {"S": "COMMAND-TEST"}, "sk": {"S": "COMMAND-TEST"}}


def environ(folder: Path, **more: str) -> dict[str, str]:
    return os.environ | {"MEDAID_LOCAL_DIR": str(folder), "PYTHONUNBUFFERED": "1"} | more


def said(folder: Path) -> str:
    return (folder / "out").read_text(encoding="utf-8")


def answered(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environ(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@contextmanager
def serving(folder: Path, http_proxy: str = "", **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """`medaid run`, once it serves; what it prints goes to `folder/out`."""
    with (folder / "out").open("w", encoding="utf-8") as out:
        more.setdefault("stdout", out)
        run = subprocess.Popen(
            [*COMMAND, "run", "--port", str(free_port()), "--no-demo"],
            env=environ(folder, http_proxy=http_proxy),
            stderr=more["stdout"],
            **more,
        )
        try:
            until(lambda: (folder / "endpoint").exists() or run.poll() is not None, "a start")
            if more["stdout"] is out:
                until(lambda: "服务中" in said(folder) or run.poll() is not None, "serving")
                assert run.poll() is None, said(folder)
            yield run
        finally:
            run.kill()
            run.wait()


def people(endpoint: str) -> Any:
    return Cloud(endpoint).client("dynamodb")


# ---- ends --------------------------------------------------------------------------------------


@pytest.mark.cloud
def test_run_serves_until_it_is_asked_to_end_and_keeps_its_state(tmp_path: Path) -> None:
    """Also where the surroundings name a proxy that does not answer."""
    with serving(tmp_path, http_proxy="http://127.0.0.1:1") as run:
        token = answered(tmp_path, "token", "--institution", HOSPITAL)
        assert token.stdout.strip().count(".") == 2
        line = answered(tmp_path, "token", "--institution", HOSPITAL, "--curl").stdout
        pasted = subprocess.run(
            ["bash", "-c", f"{line}\necho $TOKEN"], capture_output=True, text=True, check=True
        ).stdout.strip()
        assert pasted.count(".") == 2
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0
    assert (tmp_path / "clean").exists()
    assert not (tmp_path / "pid").exists()
    assert "状态保存在" in said(tmp_path)


@pytest.mark.cloud
def test_a_closed_terminal_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Right money, 45."""
    ours, its = pty.openpty()

    def take_terminal() -> None:
        os.login_tty(its)

    with serving(tmp_path, stdout=its, stdin=its, preexec_fn=take_terminal) as run:
        os.close(its)
        endpoint = (tmp_path / "endpoint").read_text(encoding="ascii")
        table = {"TableName": "closed-terminal", "BillingMode": "PAY_PER_REQUEST"}
        people(endpoint).create_table(
            **table,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        people(endpoint).put_item(TableName="closed-terminal", Item={"pk": {"S": "last"}})
        os.close(ours)
        assert run.wait(60) == 0
    stack = MiniStack.start(tmp_path, free_port())
    try:
        assert (stack.kept, stack.ended_in_order) == (True, True)
        rows = people(stack.cloud.endpoint).scan(TableName="closed-terminal")["Items"]
        assert rows == [{"pk": {"S": "last"}}]
    finally:
        stack.stop()


@pytest.mark.cloud
def test_a_killed_cloud_ends_the_run_and_says_up_to_when_it_is_kept(tmp_path: Path) -> None:
    """Right money, 45."""
    with serving(tmp_path) as run:
        until(lambda: Snapshots(tmp_path).newest() is not None, "a save")
        (child,) = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)
        assert run.wait(60) == 1
    assert "意外退出" in said(tmp_path)
    assert "状态保留到" in said(tmp_path)


@pytest.mark.cloud
def test_ctrl_c_in_the_first_moment_leaves_what_was_kept(tmp_path: Path) -> None:
    """Right money, 45."""
    first = MiniStack.start(tmp_path, free_port())
    first.cloud.client("s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": first.cloud.region}
    )
    assert first.stop()
    shutil.rmtree(tmp_path / "live")
    command = [*COMMAND, "run", "--port", str(free_port())]
    with subprocess.Popen(command, env=environ(tmp_path), stdout=subprocess.PIPE) as run:
        until((tmp_path / "live").exists, "the start")
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0
    again = MiniStack.start(tmp_path, free_port())
    try:
        assert (again.kept, again.ended_in_order) == (True, True)
        assert [b["Name"] for b in again.cloud.client("s3").list_buckets()["Buckets"]] == ["kept"]
    finally:
        again.stop()


# ---- what it cannot do ---------------------------------------------------------------------------


@pytest.mark.parametrize("port", ["80000", "0", "-1"])
def test_a_port_that_there_is_not_is_said(tmp_path: Path, port: str) -> None:
    """Right money, 45."""
    done = answered(tmp_path, "run", f"--port={port}")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"no port {port}: 1 to 65535" in done.stderr


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """Right money, 45."""
    (tmp_path / "file").touch()
    done = answered(tmp_path / "file" / "local", "run", f"--port={free_port()}")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "cannot be used" in done.stderr
    assert "MEDAID_LOCAL_DIR" in done.stderr


def test_without_a_running_cloud_the_command_says_what_to_do(tmp_path: Path) -> None:
    done = answered(tmp_path, "token", "--institution", "H1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "make run" in done.stderr
