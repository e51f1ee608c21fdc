"""Writes as values, committed together or not at all.

Each package answers with writes; the acting service gathers them and calls `commit` once. DynamoDB
takes at most 100 items in one transaction. What lost is told by the label of the write that lost,
so a service can say what stood in the way.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, NoReturn, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import (
    PutError,
    PynamoDBException,
    TransactWriteError,
    UpdateError,
)
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from medaid.aws.table import connection
from medaid.errors import Conflict, Unavailable

LARGEST: Final = 100
T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Check(NamedTuple):
    """Nothing is written, but the item must fulfil the condition."""

    model: type[Model]
    key: tuple[str, str]
    condition: Condition
    label: str


class Delete(NamedTuple):
    """Takes `item` away where `condition` holds."""

    item: Model
    condition: Condition
    label: str


class Put(NamedTuple):
    """Puts `item` where `condition` holds, always where it is None."""

    item: Model
    condition: Condition | None
    label: str


class Update(NamedTuple):
    """Changes `item` by `actions` where `condition` holds."""

    item: Model
    actions: Sequence[Action]
    condition: Condition | None
    label: str


Write = Check | Delete | Put | Update
_ORDER: Final = (Check, Delete, Put, Update)


class ConditionFailed(Exception):
    """A condition did not hold; nothing was written. `labels` name the writes that lost."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        super().__init__(", ".join(labels))


class TransactionConflict(Exception):
    """Another transaction held one of the items at that moment; nothing was written. Read again and
    try again."""


def commit(writes: Sequence[Write]) -> None:
    """All `writes` in one transaction.

    Raises ConditionFailed where a condition failed, TransactionConflict where another transaction
    was at work on an item, Unavailable where storage did not answer or throttled. AssertionError
    for more than 100 writes or two on one item: a fault of the program.
    """
    assert 0 < len(writes) <= LARGEST, f"{len(writes)} writes in one transaction"
    ordered = [w for kind in _ORDER for w in writes if isinstance(w, kind)]
    _one_each(ordered)
    transaction = TransactWrite(connection=connection())
    for write in ordered:
        _add(transaction, write)
    try:
        transaction._commit()
    except TransactWriteError as error:
        _tell(error, ordered)
    except (PynamoDBException, BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error


def _one_each(writes: Sequence[Write]) -> None:
    """Storage refuses two writes on one item; told as Unavailable, that would be tried for ever."""
    seen: dict[tuple[str, object, object], str] = {}
    for write in writes:
        item = write.model(*write.key) if isinstance(write, Check) else write.item
        key = (
            item.Meta.table_name,
            *(getattr(item, str(name)) for name in (item._hash_keyname, item._range_keyname)),
        )
        assert key not in seen, f"two writes on {key}: {seen[key]} and {write.label}"
        seen[key] = write.label


def _add(transaction: TransactWrite, write: Write) -> None:
    match write:
        case Check(model, key, condition):
            transaction.condition_check(model, key[0], key[1], condition=condition)
        case Delete(item, condition):
            transaction.delete(item, condition=condition)
        case Put(item, condition):
            transaction.save(item, condition=condition)
        case Update(item, actions, condition):
            transaction.update(item, actions=list(actions), condition=condition)


def _tell(error: TransactWriteError, ordered: Sequence[Write]) -> None:
    """Turns a cancelled transaction into ConditionFailed, TransactionConflict or Unavailable."""
    codes = [reason.code if reason else None for reason in error.cancellation_reasons]
    lost = [
        write.label
        for write, code in zip(ordered, codes, strict=False)
        if code == "ConditionalCheckFailed"
    ]
    if lost:
        raise ConditionFailed(lost) from error
    told = isinstance(
        error.cause, ClientError
    )  # without an answer pynamodb's cause_response_code itself fails
    if "TransactionConflict" in codes or (
        told and error.cause_response_code == "TransactionInProgressException"
    ):
        raise TransactionConflict from error
    raise Unavailable("UNAVAILABLE") from error


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a service tries again after losing a race. `pause` in seconds, doubled
    each time up to `longest`."""

    tries: int = 40
    pause: float = 0.005
    longest: float = 0.25
    seconds: float = 20.0
    sleep: Callable[[float], None] = field(default=time.sleep)
    clock: Callable[[], float] = field(default=time.monotonic)
    jitter: Callable[[], float] = field(default=random.random)

    def attempts(self) -> Iterator[int]:
        """Yields 0, 1, 2 … with a jittered pause between; ends when the tries or the seconds are
        used up."""
        began = self.clock()
        for attempt in range(self.tries):
            yield attempt
            if self.clock() - began > self.seconds:
                return
            self.sleep(min(self.longest, self.pause * 2**attempt) * self.jitter())


class Decided(NamedTuple, Generic[T]):
    """What a use case decided on what it read: the answer, and the writes that make it true."""

    answer: T
    writes: Sequence[Write] = ()
    """Empty where the answer stands already, as for a request that came a second time."""


def read_again(_lost: ConditionFailed) -> None:
    """After a lost condition: read and decide anew."""


def refuse_as_changed(lost: ConditionFailed) -> NoReturn:
    """After a lost condition: the person has to look again. Raises Conflict STATE."""
    raise Conflict("STATE", rule="已被他人变更,请刷新后重试") from lost


def transact(
    decide: Callable[[], Decided[T]],
    lost: Callable[[ConditionFailed], T | None] = read_again,
    retry: RetryPolicy | None = None,
) -> T:
    """The one way of a use case: `decide` loads and decides, its writes are committed together.

    Another transaction at work on an item, or a lost condition for which `lost` answers None, lets
    `decide` run again from the read, within `retry`. An answer of `lost` other than None is the
    answer of the whole; what it raises is raised. Raises Unavailable BUSY after all tries, and what
    `commit` raises besides.
    """
    for _ in (retry or RetryPolicy()).attempts():
        decided = decide()
        if not decided.writes:
            return decided.answer
        try:
            commit(decided.writes)
        except TransactionConflict:
            continue
        except ConditionFailed as failed:
            answer = lost(failed)
            if answer is None:
                continue
            return answer
        return decided.answer
    raise Unavailable("BUSY")


def commit_or_refuse(writes: Sequence[Write], retry: RetryPolicy | None = None) -> None:
    """`writes` decided on already, tried again while another transaction is at work.

    Raises Conflict STATE where a condition failed, Unavailable.
    """
    transact(lambda: Decided(None, writes), refuse_as_changed, retry)


def commit_once(writes: Sequence[Write], retry: RetryPolicy | None = None) -> bool:
    """`writes` that may stand already: False where a condition failed. Raises Unavailable."""
    return transact(lambda: Decided(True, writes), lambda _lost: False, retry)


def reading(read: Callable[[], T]) -> T:
    """The answer of a storage read, with storage's own failures told as Unavailable."""
    try:
        return read()
    except (PynamoDBException, BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error


def put_once(item: Model) -> bool:
    """One item put, unless one with its key is there already: then False. Raises Unavailable where
    storage does not answer.

    For what stands alone and may come twice, such as a message of a stream; what belongs together
    goes through `commit`.
    """
    return put_if(item, Path(str(type(item)._hash_keyname)).does_not_exist())


def put_each(writes: Iterable[Put]) -> None:
    """Items put one by one, over what is there: pointers that may come twice, none of which needs
    the others, at half of what a transaction costs. Raises Unavailable: those that follow are then
    missing until all come again."""
    for write in writes:
        assert write.condition is None, f"{write.label} depends on what is there"
        reading(write.item.save)


def put_if(item: Model, condition: Condition) -> bool:
    """One item put where `condition` holds; False where it does not. Raises Unavailable."""

    return _done_if(lambda: item.save(condition=condition))


def update_if(item: Model, actions: Sequence[Action], condition: Condition) -> bool:
    """One item updated where `condition` holds; False where it does not. Raises Unavailable."""
    return _done_if(lambda: item.update(list(actions), condition=condition))


def _done_if(write: Callable[[], object]) -> bool:
    def done() -> bool:
        try:
            write()
        except (PutError, UpdateError) as error:
            if (
                isinstance(error.cause, ClientError)
                and error.cause_response_code == "ConditionalCheckFailedException"
            ):
                return False
            raise
        return True

    return reading(done)


def item_or_none(model: type[M], pk: str, sk: str) -> M | None:
    """The item under that key, read consistently; None where there is none. Raises Unavailable."""

    def read() -> M | None:
        try:
            return model.get(pk, sk, consistent_read=True)
        except model.DoesNotExist:
            return None

    return reading(read)
