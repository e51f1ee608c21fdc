"""The morning's work over its queue: a message a region and step, each brought again without a
second effect. Issue: from a county to a province, 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from functions.clearing import handler as job_door
from tests.clearing.builders import ELSEWHERE, HOME, HOSPITALS, arrive, at, item
from tests.clearing.test_sums import outcome, restore
from tests.conftest import Tables
from tests.storage import Killed, StorageCalls, StorageFaults

from medaid.aws import queue
from medaid.aws.faults import Failed
from medaid.aws.settings import settings as real_settings
from medaid.aws.transaction import commit
from medaid.clearing import jobs, runs, store
from medaid.clearing.hospital import service as hospital
from medaid.errors import Refused, Unavailable
from medaid.fund import keys, periods, rolled, seals, service
from medaid.fund.model import journal
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.regions import Region
from medaid.workdays import published

pytestmark = pytest.mark.usefixtures("tables")
CALENDAR = published()
MORNING = at(2, 4, month=8)
CLEARING, STEPS = "https://queue.invalid/clearing", "https://queue.invalid/morning"


class Queues:
    """What lies on the queues, in the order in which it was put there."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, str]] = []
        self.delays: dict[str, int] = {}

    def send(self, url: str, body: str) -> None:
        self.waiting.append((url, body))

    def send_all(self, url: str, bodies: list[str], seconds: int = 0) -> None:
        for body in bodies:
            self.send(url, body)
            self.delays[body] = seconds

    def drain(self, now: datetime) -> None:
        """Each message is taken; what fails comes again, as long as it takes."""
        while self.waiting:
            url, body = self.waiting[0]
            if url == CLEARING:
                jobs.task(body)
            else:
                jobs.step(body, now, CALENDAR)
            self.waiting.pop(0)

    @property
    def steps(self) -> set[tuple[str, str]]:
        found = [json.loads(body) for url, body in self.waiting if url == STEPS]
        return {(one["admdvs"], one["step"]) for one in found}


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Queues:
    """The two queues of clearing, of an installation that is not the national level."""
    held, before = Queues(), real_settings()
    now = replace(before, clearing_queue=CLEARING, morning_queue=STEPS, national_level="external")
    monkeypatch.setattr(jobs, "settings", lambda: now)
    monkeypatch.setattr(queue, "send", held.send)
    monkeypatch.setattr(queue, "send_all", held.send_all)
    return held


def booked(number: int, region: str, when: datetime) -> None:
    amounts = {"maf_pay": Fen(number)}
    one = journal.SettlementBooking(
        f"M{region}{number}", region, region, HOSPITALS[0], "390", "inpatient", amounts
    )
    commit(service.writes(*journal.settlement_entries(one, when)))


def prepared() -> None:
    arrive(item(1, at(3)))
    arrive(item(2, at(4), home=ELSEWHERE))
    for number in range(3):
        booked(number + 1, HOME, at(5 + number))


def test_one_message_a_region_and_step_and_the_steps_that_follow(queues: Queues) -> None:
    prepared()
    done = jobs.daily(MORNING, CALENDAR)
    assert done.failed == []
    asked = queues.steps
    for region in (HOME, ELSEWHERE):
        assert {(region, "sealed"), (region, "rolled_up"), (region, "overdue")} <= asked
    assert not {step for _, step in asked} & {"tampered", "rollup_differs"}
    assert ("320000", "region_bills") in asked
    assert {queues.delays[body] for url, body in queues.waiting if "region_bills" in body} == {600}
    jobs.step(jobs.StepAsked("sealed", Region(HOME), civil_date(MORNING)).body, MORNING, CALENDAR)
    assert (HOME, "tampered") in queues.steps


def test_through_the_queue_it_comes_to_the_same_as_in_one_process(
    tables: Tables, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared()
    fresh = tables.everything()
    jobs.monthly(MORNING, CALENDAR)
    jobs.daily(MORNING, CALENDAR)
    queues.drain(MORNING)
    through_queue = outcome(tables)
    assert len(seals.seals(HOME, "assistance", "2023-07")) == 1
    assert rolled.kept(keys.rolls_of(HOME, "2023-07"))[0].entries == 5
    jobs.monthly(MORNING, CALENDAR)
    jobs.daily(MORNING, CALENDAR)
    queues.drain(MORNING)
    assert outcome(tables) == through_queue, "a second morning of the day changes nothing"
    restore(tables, fresh)
    alone = replace(real_settings(), national_level="external")
    monkeypatch.setattr(jobs, "settings", lambda: alone)
    assert jobs.monthly(MORNING, CALENDAR).failed == []
    assert jobs.daily(MORNING, CALENDAR).failed == []
    unlike = [
        row["sk"]["S"]
        for row in outcome(tables)["clearing"]
        if row not in through_queue["clearing"] and not row["pk"]["S"].startswith("R#")
    ]
    assert unlike == []
    assert outcome(tables)["fund"] == through_queue["fund"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["sealed", "tampered", "rolled_up", "rollup_differs"])
def test_killed_at_any_storage_call_a_step_goes_on_to_the_same(
    tables: Tables,
    queues: Queues,
    storage_faults: StorageFaults,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    when: str,
) -> None:
    """Issue: from a county to a province, a crash at any storage call in the morning job."""
    monkeypatch.setattr(keys, "SHARDS", 2)
    for number in range(3):
        booked(number + 1, HOME, at(5 + number))
    periods.close(HOME, "2023-06", "会计", at(2, month=7))
    now = at(9)
    asked = {name: jobs.StepAsked(name, Region(HOME), civil_date(now)).body for name in jobs.STEPS}
    for before in {"tampered": ["sealed"], "rollup_differs": ["rolled_up"]}.get(step, []):
        jobs.step(asked[before], now, CALENDAR)
    fresh = tables.everything()
    jobs.step(asked[step], now, CALENDAR)
    expected = outcome(tables)
    strike: Callable[..., Any] = getattr(storage_faults, when)
    nth = 0
    while True:
        nth += 1
        restore(tables, fresh)
        storage_faults.clear()
        strike(nth)
        try:
            jobs.step(asked[step], now, CALENDAR)
        except Killed:
            storage_faults.clear()
            jobs.step(asked[step], now, CALENDAR)
            found = outcome(tables)
            for rows in (found["clearing"], expected["clearing"]):
                rows[:] = [row for row in rows if not row["pk"]["S"].startswith("R#morning#")]
            assert found == expected, f"killed {when} call {nth}"
        else:
            break
    storage_faults.clear()
    assert nth > 3


def test_a_region_whose_step_fails_stops_nobody_and_is_seen(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared()

    def overdue(region: str, *_: object) -> list[object]:
        if region == HOME:
            raise Refused("NOT_FOUND", field="x", rule="y")
        return []

    monkeypatch.setattr(hospital, "report_overdue", overdue)
    records = [
        {
            "messageId": region,
            "body": jobs.StepAsked("overdue", Region(region), date(2023, 8, 2)).body,
        }
        for region in (HOME, ELSEWHERE)
    ]
    one = {"eventSource": "aws:sqs", "receiptHandle": "r", "attributes": {}}
    answer = job_door.handler({"Records": [{**one, **record} for record in records]}, None)
    assert [row["itemIdentifier"] for row in answer["batchItemFailures"]] == [HOME]
    assert "overdue" not in runs.list_steps(Region(HOME))
    assert runs.list_steps(Region(ELSEWHERE))["overdue"].day == date(2023, 8, 2)


def test_what_is_no_step_is_refused_without_its_text() -> None:
    record = {"messageId": "1", "eventSource": "aws:sqs", "body": '{"step":"drop"}'}
    assert job_door.handler({"Records": [record]}, None)["batchItemFailures"]


def test_bills_that_fail_bring_their_message_again(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared()

    def away(*_: object) -> None:
        raise Unavailable("UNAVAILABLE")

    monkeypatch.setattr("medaid.clearing.regions.service.file_city", away)
    body = jobs.StepAsked("region_bills", Region("320000"), civil_date(MORNING)).body
    with pytest.raises(Failed):
        jobs.step(body, MORNING, CALENDAR)


def test_a_morning_reads_no_entry_that_was_sealed_and_followed(
    queues: Queues, storage_calls: StorageCalls
) -> None:
    """Issue: from a county to a province, 2: sealing from the last seal."""
    steps = ("sealed", "tampered", "rolled_up", "rollup_differs")

    def morning(day: int) -> int:
        storage_calls.reset()
        for name in steps:
            body = jobs.StepAsked(name, Region(HOME), date(2023, 7, day)).body
            jobs.step(body, at(day), CALENDAR)
        return len(storage_calls.calls)

    for number in range(4):
        booked(number + 1, HOME, at(5))
    morning(6)
    booked(90, HOME, at(6))
    few = morning(7)
    for number in range(100, 160):
        booked(number, HOME, at(7))
    morning(8)
    booked(91, HOME, at(8))
    assert morning(9) == few
    behind = [
        sent
        for one, sent in storage_calls.calls
        if one == "Query" and sent["TableName"].endswith("journal") and "2023-07#" in str(sent)
    ]
    assert behind
    assert all(len(sent["ExpressionAttributeValues"]) == 2 for sent in behind)


def test_an_entry_that_was_changed_is_found_the_next_morning_and_still_the_one_after(
    tables: Tables, queues: Queues
) -> None:
    booked(1, HOME, at(5))
    seals.seal(HOME, "2023-07", at(6))
    (row,) = tables.items("journal")
    changed = {**row, "narrative": {"S": "改"}}
    tables.client.put_item(TableName=real_settings().tables["journal"], Item=changed)
    assert len(seals.verify_new(HOME, "2023-07", at(6))) > 0
    assert len(seals.verify_new(HOME, "2023-07", at(7))) > 0
    tables.client.put_item(TableName=real_settings().tables["journal"], Item=row)
    assert seals.verify_new(HOME, "2023-07", at(8)) == []
    assert store.list_regions() == []
