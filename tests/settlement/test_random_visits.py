"""Random weeks at the counter under a check of its own (J19, J24, J25, X5, X7), and the proof that
the check bites: with a mend taken out it finds the fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.visiting import Week

from medaid.aws.transaction import transact
from medaid.people import filings
from medaid.settlement import filings as filing_messages
from medaid.settlement import messages, posting, settling, statements, visits
from medaid.settlement.national import envelope


@pytest.mark.parametrize("seed", range(4))
def test_a_random_week_holds(tables: Tables, seed: int) -> None:
    """Right money, 1, 4, 12 and 21."""
    week = Week(seed)
    week.run(110)
    assert week.done["2304"] + week.done["2207"] >= 4, week.done
    assert week.done["refused"] >= 10, week.done


Patch = Callable[[pytest.MonkeyPatch], None]


def no_person(patch: pytest.MonkeyPatch) -> None:
    """Right money, 1: a further charge batch is held against nothing."""

    def check(visit: Any, psn_no: str, message: Any) -> None:
        if visit.institution != message.institution:
            raise messages.unknown_visit()

    for module in (settling, visits):
        patch.setattr(module, "check_visit", check)


def filed_whenever(patch: pytest.MonkeyPatch) -> None:
    """Right money, 4: referrals are taken for any day, and count for care before them."""
    patch.setattr(filings, "_check_when", lambda *_: None)


def filed_by_anybody(patch: pytest.MonkeyPatch) -> None:
    """Right money, 4: the hospital that treats refers to itself."""
    patch.setattr(filings, "_check_who", lambda *_: None)


def cancelled_by_anybody(patch: pytest.MonkeyPatch) -> None:
    """Right money, 4: whoever filed it."""
    patch.setattr(filings, "check_may_cancel", lambda *_: None)


def suspended_by_code(patch: pytest.MonkeyPatch) -> None:
    """Right money, 12: a suspension is looked up under the code of the enrolment alone."""
    whole = statements.check_open

    def check(insured: Any, treatment: Any) -> None:
        if insured == "440900":
            whole(insured, treatment)

    patch.setattr(settling, "check_open", check)


def done_whatever_stands(patch: pytest.MonkeyPatch) -> None:
    """Right money, 21: a message that was done before is answered from its record."""

    def act_once(message: Any, decide: Any, again: Any, lost: Any = None, retry: Any = None) -> Any:
        remembered: Any = {}

        def first() -> Any:
            decided = decide()
            remembered["answer"] = decided.answer
            return decided

        def after(failed: Any) -> Any:
            known = "message" in failed.labels and messages.replayed(message) is not None
            return remembered["answer"] if known else None

        return transact(first, after, retry)

    for module in (visits, filing_messages):
        patch.setattr(module, "act_once", act_once)


def cancelled_under_a_settlement(patch: pytest.MonkeyPatch) -> None:
    """Right money, 21: 2202 under a settled batch."""
    patch.setattr(visits, "check_unsettled", lambda _mdtrt_id: None)


def any_content(patch: pytest.MonkeyPatch) -> None:
    """Right money, 21: a used msgid is not held against its content."""
    patch.setattr(messages, "differing", lambda *_: "")
    assert envelope.differing({"a": "1"}, {"a": "2"}) == "a"


def opened_beside_another(patch: pytest.MonkeyPatch) -> None:
    """A stay that is taken back goes on, whether or not it had ended when it was settled."""
    patch.setattr(posting, "STAY_SETTLED", "")


MENDS: list[Patch] = [
    opened_beside_another,
    no_person,
    filed_whenever,
    filed_by_anybody,
    cancelled_by_anybody,
    suspended_by_code,
    done_whatever_stands,
    cancelled_under_a_settlement,
    any_content,
]


@pytest.mark.parametrize("taken_out", MENDS, ids=lambda patch: patch.__name__)
def test_with_a_mend_taken_out_the_week_finds_the_fault(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, taken_out: Patch
) -> None:
    """Right money, 1, 4, 12 and 21."""
    taken_out(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        Week(FINDS.get(taken_out.__name__, 0)).run(140)


FINDS: dict[str, int] = {"filed_whenever": 4, "cancelled_by_anybody": 2}
"""The seed of a week that finds it soon."""
