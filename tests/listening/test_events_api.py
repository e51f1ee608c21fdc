"""What was put aside is listed by page for the operator of the installation, and told again when it
is asked for. Issue: from a county to a province, 7."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from functions.outbox import handler as outbox_door
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    stay_input,
)

from medaid.access.wiring import DESK
from medaid.aws import outbox
from medaid.aws.outbox import OutboxItem
from medaid.aws.rest import resolver
from medaid.aws.rest.app import mount
from medaid.aws.transaction import commit
from medaid.clearing import service as clearing
from medaid.clearing import store as months
from medaid.events import CaseClosed
from medaid.listening import api
from medaid.listening import service as listening
from medaid.reimbursement import store as cases
from medaid.reimbursement import wiring
from medaid.settlement import keys
from medaid.settlement.model import Settlement
from medaid.settlement.store import SettlementItem

DAY, NATION, REGION = NOW.date().isoformat(), "100000", "440900"
LATER = NOW + timedelta(days=60)


@pytest.fixture(autouse=True)
def on_the_day(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medaid.aws.clock.now", lambda: NOW)
    app = mount(resolver(), api.ROUTES, lambda: NOW, lambda _: wiring.context, DESK)
    monkeypatch.setattr(outbox_door, "app", app)


def closed(number: int, days: int = 0) -> str:
    """A case's end was published that many days ago; answers the message's id."""
    event = CaseClosed(f"C{number:02d}", "P1", MAOMING.admdvs)
    commit([outbox.publish(event, f"C{number:02d}", NOW - timedelta(days=days, minutes=number))])
    return f"case_closed#C{number:02d}"


def ask(
    method: str,
    path: str,
    query: dict[str, str] | None = None,
    body: Any = None,
    *,
    region: str = NATION,
    role: str = "manager",
) -> tuple[int, Any]:
    claims = {"sub": "operator", "custom:admdvs": region, "cognito:groups": role}
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "queryStringParameters": query or {},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = outbox_door.handler(event, object())
    return answer["statusCode"], json.loads(answer["body"])


def waiting(**query: str) -> list[str]:
    """All pages of the list."""
    ids, cursor = [], ""
    while True:
        more = query | ({"cursor": cursor} if cursor else {})
        status, said = ask("GET", "/events/waiting", more)
        assert status == 200, said
        ids += [one["message_id"] for one in said["rows"]]
        if not (cursor := said["cursor"]):
            return ids


def tell(*ids: str) -> list[tuple[str, bool, str]]:
    status, said = ask("POST", "/events/waiting/tell", body={"messages": list(ids)})
    assert status == 200, said
    return [(one["message_id"], one["heard"], one["error"]) for one in said["rows"]]


def unheard(number: int) -> str:
    """A message that no program knows how to read."""
    made = closed(number)
    OutboxItem(f"O#{made}").update([OutboxItem.body.set({"version": 9})])
    return made


def test_what_waits_is_listed_by_page_over_days_the_oldest_first() -> None:
    """J16."""
    made = [closed(number, days=number // 3) for number in range(9)]
    assert waiting(limit="2") == sorted(made, reverse=True)
    assert waiting() == waiting(limit="4")
    _, said = ask("GET", "/events/waiting", {"limit": "1"})
    (row,) = said["rows"]
    assert (row["kind"], row["swept"]) == ("case_closed", True)
    assert row["listeners"] == ["messages", "delivery"]
    assert "P1" not in json.dumps(said), "whom it is about is none of the list's"


def test_what_is_older_than_the_sweep_looks_back_is_found_by_its_day_and_told_on_request() -> None:
    made = closed(1, days=50)
    old = (NOW - timedelta(days=50)).date().isoformat()
    assert waiting() == []
    assert waiting(begin=old, end=old) == [made]
    _, said = ask("GET", "/events/waiting", {"begin": old, "end": old})
    assert said["rows"][0]["swept"] is False
    assert listening.tell_waiting(wiring.context, NOW) == (0, 0)
    assert tell(made) == [(made, True, "")]
    assert waiting(begin=old, end=old) == []


def test_one_that_still_cannot_be_heard_says_so_and_keeps_none_of_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """J16."""
    good, bad = closed(1), unheard(2)
    assert tell(bad, good) == [(bad, False, "ValueError"), (good, True, "")]
    assert waiting() == [bad]
    assert "incident" in caplog.text


def test_told_twice_it_is_heard_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = closed(1)
    assert tell(made, made) == [(made, True, "")]

    def again(*_: Any) -> None:
        raise AssertionError("what all have heard is told to nobody")

    monkeypatch.setattr(listening, "tell_message", again)
    assert tell(made) == [(made, True, "")]


def test_what_is_not_kept_is_refused_before_anything_is_told() -> None:
    made = closed(1)
    body = {"messages": [made, "case_closed#C99"]}
    status, said = ask("POST", "/events/waiting/tell", body=body)
    assert (status, said["code"], said["field"]) == (404, "NOT_FOUND", "messages")
    assert "C99" in said["rule"]
    assert waiting() == [made]


@pytest.mark.parametrize(
    ("region", "role"),
    [(NATION, "auditor"), (NATION, ""), (MAOMING.admdvs, "manager"), ("440000", "manager")],
)
def test_only_the_operator_of_the_installation_lists_and_tells(region: str, role: str) -> None:
    made = closed(1)
    asked = ask("GET", "/events/waiting", region=region, role=role)
    told = ask("POST", "/events/waiting/tell", body={"messages": [made]}, region=region, role=role)
    assert [(status, said["code"]) for status, said in (asked, told)] == [(403, "FORBIDDEN")] * 2
    assert waiting() == [made]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"begin": "2021-07-06", "end": "2021-07-05"}, "begin"),
        ({"begin": "2020-01-01", "end": "2021-07-05"}, "begin"),
        ({"begin": "2021-7-5"}, "begin"),
        ({"day": "2021-07-05"}, "day"),
    ],
)
def test_days_that_are_none_are_refused(query: dict[str, str], field: str) -> None:
    status, said = ask("GET", "/events/waiting", query)
    assert (status, said["field"]) == (400, field), said


@pytest.mark.parametrize("messages", [[], [""], ["x"] * 21, "x"])
def test_at_most_twenty_are_told_at_once(messages: Any) -> None:
    status, said = ask("POST", "/events/waiting/tell", body={"messages": messages})
    assert status == 400, said


def test_the_sweep_goes_through_the_whole_day_page_by_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Many that nobody can hear stand before one that can be heard."""
    monkeypatch.setattr(listening, "TOGETHER", 2)
    made = [closed(1), *(unheard(number) for number in range(2, 8))]
    later = NOW + timedelta(hours=1, minutes=1)
    assert listening.tell_waiting(wiring.context, later) == (1, 6)
    assert made[0] not in waiting()


def test_the_sweep_ends_in_time_and_the_next_one_goes_on() -> None:
    for number in range(5):
        closed(number)
    left, later = iter([True, True, False]), NOW + timedelta(hours=2)
    assert listening.tell_waiting(wiring.context, later, lambda: next(left)) == (2, 0)
    assert len(waiting()) == 3
    assert listening.tell_waiting(wiring.context, later) == (3, 0)


@pytest.mark.parametrize(("minutes", "brought_again"), [(59, 1), (61, 0)])
def test_the_stream_brings_a_message_again_for_an_hour_and_no_longer(
    monkeypatch: pytest.MonkeyPatch, tables: Tables, minutes: int, brought_again: int
) -> None:
    """Behind that it waits for the sweep alone: it holds up no other of its stream."""
    bad, good = unheard(1), closed(2)
    now = NOW + timedelta(minutes=minutes - 1)
    monkeypatch.setattr("medaid.aws.clock.now", lambda: now)
    items = tables.items("outbox")
    records = [
        {
            "eventSource": "aws:dynamodb",
            "eventName": "INSERT",
            "eventSourceARN": "arn:aws:dynamodb:cn-north-1:1:table/medaid-outbox/stream/x",
            "dynamodb": {"NewImage": item, "Keys": {}, "SequenceNumber": str(number)},
        }
        for number, item in enumerate(items)
    ]
    answer = outbox_door.handler({"Records": records}, None)
    assert len(answer["batchItemFailures"]) == brought_again
    assert waiting() == [bad]
    assert good not in waiting()


class TestOfADay:
    """Where the stream itself was lost, the journal says what was settled."""

    @pytest.fixture
    def settled(self) -> list[str]:
        contracted()
        made = []
        for number in (1, 2, 3):
            known_person(f"P{number}", living_allowance(), serial=number)
            his = Hospital(prefix=f"2021070510000{number}")
            given = stay_input(f"P{number}", his.stay(f"P{number}"), bill("50000.00", "45000.00"))
            made.append(str(passed(his.call("2304", given))["setlinfo"]["setl_id"]))
        return made

    def day(self, **other: Any) -> tuple[int, Any]:
        body = {"admdvs": REGION, "day": DAY, **other}
        return ask("POST", "/events/settlements/tell", body=body)

    def whole_day(self) -> tuple[int, int]:
        told = aside = 0
        cursor, begun = "", False
        while cursor or not begun:
            status, said = self.day(cursor=cursor)
            assert status == 200, said
            told, aside = told + said["settlements"], aside + said["put_aside"]
            cursor, begun = said["cursor"], True
        return told, aside

    def lines(self) -> list[str]:
        return sorted(one.setl_id for one in months.list_items(REGION, MAOMING.code, "2021-07"))

    def test_a_day_is_told_anew_page_by_page_and_heard_once(
        self, settled: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(api, "OF_A_DAY", 2)
        assert self.lines() == []
        assert self.whole_day() == (3, 0)
        assert self.lines() == sorted(settled)
        assert self.whole_day() == (3, 0)
        assert self.lines() == sorted(settled)

    def test_what_was_reversed_is_told_with_its_reversal(self, settled: list[str]) -> None:
        found = SettlementItem.find(keys.settlement_key(settled[0]))
        assert found is not None
        visit = found.record(Settlement).decision.visit.mdtrt_id
        given = {"mdtrt_id": visit, "setl_id": settled[0], "psn_no": "P1"}
        passed(Hospital(prefix="20210705110000").call("2305", given))
        assert self.whole_day()[1] == 0
        assert self.lines() == sorted([*settled, settled[0]])
        assert cases.settlements_of("P1") == []

    def test_one_that_cannot_be_heard_waits_and_is_counted(
        self, settled: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def deaf(*_: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(clearing, "hear", deaf)
            assert self.whole_day() == (3, 3)
        assert sorted(waiting()) == sorted(f"settlement_posted#{one}" for one in settled)
        assert {heard for _, heard, _ in tell(*waiting())} == {True}
        assert self.lines() == sorted(settled)

    def test_other_days_other_regions_and_days_to_come(self, settled: list[str]) -> None:
        for other in ({"day": "2021-07-04"}, {"admdvs": "320500"}, {"cursor": "2021-07-06"}):
            assert self.day(**other) == (200, {"settlements": 0, "put_aside": 0, "cursor": ""})
        assert self.day(day="2021-07-06")[0] == 400
        assert self.lines() == []

    @pytest.mark.parametrize(("region", "role"), [(NATION, "auditor"), (MAOMING.admdvs, "manager")])
    def test_only_the_operator_of_the_installation(
        self, settled: list[str], region: str, role: str
    ) -> None:
        body = {"admdvs": REGION, "day": DAY}
        assert (
            ask("POST", "/events/settlements/tell", body=body, region=region, role=role)[0] == 403
        )
        assert self.lines() == []
