"""The cross-check (J12): the register of a region, the enrolments and the settlements of its people
held against each other, monthly by the calendar and on demand.

A run reads the register page by page as it was known when the run began. It stops where the time is
up and goes on at the same page: what it finds twice is one matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid.aws.transaction import ConditionFailed, commit, commit_or_refuse
from medaid.enrolment import service as enrolment
from medaid.errors import Conflict
from medaid.followup import matters, rules, store
from medaid.followup.model import CrossCheck, Matter
from medaid.fund.performance.model import Measure, Measures
from medaid.ids import OfficerId
from medaid.instants import aware, civil_date
from medaid.months import Month
from medaid.people import service as people
from medaid.people.model import Identity, PersonFile
from medaid.regions import Region
from medaid.reimbursement import service as reimbursement

PAGE: Final = 100
"""Versions of the register read between two looks at the clock."""
BY_CALENDAR: Final = OfficerId("calendar")
_NOT_CHECKED: Final = "本年度没有完成过登记与参保的数据比对,不能计算"


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


def year_measures(region: Region, year: int, _now: datetime) -> Measures:
    """Whose contribution is subsidised, and the share of the register that is enrolled (J36), as
    the year's last cross-check found them: of the region itself or of one above it. Raises
    Unavailable."""
    for above in region.chain[:-1]:
        run = store.last_counted(above, year)
        if run is not None:
            return {
                "enrolled_share": Measure(run.enrolled.get(region, 0), run.persons.get(region, 0)),
                "subsidised_persons": Measure(run.subsidised.get(region, 0)),
            }
    return {"enrolled_share": _NOT_CHECKED, "subsidised_persons": _NOT_CHECKED}


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
        files = [people.load(psn_no, day.year) for psn_no, _ in rows]
        pairs = [(file, one) for file, (_, one) in zip(files, rows, strict=True)]
        helped = enrolment.subsidised(run.region, day.year, {psn_no for psn_no, _ in rows})
        persons, enrolled = Counter({**run.persons}), Counter({**run.enrolled})
        subsidised = Counter({**run.subsidised})
        for file, one in pairs:
            counts_in = [str(where) for where in _counted_in(file, one, run)]
            persons.update(counts_in)
            enrolled.update(counts_in * any(kept.covers(day) for kept in file.insurances))
            subsidised.update(counts_in * (file.person.psn_no in helped))
        seen = [matter for file, one in pairs for matter in _of(file, one, run)]
        kept = [one for one in seen if matters.keep(one)]
        counted = Counter({**run.found}) + Counter(str(one.kind) for one in kept)
        ended = None if after else aware(now)
        done = replace(
            run,
            after=after,
            read=run.read + len(rows),
            found=dict(counted),
            persons=dict(persons),
            enrolled=dict(enrolled),
            subsidised=dict(subsidised),
            ended=ended,
        )
        try:
            commit([store.put_run(item, done), *([store.put_counted(done)] if ended else ())])
        except ConditionFailed:
            break  # another attempt is at work
        new += len(kept)
    return new


def _counted_in(file: PersonFile, one: Identity, run: CrossCheck) -> list[Region]:
    """The regions in which the person is counted with this identity: once in each, whatever
    identities stand there."""
    day = civil_date(run.begun)
    standing = [i for i in file.identities if i.known_at(run.begun) and i.stands_on(day)]
    inside = [above for above in Region(one.admdvs).chain if run.region.contains(above)]
    return [
        above
        for above in inside
        if _order(one) == min(_order(i) for i in standing if above.contains(Region(i.admdvs)))
    ]


def _order(one: Identity) -> tuple[str, str, date]:
    return one.category, one.admdvs, one.start


def _of(file: PersonFile, one: Identity, run: CrossCheck) -> list[Matter]:
    """What is found about one identity of the register."""
    day = civil_date(run.begun)
    found = [
        rules.not_enrolled(file, one, run.month, day, run.begun),
        rules.enrolled_twice(file, one, run.month, day, run.begun),
    ]
    first = min(file.identities, key=_order, default=None)
    if first is not None and (first.category, first.admdvs) == (one.category, one.admdvs):
        found += [
            rules.paid_without_identity(
                file, one, ref.setl_id, ref.category, (ref.begin, ref.end), run.month, run.begun
            )
            for ref in reimbursement.settlements_of(file.person.psn_no)
        ]
    return [matter for matter in found if matter is not None]
