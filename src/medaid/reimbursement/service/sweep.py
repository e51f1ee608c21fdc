"""The clocks swept by the schedule: each rung of escalation claimed once, also after an outage, and
projections made anew when a notice moves them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from medaid.aws import outbox
from medaid.aws.transaction import ConditionFailed, TransactionConflict, Write, commit
from medaid.clocks import day_start
from medaid.instants import civil_date
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Case
from medaid.reimbursement.service.office import Office
from medaid.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: entries of the index read, rungs claimed, projections corrected, and the
    civil days of published calendar left."""

    read: int = 0
    claimed: int = 0
    corrected: int = 0
    days_left: int = 0


def sweep(office: Office, now: datetime, most: int = 10_000) -> Swept:
    """Claims every rung that is reached at `now`, of at most `most` cases; reads what is due and no
    more.

    A clock whose projection has moved since it was indexed is only put where it now belongs.
    Running it twice, or two at a time, claims nothing twice.
    """
    read = claimed = corrected = 0
    for case_id in _due(now):
        if read == most:
            break
        read += 1
        rungs, moved = _climb(office, case_id, now)
        claimed += rungs
        corrected += moved
    if store.calendar()[0] != office.calendar.version:
        corrected += reproject(office)
    return Swept(read, claimed, corrected, (office.calendar.last_day - civil_date(now)).days)


def _due(now: datetime) -> Iterator[str]:
    for number in range(store.SHARDS):
        yield from store.due(number, now)


def _climb(office: Office, case_id: str, now: datetime) -> tuple[int, int]:
    """The rungs of one case: how many were claimed, and whether only its index was corrected."""
    for attempt in office.patience.attempts():
        case = store.case(case_id)
        if case is None:
            return 0, 0
        claimed = (
            store.rungs(case_id) if attempt else frozenset()
        )  # only where the case did not know of them
        known = replace(case, rungs=tuple(sorted({*case.rungs, *claimed})))
        names = rules.climbed(known, now, office.calendar, office.procedure)
        after = replace(known, rungs=(*known.rungs, *names))
        try:
            commit([_touched(office, after, case), *_claims(office, known, names, now)])
        except (ConditionFailed, TransactionConflict):
            continue  # somebody acted on it meanwhile, or claimed the rung: look again
        return len(names), int(not names)
    return 0, 0


def _touched(office: Office, after: Case, before: Case) -> Write:
    return store.case_touched(
        after,
        rules.outlook(after, office.calendar, office.procedure),
        before,
        office.calendar.version,
    )


def _claims(office: Office, case: Case, names: tuple[str, ...], now: datetime) -> list[Write]:
    """For each rung its claim, and one message to who must know: role, point and region, no
    personal data."""
    writes: list[Write] = []
    due = rules.outlook(case, office.calendar, office.procedure).due
    for name in names:
        body = {
            "case_id": case.case_id,
            "insu_admdvs": case.admdvs,
            "point": case.point,
            "rung": name,
            "says": office.procedure.rung_names[name],
            "role": office.procedure.rung_roles[name],
            "due": due.isoformat() if due else "",
        }
        writes += [
            store.rung_write(case.case_id, name, now),
            outbox.message("case_clock", f"{case.case_id}.{name}", body, now),
        ]
    return writes


def reproject(office: Office) -> int:
    """Projects anew every running clock that the calendar change may have moved; answers how many
    really moved.

    Reads from the first day that changed on, not the clocks that are due before it. The calendar is
    marked as known when all is done, so a sweep that is cut short begins again.
    """
    changed = changed_from(store.calendar()[1], office.calendar)
    moved = 0
    if changed is not None:
        for number in range(store.SHARDS):
            for case_id in store.due(number, None, day_start(changed)):
                moved += _reprojected(office, case_id)
    commit([store.calendar_marked(office.calendar.version, year_marks(office.calendar))])
    return moved


def year_marks(calendar: Calendar) -> dict[str, str]:
    """Year → version of what is published for it."""
    return {str(year.year): Calendar([year]).version for year in calendar.years}


def changed_from(before: dict[str, str], calendar: Calendar) -> date | None:
    """The first day on which a rung may have moved: the beginning of the December before the first
    year that differs; None where none does.

    A notice reaches into the last days of that December, and a rung lies at most a few working days
    before its due day.
    """
    marks = year_marks(calendar)
    years = [int(year) for year in {*before, *marks} if before.get(year) != marks.get(year)]
    return date(min(years) - 1, 12, 1) if years else None


def _reprojected(office: Office, case_id: str) -> int:
    for _ in office.patience.attempts():
        found = store.indexed(case_id)
        if found is None:
            return 0
        case, keys = found
        outlook = rules.outlook(case, office.calendar, office.procedure)
        if store.index_keys(case, outlook) == keys:
            return 0
        try:
            commit([store.case_touched(case, outlook, case, office.calendar.version)])
        except (ConditionFailed, TransactionConflict):
            continue
        return 1
    return 0
