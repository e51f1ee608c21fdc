"""Statutory clocks (法定办理时限): a budget in working days, the instant from which it runs, and a
ledger of pauses.

A clock never stores a target. When it is due is a projection on a calendar, made anew whenever the
calendar, the budget or the ledger changes. The day on which a count begins does not count (民法典
art. 201), neither the day of acceptance nor the day on which what was missing came in; the last day
counts to its end, Beijing time. So a pause takes the working days after the day it began up to and
with the day it ended, and a pause within one day takes none: in doubt for the applicant. Used by
manual reimbursement (J28) and by clearing (X12). Pure: dates, now and calendar are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum

from medaid.instants import BEIJING, aware, civil_date
from medaid.workdays import Calendar, WorkingDays


class ClockState(StrEnum):
    """How a clock stands at an instant."""

    RUNNING = "running"
    PAUSED = "paused"
    WARNED = "warned"
    """The warning distance is reached."""
    DUE = "due"
    """The last day."""
    OVERDUE = "overdue"
    STOPPED = "stopped"
    """What was owed is done; see `StatutoryClock.on_time`."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the clock does not run, e.g. while the applicant owes material. `end` is None
    while it lasts."""

    begin: datetime
    reason: str
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """When a clock is due: the civil date whose end is the last moment."""

    due: date
    provisional: bool
    """The count ran past the published calendar: the plain week was used, the next notice may move
    the date."""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """A step of escalation: `offset` working days from the due day (negative before it), from the
    beginning of that day."""

    name: str
    offset: WorkingDays


@dataclass(frozen=True, slots=True)
class StatutoryClock:
    """`budget` working days from `accepted`. Raises ValueError for a budget below one or pauses out
    of order."""

    accepted: datetime
    budget: WorkingDays
    pauses: tuple[Pause, ...] = ()
    stopped: datetime | None = None

    def __post_init__(self) -> None:
        if self.budget < 1:
            raise ValueError("a clock has a budget of at least one working day")
        latest = aware(self.accepted)
        for number, pause in enumerate(self.pauses, 1):
            if aware(pause.begin) < latest or (
                pause.end is not None and aware(pause.end) < pause.begin
            ):
                raise ValueError("pauses follow one another, after acceptance")
            if pause.end is None and number < len(self.pauses):
                raise ValueError("only the last pause may be open")
            latest = pause.end or pause.begin
        if self.stopped is not None and aware(self.stopped) < latest:
            raise ValueError("a clock stops after all that happened to it")

    @property
    def latest(self) -> datetime:
        """The last instant that anything happened to it: what follows is not before it."""
        if self.stopped is not None:
            return self.stopped
        if not self.pauses:
            return self.accepted
        return self.pauses[-1].end or self.pauses[-1].begin

    @property
    def paused(self) -> bool:
        """Whether the last pause is still open."""
        return bool(self.pauses) and self.pauses[-1].end is None

    def pause(self, at: datetime, reason: str) -> StatutoryClock:
        """The clock paused from `at`. Raises ValueError where it is paused or stopped already."""
        if self.paused or self.stopped is not None:
            raise ValueError("only a running clock is paused")
        return replace(self, pauses=(*self.pauses, Pause(at, reason)))

    def resume(self, at: datetime) -> StatutoryClock:
        """The clock running again from `at`. Raises ValueError where it is not paused."""
        if not self.paused:
            raise ValueError("only a paused clock is resumed")
        return replace(self, pauses=(*self.pauses[:-1], replace(self.pauses[-1], end=at)))

    def stop(self, at: datetime) -> StatutoryClock:
        """The clock ended at `at`: what was owed is done. An open pause ends with it."""
        running = self.resume(at) if self.paused else self
        return replace(running, stopped=at)

    def with_budget(self, budget: WorkingDays) -> StatutoryClock:
        """The same clock with another budget; the ledger of pauses stays."""
        return replace(self, budget=budget)

    def project(self, calendar: Calendar) -> Projection | None:
        """When it is due; None while a pause is open that began in time. Constant in days, linear
        in pauses."""
        left, cursor = self.budget, civil_date(self.accepted)
        for pause in self.pauses:
            begin = civil_date(pause.begin)
            if begin > calendar.add(cursor, left):
                break  # it was over before this pause began
            if pause.end is None:
                return None
            left, cursor = (
                max(left - calendar.between(cursor, begin), WorkingDays()),
                civil_date(pause.end),
            )
        due = calendar.add(cursor, left)
        return Projection(due, calendar.provisional(due))

    def used(self, at: datetime, calendar: Calendar) -> WorkingDays:
        """Working days that have run up to and with the day of `at`."""
        day, cursor, used = (
            civil_date(min(at, self.stopped or at)),
            civil_date(self.accepted),
            WorkingDays(),
        )
        for pause in self.pauses:
            if civil_date(pause.begin) >= day:
                break
            used += calendar.between(cursor, civil_date(pause.begin))
            if pause.end is None or civil_date(pause.end) >= day:
                return used
            cursor = civil_date(pause.end)
        return used + calendar.between(cursor, max(cursor, day))

    def state(self, at: datetime, calendar: Calendar, warning: WorkingDays) -> ClockState:
        """How it stands at `at`, warned from `warning` working days before the due day."""
        if self.stopped is not None and self.stopped <= at:
            return ClockState.STOPPED
        projection = self.project(calendar)
        if projection is None:
            return ClockState.PAUSED
        day = civil_date(at)
        if day > projection.due:
            return ClockState.OVERDUE
        if day == projection.due:
            return ClockState.DUE
        return (
            ClockState.WARNED
            if day >= calendar.add(projection.due, -warning)
            else ClockState.RUNNING
        )

    def on_time(self, calendar: Calendar) -> bool:
        """Whether a stopped clock was stopped on its due day or before. Raises ValueError for one
        that still runs."""
        if self.stopped is None:
            raise ValueError("only a stopped clock was on time or late")
        projection = self.project(calendar)
        return projection is None or civil_date(self.stopped) <= projection.due

    def reached(
        self, steps: Sequence[EscalationStep], calendar: Calendar
    ) -> tuple[tuple[EscalationStep, datetime], ...]:
        """Each step with the instant from which it counts as reached, earliest first; none while
        paused or stopped."""
        projection = None if self.stopped else self.project(calendar)
        if projection is None:
            return ()
        marks = (
            (step, day_start(step_day(calendar, projection.due, step.offset))) for step in steps
        )
        return tuple(sorted(marks, key=lambda mark: mark[1]))


def step_day(calendar: Calendar, due: date, offset: WorkingDays) -> date:
    """The day a step `offset` working days from `due` begins; `due` itself for none."""
    return calendar.add(due, offset) if offset else due


def day_start(day: date) -> datetime:
    """The instant at which `day` begins in Beijing."""
    return datetime.combine(day, time(), BEIJING)
