"""Committing where nobody waits for milliseconds: operators and scheduled work try again, within
limits, when another transaction is at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from medaid.aws.transaction import ConditionFailed, RetryPolicy, TransactionConflict, Write
from medaid.aws.transaction import commit as once
from medaid.errors import Conflict, Unavailable

T = TypeVar("T")


def commit(writes: Sequence[Write]) -> None:
    """All `writes` in one transaction, tried again while another one holds an item. Raises
    ConditionFailed, Unavailable (BUSY after all tries)."""
    for _ in RetryPolicy().attempts():
        try:
            once(writes)
        except TransactionConflict:
            continue
        return
    raise Unavailable("BUSY")


def commit_or_conflict(writes: Sequence[Write]) -> None:
    """The same where somebody else may have been faster and the person has to look again. Raises
    Conflict STATE, Unavailable."""
    try:
        commit(writes)
    except ConditionFailed as lost:
        raise Conflict("STATE", rule="已被他人变更,请刷新后重试") from lost


def until_won(act: Callable[[], T]) -> T:
    """The answer of `act`, read and decided anew as often as its write loses to somebody else's.
    Raises Unavailable BUSY after all tries."""
    for _ in RetryPolicy().attempts():
        try:
            return act()
        except ConditionFailed:
            continue
    raise Unavailable("BUSY")
