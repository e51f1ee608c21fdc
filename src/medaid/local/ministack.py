"""MiniStack, the local AWS, as a child process: bound to this machine, with roles enforced.

`medaid.local.emulator` runs in it and keeps its state, also when it or this process is killed.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from medaid.local.errors import LocalError
from medaid.local.places import LOCAL, PACKAGE
from medaid.local.snapshots import Snapshots
from medaid.local.stack import REGION, Cloud

HOST: Final = "127.0.0.1"
PORT: Final = 4566
_READY_SECONDS: Final = 60
_STOP_SECONDS: Final = 60
_SETTINGS: Final = {
    "BIND_HOST": HOST,
    "MINISTACK_HOST": HOST,
    "MINISTACK_REGION": REGION,
    "AUTH": "true",
    "LOG_LEVEL": "INFO",
    "IOT_MTLS_ENABLED": "0",  # listeners on ports of their own that nothing here uses
    "SFTP_ENABLED": "0",
    "PYTHONUTF8": "1",  # functions are given what AWS gives them, whatever this machine's locale is
}


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class MiniStack:
    """One running MiniStack. `folder` holds its snapshots, its log and how to reach it."""

    cloud: Cloud
    folder: Path
    process: subprocess.Popen[bytes]
    kept: bool
    """Whether it goes on with the state of an earlier run."""
    ended_in_order: bool
    """Whether that run saved its last state; otherwise its last seconds may be missing."""
    _lock: BinaryIO
    trouble: str = ""
    """Why the state cannot be saved at present."""
    unreadable: str = ""
    """Why the kept state could not be read."""
    _listener: threading.Thread = field(init=False)

    @classmethod
    def start(
        cls,
        folder: Path,
        port: int = PORT,
        *,
        persist: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> MiniStack:
        """Starts it and waits until it answers.

        Raises LocalError where the port or the folder cannot be used, where it runs already, or
        where it does not come up or cannot read the state that was kept.
        """
        folder = folder.absolute()
        with _said(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = _locked(folder)
            try:
                _check_port(port)
                started = cls._started(folder, port, persist, environ or {}, lock)
            except BaseException:
                lock.close()
                raise
        return started

    @classmethod
    def _started(
        cls, folder: Path, port: int, persist: bool, environ: Mapping[str, str], lock: BinaryIO
    ) -> MiniStack:
        snapshots = Snapshots(folder)
        kept = persist and snapshots.newest() is not None
        ended_in_order = (folder / "clean").exists()
        if persist:
            snapshots.bring_to_life()
        else:
            shutil.rmtree(snapshots.live, ignore_errors=True)
            snapshots.live.mkdir()
        reading, writing = os.pipe()
        with (folder / "ministack.log").open("ab") as log:
            command = [sys.executable, "-m", "medaid.local.emulator", "."]
            process = subprocess.Popen(
                [*command, str(os.getpid()), str(writing)],
                env=_environment(folder, port, persist) | dict(environ),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[writing],
                start_new_session=True,  # Ctrl-C is for us alone; we then end it in order
            )
        os.close(writing)
        cloud = Cloud(f"http://{HOST}:{port}", REGION)
        started = cls(cloud, folder, process, kept, ended_in_order, lock)
        started._listen(reading)
        try:
            started._wait()
            (folder / "endpoint").write_text(cloud.endpoint, encoding="ascii")
        except BaseException:
            process.terminate()  # what was kept stays: it has changed nothing
            process.wait()
            raise
        return started

    def _listen(self, descriptor: int) -> None:
        def listen() -> None:
            with os.fdopen(descriptor, "rb") as messages:
                for line in messages:
                    facts = json.loads(line)
                    self.trouble = facts.get("not_saved", "")
                    self.unreadable = facts.get("not_readable", "")

        self._listener = threading.Thread(target=listen, daemon=True)
        self._listener.start()

    def _wait(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                self._listener.join()
                if self.unreadable:
                    raise LocalError(
                        f"the state kept in {self.folder} cannot be read ({self.unreadable}); "
                        "`make clean` starts anew"
                    )
                raise LocalError(
                    f"MiniStack ended at once (exit code {self.process.returncode}); "
                    f"see {self.folder / 'ministack.log'}"
                )
            if healthy(self.cloud.endpoint):
                return
            time.sleep(0.05)
        raise LocalError(
            f"MiniStack did not answer within {_READY_SECONDS} seconds; "
            f"see {self.folder / 'ministack.log'}"
        )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def saved_at(self) -> datetime | None:
        """When the state was last saved, or found unchanged since."""
        return Snapshots(self.folder).saved_at()

    def stop(self) -> bool:
        """Ends it and waits until its state is saved. Answers whether all of it was."""
        self.process.terminate()
        try:
            code = self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._listener.join()
        (self.folder / "endpoint").unlink(missing_ok=True)
        self._lock.close()
        return code == 0


def healthy(endpoint: str) -> bool:
    """Whether a MiniStack answers there."""
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5) as answer:  # noqa: S310  # our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _environment(folder: Path, port: int, persist: bool) -> dict[str, str]:
    """The child's environment: nothing of the user's own AWS settings reaches it."""
    ours = ("AWS_", "MEDAID_", "POWERTOOLS_", "PYTHON")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    live = Snapshots(folder).live
    return (
        inherited
        | _SETTINGS
        | ({"PERSIST_STATE": "1", "S3_PERSIST": "1"} if persist else {})
        | {
            "GATEWAY_PORT": str(port),
            "STATE_DIR": str(live),
            "S3_DATA_DIR": str(live / "s3"),
            "TMPDIR": str(_temporary(folder)),
            "MEDAID_LOCAL_DIR": str(LOCAL),
            "PYTHONPATH": str(PACKAGE.parent),  # this checkout's code, wherever the venv is from
        }
    )


def _temporary(folder: Path) -> Path:
    place = folder / "tmp"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    return place


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """A folder that cannot be used is a sentence, not a traceback."""
    try:
        yield
    except OSError as error:
        raise LocalError(
            f"the folder {folder} cannot be used ({error.strerror}: {error.filename}); "
            "MEDAID_LOCAL_DIR names another"
        ) from error


def _check_port(port: int) -> None:
    another = "choose another: make run PORT=4567"
    if not 0 < port < 65536:
        raise LocalError(f"there is no port {port}: 1 to 65535; {another}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                why = f"port {port} on {HOST} is taken; end what listens there"
            else:
                why = f"port {port} on {HOST} cannot be used ({error.strerror})"
            raise LocalError(f"{why}, or {another}") from error


def _locked(folder: Path) -> BinaryIO:
    """The folder for us alone; waits for an emulator that is still saving for a dead parent."""
    lock = (folder / "run.lock").open("wb")
    if not _try(lock):
        lock.close()
        raise LocalError("the local cloud already runs here; end that `make run` first (Ctrl-C)")
    with (folder / "emulator.lock").open("wb") as ending:
        until = time.monotonic() + _STOP_SECONDS
        while not _try(ending):
            if time.monotonic() > until:
                lock.close()
                raise LocalError(f"an earlier local cloud in {folder} does not end; end it first")
            time.sleep(0.05)
    return lock


def _try(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
