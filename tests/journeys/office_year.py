"""A city's finance office in tests: every function of the installation at one clock, officers with
tokens of their own, hospitals that settle, a bank that answers. Nothing is done but by a door."""

from __future__ import annotations

import base64
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from functions.clearing import finance as finance_door
from functions.clearing import handler as clearing_door
from functions.clearing import rollup as rollup_door
from functions.outbox import handler as outbox_door
from functions.payments import handler as payments_door
from functions.seal import handler as seal_door
from tests.clearing.test_jobs import event, record
from tests.settlement.hospital import Hospital, his

from medaid.access.wiring import DESK
from medaid.aws import clock, exchange, function, rest
from medaid.aws.outbox import OutboxItem
from medaid.aws.rest.app import mount
from medaid.fund import sealing
from medaid.fund.store import JournalItem
from medaid.instants import BEIJING
from medaid.payments.api import ROUTES as PAYMENTS
from medaid.reimbursement import wiring
from medaid.reimbursement.api import ROUTES as CASES
from medaid.settlement import service as settlement
from medaid.settlement.store import SettlementItem

CONTEXT: Any = SimpleNamespace(aws_request_id="r")


@dataclass(frozen=True)
class Token:
    """An officer's sign-in: one person, one region, the roles of the post."""

    sub: str
    region: str
    roles: str


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@dataclass
class Installation:
    """All functions, at `now`; who asked what is answered by the handler's own resolver."""

    patch: pytest.MonkeyPatch
    now: datetime
    told: set[str] = field(default_factory=set)
    serial: Any = field(default_factory=lambda: count(1))
    answered: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.patch.setattr(clock, "now", lambda: self.now)
        for door in (clearing_door, payments_door, finance_door, seal_door):
            self.patch.setattr(door, "now", lambda: self.now)
        seal = SimpleNamespace(sealing_function="seal")
        self.patch.setattr(sealing, "settings", lambda: seal)
        self.patch.setattr(function, "call", self._seal)
        books = clearing_door.routes(lambda: self.now)
        paying = mount(
            rest.resolver(), PAYMENTS, lambda: self.now, payments_door.listeners,
            DESK,
        )  # fmt: skip
        desk = mount(rest.resolver(), CASES, lambda: self.now, wiring.context, DESK)
        self.doors = {
            "clearing": books, "fund": books, "payments": paying, "reimbursement": desk
        }  # fmt: skip

    def _seal(self, _name: str, asked: dict[str, Any]) -> dict[str, int]:
        """The sealing function, in a stack of its own as it has a process of its own."""
        with ThreadPoolExecutor(1) as process:
            return process.submit(seal_door.handler, asked, None).result()

    def ask(
        self, who: Token, method: str, path: str, body: Any = None, query: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """A request with `who`'s token, and its answer."""
        door = self.doors[path.split("/")[1]]
        sent = event(method, path, body, who.roles, who.region, who.sub, query)
        answer = door.resolve(sent, CONTEXT)
        return answer["statusCode"], json.loads(answer["body"])

    def do(self, who: Token, method: str, path: str, body: Any = None, query: str = "") -> Any:
        """A request that must succeed."""
        status, answer = self.ask(who, method, path, body, query)
        assert status in (200, 201), (who.sub, method, path, status, answer)
        self.answered[who.sub] += 1
        return answer

    def fetch(self, who: Token, path: str, body: Any = None, query: str = "") -> bytes:
        """A paper, as a page downloads it; asked for by a body where there is one."""
        door, method = self.doors[path.split("/")[1]], "GET" if body is None else "POST"
        sent = event(method, path, body, who.roles, who.region, who.sub, query)
        answer = door.resolve(sent, CONTEXT)
        assert answer["statusCode"] == 200, answer["body"]
        return base64.b64decode(answer["body"])

    def job(self, name: str) -> dict[str, int]:
        """What the calendar drives."""
        found: dict[str, int] = clearing_door.handler({"job": name}, None)
        return found

    def deliver(self) -> None:
        """The tables' streams: each new event and each new entry of the books once."""
        entries = [one for one in JournalItem.scan() if f"{one.pk} {one.sk}" not in self.told]
        for start in range(0, len(entries), 100):
            rollup_door.handler({"Records": [record(one) for one in entries[start:][:100]]}, None)
        self.told |= {f"{one.pk} {one.sk}" for one in entries}
        done = SettlementItem.scan(SettlementItem.state.is_in("settled", "reversed"))
        messages = [one for one in OutboxItem.scan() if one.sk == "MESSAGE"]
        happened: dict[str, Any] = {f"{one.pk} {one.state}": one for one in done}
        happened |= {one.pk: one for one in messages}
        new = [one for name, one in happened.items() if name not in self.told]
        for start in range(0, len(new), 25):
            records = [record(one) for one in new[start : start + 25]]
            assert outbox_door.handler({"Records": records}, None) == {"batchItemFailures": []}
        self.told |= {*happened}

    def hospital(self, institution: Any, home: str) -> Hospital:
        def send(body: bytes, sender: str) -> tuple[int, dict[str, Any]]:
            return settlement.answer(body, his(sender), self.now, lambda: self.now)

        return Hospital(institution, home, send, self.serial, f"{self.now:%Y%m%d%H%M%S}")

    def bank_says(self, name: str, content: str) -> dict[str, int]:
        """An answer file of the bank, dropped."""
        key = f"bank/in/{name}.txt"
        exchange.put(key, content.encode())
        found: dict[str, int] = payments_door.handler(
            {"Records": [{"s3": {"object": {"key": key}}}]}, None
        )
        return found

    def finance_sends(self, region: str, quarter: str, rows: list[str]) -> dict[str, int]:
        """Finance's statement of a quarter, dropped."""
        key = f"finance/in/{region}/{quarter}/对账.csv"
        exchange.put(
            key, "\n".join(["日期,凭证号,账户,基金,收入,支出,摘要,余额", *rows, ""]).encode()
        )
        found: dict[str, int] = finance_door.handler(
            {"Records": [{"s3": {"object": {"key": key}}}]}, None
        )
        return found
