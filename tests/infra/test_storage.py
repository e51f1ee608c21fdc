"""The tools that other tests rest on are themselves right: transactions in moto, counting, failing,
both clouds alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.storage import Killed, StorageCalls, StorageFaults

from medaid.aws import transaction
from medaid.aws.outbox import OutboxItem
from medaid.errors import Unavailable
from medaid.instants import stored

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def _message(key: str) -> transaction.Write:
    item = OutboxItem(f"O#test#{key}", kind="test", at=stored(NOON), body={"n": 1})
    return transaction.Put(item, OutboxItem.pk.does_not_exist(), "outbox:test")


def _commit(*keys: str) -> None:
    transaction.commit([_message(key) for key in keys])


def _there(key: str) -> bool:
    return OutboxItem.count(f"O#test#{key}") == 1


def test_a_transaction_is_written_whole(tables: Any) -> None:
    _commit("a", "b")
    assert [item["pk"]["S"] for item in tables.items("outbox")] == ["O#test#a", "O#test#b"]


def test_a_lost_transaction_leaves_everything_as_it_was(tables: Any) -> None:
    _commit("a")
    before = tables.everything()
    with pytest.raises(transaction.ConditionFailed) as lost:
        _commit(
            "0", "a", "z"
        )  # the second loses, before and after it others would have been written
    assert lost.value.labels == ("outbox:test",)
    assert tables.everything() == before


def test_a_lost_transaction_keeps_what_was_written_before_it(tables: Any) -> None:
    for n in range(20):
        _commit(f"n{n}")
    with pytest.raises(transaction.ConditionFailed):
        _commit("new", "n7")
    assert len(tables.items("outbox")) == 20


def test_calls_are_counted_in_order(tables: Any, storage_calls: StorageCalls) -> None:
    _commit("a")
    assert _there("a")
    assert storage_calls.operations == ["TransactWriteItems", "Query"]
    assert (storage_calls.reads, storage_calls.writes) == (["Query"], ["TransactWriteItems"])
    assert storage_calls.calls[0][1]["TransactItems"][0]["Put"]["TableName"] == "medaid-outbox"


def test_nothing_is_done_by_a_call_killed_before_it(
    tables: Any, storage_faults: StorageFaults
) -> None:
    storage_faults.before(2)
    _commit("a")
    with pytest.raises(Killed):
        _commit("b")
    _commit("c")
    assert [_there(key) for key in "abc"] == [True, False, True]


def test_all_is_done_by_a_call_killed_after_it(tables: Any, storage_faults: StorageFaults) -> None:
    storage_faults.after(1)
    with pytest.raises(Killed):
        _commit("a")
    assert _there("a")


@pytest.mark.parametrize("failure", ["throttled", "away", "unanswered"])
def test_storage_failures_are_told_as_unavailable(
    tables: Any, storage_faults: StorageFaults, failure: Any
) -> None:
    storage_faults.before(1, failure, times=2, only=["TransactWriteItems"])
    for _ in range(2):
        with pytest.raises(Unavailable):
            _commit("a")
    _commit("a")
    assert _there("a")


def test_a_conflict_is_told_as_contended(tables: Any, storage_faults: StorageFaults) -> None:
    storage_faults.before(1, "contended")
    with pytest.raises(transaction.TransactionConflict):
        _commit("a")


def test_what_may_come_twice_is_put_once(tables: Any, storage_faults: StorageFaults) -> None:
    def item(n: int) -> OutboxItem:
        return OutboxItem("ONCE", "ONCE", kind="test", at="2026-03-16", body={"n": n})

    for failure in ("away", "unanswered", "throttled"):
        storage_faults.before(1, failure)
        with pytest.raises(Unavailable):
            transaction.put_once(item(0))
        storage_faults.clear()
    assert transaction.put_once(item(1))
    assert not transaction.put_once(item(2))
    assert OutboxItem.get("ONCE", "ONCE").body == {"n": 1}


@pytest.mark.cloud
def test_the_same_package_works_in_the_local_cloud(
    in_cloud: Any, storage_calls: StorageCalls
) -> None:
    _commit("a", "b")
    with pytest.raises(transaction.ConditionFailed):
        _commit("c", "b")
    assert [_there(key) for key in "abc"] == [True, True, False]
    assert storage_calls.writes == ["TransactWriteItems"] * 2
