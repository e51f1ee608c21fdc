"""A line to the platform on which calls die: before they arrive, after they are done, late or
twice."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final

from medaid.client import HttpReply, HttpRequest, NoAnswer, Transport

FAULTS: Final = {"before": "未送达", "after": "办后无应答", "late": "迟到", "twice": "重复送达"}
"""How a call dies, in the report's words."""
KINDS: Final = tuple(FAULTS)
"""It never arrives; it is done and its answer is lost; it arrives after later ones, its sender long
gone; it arrives twice and the second answer is the one that comes."""
_LATEST: Final = 12
"""Requests that may overtake a late one."""


@dataclass
class FaultyLine:
    """`share` of the requests die, each as one of `kinds`."""

    inner: Transport
    chance: Random
    share: float
    kinds: tuple[str, ...] = KINDS
    done: Counter[str] = field(default_factory=Counter)
    """How many requests went well (`sent`) or died, by kind."""
    _late: list[tuple[int, HttpRequest]] = field(default_factory=list)

    def __call__(self, request: HttpRequest) -> HttpReply:
        self._deliver_late()
        kind = ""
        if self.chance.random() < self.share:
            kind = self.chance.choice(self.kinds)
        self.done[kind or "sent"] += 1
        if kind == "late":
            self._late.append((self.chance.randint(1, _LATEST), request))
        if kind in ("before", "late"):
            raise NoAnswer(kind)
        if kind == "twice":
            self.inner(request)
        reply = self.inner(request)
        if kind == "after":
            raise NoAnswer(kind)
        return reply

    def _deliver_late(self) -> None:
        due = [request for left, request in self._late if left == 1]
        self._late = [(left - 1, request) for left, request in self._late if left > 1]
        for request in due:
            with suppress(NoAnswer):
                self.inner(request)

    def flush(self) -> None:
        """What is still on its way arrives."""
        while self._late:
            self._deliver_late()
