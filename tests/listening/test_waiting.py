"""What one listener cannot hear holds up nobody, is found, and is told again until it is heard.
Issue: from a county to a province, 7."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from functions.outbox import handler as outbox_door
from tests.clearing.test_jobs import record
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
    settlement_events,
    stay_input,
)
from tests.storage import StorageCalls

from medaid.aws import outbox
from medaid.aws.outbox import OutboxItem
from medaid.aws.transaction import commit
from medaid.clearing import service as clearing
from medaid.clearing import store as months
from medaid.events import CaseClosed
from medaid.instants import stored
from medaid.listening import service as listening
from medaid.local import template
from medaid.local.places import TEMPLATE
from medaid.reimbursement import store as cases
from medaid.reimbursement import wiring
from medaid.settlement import keys
from medaid.settlement.model import Settlement
from medaid.settlement.store import SettlementItem

SOON = NOW + timedelta(minutes=59)
LATER = NOW + timedelta(minutes=61)
AMPLE = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)


@pytest.fixture
def setl_id(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("medaid.aws.clock.now", lambda: NOW)
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    return str(passed(hospital.call("2304", given))["setlinfo"]["setl_id"])


def heard() -> dict[str, Any]:
    """What the settlement table's stream brings, handed to the function."""
    items = SettlementItem.scan(SettlementItem.state == "settled")
    answer: dict[str, Any] = outbox_door.handler({"Records": [record(one) for one in items]}, None)
    return answer


def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    def hear(*_: Any) -> None:
        raise RuntimeError("44090019800101123X")

    monkeypatch.setattr(clearing, "hear", hear)


def lines() -> list[str]:
    return [one.setl_id for one in months.list_items("440900", MAOMING.code, "2021-07")]


def test_a_settlement_that_nobody_can_hear_is_put_aside_and_holds_up_no_other(
    setl_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deaf(monkeypatch)
    assert heard() == {"batchItemFailures": []}
    assert lines() == []
    (aside,) = OutboxItem.scan()
    assert (aside.kind, aside.waiting) == ("settlement_posted", "2021-07-05")
    assert outbox.event_of(aside) == settlement_events()[0]
    assert heard() == {"batchItemFailures": []}, "brought again it is put aside once"
    assert len(list(OutboxItem.scan())) == 1
    assert "44090019800101123X" not in capsys.readouterr().out


def test_what_was_put_aside_is_told_again_once_it_can_be_heard(
    setl_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        deaf(broken)
        heard()
        assert listening.tell_waiting(wiring.context, LATER) == (0, 1), "still nobody hears it"
    assert listening.tell_waiting(wiring.context, LATER) == (1, 0)
    assert lines() == [setl_id]
    assert listening.tell_waiting(wiring.context, LATER) == (0, 0)
    assert lines() == [setl_id]


def test_a_settlement_that_is_heard_is_put_nowhere(
    setl_id: str, storage_calls: StorageCalls
) -> None:
    heard()
    assert lines() == [setl_id]
    assert list(OutboxItem.scan()) == []


def test_where_nothing_can_be_put_aside_the_stream_brings_it_again(
    setl_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf(monkeypatch)

    def away(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(listening, "commit_once", away)
    assert len(heard()["batchItemFailures"]) == 1


@pytest.mark.parametrize(("now", "told"), [(SOON, (0, 0)), (LATER, (1, 0))])
def test_what_is_younger_than_an_hour_is_the_streams_own(
    tables: Tables, now: Any, told: tuple[int, int]
) -> None:
    commit([outbox.publish(CaseClosed("C1", "P1", MAOMING.admdvs), "P1-2024", NOW)])
    assert listening.tell_waiting(wiring.context, now) == told


@pytest.mark.parametrize(("days", "told"), [(39, (1, 0)), (40, (0, 0))])
def test_what_waits_longer_than_forty_days_is_told_no_more(
    tables: Tables, days: int, told: tuple[int, int]
) -> None:
    commit([outbox.publish(CaseClosed("C1", "P1", MAOMING.admdvs), "P1-2024", NOW)])
    later = NOW + timedelta(days=days, hours=1, minutes=1)
    assert listening.tell_waiting(wiring.context, later) == told
    page, _ = outbox.page_of_waiting([NOW.date()], "", 10, later)
    assert [one.pk for one in page] == ([] if told[0] else ["O#case_closed#P1-2024"]), "listed"


def test_one_that_nobody_can_hear_keeps_none_of_the_others(tables: Tables) -> None:
    commit([outbox.publish(CaseClosed("C1", "P1", MAOMING.admdvs), "P1-2024", NOW)])
    day, body = NOW.date().isoformat(), {"version": 9}
    OutboxItem("O#x", kind="case_closed", at=stored(NOW), body=body, waiting=day).save()
    assert listening.tell_waiting(wiring.context, LATER) == (1, 1)


def test_the_calendar_asks_for_what_waits(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("medaid.aws.clock.now", lambda: LATER)
    commit([outbox.publish(CaseClosed("C1", "P1", MAOMING.admdvs), "P1-2024", NOW)])
    assert outbox_door.handler({"job": "waiting"}, AMPLE) == {"done": 1, "waiting": 0}
    assert "OutboxWaiting" in capsys.readouterr().out
    schedule = template.read(TEMPLATE)["Resources"]["Outbox"]["Properties"]["Events"]["Waiting"]
    assert json.loads(schedule["Properties"]["Input"]) == {"job": "waiting"}


def test_messages_that_were_heard_are_not_listed(tables: Tables) -> None:
    commit([outbox.publish(CaseClosed("C1", "P1", MAOMING.admdvs), "P1-2024", NOW)])
    (item,) = OutboxItem.scan()
    page, _ = outbox.page_of_waiting([NOW.date()], "", 10, LATER)
    assert [one.pk for one in page] == [item.pk]
    listening.tell_message(item, wiring.context)
    assert outbox.page_of_waiting([NOW.date()], "", 10, LATER) == ([], "")


def test_a_settlement_told_late_is_no_suspicion_once_its_reversal_was_heard(
    setl_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put aside, reversed since, and told again: what the reversal forgot stays forgotten."""
    settled = SettlementItem.find(keys.settlement_key(setl_id))
    assert settled is not None
    visit = settled.record(Settlement).decision.visit.mdtrt_id
    with monkeypatch.context() as broken:
        deaf(broken)
        heard()
    given = {"mdtrt_id": visit, "setl_id": setl_id, "psn_no": "P1"}
    passed(Hospital(prefix="20210705110000").call("2305", given))
    (reversal,) = SettlementItem.scan(SettlementItem.state == "reversed")
    outbox_door.handler({"Records": [record(reversal)]}, None)
    assert cases.settlements_of("P1") == []
    assert listening.tell_waiting(wiring.context, LATER) == (1, 0)
    assert cases.settlements_of("P1") == []
    assert len(lines()) == 2, "clearing has both, each once"
