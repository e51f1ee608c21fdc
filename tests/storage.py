"""Watching storage calls, and making them fail: what the tests of one read, one write, and nothing
half, rest on.

It hooks botocore itself, so it sees every call of every client, of moto and of the local cloud
alike, in this process. A retry inside botocore is the same call. Only calls that begin after this
module is imported are seen: conftest does that.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import botocore.handlers
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

READS: Final = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})
WRITES: Final = frozenset(
    {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
)


class Killed(BaseException):
    """The process ends here: no `except Exception` of the product can catch it."""


def throttled() -> BaseException:
    """Storage refuses for the moment: nothing was done."""
    return _refusal(
        {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}
    )


def away() -> BaseException:
    """Storage cannot be reached: nothing was done."""
    error: BaseException = EndpointConnectionError(endpoint_url="https://storage.invalid")
    return error


def unanswered() -> BaseException:
    """The answer never came: whether anything was done is not known."""
    error: BaseException = ReadTimeoutError(endpoint_url="https://storage.invalid")
    return error


def contended() -> BaseException:
    """Another transaction is at work on an item: nothing was done. moto and MiniStack never answer
    this, AWS does."""
    answer = {
        "Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
        "CancellationReasons": [{"Code": "TransactionConflict"}],
    }
    return _refusal(answer)


def _refusal(answer: dict[str, Any]) -> BaseException:
    error: BaseException = ClientError(answer, "TransactWriteItems")
    return error


Failure = Literal["killed", "throttled", "away", "unanswered", "contended"]
_RAISED: Final[dict[str, Callable[[], BaseException]]] = {
    "killed": Killed,
    "throttled": throttled,
    "away": away,
    "unanswered": unanswered,
    "contended": contended,
}


@dataclass
class StorageCalls:
    """The DynamoDB calls made while it watches, in order: operation and request."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.operations)

    @property
    def reads(self) -> list[str]:
        return [o for o in self.operations if o in READS]

    @property
    def writes(self) -> list[str]:
        return [o for o in self.operations if o in WRITES]

    def reset(self) -> None:
        """Forgets what was seen so far."""
        self.calls.clear()


@dataclass
class _Fault:
    when: Literal["before", "after"]
    nth: int
    failure: Failure
    times: int
    only: Collection[str]
    seen: int = 0

    def strikes(self, operation: str) -> bool:
        if self.only and operation not in self.only:
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass
class StorageFaults:
    """Failures put on DynamoDB calls. Counting starts at 1 with the first call after the fault is
    put in place."""

    faults: list[_Fault] = field(default_factory=list)

    def before(
        self, nth: int, failure: Failure = "killed", *, times: int = 1, only: Collection[str] = ()
    ) -> None:
        """The `nth` call (of the operations `only`, if given) and `times - 1` after it fail,
        undone."""
        self.faults.append(_Fault("before", nth, failure, times, only))

    def after(
        self, nth: int, failure: Failure = "killed", *, times: int = 1, only: Collection[str] = ()
    ) -> None:
        """The same, but storage has done what was asked; only the answer is lost."""
        self.faults.append(_Fault("after", nth, failure, times, only))

    def clear(self) -> None:
        """No more failures."""
        self.faults.clear()


_watching: list[StorageCalls] = []
_failing: list[StorageFaults] = []


def watch(calls: StorageCalls) -> None:
    _watching.append(calls)


def unwatch(calls: StorageCalls) -> None:
    _watching[:] = [c for c in _watching if c is not calls]


def fail(faults: StorageFaults) -> None:
    _failing.append(faults)


def unfail(faults: StorageFaults) -> None:
    _failing[:] = [f for f in _failing if f is not faults]


def _strike(when: str, operation: str) -> None:
    for faults in _failing:
        for fault in faults.faults:
            if fault.when == when and fault.strikes(operation):
                raise _RAISED[fault.failure]()


def _before_call(model: Any, params: dict[str, Any], **_: Any) -> None:
    if _watching:
        body = params.get("body") or b"{}"
        for calls in _watching:
            calls.calls.append((model.name, json.loads(body)))
    _strike("before", model.name)


def _after_call(model: Any, **_: Any) -> None:
    _strike("after", model.name)


botocore.handlers.BUILTIN_HANDLERS.extend(
    [("before-call.dynamodb", _before_call), ("after-call.dynamodb", _after_call)]
)
