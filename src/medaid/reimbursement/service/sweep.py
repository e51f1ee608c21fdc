"""The clocks swept by the schedule: each step of escalation claimed once, also after an outage, and
projections made anew when a notice moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from medaid.aws import outbox
from medaid.aws.transaction import Decided, Write, commit_or_refuse, transact
from medaid.clocks import day_start
from medaid.errors import Unavailable
from medaid.events import CaseDue
from medaid.instants import civil_date
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Case
from medaid.reimbursement.service.context import Context
from medaid.workdays import Calendar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: entries of the index read, steps claimed, projections corrected, and the
    civil days of published calendar left."""

    read: int = 0
    claimed: int = 0
    corrected: int = 0
    days_left: int = 0


def sweep(context: Context, now: datetime, most: int = 10_000) -> Swept:
    """Claims every step that is reached at `now`, of at most `most` cases; reads what is due and no
    more.

    A clock whose projection has moved since it was indexed is only put where it now belongs.
    Running it twice, or two at a time, claims nothing twice.
    """
    read = claimed = corrected = 0
    for case_id in _due(now):
        if read == most:
            break
        read += 1
        steps_claimed, moved = _claim_steps(context, case_id, now)
        claimed += steps_claimed
        corrected += moved
    if store.calendar()[0] != context.calendar.version:
        corrected += reproject(context)
    return Swept(read, claimed, corrected, (context.calendar.last_day - civil_date(now)).days)


def _due(now: datetime) -> Iterator[str]:
    for number in range(store.SHARDS):
        yield from store.due(number, now)


def _claim_steps(context: Context, case_id: str, now: datetime) -> tuple[int, int]:
    """The steps of one case: how many were claimed, and whether only its index was corrected. What
    loses to an act or another sweep is looked at again."""
    tries = 0

    def decide() -> Decided[tuple[int, int]]:
        nonlocal tries
        case = store.case(case_id)
        if case is None:
            return Decided((0, 0))
        # only where the case did not know of them
        claimed = store.steps_claimed(case_id) if tries else frozenset()
        tries += 1
        known = replace(case, steps_claimed=tuple(sorted({*case.steps_claimed, *claimed})))
        names = rules.steps_due(known, now, context.calendar, context.procedure)
        after = replace(known, steps_claimed=(*known.steps_claimed, *names))
        writes = [*_touched(context, after, case), *_claims(context, known, names, now)]
        return Decided((len(names), int(not names)), writes)

    return _or_later(decide, context, (0, 0))


def _or_later(decide: Callable[[], Decided[T]], context: Context, untouched: T) -> T:
    """One case of a sweep; where it stays too busy it is left for the next one."""
    try:
        return transact(decide, retry=context.retry)
    except Unavailable as error:
        if error.code != "BUSY":
            raise
        return untouched


def _touched(context: Context, after: Case, before: Case) -> list[Write]:
    return store.case_touched(
        after,
        rules.projection(after, context.calendar, context.procedure),
        before,
        context.calendar.version,
    )


def _claims(context: Context, case: Case, names: tuple[str, ...], now: datetime) -> list[Write]:
    """For each step its claim, and one message to who must know: role, point and region, no
    personal data."""
    writes: list[Write] = []
    due = rules.projection(case, context.calendar, context.procedure).due
    for name in names:
        event = CaseDue(
            case.case_id,
            case.admdvs,
            case.point,
            name,
            context.procedure.step_names[name],
            context.procedure.step_roles[name],
            due,
        )
        writes += [
            store.step_claimed(case.case_id, name, now),
            outbox.publish(event, f"{case.case_id}.{name}", now),
        ]
    return writes


def reproject(context: Context) -> int:
    """Projects anew every running clock that the calendar change may have moved; answers how many
    really moved.

    Reads from the first day that changed on, not the clocks that are due before it. The calendar is
    marked as known when all is done, so a sweep that is cut short begins again.
    """
    changed = changed_from(store.calendar()[1], context.calendar)
    moved = 0
    if changed is not None:
        for number in range(store.SHARDS):
            for case_id in store.due(number, None, day_start(changed)):
                moved += _reprojected(context, case_id)
    marked = store.calendar_marked(context.calendar.version, year_marks(context.calendar))
    commit_or_refuse([marked])
    return moved


def year_marks(calendar: Calendar) -> dict[str, str]:
    """Year → version of what is published for it; `<region>/<year>` → days off of the region's
    own."""
    years = {str(year.year): Calendar([year]).version for year in calendar.years}
    local = {
        f"{days.region}/{days.year}": " ".join(sorted(map(str, days.off)))
        for days in calendar.local
    }
    return years | local


def changed_from(before: dict[str, str], calendar: Calendar) -> date | None:
    """The first day on which a step may have moved: the beginning of the December before the first
    year that differs; None where none does.

    A notice reaches into the last days of that December, and a step lies at most a few working days
    before its due day.
    """
    marks = year_marks(calendar)
    changed = [name for name in {*before, *marks} if before.get(name) != marks.get(name)]
    years = [int(name.rpartition("/")[2]) for name in changed]
    return date(min(years) - 1, 12, 1) if years else None


def _reprojected(context: Context, case_id: str) -> int:
    def decide() -> Decided[int]:
        found = store.indexed(case_id)
        if found is None:
            return Decided(0)
        case, keys = found
        projection = rules.projection(case, context.calendar, context.procedure)
        if store.index_keys(case, projection) == keys:
            return Decided(0)
        return Decided(1, store.case_touched(case, projection, case, context.calendar.version))

    return _or_later(decide, context, 0)
