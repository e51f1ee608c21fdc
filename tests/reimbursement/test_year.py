"""A year of context life on a fake clock: 1,000 cases over 2026 with its holidays and make-up
workdays, counted twice (J28)."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, cast

import chinese_calendar
from tests.core.test_clocks import walked
from tests.reimbursement.office import INTAKE, MANAGER, at, draft, given

from medaid.clocks import Pause, StatutoryClock
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.reimbursement import rules
from medaid.reimbursement.model import Case, State
from medaid.reimbursement.procedure import procedure
from medaid.workdays import Calendar, WorkingDays, published

PROCEDURE, CALENDAR = procedure(), published()
HOURS = (9, 11, 14, 16)


@dataclass
class Context:
    """The context as it works: a case is accepted, perhaps waits for material, perhaps is extended,
    and is paid some working days later."""

    chance: random.Random
    claimed: Counter[str]

    def accept(self, number: int, now: datetime) -> Case:
        small = self.chance.random() < 0.4
        total = Fen(self.chance.choice([50000, 100000, 100001, 90000])) if small else Fen(1000000)
        case = draft(str(number), care="outpatient" if small else "inpatient")
        case = replace(case, fees=replace(case.fees, medfee_sumamt=total), created=now, version=1)
        return replace(
            case, clock=rules.started(case, now, PROCEDURE), state=State.ACCEPTED, version=2
        )

    def act(
        self,
        case: Case,
        name: str,
        now: datetime,
        target: State | None = None,
        changed: Case | None = None,
    ) -> Case:
        who = MANAGER if name == "extend" else INTAKE
        move, role = rules.permitted(case, name, who, (), PROCEDURE)
        after, _ = rules.step(case, move, role, who, now, given("核查", "", ""), changed, target)
        return rules.with_clock(after, now, PROCEDURE)

    def sweep(self, case: Case, now: datetime) -> Case:
        names = rules.steps_due(case, now, CALENDAR, PROCEDURE)
        self.claimed.update(names)
        return replace(case, steps_claimed=(*case.steps_claimed, *names))


@dataclass
class Story:
    """What happens to one case, decided beforehand: instants of acceptance, asking, supplement,
    extension, payment."""

    accepted: datetime
    asked: datetime | None
    supplied: datetime | None
    extended: datetime | None
    paid: datetime


def stories(chance: random.Random) -> list[Story]:
    found = []
    for _ in range(1000):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(0, 330))
        accepted = at(f"{day} {chance.choice(HOURS):02d}:00")
        later = accepted + timedelta(days=chance.randrange(1, 28), hours=chance.randrange(0, 5))
        asked = supplied = extended = None
        if chance.random() < 0.3:
            asked = accepted + timedelta(days=chance.randrange(0, 8), hours=1)
            supplied = asked + timedelta(days=chance.randrange(0, 25), hours=1)
            later = supplied + timedelta(days=chance.randrange(0, 16), hours=1)
        if chance.random() < 0.1:
            extended = accepted + (later - accepted) / 2
        found.append(Story(accepted, asked, supplied, extended, later))
    return found


def lived(story: Story, context: Context, number: int) -> Case:
    """The story as the product sees it, with a sweep at five past every hour of the working part of
    each day in between."""
    case = context.accept(number, story.accepted)
    events = [
        ("ask", story.asked),
        ("supplement", story.supplied),
        ("extend", story.extended),
        ("pay", story.paid),
    ]
    timeline = sorted((when, name) for name, when in events if when is not None)
    swept = story.accepted
    for when, name in timeline:
        case, swept = swept_until(case, swept, when, context), when
        match name:
            case "ask":
                case = context.act(
                    case, "request_supplement", when, None, replace(case, owed=("病历",))
                )
            case "supplement":
                case = context.act(case, "supplement", when, State.ACCEPTED, replace(case, owed=()))
            case "extend":
                case = context.act(case, "extend", when, None, replace(case, special="核查"))
            case _:
                case = rules.with_clock(replace(case, state=State.PAID), when, PROCEDURE)
    return case


def swept_until(case: Case, since: datetime, until: datetime, context: Context) -> Case:
    day = civil_date(since)
    while day <= civil_date(until):
        for hour in (0, 9):
            now = at(f"{day} {hour:02d}:05")
            if since < now < until:
                case = context.sweep(case, now)
        day += timedelta(days=1)
    return case


class Other:
    """Another calendar: the package chinesecalendar, walked a day at a time."""

    def is_workday(self, day: date) -> bool:
        return bool(_worked(day))

    def add(self, day: date, days: WorkingDays) -> date:
        step, left = timedelta(days=1 if days > 0 else -1), abs(int(days))
        while left:
            day += step
            left -= self.is_workday(day)
        return day


@cache
def _worked(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day)) if day.year < 2027 else day.weekday() < 5


OTHER: Final = cast(Calendar, Other())


def known_at(story: Story, moment: datetime, small: bool) -> StatutoryClock:
    """The clock as it stood at `moment`, from the story alone."""
    days = 20 if story.extended and story.extended <= moment else 5 if small else 10
    pauses: tuple[Pause, ...] = ()
    if story.asked and story.asked <= moment:
        pauses = (
            Pause(
                story.asked,
                "m",
                story.supplied if story.supplied and story.supplied <= moment else None,
            ),
        )
    return StatutoryClock(story.accepted, WorkingDays(days), pauses)


def recounted(story: Story, small: bool) -> tuple[bool, set[str]]:
    """By another calendar, a day at a time: was it paid in time, and which steps did the sweeps
    meet on the way."""
    steps_claimed = set[str]()
    day = civil_date(story.accepted)
    while day <= civil_date(story.paid):
        for hour in (0, 9):
            moment = at(f"{day} {hour:02d}:05")
            if story.accepted < moment < story.paid and (
                due := walked(known_at(story, moment, small), OTHER)
            ):
                marks = (
                    ("warned", OTHER.add(due, WorkingDays(-1))),
                    ("due", due),
                    ("overdue", OTHER.add(due, WorkingDays(1))),
                )
                steps_claimed |= {name for name, mark in marks if mark <= day}
        day += timedelta(days=1)
    due = walked(known_at(story, story.paid, small), OTHER)
    return due is not None and civil_date(story.paid) <= due, steps_claimed


def test_a_year_of_office_life_J28() -> None:
    chance = random.Random(20260101)
    told = stories(chance)
    context = Context(random.Random(7), Counter())
    cases = [lived(story, context, number) for number, story in enumerate(told)]
    late, expected_rungs = 0, Counter[str]()
    for case, story in zip(cases, told, strict=True):
        assert case.clock is not None
        small = case.care.care == "outpatient" and case.fees.medfee_sumamt <= Fen(100000)
        in_time, steps_claimed = recounted(story, small)
        assert case.clock.on_time(CALENDAR) == in_time, story
        assert {*case.steps_claimed} == steps_claimed, story
        assert len(case.steps_claimed) == len(steps_claimed), "each step once"
        late += not in_time
        expected_rungs.update(steps_claimed)
    assert context.claimed == expected_rungs
    assert sum(not c.clock.on_time(CALENDAR) for c in cases if c.clock) == late
    assert min(late, 1000 - late, expected_rungs["warned"]) > 100, (
        "a year in which nothing goes wrong proves nothing"
    )
