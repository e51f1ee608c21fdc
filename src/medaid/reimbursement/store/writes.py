"""Writes of the reimbursement table, as values for the acting service's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from pynamodb.expressions.condition import Condition

from medaid.aws import expiry
from medaid.aws.codec import encode
from medaid.aws.transaction import Delete, Put, Update, Write, put_once
from medaid.instants import stored
from medaid.money import Fen
from medaid.reimbursement import keys
from medaid.reimbursement.model import Act, Case
from medaid.reimbursement.rules import DueProjection
from medaid.reimbursement.store.items import CaseItem, index_keys

POINTED_YEARS: Final = 3
"""Whole years after a settlement's in which it is found as alike, and as lacking assistance."""
TREATED_YEARS: Final = 2
"""Whole years after it in which a year's end may refund: it is worked through until June."""


def case_writes(
    case: Case, projection: DueProjection, before: Case | None, calendar: str
) -> list[Write]:
    """The case at its next version, and where its points find it; loses (`case`) where it is no
    longer as it was read: another act, or a step claimed meanwhile."""
    item = CaseItem(
        *keys.case_key(case.case_id),
        version=case.version,
        state=case.state,
        body=encode(case),
        steps_count=len(case.steps_claimed),
    )
    for name, value in _indexed(case, projection, calendar).items():
        setattr(item, name, value)
    as_read = CaseItem.pk.does_not_exist() if before is None else _unchanged(before)
    return [Put(item, as_read, "case"), *_points(case, projection, calendar)]


def case_touched(case: Case, projection: DueProjection, before: Case, calendar: str) -> list[Write]:
    """The case with steps claimed or projected anew. No act: its version stays, so an officer's
    work on it is not disturbed."""
    values = _indexed(case, projection, calendar)
    actions = [
        CaseItem.body.set(encode(case)),
        CaseItem.steps_count.set(len(case.steps_claimed)),
    ]
    for name in ("queue", "queue_at", "summary", "due_shard", "due_at"):
        attribute = getattr(CaseItem, name)
        actions.append(attribute.set(values[name]) if name in values else attribute.remove())
    touched = Update(CaseItem(*keys.case_key(case.case_id)), actions, _unchanged(before), "case")
    return [touched, *_points(case, projection, calendar)]


def _points(case: Case, projection: DueProjection, calendar: str) -> list[Write]:
    """The rows by which each point finds the case in its own lists: one a point for ever, moved
    with the case."""
    at, told = index_keys(case, projection)["queue_at"], summary(case, projection, calendar)
    found: list[Write] = []
    for point in dict.fromkeys((case.point, *case.trail)):
        if point:
            has = point == case.point
            of = keys.point_queue if has else keys.handed_on_queue
            queue = of(case.admdvs, point, case.state)
            item = CaseItem(*keys.point_key(case.case_id, point), queue=queue, queue_at=at)
            item.summary = told
            found.append(Put(item, None, f"point:{point}"))
    return found


def _unchanged(before: Case) -> Condition:
    unchanged: Condition = (CaseItem.version == before.version) & (
        CaseItem.steps_count == len(before.steps_claimed)
    )
    return unchanged


def _indexed(case: Case, projection: DueProjection, calendar: str) -> dict[str, Any]:
    return {**index_keys(case, projection), "summary": summary(case, projection, calendar)}


def summary(case: Case, projection: DueProjection, calendar: str) -> dict[str, Any]:
    """What a list shows of a case, without opening it. No name and no certificate."""
    return {
        "case_id": case.case_id,
        "insu_admdvs": case.admdvs,
        "point": case.point,
        "trail": list(case.trail),
        "psn_no": case.psn_no,
        "state": str(case.state),
        "version": case.version,
        "manl_reim_rea": case.manl_reim_rea,
        "med_type": case.care.care,
        "begntime": case.care.begin.isoformat(),
        "endtime": case.care.end.isoformat(),
        "medfee_sumamt": int(case.fees.medfee_sumamt),
        "fund_pay_sumamt": int(case.granted),
        "due": projection.due.isoformat() if projection.due else "",
        "provisional": projection.provisional,
        "paused": case.clock is not None and case.clock.paused,
        "suspects": len(case.suspects),
        "created": stored(case.created),
        "calendar": calendar,
    }


def act_write(case_id: str, act: Act) -> Write:
    """One act of the timeline: put once."""
    return Put(
        CaseItem(*keys.act_key(case_id, act.number), body=encode(act)),
        CaseItem.pk.does_not_exist(),
        "act",
    )


def pointers(case: Case) -> list[Write]:
    """By what a new case is found: its person, and others like it."""
    found: list[Write] = [
        Put(
            CaseItem(*keys.case_of_person_key(case.psn_no, case.created, case.case_id)),
            None,
            "person",
        ),
        Put(CaseItem(keys.alike_partition_of(case), case.case_id), None, "alike"),
    ]
    if case.year_end:
        year = keys.year_partition(case.admdvs, case.year_end)
        found.append(Put(CaseItem(year, case.case_id), None, "year"))
    return found


def alike_write(case: Case) -> Write:
    """The pointer by which cases alike find this one, after its person, dates or total changed."""
    return Put(CaseItem(keys.alike_partition_of(case), case.case_id), None, "alike")


def alike_pointer(
    psn_no: str, begin: date, end: date, total: Fen, found: str, settled_at: datetime
) -> Put:
    """The pointer of a settlement that a case may be alike to, to the end of the third year after
    it."""
    until = expiry.end_of_year(settled_at, POINTED_YEARS)
    pk = keys.alike_partition(psn_no, begin, end, total)
    return Put(CaseItem(pk, found, expires=until), None, "alike")


def settlement_pointer(
    psn_no: str,
    begin: date,
    end: date,
    setl_id: str,
    category: str,
    care: str = "",
    *,
    settled_at: datetime,
) -> Put:
    """A settlement of a person, by what it may be found to lack assistance: to the end of the third
    year after it; later a person looks."""
    body = {
        "begin": begin.isoformat(),
        "end": end.isoformat(),
        "category": category,
        "care": care,
    }
    until = expiry.end_of_year(settled_at, POINTED_YEARS)
    item = CaseItem(*keys.settled_key(psn_no, end, setl_id), body=body, expires=until)
    return Put(item, None, "settled")


def settlement_forgotten(
    psn_no: str, begin: date, end: date, total: Fen, setl_id: str
) -> list[Write]:
    """The pointers of a settlement that was reversed, taken away."""
    pointers = [
        (keys.alike_partition(psn_no, begin, end, total), setl_id),
        keys.settled_key(psn_no, end, setl_id),
    ]
    return [Delete(CaseItem(*key), CaseItem.pk.exists(), "forgotten") for key in pointers]


def treated(admdvs: str, year: int, insutype: str, psn_no: str) -> Put:
    """That a person insured in a region was treated in a year: whom its end may refund. The region
    is noted at once, so that it is known before anybody of it is. Raises Unavailable."""
    _note_region(admdvs, year)
    until = expiry.end_of_year(date(year, 1, 1), TREATED_YEARS)
    item = CaseItem(*keys.treated_key(admdvs, year, insutype, psn_no), expires=until)
    return Put(item, None, "treated")


def handled(case: Case, year: int, *, in_time: bool) -> Write:
    """Counts a case that was done with in `year`, in the act that stops its clock: once."""
    item = CaseItem(*keys.handled_key(case.admdvs, year, case.case_id))
    added = [CaseItem.handled.add(1), CaseItem.handled_in_time.add(int(in_time))]
    return Update(item, added, None, "handled")


@lru_cache(maxsize=4096)
def _note_region(admdvs: str, year: int) -> None:
    """Once a process: one cheap write for thousands of settlements."""
    put_once(CaseItem(*keys.treated_region_key(admdvs, year)))


def forget() -> None:
    """Notes every region anew: for tests, whose tables begin empty."""
    _note_region.cache_clear()


def supplements(setl_id: str, number: int, case_id: str) -> Write:
    """The case that adds to settlement `setl_id` as its `number`th: a second one loses
    (`supplements`)."""
    return Put(
        CaseItem(*keys.supplement_key(setl_id, number), body={"case": case_id}),
        CaseItem.pk.does_not_exist(),
        "supplements",
    )


def step_claimed(case_id: str, name: str, at: datetime) -> Write:
    """A step of escalation claimed: once for ever."""
    return Put(
        CaseItem(*keys.step_key(case_id, name), body={"at": stored(at)}),
        CaseItem.pk.does_not_exist(),
        "step",
    )


def calendar_marked(version: str, years: Mapping[str, str]) -> Write:
    """The calendar on which all clocks are projected now: its version, and that of each year."""
    return Put(
        CaseItem(*keys.CALENDAR, body={"version": version, "years": dict(years)}),
        None,
        "calendar",
    )
