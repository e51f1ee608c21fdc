"""Messages to persons: handed to the region's gateway once, else on the telephone list; delivered
only where somebody says so; then the paid case is told (J16). Issue: the register people can use,
9."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from tests.conftest import Tables
from tests.followup.test_followup import CITY, OTHERS, READER, ask
from tests.people.samples import insurance, person

from medaid.aws import delivery, outbox
from medaid.aws.transaction import commit
from medaid.case_events import CasePaid, CaseRefused, SupplementRequested
from medaid.event import Event
from medaid.events import KINDS, LISTENERS, IdentityRecorded, Listener, MessageDelivered, ReserveLow
from medaid.followup import messages, sms, store
from medaid.followup.model import Matter, MatterKind, MatterState, SmsGateway
from medaid.followup.texts import text_of, texts
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.people import service as people
from medaid.people import store as people_store
from medaid.regions import Region

NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
HERE = Region("440900")
PAID = CasePaid("C1", "P1", "440900", Fen(123_456))
LIST = "/followup/440900/matters/message"


class Standin:
    """A gateway that takes what it is sent, or fails."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.status, self.answer = 200, b'{"state": "taken"}'
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.sent.append(json.loads(body))
                gateway.keys.append(self.headers.get("Authorization", ""))
                self.send_response(gateway.status)
                self.end_headers()
                self.wfile.write(gateway.answer)

            def log_message(self, *_: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms"


@pytest.fixture
def gateway(tables: Tables) -> Iterator[Standin]:
    one = Standin()
    thread = threading.Thread(target=one.server.serve_forever, daemon=True)
    thread.start()
    approved = SmsGateway(HERE, one.url, "", OfficerId("a"), NOW, "b", NOW)
    commit([store.put_gateway(None, approved)])
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def known(tables: Tables) -> None:
    who = person(mobile="13800000000")
    commit(people.person_registered(who, NOW))
    held = people.load("P1", 2026).person
    commit(people_store.entry_recorded(held, None, insurance()))


def open_messages() -> list[Matter]:
    return store.page_of_matters(HERE, MatterKind.MESSAGE, MatterState.OPEN, "", "", 9)[0]


def published() -> list[Event]:
    return [outbox.event_of(one) for one in outbox.OutboxItem.scan()]


@pytest.mark.usefixtures("known")
class TestGateway:
    def test_it_is_handed_over_once_and_taken_is_not_delivered(self, gateway: Standin) -> None:
        """J16: brought again by the stream it is not sent again; nobody is told yet."""
        messages.send(PAID, "O#case_paid#C1", NOW)
        messages.send(PAID, "O#case_paid#C1", NOW)
        (sent,) = gateway.sent
        assert sent["mobile"] == "13800000000"
        assert "1234.56 元" in sent["text"]
        (one,) = open_messages()
        assert [reply.answer for reply in one.replies] == ["taken"]
        assert sent["key"] == one.matter_id
        assert published() == []

    def test_delivered_closes_it_and_tells_the_case(self, gateway: Standin) -> None:
        gateway.answer = b'{"state": "delivered"}'
        messages.send(PAID, "k", NOW)
        assert open_messages() == []
        (event,) = published()
        assert isinstance(event, MessageDelivered)
        assert (event.event, event.case_id) == ("case_paid", "C1")

    @pytest.mark.parametrize(
        ("status", "answer"),
        [(500, b""), (200, b"ok"), (200, b'{"state": "sent"}'), (200, b"[]"), (404, b"{}")],
    )
    def test_what_it_did_not_take_is_failed_visible_and_tried_again(
        self, gateway: Standin, status: int, answer: bytes
    ) -> None:
        gateway.status, gateway.answer = status, answer
        with pytest.raises(sms.GatewayFailed) as error:
            messages.send(PAID, "k", NOW)
        assert "138" not in str(error.value)
        (one,) = open_messages()
        assert [reply.answer for reply in one.replies] == ["failed"]
        assert published() == []
        gateway.status, gateway.answer = 200, b'{"state": "taken"}'
        messages.send(PAID, "k", NOW)
        assert open_messages()[0].replies[-1].answer == "taken"

    def test_a_gateway_that_waits_for_its_second_person_takes_nothing(self, tables: Tables) -> None:
        waiting = SmsGateway(HERE, "https://x", "", OfficerId("a"), NOW)
        commit([store.put_gateway(None, waiting)])
        messages.send(PAID, "k", NOW)
        assert [one.replies for one in open_messages()] == [()]


def test_the_secret_goes_with_the_message_and_lies_apart(known: None, gateway: Standin) -> None:
    """The record names the secret; only what is handed to the gateway carries it."""
    made = messages.propose_gateway(
        Region("440902"), "https://sms.example.gov.cn", "s3cret-of-the-gateway", OfficerId("a"), NOW
    )
    assert made.secret.startswith("gateways/440902-")
    item, _ = store.find_gateway(HERE)
    commit([store.put_gateway(item, replace(approved(gateway), secret=made.secret))])
    messages.send(PAID, "k", NOW)
    assert gateway.keys == ["Bearer s3cret-of-the-gateway"]
    assert "s3cret" not in repr(store.find_gateway(Region("440902"))[1])


def approved(gateway: Standin) -> SmsGateway:
    return SmsGateway(HERE, gateway.url, "", OfficerId("a"), NOW, "b", NOW)


@pytest.mark.usefixtures("known")
class TestTelephoneList:
    def test_without_a_gateway_it_stands_on_the_list_until_somebody_is_reached(self) -> None:
        """J16: the outcome of the call is entered; only then the case is told."""
        messages.send(PAID, "k", NOW)
        (row,) = ask("GET", LIST)[1]["rows"]
        path = f"{LIST}/{row['matter_id']}/answer"
        assert ask("POST", path, {"answer": "reached"}, OTHERS)[0] == 403
        assert ask("POST", path, {"answer": "reached"}, READER)[0] == 403
        for ours in ("taken", "delivered", "failed"):
            status, told = ask("POST", path, {"answer": ours})
            assert (status, told["field"]) == (400, "answer"), "the gateway's own word"
        assert ask("POST", path, {"answer": "not_reached"})[1]["state"] == "open"
        assert published() == []
        assert ask("POST", path, {"answer": "reached"})[1]["state"] == "closed"
        assert ask("POST", path, {"answer": "reached"})[0] == 200, "the same again"
        (event,) = published()
        assert isinstance(event, MessageDelivered)

    def test_who_could_not_be_reached_is_not_told(self) -> None:
        messages.send(PAID, "k", NOW)
        (one,) = open_messages()
        assert ask("POST", f"{LIST}/{one.matter_id}/answer", {"answer": "given_up"})[0] == 200
        assert published() == []

    def test_the_persons_page_shows_the_messages(self) -> None:
        messages.send(PAID, "k", NOW)
        (row,) = ask("GET", "/followup/440900/persons/P1")[1]["rows"]
        assert (row["kind"], row["period"]) == ("message", "2026")


class TestTexts:
    def test_no_text_says_what_somebody_wrote_of_an_illness(self) -> None:
        """Texts have no diagnosis, no name and no reason of an officer."""
        refused = CaseRefused("C1", "P1", "440900", "恶性肿瘤不符合", "某办法 第三条")
        asked = SupplementRequested("C1", "P1", "440900", ("肿瘤病理报告",))
        for event in (refused, asked):
            said = text_of(event)
            assert said is not None
            assert "肿瘤" not in said.text
            assert "C1" in said.text
        assert all(part not in text for text in texts().values() for part in ("{reason", "{name"))

    def test_each_text_is_of_an_event_and_each_event_to_persons_has_one(self) -> None:
        told = {kind for kind, one in KINDS.items() if Listener.MESSAGES in LISTENERS[one]}
        assert told - {"identity_recorded"} == set(texts()) - {"identity_ended"}

    def test_an_identity_that_ended_is_told_and_one_confirmed_is_not(self) -> None:
        """J16: to pay for the next year oneself."""
        held = IdentityRecorded(
            "P1", "orphan", "440902", date(2020, 1, 1), date(2026, 3, 1), "ended"
        )
        said = text_of(held)
        assert said is not None
        assert (said.region, said.case_id) == ("440902", "")
        confirmed = IdentityRecorded("P1", "orphan", "440902", date(2020, 1, 1), None, "confirmed")
        assert text_of(confirmed) is None
        low = ReserveLow("440900", "2026-02", "f", Fen(1), Fen(1), 3, "x")
        assert text_of(low) is None


class TestEnteringAGateway:
    PATH = "/followup/440900/message-gateway"

    def test_two_people_enter_it(self, tables: Tables) -> None:
        body = {"url": "https://sms.example.gov.cn/send"}
        assert ask("GET", self.PATH)[0] == 404
        assert ask("POST", self.PATH, body, OTHERS)[0] == 403
        assert ask("POST", self.PATH, body, READER)[0] == 403
        status, told = ask("POST", self.PATH, {"url": "http://sms.example.gov.cn"})
        assert (status, told["field"]) == (400, "url")
        status, made = ask("POST", self.PATH, body)
        assert (status, made["approved_by"], "secret" in made) == (201, "", False)
        assert messages.gateway_of(HERE) is None
        yes = {"approved": True}
        assert ask("POST", f"{self.PATH}/decision", yes)[1]["code"] == "SEPARATION"
        assert ask("POST", f"{self.PATH}/decision", {"approved": False})[0] == 400
        second = CITY | {"sub": "second"}
        assert ask("POST", f"{self.PATH}/decision", yes, second)[1]["approved_by"] == "second"
        assert ask("POST", f"{self.PATH}/decision", yes, second)[0] == 409
        held = messages.gateway_of(Region("440902"))
        assert held is not None
        assert held.url == body["url"]
        assert messages.gateway_of(Region("440000")) is None

    def test_one_that_waits_is_decided_on_before_another_is_proposed(self, tables: Tables) -> None:
        """Whoever approves has seen the address that then takes messages."""
        first = {"url": "https://sms.example.gov.cn/send"}
        other = {"url": "https://elsewhere.example.com/send"}
        second = CITY | {"sub": "second"}
        assert ask("POST", self.PATH, first)[0] == 201
        assert ask("POST", self.PATH, first)[0] == 201, "the same again"
        status, told = ask("POST", self.PATH, other, second)
        assert (status, told["code"], told["field"]) == (409, "STATE", "admdvs")
        assert ask("GET", self.PATH)[1]["url"] == first["url"]
        no = {"approved": False, "reason": "地址有误"}
        assert ask("POST", f"{self.PATH}/decision", no, second)[1]["refused"] == "地址有误"
        assert ask("POST", self.PATH, other)[1]["url"] == other["url"]

    def test_one_that_was_refused_may_be_proposed_again(self, tables: Tables) -> None:
        body, second = {"url": "https://sms.example.gov.cn/send"}, CITY | {"sub": "second"}
        assert ask("POST", self.PATH, body)[0] == 201
        no = {"approved": False, "reason": "缺少协议"}
        assert ask("POST", f"{self.PATH}/decision", no, second)[0] == 200
        assert ask("POST", self.PATH, body)[1]["refused"] == ""
        assert ask("POST", f"{self.PATH}/decision", {"approved": True}, second)[0] == 200


def test_without_a_partner_a_message_is_kept_and_never_sent(tables: Tables) -> None:
    """J16: nothing is called sent that nobody took."""
    commit([outbox.publish(PAID, "C1", NOW)])
    (held,) = list(outbox.OutboxItem.scan())
    assert delivery.deliver(held, delivery.Kept(), NOW) is True
    (held,) = list(outbox.OutboxItem.scan())
    assert held.state == "kept"
    assert delivery.deliver(held, delivery.Kept(), NOW) is False
