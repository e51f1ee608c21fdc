"""How long it takes from a fresh clone to the first settlement, with an empty `.venv`.

Clones this checkout into a folder of its own, runs `make run` there, and says when each stage was
reached: in seconds on the clock, and in processor time of everything that `make run` started, which
hangs little on what else the machine does. What pip fetched before lies in its cache.

Demanded: the first settlement within 30 s of processor time. `python -m bench.ground`; exits 1
where it is missed.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

LIMIT_SECONDS = 30.0
ROOT: Final = Path(__file__).resolve().parent.parent
STAGES: Final = (
    ("packages installed", "Successfully installed"),
    ("deployed", "已部署"),
    ("first settlement", "2304"),
)
"""What `make run` prints when a stage is reached."""
MARK: Final = "MEDAID_GROUND"
"""In the environment of everything that the measured run starts."""
_TICK: Final = os.sysconf("SC_CLK_TCK")


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="medaid-ground-"))
    try:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "medaid")], check=True)
        spent = _run(folder / "medaid")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if spent is not None and spent <= LIMIT_SECONDS else 1


def _run(checkout: Path) -> float | None:
    """Processor seconds to the first settlement; None where it never came."""
    begun, reached = time.monotonic(), None
    running = subprocess.Popen(
        ["make", "run", f"PORT={_free_port()}", "RUN=--once"],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, MARK: checkout.name},
        start_new_session=True,
    )
    assert running.stdout is not None
    stages = list(STAGES)
    try:
        for line in running.stdout:
            if stages and stages[0][1] in line:
                name, _ = stages.pop(0)
                spent = _processor_seconds()
                wall = time.monotonic() - begun
                print(f"{name}: {spent:.1f} s of processor time, {wall:.1f} s on the clock")
                if not stages:
                    reached = spent
        running.wait()
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    return reached


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def _processor_seconds() -> float:
    """What every process of the run has used, and those of it that have ended."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}=".encode() in (process / "environ").read_bytes():
                stat = (process / "stat").read_text(encoding="utf-8")
                ticks += sum(int(word) for word in stat.rpartition(")")[2].split()[11:15])
        except OSError:
            continue  # it has ended meanwhile
    return ticks / _TICK


if __name__ == "__main__":
    sys.exit(main())
