"""The cross-check (J12): the register of a region, the enrolments and the settlements of its people
held against each other, monthly by the calendar and on demand.

A run reads the register page by page as it was known when the run began. It stops where the time is
up and goes on at the same page: what it finds twice is one matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import ConditionFailed, commit, commit_or_refuse
from medaid.errors import Conflict
from medaid.followup import matters, rules, store
from medaid.followup.model import CrossCheck, Matter
from medaid.ids import OfficerId
from medaid.instants import aware, civil_date
from medaid.months import Month
from medaid.people import service as people
from medaid.people.model import Identity
from medaid.regions import Region
from medaid.reimbursement import service as reimbursement

PAGE: Final = 100
"""Versions of the register read between two looks at the clock."""
BY_CALENDAR: Final = OfficerId("calendar")


def begin(region: Region, by: OfficerId, now: datetime) -> CrossCheck:
    """Begins a run over a pooling region; the one of the calendar follows each month from then on.

    Raises Conflict STATE while one is under way, Unavailable.
    """
    item, held = store.find_run(region)
    if held is not None and held.ended is None:
        raise Conflict("STATE", field="admdvs", rule="本地区的比对正在进行")
    run = CrossCheck(region, Month.of(civil_date(now)), aware(now), by)
    commit_or_refuse([store.put_run(item, run)])
    return run


def list_runs(region: Region) -> list[CrossCheck]:
    """The last run of each region that `region` is or holds. Raises Unavailable."""
    return [one for one in store.list_runs() if region.contains(one.region)]


def go_on(now: datetime, time_left: Callable[[], bool]) -> int:
    """Goes on with every run that is under way, and begins this month's of each region that has had
    one. Answers how many matters are new. Raises Unavailable."""
    found, month = 0, Month.of(civil_date(now))
    for run in store.list_runs():
        if run.ended is not None and run.month >= month:
            continue
        if not time_left():
            break
        if run.ended is not None:
            begin(run.region, BY_CALENDAR, now)
        found += _run(run.region, now, time_left)
    return found


def _run(region: Region, now: datetime, time_left: Callable[[], bool]) -> int:
    new = 0
    while time_left():
        item, run = store.find_run(region)
        if item is None or run is None or run.ended is not None:
            break
        day = civil_date(run.begun)
        rows, after = people.register_page(region, day, run.begun, run.after, PAGE)
        seen = [one for row in rows for one in _of(*row, run)]
        kept = [one for one in seen if matters.keep(one)]
        counted = Counter({**run.found}) + Counter(str(one.kind) for one in kept)
        ended = None if after else aware(now)
        done = replace(
            run, after=after, read=run.read + len(rows), found=dict(counted), ended=ended
        )
        try:
            commit([store.put_run(item, done)])
        except ConditionFailed:
            break  # another attempt is at work
        new += len(kept)
    return new


def _of(psn_no: str, one: Identity, run: CrossCheck) -> list[Matter]:
    """What is found about one identity of the register."""
    day = civil_date(run.begun)
    file = people.load(psn_no, day.year)
    found = [
        rules.not_enrolled(file, one, run.month, day, run.begun),
        rules.enrolled_twice(file, one, run.month, day, run.begun),
    ]
    first = min(file.identities, key=lambda i: (i.category, i.admdvs, i.start), default=None)
    if first is not None and (first.category, first.admdvs) == (one.category, one.admdvs):
        found += [
            rules.paid_without_identity(
                file, one, ref.setl_id, ref.category, (ref.begin, ref.end), run.month, run.begun
            )
            for ref in reimbursement.settlements_of(psn_no)
        ]
    return [matter for matter in found if matter is not None]
