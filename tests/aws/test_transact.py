"""Load, decide, commit: one loop for every use case, bounded, with what follows a lost race."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from medaid.aws import transaction
from medaid.aws.transaction import (
    ConditionFailed,
    Decided,
    RetryPolicy,
    TransactionConflict,
    Write,
    commit_once,
    commit_or_refuse,
    refuse_as_changed,
    transact,
)
from medaid.errors import Conflict, Unavailable

QUICK = RetryPolicy(tries=3, sleep=lambda _seconds: None)
WRITES: Sequence[Write] = (None,)  # type: ignore[assignment]  # never looked at: commit is replaced


class Storage:
    """Answers each commit with the next of `outcomes`; after those everything goes well."""

    def __init__(self, *outcomes: Exception) -> None:
        self.outcomes = list(outcomes)
        self.commits = 0

    def __call__(self, _writes: Sequence[Write]) -> None:
        self.commits += 1
        if self.outcomes:
            raise self.outcomes.pop(0)


def storage(monkeypatch: pytest.MonkeyPatch, *outcomes: Exception) -> Storage:
    found = Storage(*outcomes)
    monkeypatch.setattr(transaction, "commit", found)
    return found


def test_nothing_to_write_is_answered_without_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    held = storage(monkeypatch)
    assert transact(lambda: Decided("done before"), retry=QUICK) == "done before"
    assert held.commits == 0


def test_a_lost_race_is_decided_anew_from_the_read(monkeypatch: pytest.MonkeyPatch) -> None:
    held = storage(monkeypatch, ConditionFailed(["totals"]), TransactionConflict())
    reads = iter(range(10))
    assert transact(lambda: Decided(next(reads), WRITES), retry=QUICK) == 2
    assert held.commits == 3


def test_what_lost_may_itself_be_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    storage(monkeypatch, ConditionFailed(["message"]))
    assert transact(lambda: Decided("new", WRITES), lambda lost: lost.labels[0], QUICK) == "message"


def test_the_tries_end(monkeypatch: pytest.MonkeyPatch) -> None:
    held = storage(monkeypatch, *(TransactionConflict() for _ in range(9)))
    with pytest.raises(Unavailable) as busy:
        transact(lambda: Decided(None, WRITES), retry=QUICK)
    assert busy.value.code == "BUSY"
    assert held.commits == 3


def test_what_somebody_else_changed_is_refused_not_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = storage(monkeypatch, ConditionFailed(["case"]))
    with pytest.raises(Conflict) as refused:
        transact(lambda: Decided(None, WRITES), refuse_as_changed, QUICK)
    assert refused.value.code == "STATE"
    assert held.commits == 1


def test_writes_decided_on_are_refused_or_found_made(monkeypatch: pytest.MonkeyPatch) -> None:
    storage(monkeypatch, TransactionConflict(), ConditionFailed(["item"]))
    with pytest.raises(Conflict):
        commit_or_refuse(WRITES, QUICK)
    storage(monkeypatch, ConditionFailed(["item"]))
    assert commit_once(WRITES, QUICK) is False
    storage(monkeypatch, TransactionConflict())
    assert commit_once(WRITES, QUICK) is True
