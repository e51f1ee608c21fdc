"""Two hospitals that register one person in the same instant: nobody lies in two of them, and no
more registrations are open than may be, wherever the one's message falls between the other's
storage calls.

Issue: right money, 38 (open registrations of one person are bounded)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from tests import storage
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    TOWNSHIP,
    Hospital,
    admission,
    bill,
    contracted,
    known_person,
    passed,
    refused,
    stay_input,
)
from tests.storage import StorageCalls

from medaid.people import service as people
from medaid.settlement import visits


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1")


@pytest.fixture
def one() -> Hospital:
    return Hospital(MAOMING)


@pytest.fixture
def other() -> Hospital:
    return Hospital(TOWNSHIP)


class Between(list[Any]):
    """Runs `act` once, before the `nth` storage call that is watched."""

    def __init__(self, nth: int, act: Callable[[], object]) -> None:
        super().__init__()
        self.nth, self.act = nth, act

    def append(self, call: Any) -> None:
        super().append(call)
        if len(self) == self.nth:
            self.act()


def interleaved(
    message: Callable[[], dict[str, Any]], act: Callable[[], dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(answer of `message`, answer of `act`) with `act` before each of the storage calls of
    `message` in turn; whoever asks undoes what was done between two of them."""
    for nth in range(1, 50):
        answers: list[dict[str, Any]] = []
        calls = StorageCalls(calls=Between(nth, partial(_answered, answers, act)))
        storage.watch(calls)
        try:
            answer = message()
        finally:
            storage.unwatch(calls)
        if not answers:
            assert nth > 2, "a message reads and writes"
            return
        yield answer, answers[0]
    raise AssertionError("the message never ends")


def _answered(answers: list[dict[str, Any]], act: Callable[[], dict[str, Any]]) -> None:
    answers.append(act())


def open_stays() -> list[str]:
    return [one.mdtrt_id for one in people.load("P1", 2020).visits if one.end is None]


def admit(hospital: Hospital) -> dict[str, Any]:
    return hospital.call("2401", admission("P1"), node="mdtrtinfo")


def undo(hospital: Hospital, mdtrt_id: str) -> None:
    passed(hospital.call("2404", {"mdtrt_id": mdtrt_id, "psn_no": "P1"}), output=False)


def test_of_two_admissions_at_once_one_is_refused(one: Hospital, other: Hospital) -> None:
    seen = 0
    for mine, theirs in interleaved(lambda: admit(one), lambda: admit(other)):
        won = passed(theirs)["result"]["mdtrt_id"]
        assert refused(mine, "VISIT_OVERLAP", "begntime")["id"] == won
        assert open_stays() == [won]
        undo(other, won)
        seen += 1
    assert seen >= 2


def test_a_stay_that_goes_on_and_an_admission_elsewhere_are_not_both(
    one: Hospital, other: Hospital
) -> None:
    """2405 beside 2401."""
    mine = one.admit("P1")
    one.discharge("P1", mine)
    goes_on = {"mdtrt_id": mine, "psn_no": "P1"}
    for answer, theirs in interleaved(lambda: one.call("2405", goes_on), lambda: admit(other)):
        won = passed(theirs)["result"]["mdtrt_id"]
        refused(answer, "VISIT_OVERLAP", "mdtrt_id")
        assert open_stays() == [won]
        undo(other, won)


def test_registrations_at_once_stay_within_their_number(
    one: Hospital, other: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MOST_OPEN", 3)
    for hospital in (one, other):
        hospital.visit("P1")

    def visit(hospital: Hospital) -> dict[str, Any]:
        given = {"psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
        more = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "ipt_otp_no": "1"}
        return hospital.call("2201", {**given, **more, "atddr_no": "D1", "dr_name": "王"})

    for mine, theirs in interleaved(lambda: visit(one), lambda: visit(other)):
        won = passed(theirs)["data"]["mdtrt_id"]
        refused(mine, "VISIT_OVERLAP", "psn_no")
        assert len(people.load("P1", 2020).visits) == 3
        gone = {"mdtrt_id": won, "psn_no": "P1", "ipt_otp_no": "1"}
        passed(other.call("2202", gone), output=False)


def test_an_outpatient_visit_beside_a_stay_and_a_transfer_still_work(
    one: Hospital, other: Hospital
) -> None:
    """What no rule forbids: a visit while another hospital has the stay, at the same instant too;
    discharged here and admitted there on the same day, and settled here afterwards."""
    stay = one.admit("P1")
    visit = other.visit("P1")
    assert {v.mdtrt_id for v in people.load("P1", 2020).visits} == {stay, visit}
    one.discharge("P1", stay)
    begun = passed(other.call("2401", admission("P1", "2021-06-30 12:00:00"), node="mdtrtinfo"))[
        "result"
    ]["mdtrt_id"]
    assert open_stays() == [visit, begun] or set(open_stays()) == {visit, begun}
    passed(one.call("2304", stay_input("P1", stay, bill("1000.00", "1000.00"))))
    assert begun in open_stays()


def test_a_visit_at_the_instant_of_an_admission_is_not_refused(
    one: Hospital, other: Hospital
) -> None:
    begun: list[str] = []

    def visit() -> dict[str, Any]:
        begun.append(other.visit("P1"))
        return {}

    for mine, _ in interleaved(lambda: admit(one), visit):
        stay = passed(mine)["result"]["mdtrt_id"]
        assert {v.mdtrt_id for v in people.load("P1", 2020).visits} == {stay, begun[-1]}
        undo(one, stay)
        gone = {"mdtrt_id": begun[-1], "psn_no": "P1", "ipt_otp_no": "1"}
        passed(other.call("2202", gone), output=False)


def test_registering_is_one_read_and_one_write(one: Hospital, storage_calls: StorageCalls) -> None:
    one.visit("P1")
    storage_calls.reset()
    passed(admit(one))
    assert storage_calls.writes == ["TransactWriteItems"]
