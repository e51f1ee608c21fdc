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
from tests.clearing import test_insurer as front
from tests.clearing import test_regions as between
from tests.clearing.builders import (
    ELSEWHERE,
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    fix_prepayment,
    insure,
    item,
)
from tests.clearing.test_sums import outcome, restore
from tests.conftest import Tables
from tests.fund import test_interest_due as interest
from tests.fund.office import REGION
from tests.storage import WRITES, Killed, StorageCalls, StorageFaults

from medaid.aws import queue
from medaid.aws.faults import Failed
from medaid.aws.settings import settings as real_settings
from medaid.aws.transaction import commit
from medaid.clearing import jobs, runs, store
from medaid.clearing.hospital import monthly, printouts
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


def books() -> tuple[str, datetime]:
    """Three settlements of a month that is not closed."""
    for number in range(3):
        booked(number + 1, HOME, at(5 + number))
    periods.close(HOME, "2023-06", "会计", at(2, month=7))
    return HOME, at(9)


def after_the_month() -> tuple[str, datetime]:
    """Items of two regions, and no statement yet."""
    arrive(item(1, at(3)))
    arrive(item(2, at(4), home=ELSEWHERE))
    return HOME, MORNING


def on_the_first() -> tuple[str, datetime]:
    return after_the_month()[0], at(1, 4, month=8)


def stated() -> tuple[str, datetime]:
    after_the_month()
    for region in (HOME, ELSEWHERE):
        close_month(region, "2023-07", at(1, 4, month=8))
    return "320000", MORNING


def unpaid() -> tuple[str, datetime]:
    """The 20th of August is a Sunday: the money must be sent on the 18th."""
    stated()
    return HOME, at(18, 4, month=8)


def unsettled() -> tuple[str, datetime]:
    arrive(item(1, at(3, month=11)))
    close_month(HOME, "2023-11", at(1, 4, month=12))
    return HOME, at(23, 4, month=1, year=2024)


def used_up() -> tuple[str, datetime]:
    """A prepayment of which three quarters are out."""
    held = {"assistance": Fen(80_000 * 6)}
    (bill,) = fix_prepayment(between.SH, between.JS, 2023, between.CHIEF, between.NOW, held)
    between.pay(bill, between.NOW)
    arrive(between.away(1, between.SUZHOU, between.SHANGHAI))
    between.round_trip("2023-07", between.NOW)
    return between.SH, between.NOW


def fronted() -> tuple[str, datetime]:
    """What an insurer paid ahead, beyond its reserve."""
    insure(front.CITY, 2019, 40_000)
    agree(agreement(front.HOSPITAL, year=2019))
    front.fronted(1, 3, 50_000)
    return front.DISTRICT, at(1, month=7, year=2019)


def fronted_in_the_city() -> tuple[str, datetime]:
    fronted()
    return front.C, at(20, month=6, year=2019)


def interest_kept() -> tuple[str, datetime]:
    interest.begin()
    interest.nothing_returned()
    return REGION, interest.AFTER


SCENES: dict[str, Callable[[], tuple[str, datetime]]] = {
    "statements": on_the_first,
    "late_statements": after_the_month,
    "region_bills": stated,
    "sealed": books,
    "tampered": books,
    "rolled_up": books,
    "rollup_differs": books,
    "overdue": unpaid,
    "barred": unsettled,
    "prepayment_alerts": used_up,
    "bills_late": used_up,
    "insurer_bills": fronted,
    "interest_due": interest_kept,
    "short_of_reserve": on_the_first,
    "insurer_reserve_exceeded": fronted_in_the_city,
}
"""For each step of the morning and of the month a region in which it has something to do."""
ONLY_LOOK = {"bills_late"}
"""What writes nothing but the note that it was done."""
RESTS_ON = {"tampered": "sealed", "rollup_differs": "rolled_up"}


def test_every_step_has_a_scene_in_which_it_is_killed() -> None:
    assert set(SCENES) == set(jobs.STEPS)


@pytest.mark.parametrize("step", SCENES)
def test_killed_at_any_storage_call_a_step_goes_on_to_the_same(
    tables: Tables,
    queues: Queues,
    storage_faults: StorageFaults,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """Issue: from a county to a province, a crash at any storage call in the morning job. Killed
    behind a write is killed at any call before the next one: storage is the same."""
    monkeypatch.setattr(keys, "SHARDS", 2)
    alone = replace(real_settings(), morning_queue=STEPS, national_level="external")
    monkeypatch.setattr(jobs, "settings", lambda: alone)
    region, now = SCENES[step]()

    def do(name: str) -> None:
        jobs.step(jobs.StepAsked(name, Region(region), civil_date(now)).body, now, CALENDAR)

    if step in RESTS_ON:
        do(RESTS_ON[step])
    fresh = tables.everything()
    do(step)
    expected = done(tables)
    restore(tables, fresh)
    assert (done(tables) == expected) is (step in ONLY_LOOK), "the scene is of this step"
    nth, killed = 0, True
    while killed:
        nth += 1
        restore(tables, fresh)
        storage_faults.after(nth, only=WRITES)
        try:
            do(step)
            killed = False
        except Killed:
            storage_faults.clear()
            do(step)
            assert done(tables) == expected, f"killed behind write {nth}"
        storage_faults.clear()
    assert nth > 1


def done(tables: Tables) -> dict[str, Any]:
    """What a step leaves behind, but for the note that it was done: what was counted is what was
    left to do."""
    found = outcome(tables)
    kept = [row for row in found["clearing"] if not row["pk"]["S"].startswith("R#morning#")]
    return {**found, "clearing": kept}


def late_step(now: datetime) -> str:
    return jobs.StepAsked(jobs.LATE, Region(HOME), civil_date(now)).body


def three_hospitals() -> None:
    """Two months of three hospitals that no run has closed."""
    for number, hospital_id in enumerate(HOSPITALS[:3]):
        arrive(item(number, at(3), institution=hospital_id))
        arrive(item(number + 10, at(4, month=6), institution=hospital_id))


def test_months_are_made_up_in_parts_each_asked_for_by_the_one_before(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """J34. No message holds a region's month; a run that is done is not gone through again."""
    three_hospitals()
    monkeypatch.setattr(monthly, "AT_ONCE", 2)
    jobs.monthly(MORNING, CALENDAR)
    queues.waiting.clear()  # the message of last month's statements is lost
    queues.send(STEPS, late_step(MORNING))
    parts = 0
    while queues.waiting:
        _, body = queues.waiting.pop(0)
        jobs.step(body, MORNING, CALENDAR)
        parts += 1
    assert parts == 5  # two a month, and the one that finds nothing left
    for month in ("2023-06", "2023-07"):
        run = runs.find_run(runs.STATEMENTS, HOME, month)
        assert run is not None
        assert (run.state, run.counts["institutions"], run.counts["items"]) == ("done", 3, 3)
        assert all(hospital.list_statements(HOME, one, month) for one in HOSPITALS[:3])
    assert runs.list_steps(HOME)[jobs.LATE].day == civil_date(MORNING)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_write_the_months_are_made_up_to_the_same(
    tables: Tables,
    queues: Queues,
    storage_faults: StorageFaults,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    three_hospitals()
    monkeypatch.setattr(monthly, "AT_ONCE", 2)
    monkeypatch.setattr(printouts, "publish_statement", lambda one: one.statement_id)
    fresh = tables.everything()

    def all_parts() -> None:
        queues.send(STEPS, late_step(MORNING))
        while queues.waiting:
            jobs.step(queues.waiting[0][1], MORNING, CALENDAR)
            queues.waiting.pop(0)

    all_parts()
    expected, nth = outcome(tables), 0
    while True:
        nth += 1
        restore(tables, fresh)
        storage_faults.clear()
        getattr(storage_faults, when)(nth, only=("TransactWriteItems", "PutItem", "DeleteItem"))
        try:
            all_parts()
        except Killed:
            storage_faults.clear()
            queues.waiting.clear()
            all_parts()
            assert outcome(tables) == expected, f"killed {when} write {nth}"
        else:
            break
    storage_faults.clear()
    assert nth > 10


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
