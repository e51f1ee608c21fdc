"""A message is written with what it tells of, once for each kind and key, and told from other
writes by its label."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.core.aws.things import Thing

from medaid.aws.outbox import OutboxItem, message
from medaid.aws.transaction import ConditionFailed, Put, commit

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def test_a_message_waits_to_be_sent(tables: Any) -> None:
    commit([message("settled", "S1", {"maf_pay": 5, "医": ["疗"]}, NOON)])
    kept = OutboxItem.get("O#settled#S1", "MESSAGE")
    assert (kept.kind, kept.state, kept.at, kept.body) == (
        "settled",
        "new",
        "2026-03-02T04:00:00.000000Z",
        {"maf_pay": 5, "医": ["疗"]},
    )


def test_a_message_is_written_once_for_its_kind_and_key(tables: Any) -> None:
    commit([message("settled", "S1", {"n": 1}, NOON)])
    commit([message("reversed", "S1", {"n": 2}, NOON), message("settled", "S2", {"n": 3}, NOON)])
    with pytest.raises(ConditionFailed) as lost:
        commit([message("settled", "S1", {"n": 4}, NOON)])
    assert lost.value.labels == ("outbox:settled",)
    assert [
        OutboxItem.get(f"O#{key}", "MESSAGE").body["n"]
        for key in ("settled#S1", "reversed#S1", "settled#S2")
    ] == [1, 2, 3]


def test_no_message_without_what_it_tells_of(tables: Any) -> None:
    with pytest.raises(ConditionFailed) as lost:
        commit([message("settled", "S1", {}, NOON), Put(Thing("T#1"), Thing.pk.exists(), "record")])
    assert lost.value.labels == ("record",)
    assert tables.items("outbox") == []


def test_and_nothing_told_of_without_its_message(tables: Any) -> None:
    commit([message("settled", "S1", {}, NOON)])
    with pytest.raises(ConditionFailed):
        commit(
            [
                Put(Thing("T#1"), Thing.pk.does_not_exist(), "record"),
                message("settled", "S1", {}, NOON),
            ]
        )
    assert [item["pk"]["S"] for item in tables.items("outbox")] == ["O#settled#S1"]


@pytest.mark.parametrize("body", [{"paid": 1.5}, {"paid": [float("nan")]}, {"at": NOON}])
def test_a_message_holds_whole_numbers_and_text_only(tables: Any, body: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        commit([message("settled", "S1", body, NOON)])
    assert tables.items("outbox") == []


def test_a_message_needs_an_aware_instant() -> None:
    with pytest.raises(TypeError, match="naive"):
        # that is what is refused
        message("settled", "S1", {}, datetime(2026, 3, 2))  # noqa: DTZ001
