"""The platform as a hospital's program reaches it, in this process: what the client sends becomes
an event of the HTTP API, answers and lost answers come back. And what the client is given for a
connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from tests import tokens
from tests.settlement.hospital import MAOMING, NOW

from medaid.client import HospitalClient, HttpReply, HttpRequest, NoAnswer, Transport, bearer
from medaid.settlement.gateways import service as gateways
from medaid.settlement.model import Institution

CLOCK = NOW.timestamp()
Fault = str
"""`before`: it never arrives; `after`: it is done and the answer is lost; `503`; empty: none."""


def platform(request: HttpRequest, now: datetime = NOW) -> HttpReply:
    """One request, answered by the package as if it were `now`."""
    asked = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    method = "GET" if request.body is None else "POST"
    event = tokens.posted(request.body or b"", headers, asked.path, method)
    query = {name: values[0] for name, values in parse_qs(asked.query).items()}
    event |= {"queryStringParameters": query or None}
    answer = gateways.answer(event, lambda: now).http
    return HttpReply(int(answer["statusCode"]), str(answer["body"]).encode())


@dataclass
class Line:
    """A line to the platform that fails as `faults` says, one a request, and keeps what was
    sent."""

    faults: list[Fault] = field(default_factory=list)
    sent: list[HttpRequest] = field(default_factory=list)

    def __call__(self, request: HttpRequest) -> HttpReply:
        self.sent.append(request)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "before":
            raise NoAnswer("cut off")
        if fault.isdigit():
            return HttpReply(int(fault), b"<html>bad gateway</html>")
        reply = platform(request)
        if fault == "after":
            raise NoAnswer("timed out")
        return reply

    @property
    def bodies(self) -> list[bytes]:
        """The bodies of what was posted."""
        return [one.body for one in self.sent if one.body is not None]


def connected(
    line: Transport, institution: Institution = MAOMING, now: datetime = NOW
) -> HospitalClient:
    """A client of the institution, without pauses."""
    clock = now.timestamp()
    return HospitalClient(
        "http://platform",
        institution.code,
        institution.name,
        institution.admdvs,
        bearer(lambda: tokens.bearer(institution.code, clock)["authorization"].split()[1]),
        transport=line,
        pauses=(0, 0),
        sleep=lambda _: None,
        clock=lambda: clock,
    )
