"""The sweep of statutory clocks (J28, design section 6): each step once, also after an outage;
reads what is due; new years move what they move."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import (
    AUDITOR,
    INTAKE,
    MANAGER,
    at,
    draft,
    given,
    office,
    opened,
    register,
)
from tests.storage import Killed, StorageCalls, StorageFaults

from medaid.aws import calendars
from medaid.aws.transaction import Write
from medaid.clocks import StatutoryClock
from medaid.instants import stored
from medaid.reimbursement import rules, service, store
from medaid.reimbursement.model import Case, State
from medaid.reimbursement.store.items import CaseItem
from medaid.workdays import WorkingDays, published

NOTICE = """
year = 2027
make_up_workdays = [2027-01-09]
[[notice]]
number = "试验〔2026〕1号"
issued = 2026-12-29
read_at = "a made-up notice for tests"
trust = "N"
[[holiday]]
name = "元旦"
from = 2027-01-01
to = 2027-01-05
"""


def accepted(key: str, now: datetime) -> Case:
    o = office()
    day = now.date() - timedelta(days=2)
    case = opened(o, draft(key, begin=day, end=day, created=now), now)
    return service.accept(o, INTAKE, case.case_id, case.version, now, given())


def messages(tables: Tables) -> list[str]:
    return [
        i["pk"]["S"].removeprefix("O#case_clock#")
        for i in tables.items("outbox")
        if i["kind"]["S"] == "case_clock"
    ]


def test_warned_a_working_day_before_then_due_then_late_each_once_J28(tables: Tables) -> None:
    """Accepted on Monday 16 March 2026: due on Monday 30 March, warned on Friday the 27th, late on
    Tuesday the 31st."""
    register()
    case = accepted("1", at("2026-03-16 09:00"))
    steps = {
        "2026-03-26 23:59": "",
        "2026-03-27 00:00": "warned",
        "2026-03-29 12:00": "",
        "2026-03-30 00:00": "due",
        "2026-03-31 00:00": "overdue",
    }
    seen: list[str] = []
    for when, name in steps.items():
        assert service.sweep(office(), at(when)).claimed == bool(name)
        assert service.sweep(office(), at(when)).claimed == 0
        seen += [name] if name else []
        assert messages(tables) == sorted(f"{case.case_id}.{step}" for step in seen)
    assert list(store.due(0, None)) == [], "no step is left: it has left the index"
    detail = service.case_detail(office(), MANAGER, case.case_id, at("2026-03-31 09:00"))
    assert detail.clock == "overdue"
    assert detail.case.version == case.version, (
        "a step is no act: an officer's work on the case is not disturbed"
    )


def test_after_an_outage_every_rung_is_still_claimed_once_J28(tables: Tables) -> None:
    register()
    case = accepted("1", at("2026-03-16 09:00"))
    assert service.sweep(office(), at("2026-05-20 09:00")).claimed == 3
    assert service.sweep(office(), at("2026-05-20 10:00")).claimed == 0
    assert messages(tables) == [f"{case.case_id}.{name}" for name in ("due", "overdue", "warned")]


def test_a_sweep_cut_off_anywhere_is_finished_by_the_next_one(
    tables: Tables, storage_faults: StorageFaults
) -> None:
    register()
    case = accepted("1", at("2026-03-16 09:00"))
    for nth in range(1, 12):
        storage_faults.after(nth)
        with suppress(Killed):
            service.sweep(office(), at("2026-03-31 09:00"))
        storage_faults.clear()
    service.sweep(office(), at("2026-03-31 09:00"))
    assert messages(tables) == [f"{case.case_id}.{name}" for name in ("due", "overdue", "warned")]


def test_a_clock_that_owes_nothing_is_not_swept_J28(tables: Tables) -> None:
    """Negative: paused, finished, or with no statutory clock at all, a case is not in the index."""
    register()
    o, now = office(), at("2026-03-16 09:00")
    paused = accepted("1", now)
    service.request_supplement(o, INTAKE, paused.case_id, paused.version, ("病历",), now, given())
    refused = accepted("2", now)
    service.refuse(
        o, AUDITOR, refused.case_id, refused.version, now, given("不在范围", "第二十五条")
    )
    opened(o, draft("3", created=now), now)
    done = service.sweep(o, at("2026-05-20 09:00"))
    assert (done.read, done.claimed) == (0, 0)


def test_a_rung_claimed_while_an_officer_acts_is_neither_lost_nor_repeated(tables: Tables) -> None:
    """The officer's act was decided on the case before the step: it is decided again, and the step
    stays claimed."""
    register()
    case = accepted("1", at("2026-03-16 09:00"))
    service.sweep(office(), at("2026-03-27 09:00"))
    after = service.request_supplement(
        office(), INTAKE, case.case_id, case.version, ("病历",), at("2026-03-27 10:00"), given()
    )
    assert after.steps_claimed == ("warned",)
    service.supplement(
        office(), INTAKE, case.case_id, after.version, ("病历",), at("2026-04-10 10:00"), given()
    )
    service.sweep(office(), at("2026-04-13 09:00"))
    assert [m.rsplit(".", 1)[1] for m in messages(tables)].count("warned") == 1


def test_on_1_january_without_a_published_calendar_nothing_fails_J28(tables: Tables) -> None:
    """Accepted on 28 December 2026, due on 11 January 2027 by the plain week, flagged. The notice
    comes: due on 13 January, no longer flagged."""
    register()
    case = accepted("1", at("2026-12-28 09:00"))
    earlier = accepted("2", at("2026-12-01 09:00"))
    before = service.case_detail(office(), INTAKE, case.case_id, at("2027-01-01 00:00"))
    assert (before.projection.due, before.projection.provisional) == (date(2027, 1, 11), True)
    swept = service.sweep(office(), at("2027-01-01 00:05"))
    assert (swept.read, swept.days_left) == (1, -1), (
        "the earlier one is late, the provisional one is not due yet"
    )
    assert (
        service.accept(
            office(), INTAKE, *fresh("3", at("2027-01-01 09:00")), at("2027-01-01 09:00"), given()
        ).clock
        is not None
    )
    calendars.add(NOTICE)
    longer = office(calendars.current(at("2027-01-02 09:00")))
    assert service.reproject(longer) == 2
    assert service.reproject(longer) == 0
    after = service.case_detail(longer, INTAKE, case.case_id, at("2027-01-02 09:00"))
    assert (after.projection.due, after.projection.provisional) == (date(2027, 1, 13), False)
    rows, _ = service.page_of_cases(INTAKE, service.CaseFilter((State.ACCEPTED,)), "", 10)
    rows = [row for row in rows if row["case_id"] == case.case_id]
    assert (rows[0]["due"], rows[0]["provisional"]) == ("2027-01-13", False)
    assert service.case_detail(
        longer, INTAKE, earlier.case_id, at("2027-01-02 09:00")
    ).projection.due == date(2026, 12, 15)
    assert service.sweep(longer, at("2027-01-11 09:00")).claimed == 0, "due no longer on the 11th"
    assert service.sweep(longer, at("2027-01-12 09:00")).claimed == 1, (
        "warned on the 12th; the one accepted on 1 January is due on the 18th"
    )


def fresh(key: str, now: datetime) -> tuple[str, int]:
    day = now.date() - timedelta(days=2)
    case = opened(office(), draft(key, begin=day, end=day, created=now), now)
    return case.case_id, case.version


def test_the_sweep_itself_notices_a_new_calendar_J28(tables: Tables) -> None:
    register()
    accepted("1", at("2026-12-28 09:00"))
    service.sweep(office(), at("2026-12-28 10:00"))
    calendars.add(NOTICE)
    longer = office(calendars.current(at("2026-12-30 09:00")))
    assert service.sweep(longer, at("2026-12-30 09:00")).corrected == 1
    assert service.sweep(longer, at("2026-12-30 10:00")).corrected == 0


def test_many_open_cases_and_a_few_due_reads_the_few_J28(
    tables: Tables, storage_calls: StorageCalls
) -> None:
    """2,000 open cases of which 20 are due: 8 queries by key alone, and 20 cases read."""
    sample = replace(draft(), state=State.ACCEPTED, version=2)
    o, now = office(), at("2026-06-01 09:00")
    with CaseItem.batch_write() as batch:
        for n in range(2000):
            begin = at("2026-05-18 09:00") if n < 20 else at("2026-05-29 09:00")
            case = replace(
                sample, case_id=f"320100M{n:05d}", clock=StatutoryClock(begin, WorkingDays(10))
            )
            (write,) = store.case_writes(
                case, rules.projection(case, o.calendar, o.procedure), None, o.calendar.version
            )
            batch.save(write.item)  # type: ignore[union-attr]  # a put
    service.reproject(o)
    storage_calls.reset()
    done = service.sweep(o, now)
    assert (done.read, done.claimed) == (20, 40)
    assert storage_calls.counts == {
        "Query": store.SHARDS,
        "GetItem": 20 + 1,
        "TransactWriteItems": 20,
    }
    assert not any("FilterExpression" in request for _, request in storage_calls.calls)


class Million:
    """A due index of a million running clocks that answers as DynamoDB does: by key range, in
    order, and counts what it gives out."""

    def __init__(self, due: int, open_cases: int, now: datetime) -> None:
        self.read = self.cases = self.written = 0
        later = [
            (stored(now + timedelta(minutes=5 + n % 200_000)), f"C{n:07d}")
            for n in range(open_cases - due)
        ]
        early = [(stored(now - timedelta(hours=1 + n)), f"D{n:07d}") for n in range(due)]
        self.shards: list[list[tuple[str, str]]] = [[] for _ in range(store.SHARDS)]
        for number, entry in enumerate([*later, *early]):
            self.shards[number % store.SHARDS].append(entry)
        for entries in self.shards:
            entries.sort()

    def due(
        self, number: int, until: datetime | None, _after: datetime | None = None
    ) -> Iterator[str]:
        assert until is not None
        entries = self.shards[number]
        for _, case_id in entries[: bisect.bisect_right(entries, (stored(until), "~"))]:
            self.read += 1
            yield case_id

    def case(self, case_id: str) -> Case:
        self.cases += 1
        return replace(
            draft(),
            case_id=case_id,
            state=State.ACCEPTED,
            version=2,
            clock=StatutoryClock(at("2026-05-18 09:00"), WorkingDays(10)),
        )

    def commit(self, writes: Sequence[Write]) -> None:
        self.written += len(writes)


def test_a_million_open_cases_of_which_a_hundred_are_due_J28(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """About 100 entries of the index and 100 cases are read, not a million. The index is a stand-in
    that counts; DynamoDB's own is shown above."""
    now = at("2026-06-01 09:00")
    million = Million(100, 1_000_000, now)
    stand_ins: dict[str, Any] = {
        "due": million.due,
        "case": million.case,
        "calendar": lambda: (published().version, {}),
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(store, name, stand_in)
    monkeypatch.setattr("medaid.aws.transaction.commit", million.commit)
    done = service.sweep(office(), now)
    assert (done.read, million.read, million.cases) == (100, 100, 100)
    assert done.claimed == 200, "warned and due: both were reached since the last sweep"


def test_a_clock_of_another_machine_a_few_minutes_back_stops_no_act_J28(tables: Tables) -> None:
    """Right money, 33. Acceptance by a machine that is ahead, then material asked for, supplied and
    the case refused by one that is behind: each act counts from the last instant, none raises."""
    register()
    o = office()
    now = at("2026-03-16 09:00")
    case = opened(o, draft("skew"), now)
    ahead, behind = now + timedelta(minutes=3), now
    case = service.accept(o, INTAKE, case.case_id, case.version, ahead, given())
    case = service.request_supplement(
        o, INTAKE, case.case_id, case.version, ("病历",), behind, given()
    )
    case = service.supplement(
        o, INTAKE, case.case_id, case.version, ("病历",), behind - timedelta(minutes=1), given()
    )
    assert case.clock is not None
    (pause,) = case.clock.pauses
    assert (pause.begin, pause.end) == (ahead, ahead)
    case = service.withdraw(o, INTAKE, case.case_id, case.version, behind, given("改由一站式结算"))
    assert case.clock is not None
    assert case.clock.stopped == ahead
