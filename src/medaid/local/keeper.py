"""Loads and saves the state of the MiniStack that runs in this process.

MiniStack saves once, when it ends in order, and not all that it must. Here it is saved as a whole
every few seconds while something happens: on the loop that serves requests, so that no request is
half done in it; into a new snapshot, so that an interrupted save changes nothing. After the last
save the mark `clean` is set.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from medaid.local.snapshots import Snapshots

SECONDS_BETWEEN: Final = 2.0
"""Shortest time between two saves: at most so much is lost by a kill."""
SHARE: Final = 0.05
"""Largest share of the time that is spent saving; a large state is saved less often."""
_DEPLOYING_SECONDS: Final = 20
_RESTING_SECONDS: Final = 3
_TRIES: Final = 3
_log: Final = logging.getLogger("medaid")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


class NotSaved(Exception):
    """Part of the state could not be written; the text says which."""


class NotReadable(Exception):
    """A part of the snapshot cannot be read; the text says which."""


class Messages:
    """Facts for the parent, one JSON object a line; nobody need be there to read them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        os.set_inheritable(descriptor, False)
        os.set_blocking(descriptor, False)

    def send(self, **facts: str) -> None:
        line = json.dumps(facts, ensure_ascii=False).encode() + b"\n"
        with suppress(OSError):
            os.write(self._descriptor, line)


class Keeper:
    """Loads and saves the state of the emulator that runs in this process."""

    def __init__(self, folder: Path, messages: Messages) -> None:
        from ministack import app  # reads its folders from the environment when imported

        from medaid.local import consumers  # as above

        self.mark = folder / "clean"
        self.snapshots = Snapshots(folder)
        self.messages = messages
        self.saved_last = True
        self._app, self._consumers = app, consumers
        self._requests = 0
        self._saved_as: tuple[Any, ...] = ()
        self._events: list[int] = []
        self._task: asyncio.Task[None] | None = None
        self._address = f"http://{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"
        app.PERSIST_STATE = False  # it neither loads nor saves by itself
        logging.getLogger("persistence").setLevel(logging.WARNING)  # it tells of each file
        consumers.watch_events()
        consumers.watch_poller()

    def load(self) -> None:
        """Raises NotReadable rather than go on with a part of the state."""
        from ministack.core import persistence  # as above

        ours = self.snapshots.live / "consumers.json"
        saved = json.loads(ours.read_bytes()) if ours.exists() else None
        if saved:
            self._move(saved["address"], self._address)
        for key, module in self._app._state_map.items():
            file = self.snapshots.live / f"{key}.json"
            if file.exists():
                data = persistence.load_state(key)
                if data is None:
                    raise NotReadable(str(file))
                if data:
                    self._app._get_module(module).load_persisted_state(data)
        if saved:
            self._consumers.put_back(saved)
            self._events = self._consumers.known_again(saved["events"])

    def _move(self, before: str, now: str) -> None:
        """The emulator's own address stands in what it keeps, but for the items of tables: names
        of queues, settings of functions. On another port it is another."""
        for file in self.snapshots.live.glob("*.json"):
            text = file.read_text(encoding="utf-8")
            moved = re.sub(rf"{re.escape(before)}(?!\d)", now, text)
            if moved != text and file.stem != "dynamodb":
                file.unlink()  # it is a link to the snapshot's
                file.write_text(moved, encoding="utf-8")

    def save(self) -> None:
        """Writes a snapshot. Raises NotSaved or OSError where any part of it was not written."""
        from ministack.core import persistence  # as above

        began, as_is = time.monotonic(), self._fingerprint()
        self._check_objects()
        with self.snapshots.writing() as folder:
            ours = {"address": self._address, **self._consumers.captured()}
            (folder / "consumers.json").write_text(json.dumps(ours), encoding="utf-8")
            sources, place = self._app._build_persistence_save_dict(), persistence.STATE_DIR
            missing = dict(sources)
            persistence.STATE_DIR = str(folder)
            try:
                for _ in range(_TRIES):  # another thread may have changed what was being read
                    persistence.save_all(missing)
                    missing = {k: v for k, v in missing.items() if not self._is_saved(folder, k)}
            finally:
                persistence.STATE_DIR = place
            if missing:
                raise NotSaved(", ".join(missing))
        self._saved_as = as_is
        _log.info("state saved in %.3f s", time.monotonic() - began)

    @staticmethod
    def _is_saved(folder: Path, key: str) -> bool:
        return (folder / f"{key}.json").exists()

    def _check_objects(self) -> None:
        """An object that MiniStack could not write stays in its memory: written now or said."""
        from ministack.core.responses import request_scope  # as above
        from ministack.services import s3  # as above

        for (account, bucket), found in list(s3._buckets._data.items()):
            for key, item in list(found["objects"].items()):
                if item.get("body") is not None:
                    with request_scope(account, found.get("region") or ""):
                        s3._persist_object(bucket, key, item)
                    if item.get("body") is not None:
                        raise NotSaved(f"s3://{bucket}/{key}")

    def _fingerprint(self) -> tuple[Any, ...]:
        return (self._requests, *self._consumers.fingerprint())

    def _deploying(self) -> bool:
        """A stack being changed by a task that would not be there after a restart."""
        module = sys.modules.get("ministack.services.cloudformation")
        stacks = module._stacks._data.values() if module else ()
        return any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in list(stacks))

    def around(self, inner: App) -> App:
        """The application that counts requests and saves before it ends."""

        async def app(scope: Any, receive: Receive, send: Send) -> None:
            if scope["type"] != "lifespan":
                self._requests += 1
                try:
                    await inner(scope, receive, send)
                finally:
                    self._requests += 1
                return

            async def receive_and_end() -> Message:
                message = await receive()
                if message["type"] == "lifespan.shutdown":
                    await self._end()
                return message

            async def begin_and_send(message: Message) -> None:
                if message["type"] == "lifespan.startup.complete":
                    self._task = asyncio.create_task(self._keep_saving())
                await send(message)

            await inner(scope, receive_and_end, begin_and_send)

        return app

    async def _keep_saving(self) -> None:
        await self._app._wait_for_port(int(os.environ["GATEWAY_PORT"]))
        self.mark.unlink(missing_ok=True)
        self._consumers.start_poller()
        events, self._events = self._events, []
        self._consumers.invoke_again(events)
        wait = SECONDS_BETWEEN
        while True:
            await asyncio.sleep(wait)
            if self._fingerprint() == self._saved_as or self._deploying():
                continue
            began = time.monotonic()
            self._try_to_save()
            wait = max(SECONDS_BETWEEN, (time.monotonic() - began) / SHARE)

    def _try_to_save(self) -> None:
        """Saves; where that fails, says so once, and once more when it succeeds again."""
        try:
            self.save()
        except Exception as error:  # whatever it was: what stands is the snapshot before it
            _log.exception("the state could not be saved")
            self.saved_last = False
            self.messages.send(not_saved=reason(error))
        else:
            if not self.saved_last:
                self.messages.send(saved="again")
            self.saved_last = True

    async def rest(self) -> None:
        """Lets what functions have been given come to its end, for a while, still serving them."""
        until = time.monotonic() + _RESTING_SECONDS
        while not self._consumers.rest() and time.monotonic() < until:
            await asyncio.sleep(0.02)

    async def _end(self) -> None:
        """The last save. No request is served any more."""
        if self._task is not None:
            self._task.cancel()
        until = time.monotonic() + _DEPLOYING_SECONDS
        while self._deploying() and time.monotonic() < until:
            await asyncio.sleep(0.1)
        if self._deploying():
            self.saved_last = False
            self.messages.send(not_saved="a stack is still being deployed")
            return
        if self._fingerprint() != self._saved_as or not self.saved_last:
            self._try_to_save()
        if self.saved_last:
            self.mark.touch()


def reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
