"""Message ids of the demonstration's counters (interface: one msgid, one transaction)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from medaid.local.hospital import Hospital
from medaid.local.stack import Stack
from medaid.settlement.model import Institution


class NoStack:
    api = "http://nowhere"

    def institution_token(self, code: str) -> str:
        return f"token of {code}"


def test_two_counters_that_begin_in_one_second_share_no_message_id() -> None:
    stack = cast(Stack, cast(Any, NoStack()))
    place = Institution("H44090100001", "茂名市某县级人民医院(演示)", "440902", "2")
    counters = [Hospital(stack, place, "440900") for _ in range(2)]
    for counter in counters:
        counter.client.clock = datetime(2026, 11, 27, 2, 33, 44, tzinfo=UTC).timestamp
    ids = [counter.msgid() for counter in counters for _ in range(3)]
    assert len(set(ids)) == len(ids)
    assert {one[:-4] for one in ids} == {"H4409010000120261127103344"}
    assert {len(one) for one in ids} == {30}
