"""All or nothing, and what lost is named; patience has an end."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import GetError
from tests import storage
from tests.aws.things import Thing
from tests.storage import StorageCalls, StorageFaults

from medaid.aws.transaction import (
    Check,
    ConditionFailed,
    Delete,
    Put,
    RetryPolicy,
    TransactionConflict,
    Update,
    Write,
    commit,
    put_each,
    put_once,
    reading,
)
from medaid.errors import Unavailable

KINDS = ("check", "delete", "put", "update")


def thing(n: int, **values: Any) -> Thing:
    return Thing(f"T#{n}", "THING", **values)


def write(kind: str, n: int, holds: bool) -> Write:
    """A write on thing `n`, which must stand for check, delete and update and must not for put;
    where not `holds`, its condition fails."""
    label = f"{kind} {n}"
    standing = Thing.version == (1 if holds else 2)
    match kind:
        case "check":
            return Check(Thing, (f"T#{n}", "THING"), standing, label)
        case "delete":
            return Delete(thing(n), standing, label)
        case "put":
            return Put(thing(n), Thing.pk.does_not_exist() if holds else Thing.pk.exists(), label)
        case _:
            return Update(thing(n), [Thing.version.set(5)], standing, label)


def mixed(seed: int) -> list[tuple[str, int, bool]]:
    """One write of each kind and some more, in any order, each with a condition that holds or
    not."""
    chance = random.Random(seed)
    kinds = [*KINDS, *chance.choices(KINDS, k=chance.randint(0, 4))]
    chance.shuffle(kinds)
    return [
        (kind, n, chance.random() < (1 if seed % 5 == 0 else 0.6)) for n, kind in enumerate(kinds)
    ]


def test_what_lost_is_named_whatever_the_mix(tables: Any) -> None:
    for seed in range(60):
        wanted = mixed(seed)
        for item in tables.items("outbox"):
            tables.client.delete_item(
                TableName=Thing.Meta.table_name, Key={"pk": item["pk"], "sk": item["sk"]}
            )
        for kind, n, _ in wanted:
            if kind != "put":
                thing(n).save()
        before = tables.items("outbox")
        losing = sorted(f"{kind} {n}" for kind, n, holds in wanted if not holds)
        assert (seed, _lost([write(*one) for one in wanted])) == (seed, losing)
        if losing:
            assert tables.items("outbox") == before, seed
        else:
            after = {item["pk"]["S"]: item["version"]["N"] for item in tables.items("outbox")}
            assert after == {
                f"T#{n}": "5" if kind == "update" else "1"
                for kind, n, _ in wanted
                if kind != "delete"
            }, seed


def _lost(writes: list[Write]) -> list[str]:
    try:
        commit(writes)
    except ConditionFailed as lost:
        return sorted(lost.labels)
    return []


def test_a_put_and_an_update_without_a_condition_never_lose(tables: Any) -> None:
    thing(1, version=7).save()
    commit([Put(thing(1), None, "put"), Update(thing(2), [Thing.version.set(5)], None, "update")])
    assert [item["version"]["N"] for item in tables.items("outbox")] == ["1", "5"]


@pytest.mark.parametrize("number", [1, 100])
def test_as_many_writes_as_one_transaction_takes(tables: Any, number: int) -> None:
    """DynamoDB takes at most 100."""
    commit([write("put", n, True) for n in range(number)])
    assert len(tables.items("outbox")) == number


@pytest.mark.parametrize("number", [0, 101])
def test_none_or_more_than_one_transaction_takes_is_a_fault_of_the_program(
    tables: Any, number: int
) -> None:
    with pytest.raises(AssertionError, match=f"{number} writes"):
        commit([write("put", n, True) for n in range(number)])
    assert tables.items("outbox") == []


@pytest.mark.parametrize("other", KINDS)
def test_two_writes_on_one_item_are_a_fault_of_the_program(tables: Any, other: str) -> None:
    """Told as unavailable it would be tried for ever."""
    with pytest.raises(AssertionError, match=r"put 1.*T#1|T#1.*put 1"):
        commit([write("put", 1, True), write(other, 1, True)])
    assert tables.items("outbox") == []


# ---------------------------------------------------------------- storage's own failures

ANSWERS: list[tuple[str, list[str], type[Exception]]] = [
    ("TransactionCanceledException", ["TransactionConflict", "None"], TransactionConflict),
    ("TransactionCanceledException", ["None", "TransactionConflict"], TransactionConflict),
    (
        "TransactionCanceledException",
        ["TransactionConflict", "ThrottlingError"],
        TransactionConflict,
    ),
    (
        "TransactionCanceledException",
        ["TransactionConflict", "ConditionalCheckFailed"],
        ConditionFailed,
    ),
    (
        "TransactionCanceledException",
        ["ConditionalCheckFailed", "ThrottlingError"],
        ConditionFailed,
    ),
    ("TransactionCanceledException", ["ThrottlingError", "None"], Unavailable),
    ("TransactionCanceledException", ["None", "ProvisionedThroughputExceeded"], Unavailable),
    ("TransactionCanceledException", ["ItemCollectionSizeLimitExceeded", "None"], Unavailable),
    ("TransactionInProgressException", [], TransactionConflict),
    ("ProvisionedThroughputExceededException", [], Unavailable),
    ("ThrottlingException", [], Unavailable),
    ("RequestLimitExceeded", [], Unavailable),
    ("InternalServerError", [], Unavailable),
    ("AccessDeniedException", [], Unavailable),
    ("ResourceNotFoundException", [], Unavailable),
]


def test_each_answer_of_storage_is_told_as_what_it_is(
    tables: Any, monkeypatch: pytest.MonkeyPatch, storage_faults: StorageFaults
) -> None:
    for code, reasons, told in ANSWERS:
        body: dict[str, Any] = {
            "Error": {"Code": code, "Message": ""},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        }
        monkeypatch.setitem(
            storage._RAISED, "throttled", partial(ClientError, body, "TransactWriteItems")
        )
        storage_faults.clear()
        storage_faults.before(1, "throttled", times=9, only=["TransactWriteItems"])
        raised: Exception | None = None
        try:
            commit([write("put", 1, True), write("put", 2, True)])
        except (ConditionFailed, TransactionConflict, Unavailable) as error:
            raised = error
        assert type(raised) is told, (code, reasons)
        if isinstance(raised, ConditionFailed):
            assert raised.labels == (f"put {reasons.index('ConditionalCheckFailed') + 1}",)
    assert tables.items("outbox") == []


@pytest.mark.parametrize("failure", ["throttled", "away", "unanswered"])
def test_a_read_that_fails_is_told_as_unavailable(
    tables: Any, storage_faults: StorageFaults, failure: Any
) -> None:
    storage_faults.before(1, failure, times=9)
    with pytest.raises(Unavailable) as told:
        reading(lambda: Thing.get("T#1", "THING"))
    assert told.value.retry
    storage_faults.clear()
    thing(1).save()
    assert reading(lambda: Thing.get("T#1", "THING")).version == 1


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), AssertionError("x")])
def test_a_fault_of_the_program_is_not_hidden_as_unavailable(error: Exception) -> None:
    def read() -> None:
        raise error

    with pytest.raises(type(error)):
        reading(read)
    with pytest.raises(Unavailable):
        reading(lambda: (_ for _ in ()).throw(GetError("x")))


def test_one_item_is_put_once_and_a_failure_is_not_taken_for_one_that_is_there(
    tables: Any, storage_faults: StorageFaults
) -> None:
    for failure in ("throttled", "away", "unanswered"):
        storage_faults.before(1, failure, times=9)
        with pytest.raises(Unavailable):
            put_once(thing(1))
        storage_faults.clear()
    assert put_once(thing(1, version=1)) is True
    assert put_once(thing(1, version=2)) is False
    assert Thing.get("T#1", "THING").version == 1


# ---------------------------------------------------------------- patience


class Time:
    """A clock that only sleeping moves; `each` seconds pass with every attempt."""

    def __init__(self, each: float = 0.0) -> None:
        self.now, self.each, self.slept = 100.0, each, list[float]()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        self.now += self.each
        return self.now


def patience(time: Time, jitter: Callable[[], float] = lambda: 1.0, **limits: Any) -> RetryPolicy:
    return RetryPolicy(sleep=time.sleep, clock=time.clock, jitter=jitter, **limits)


def test_tries_are_counted() -> None:
    assert list(patience(Time(), tries=7).attempts()) == list(range(7))
    assert list(patience(Time(), tries=1).attempts()) == [0]


def test_the_first_try_comes_at_once() -> None:
    time = Time()
    assert next(patience(time).attempts()) == 0
    assert time.slept == []


def test_seconds_are_counted_whatever_the_tries() -> None:
    time = Time(each=1.0)
    attempts = list(patience(time, tries=1000, seconds=5.0, pause=0.0).attempts())
    assert len(attempts) == 6
    assert time.now - 100.0 <= 5.0 + 2.0


def test_pauses_double_up_to_the_longest() -> None:
    time = Time()
    list(patience(time, tries=6, pause=0.01, longest=0.05).attempts())
    assert [round(slept, 6) for slept in time.slept[:5]] == [0.01, 0.02, 0.04, 0.05, 0.05]


def test_a_pause_is_shortened_by_chance_and_never_lengthened() -> None:
    time, chance = Time(), random.Random(1)
    list(patience(time, chance.random, tries=30, pause=0.01, longest=0.05).attempts())
    assert all(0 <= slept <= 0.05 for slept in time.slept)
    assert len(set(time.slept)) > 20


@pytest.mark.parametrize("each", [0.01, 0.3, 1.0, 3.0])
def test_the_default_patience_ends_within_a_functions_time(each: float) -> None:
    """API Gateway waits 30 seconds for an answer, however slow storage is."""
    time = Time(each=each)
    list(patience(time).attempts())
    assert time.now - 100.0 < 25.0


def test_items_put_one_by_one_cost_half_and_depend_on_nothing(
    tables: Any, storage_calls: StorageCalls
) -> None:
    """Issue: from a county to a province, 9."""
    both = [Put(Thing(f"T#{number}", version=1), None, "thing") for number in (1, 2)]
    for _ in range(2):
        put_each(both)
    assert storage_calls.operations == ["PutItem"] * 4
    assert len(tables.items("outbox")) == 2
    depends = Put(Thing("T#3", version=1), Thing.pk.does_not_exist(), "depends")
    with pytest.raises(AssertionError, match="depends"):
        put_each([depends])
    assert len(tables.items("outbox")) == 2
