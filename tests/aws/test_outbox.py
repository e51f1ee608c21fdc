"""An event is written with what it tells of, once for each kind and key, and told from other writes
by its label."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.aws.things import Thing

from medaid.aws.outbox import OutboxItem, event_of, publish
from medaid.aws.transaction import ConditionFailed, Put, commit
from medaid.events import CaseClosed, CasePaid, Event
from medaid.money import Fen

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PAID = CasePaid("C1", "P1", "440900", Fen(5))
CLOSED = CaseClosed("C1", "P1", "440900")


def kept(key: str) -> Any:
    return OutboxItem.get(f"O#{key}", "MESSAGE")


def test_an_event_waits_to_be_sent(tables: Any) -> None:
    commit([publish(PAID, "S1", NOON)])
    item = kept("case_paid#S1")
    assert (item.kind, item.state, item.at, item.body["event"]["amount"]) == (
        "case_paid",
        "new",
        "2026-03-02T04:00:00.000000Z",
        5,
    )
    assert event_of(item) == PAID


def test_an_event_is_written_once_for_its_kind_and_key(tables: Any) -> None:
    commit([publish(PAID, "S1", NOON)])
    commit([publish(CLOSED, "S1", NOON), publish(PAID, "S2", NOON)])
    with pytest.raises(ConditionFailed) as lost:
        commit([publish(CasePaid("C1", "P1", "440900", Fen(6)), "S1", NOON)])
    assert lost.value.labels == ("outbox:case_paid",)
    found = [event_of(kept(key)) for key in ("case_paid#S1", "case_closed#S1", "case_paid#S2")]
    assert found == [PAID, CLOSED, PAID]


def test_no_event_without_what_it_tells_of(tables: Any) -> None:
    with pytest.raises(ConditionFailed) as lost:
        commit([publish(PAID, "S1", NOON), Put(Thing("T#1"), Thing.pk.exists(), "record")])
    assert lost.value.labels == ("record",)
    assert tables.items("outbox") == []


def test_and_nothing_told_of_without_its_event(tables: Any) -> None:
    commit([publish(PAID, "S1", NOON)])
    thing = Put(Thing("T#1"), Thing.pk.does_not_exist(), "record")
    with pytest.raises(ConditionFailed):
        commit([thing, publish(PAID, "S1", NOON)])
    assert [item["pk"]["S"] for item in tables.items("outbox")] == ["O#case_paid#S1"]


@pytest.mark.parametrize("amount", [1.5, float("nan"), [1.5]])
def test_an_event_holds_whole_numbers_and_text_only(tables: Any, amount: Any) -> None:
    with pytest.raises(TypeError):
        commit([publish(CasePaid("C1", "P1", "440900", amount), "S1", NOON)])
    assert tables.items("outbox") == []


def test_an_event_needs_an_aware_instant() -> None:
    event: Event = CLOSED
    with pytest.raises(TypeError, match="naive"):
        # that is what is refused
        publish(event, "S1", datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize("body", [{"version": 9}, {"version": 1, "event": {}}, {}])
def test_a_reader_of_another_form_fails_loudly(body: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        event_of(OutboxItem("O#case_paid#x", kind="case_paid", body=body))
