"""Runs over a pooling region: begun by an officer or the calendar, gone on with slice by slice over
the queue, each slice safe to bring again.

What a run has read and counted is written with its place, in one put: a slice that was cut off is
read again from the same place, and finds what it wrote.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid.aws import queue
from medaid.aws.settings import settings
from medaid.aws.transaction import ConditionFailed, commit, commit_or_refuse
from medaid.enrolment import claims, eligibility, planning, rules, store
from medaid.enrolment.model import (
    CLAIMS,
    EnrolmentRun,
    EnrolmentRunState,
    RunKind,
    RunRow,
    Window,
)
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import OfficerId
from medaid.instants import aware, civil_date
from medaid.money import Fen
from medaid.people import service as people
from medaid.policy.service import library
from medaid.regions import Region

SLICE: Final = 100
"""Versions of the register, or contributions, of one message: some seconds."""
BY_CALENDAR: Final = OfficerId("calendar")


def begin_plan(
    region: Region, cover_year: int, identity_day: date | None, by: OfficerId, now: datetime
) -> EnrolmentRun:
    """Begins the batch of a collection window (J15). `identity_day` is asked for where no document
    names the day on which identities count.

    Raises PolicyUndetermined for a year without window or contribution, BadInput and Conflict STATE
    for a day outside of the window, Conflict STATE while one is under way.
    """
    window, today = check_year(region, cover_year), civil_date(now)
    if not window.begin <= today <= window.end:
        rule = f"{cover_year} 年度集中缴费期为 {window.begin} 至 {window.end}({window.cite})"
        raise Conflict("STATE", field="cover_year", rule=rule)
    day = _identity_day(region, cover_year, identity_day, window)
    return _begin(region, RunKind.PLAN, cover_year, day, by, now)


def begin_daily(region: Region, cover_year: int, by: OfficerId, now: datetime) -> EnrolmentRun:
    """Begins the enrolment of who was newly recognised, outside of the window (J15, J21). Raises as
    `begin_plan` does, Conflict STATE inside the window."""
    window, today = check_year(region, cover_year), civil_date(now)
    if not window.end < today <= date(cover_year, 12, 31):
        rule = f"日常参保自集中缴费期结束({window.end})起,至参保年度末"
        raise Conflict("STATE", field="cover_year", rule=rule)
    return _begin(region, RunKind.DAILY, cover_year, today, by, now)


def begin_claim(
    region: Region, kind: RunKind, cover_year: int, by: OfficerId, now: datetime
) -> EnrolmentRun:
    """Begins a claim: of the assistance fund and the treasury for their parts (资助资金请款), or of
    fiscal money by the register of 30 June (N1, N9, Q2.1). A later one holds the differences.

    Raises PolicyUndetermined for a year without rates, Conflict STATE before 30 June and while one
    waits to be signed.
    """
    check_year(region, cover_year)
    day, rates, cites = claims.terms(region, kind, cover_year, civil_date(now))
    return _begin(region, kind, cover_year, day, by, now, rates, cites)


def check_year(region: Region, cover_year: int) -> Window:
    """The window of a cover year that has figures. Raises BadInput for a region that does not pool,
    PolicyUndetermined naming the clause."""
    if region != region.pooling:
        raise BadInput("FIELD_FORMAT", field="admdvs", rule="由统筹区经办机构办理")
    figures = library().cover_figures(region, cover_year)
    for facts in rules.classes_of(figures) or [rules.UNNAMED]:
        rules.contribution_of(figures, cover_year, facts)
    return eligibility.window_of(figures, cover_year)


def _identity_day(region: Region, cover_year: int, stated: date | None, window: Window) -> date:
    published = eligibility.identity_day_of(library().cover_figures(region, cover_year))
    if published is None and stated is None:
        rule = "没有文件规定身份认定截止日,须填写"
        raise BadInput("FIELD_REQUIRED", field="identity_day", rule=rule)
    if published is not None and stated not in (None, published):
        rule = f"文件规定的身份认定截止日为 {published}"
        raise BadInput("FIELD_FORMAT", field="identity_day", rule=rule)
    day = published or stated
    assert day is not None, "one of the two is there"
    if day > window.end:
        rule = f"不得晚于集中缴费期({window.end})"
        raise BadInput("DATE_ORDER", field="identity_day", rule=rule)
    return day


def _begin(
    region: Region, kind: RunKind, cover_year: int, day: date, by: OfficerId, now: datetime,
    rates: Mapping[str, Fen] | None = None, cites: Sequence[str] = (),
) -> EnrolmentRun:  # fmt: skip
    held = store.list_runs(region, cover_year, kind)
    if held and held[-1].state in (EnrolmentRunState.RUNNING, EnrolmentRunState.READY):
        waits = "正在进行" if held[-1].state is EnrolmentRunState.RUNNING else "待签署"
        raise Conflict("STATE", field="cover_year", rule=f"上一批({held[-1].run_id}){waits}")
    run = EnrolmentRun(
        region, kind, cover_year, len(held) + 1, day, aware(now), by, rates=dict(rates or {}),
        cites=tuple(cites),
    )  # fmt: skip
    writes = [store.put_run(None, run)]
    if kind is RunKind.PLAN:
        writes.append(store.put_region(region))
    commit_or_refuse(writes)
    ask(run, now)
    return _find(run)


def ask(run: EnrolmentRun, now: datetime) -> None:
    """Asks for the next slice; without a queue all of them are made here. Raises Unavailable."""
    url = settings().enrolment_queue
    if url:
        queue.send(url, _body(run))
        return
    while go_on(run, now):
        pass


def take_message(body: str, now: datetime) -> None:
    """One message of the queue: a slice, and the next one asked for. Twice changes nothing."""
    asked = json.loads(body)
    run = store.find_run(
        Region(asked["admdvs"]), asked["cover_year"], RunKind(asked["kind"]), asked["number"]
    )[1]
    if run is not None and go_on(run, now):
        queue.send(settings().enrolment_queue, body)


def _body(run: EnrolmentRun) -> str:
    return json.dumps(
        {
            "admdvs": run.region,
            "cover_year": run.cover_year,
            "kind": run.kind,
            "number": run.number,
        }
    )


def begin_days(now: datetime) -> list[str]:
    """Each day, for every region that has planned: the newly recognised of the cover years whose
    window is over (J15, J21). Answers the regions whose documents do not say."""
    silent = []
    for region in store.list_regions():
        for cover_year in (civil_date(now).year, civil_date(now).year + 1):
            try:
                begin_daily(region, cover_year, BY_CALENDAR, now)
            except Refused:
                silent.append(f"{region}-{cover_year}")
    return silent


def go_on(of: EnrolmentRun, now: datetime) -> bool:
    """One slice of a run; whether more is left. Raises Unavailable."""
    item, run = store.find_run(of.region, of.cover_year, of.kind, of.number)
    if item is None or run is None or run.state is not EnrolmentRunState.RUNNING:
        return False
    read, after, rows = _SLICES[run.kind](run, now)
    counted = Counter({**run.counts}) + Counter(_names(rows))
    claim = run.kind in CLAIMS
    ended = EnrolmentRunState.READY if claim else EnrolmentRunState.DONE
    done = replace(
        run,
        after=after,
        read=run.read + read,
        counts=dict(counted),
        sums=claims.summed(run.sums, rows),
        state=EnrolmentRunState.RUNNING if after else ended,
        ended=None if after else aware(now),
    )
    try:
        commit([store.put_run(item, done)])
    except ConditionFailed:
        return False  # another attempt is at work
    return bool(after)


def _names(rows: Sequence[RunRow]) -> list[str]:
    return [name for row in rows for name in (str(row.outcome), *claims.heads_of(row))]


_Slice = Callable[[EnrolmentRun, datetime], tuple[int, str, list[RunRow]]]


def _plan_slice(run: EnrolmentRun, now: datetime) -> tuple[int, str, list[RunRow]]:
    """A page of the register as it was known; each person once, at the first of the identities that
    stand."""
    day = run.day if run.kind is RunKind.PLAN else civil_date(now)
    rows, after = people.register_page(run.region, day, run.known_at, run.after, SLICE)
    found = []
    for psn_no, identity in rows:
        standing = people.identities_as_of(psn_no, day, run.known_at)
        mine = [one for one in standing if run.region.contains(Region(one.admdvs))]
        first = min(mine, key=lambda one: (one.admdvs, one.category, one.start))
        if (first.admdvs, first.category, first.start) == (
            identity.admdvs,
            identity.category,
            identity.start,
        ):
            found.append(planning.plan_person(run, psn_no, Region(first.admdvs), now))
    return len(rows), after, found


def _find(run: EnrolmentRun) -> EnrolmentRun:
    held = store.find_run(run.region, run.cover_year, run.kind, run.number)[1]
    assert held is not None, "a run that was begun"
    return held


_SLICES: Final[Mapping[RunKind, _Slice]] = {
    RunKind.PLAN: _plan_slice,
    RunKind.DAILY: _plan_slice,
    RunKind.SUBSIDY: claims.slice_of,
    RunKind.FISCAL: claims.slice_of,
}
