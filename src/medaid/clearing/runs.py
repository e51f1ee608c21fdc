"""Scheduled runs, each keyed by its period: what one fixed at its first start stays fixed, so that
it may be run again.

Nothing is lost where a run dies: the next start goes on with the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from medaid.aws.transaction import Decided, transact
from medaid.clearing import keys
from medaid.clearing.store import ClearingItem
from medaid.instants import BEIJING

STATEMENTS: Final = "month"
"""The run that makes a month's statements."""
MORNING: Final = "morning"
"""Under what name the steps of a morning are noted."""


class RunState(StrEnum):
    """How far it is with a run."""

    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job for a region and a period."""

    state: RunState
    cut: datetime | None = None
    """Of a month's statements: what arrived after it waits for a supplement."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What it made."""
    through: str = ""
    """While it runs: the last institution it is done with, in order."""


def midnight(day: date) -> datetime:
    """The instant at which `day` begins in Beijing: the date that papers of a finished month
    carry."""
    return datetime.combine(day, time(), BEIJING)


def find_run(job: str, admdvs: str, period: str) -> Run | None:
    """The run of a period; None where it never began."""
    return ClearingItem.held(keys.run_key(job, admdvs, period), Run)[1]


def list_runs(job: str, admdvs: str) -> dict[str, Run]:
    """All runs of a job for a region, by period, in order."""
    return {row.sk: row.record(Run) for row in ClearingItem.list_under(keys.runs_key(job, admdvs))}


def begin_run(
    job: str, admdvs: str, period: str, now: datetime, cut: datetime | None = None
) -> Run:
    """Begins the run of `period`; the facts of its first start, whoever asks again."""
    key = keys.run_key(job, admdvs, period)

    def decide() -> Decided[Run]:
        row = ClearingItem.find(key)
        if row is not None:
            return Decided(row.record(Run))
        run = Run(RunState.RUNNING, cut)
        return Decided(run, [ClearingItem.create(key, run, job, state=run.state, at=now)])

    return transact(decide)


def advance_run(job: str, admdvs: str, period: str, before: Run, after: Run, now: datetime) -> None:
    """Keeps how far a run came, and what it made so far, unless another went on from `before`."""

    def decide() -> Decided[None]:
        row = ClearingItem.find(keys.run_key(job, admdvs, period))
        assert row is not None, "a run goes on that never began"
        if row.record(Run) != before:
            return Decided(None)
        return Decided(None, [row.replace(after, job, state=after.state, at=now)])

    transact(decide)


def end_run(job: str, admdvs: str, period: str, counts: Mapping[str, int], now: datetime) -> None:
    """Marks a run as done with what it made."""

    def decide() -> Decided[None]:
        row = ClearingItem.find(keys.run_key(job, admdvs, period))
        assert row is not None, "a run ends that never began"
        run = row.record(Run)
        if run.state is RunState.DONE:
            return Decided(None)
        done = replace(run, state=RunState.DONE, counts=dict(counts))
        return Decided(None, [row.replace(done, job, state=done.state, at=now)])

    transact(decide)


# -------------------------------------------------------------------------------------------------
# steps of each morning


@dataclass(frozen=True, slots=True)
class StepDone:
    """The last time that a step of a region was done: of which morning, and what it counted."""

    day: date
    count: int


def note_step(admdvs: str, step: str, day: date, count: int, now: datetime) -> None:
    """Notes that a step of the morning of `day` was done; an earlier morning changes nothing."""
    key = keys.run_key(MORNING, admdvs, step)

    def decide() -> Decided[None]:
        row = ClearingItem.find(key)
        if row is not None and row.record(StepDone).day >= day:
            return Decided(None)
        record = StepDone(day, count)
        return Decided(None, [ClearingItem.create_or_replace(row, key, record, MORNING, at=now)])

    transact(decide)


def find_step(admdvs: str, step: str) -> StepDone | None:
    """When a step was last done for a region; None where it never was."""
    return ClearingItem.held(keys.run_key(MORNING, admdvs, step), StepDone)[1]


def list_steps(admdvs: str) -> dict[str, StepDone]:
    """The steps that were ever done for a region, and when last: one that stays behind the others
    waits, or lies among the dead letters."""
    rows = ClearingItem.list_under(keys.runs_key(MORNING, admdvs))
    return {row.sk: row.record(StepDone) for row in rows}
