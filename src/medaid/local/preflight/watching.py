"""What passes between a hospital's program and the platform, seen and, where a scenario says so,
cut off: no answer, or none that tells anything."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from medaid.client import HttpReply, HttpRequest, NoAnswer, Transport
from medaid.instants import beijing_text

UNAVAILABLE: Final = HttpReply(503, b"Service Unavailable")
WHOLE: Final = ""
"""The scenario of what belongs to no one patient."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The first `times` messages of that infno for the scenario's patient die: `before` they
    arrive, `after` they are done, or with `503`."""

    infno: str
    kind: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """One attempt of a message, or one question about one (`infno` GET)."""

    at: str
    infno: str
    msgid: str
    given: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]
    cut: str
    """How it died; empty where its answer reached the program."""
    status: int
    infcode: str
    """What the platform answered, whether the program saw it or not; empty where it was not
    asked."""
    code: str
    output: Mapping[str, Any]

    @property
    def done(self) -> bool:
        return self.infcode == "0"

    @property
    def shown(self) -> str:
        """One line of evidence: no personal data in it."""
        end = self.cut and f"无答复({self.cut})"
        return f"{self.at} {self.infno} {self.msgid} → {end or self.code or self.infcode}"


@dataclass
class Watch:
    """`patients` says whose each scenario is, by certificate number; `cuts` what dies in it."""

    inner: Transport
    patients: Mapping[str, str]
    cuts: Mapping[str, Sequence[Cut]]
    seen: dict[str, list[SeenMessage]] = field(default_factory=dict)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _people: dict[str, str] = field(default_factory=dict)
    _messages: dict[str, str] = field(default_factory=dict)
    _cut: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: HttpRequest) -> HttpReply:
        """One request, passed on. Raises NoAnswer where it is cut off."""
        envelope = _read(request)
        infno, msgid = str(envelope.get("infno", "")), str(envelope.get("msgid", ""))
        rows = _rows(envelope)
        with self._lock:
            scenario = self._scenario(msgid, rows)
            cut = self._next_cut(scenario, infno)
        reply = None if cut in ("before", "503") else self.inner(request)
        with self._lock:
            self._note(scenario, envelope, rows, cut, reply)
        if cut == "503":
            return UNAVAILABLE
        if cut or reply is None:
            raise NoAnswer(cut)
        return reply

    def _scenario(self, msgid: str, rows: Sequence[Mapping[str, Any]]) -> str:
        for row in rows:
            for name in ("psn_no", "mdtrt_cert_no", "certno"):
                found = self._people.get(str(row.get(name) or ""))
                found = found or self.patients.get(str(row.get(name) or ""))
                if found:
                    self._messages[msgid] = found
                    return found
        return self._messages.get(msgid, WHOLE)

    def _next_cut(self, scenario: str, infno: str) -> str:
        for cut in self.cuts.get(scenario, ()):
            if cut.infno == infno and self._cut[scenario, infno] < cut.times:
                self._cut[scenario, infno] += 1
                return cut.kind
        return ""

    def _note(
        self,
        scenario: str,
        envelope: Mapping[str, Any],
        rows: tuple[Mapping[str, Any], ...],
        cut: str,
        reply: HttpReply | None,
    ) -> None:
        answer = _json(reply.body) if reply else {}
        output = answer.get("output")
        output = output if isinstance(output, dict) else {}
        status = reply.status if reply else 0
        psn_no = str((output.get("baseinfo") or {}).get("psn_no") or "")
        if psn_no:
            self._people[psn_no] = scenario
        info = output.get("errinfo") or {}
        one = SeenMessage(
            beijing_text(self.clock()),
            str(envelope.get("infno", "")),
            str(envelope.get("msgid", "")),
            envelope.get("input") or {},
            rows,
            cut,
            status,
            str(answer.get("infcode", "")),
            str(info.get("code") or ""),
            output,
        )
        self.seen.setdefault(scenario, []).append(one)


def _read(request: HttpRequest) -> dict[str, Any]:
    """The envelope; of a question by GET its msgid."""
    if request.body is not None:
        return _json(request.body)
    _, _, msgid = request.url.partition("/messages/")
    return {"infno": "GET", "msgid": msgid.partition("?")[0]} if msgid else {"infno": "GET"}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _rows(envelope: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """All nodes of the input, lists taken apart."""
    nodes = envelope.get("input")
    found: list[Mapping[str, Any]] = []
    for node in nodes.values() if isinstance(nodes, dict) else ():
        found += node if isinstance(node, list) else [node]
    return tuple(one for one in found if isinstance(one, dict))
