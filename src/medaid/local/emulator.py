"""MiniStack in a process of its own, with a state that survives however the process ends.

`medaid.local.ministack` starts this and reads its messages; `medaid.local.keeper` keeps the state.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from medaid.local import sign_in
from medaid.local.keeper import App, Keeper, Messages, reason

NOT_SAVED: Final = 3
"""Exit code where the last state could not be saved; the snapshot before it stands."""
_PR_SET_PDEATHSIG: Final = 1
_log: Final = logging.getLogger("medaid")


def main() -> None:
    """`python -m medaid.local.emulator FOLDER PARENT DESCRIPTOR`; the rest is in the environment.

    PARENT is the process with which it ends, DESCRIPTOR the pipe for its messages.
    """
    folder, parent, messages = (
        Path(sys.argv[1]).resolve(),
        int(sys.argv[2]),
        Messages(int(sys.argv[3])),
    )
    end_with(parent)
    os.environ.pop("PYTHONPATH", None)  # it was for us: functions have their layer
    with (folder / "emulator.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sys.exit(_run(folder, messages))


def _run(folder: Path, messages: Messages) -> int:
    from ministack import app  # reads its folders from the environment when imported

    if os.environ.get("PERSIST_STATE") != "1":
        asyncio.run(_serve(sign_in.around(app.app)))
        return 0
    keeper = Keeper(folder, messages)
    try:
        keeper.load()
    except Exception as error:  # a part of the state is no state
        _log.exception("the kept state cannot be read")
        messages.send(not_readable=reason(error))
        return NOT_SAVED
    asyncio.run(_serve(keeper.around(sign_in.around(app.app)), keeper.rest))
    return 0 if keeper.saved_last else NOT_SAVED


async def _nothing() -> None:
    """Nothing is at work whose end must be waited for."""


async def _serve(app: App, rest: Callable[[], Awaitable[None]] = _nothing) -> None:
    """Serves until SIGTERM or SIGINT, and then until `rest` has ended."""
    from hypercorn.asyncio import serve  # as above
    from hypercorn.config import Config  # as above

    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)

    async def asked_to_end() -> None:
        await asked.wait()
        await rest()

    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.loglevel = os.environ["LOG_LEVEL"]
    await serve(app, config, shutdown_trigger=asked_to_end)  # type: ignore[arg-type]  # narrower


def end_with(parent: int) -> None:
    """When the parent dies, however, this process is asked to end (on Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was quicker
        sys.exit(1)


if __name__ == "__main__":
    main()
