"""MiniStack, the local AWS, as a child process: bound to this machine, roles enforced, state kept
on a clean stop.

It writes its state only when it is asked to end (SIGTERM). After any other end what lies in the
state folder does not fit together (objects without the stack that owns them), so it is wiped, and
said.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medaid.local.errors import LocalError
from medaid.local.stack import REGION, Cloud

HOST: Final = "127.0.0.1"
PORT: Final = 4566
_READY_SECONDS: Final = 60
_STOP_SECONDS: Final = 60
_PR_SET_PDEATHSIG: Final = 1
_QUIET: Final = {"IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "LOG_LEVEL": "INFO"}
"""Listeners on ports of their own that nothing here uses."""


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class MiniStack:
    """One running MiniStack. `folder` holds its state, its log and the marks of how it ended."""

    cloud: Cloud
    folder: Path
    process: subprocess.Popen[bytes]
    kept: bool
    """Whether it continues with the state of an earlier run."""
    wiped: bool
    """Whether the state of an earlier run was thrown away, because that run did not end cleanly."""

    @classmethod
    def start(
        cls,
        folder: Path,
        port: int = PORT,
        *,
        persist: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> MiniStack:
        """Starts it and waits until it answers. Raises LocalError where the port is taken or it
        does not come up."""
        folder.mkdir(parents=True, exist_ok=True)
        _end_of_an_earlier_run(folder)
        if _taken(port):
            raise LocalError(
                f"port {port} on {HOST} is taken; end what listens there,"
                " or choose another: make run PORT=4567"
            )
        state, mark = folder / "state", folder / "clean"
        wiped = state.exists() and not mark.exists()
        if wiped or not persist:
            shutil.rmtree(state, ignore_errors=True)
        kept = state.exists()
        mark.unlink(missing_ok=True)
        state.mkdir(exist_ok=True)
        with (folder / "ministack.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                env=_environment(state, port, persist) | dict(environ or {}),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us alone; we then end it in order
                # started before any thread
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        (folder / "pid").write_text(str(process.pid), encoding="ascii")
        started = cls(Cloud(f"http://{HOST}:{port}", REGION), folder, process, kept, wiped)
        started._wait()
        (folder / "endpoint").write_text(started.cloud.endpoint, encoding="ascii")
        return started

    def _wait(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise LocalError(
                    "MiniStack ended at once (exit code "
                    f"{self.process.returncode}); see {self.folder / 'ministack.log'}"
                )
            if healthy(self.cloud.endpoint):
                return
            time.sleep(0.05)
        self.process.kill()
        raise LocalError(
            f"MiniStack did not answer within {_READY_SECONDS} seconds;"
            f" see {self.folder / 'ministack.log'}"
        )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> bool:
        """Ends it and waits until its state is written. Answers whether that went cleanly."""
        was_alive = self.alive
        self.process.terminate()
        try:
            code = self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = -signal.SIGKILL
        clean = was_alive and code in (0, -signal.SIGTERM)
        if clean:
            (self.folder / "clean").touch()
        for mark in ("pid", "endpoint"):
            (self.folder / mark).unlink(missing_ok=True)
        return clean


def healthy(endpoint: str) -> bool:
    """Whether a MiniStack answers there."""
    try:
        # our own http address
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _environment(state: Path, port: int, persist: bool) -> dict[str, str]:
    """The child's environment: nothing of the user's own AWS settings reaches it or the functions
    it runs."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MEDAID_", "POWERTOOLS_"))
    }
    flags = {"PERSIST_STATE": "1", "S3_PERSIST": "1"} if persist else {}
    return (
        inherited
        | _QUIET
        | flags
        | {
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            "AUTH": "true",
            "STATE_DIR": str(state),
            "S3_DATA_DIR": str(state / "s3"),
            "TMPDIR": str(_temporary(state.parent)),
        }
    )


def _temporary(folder: Path) -> Path:
    place = folder / "tmp"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    return place


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _end_of_an_earlier_run(folder: Path) -> None:
    """A MiniStack whose parent died ends with it; wait for that, so that its port and folder are
    free."""
    mark = folder / "pid"
    try:
        pid = int(mark.read_text(encoding="ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        mark.unlink(missing_ok=True)
        return
    if b"ministack" in command:
        raise LocalError("the local cloud already runs here; end that `make run` first (Ctrl-C)")
    mark.unlink(missing_ok=True)


def _end_with_parent() -> None:
    """Runs in the child before MiniStack: when its parent dies, however, it is asked to end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
