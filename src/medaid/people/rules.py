"""Decisions about timelines: what a new version does to what is known, and how the register is read
as it stood. Pure.

Sources: 苏医保办发〔2023〕27号 art. 9 (overlap with what is known), art. 11 (confirmed, changed,
ended), art. 20 (from when to when it counts).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from medaid import names
from medaid.dropped.problem import Problem
from medaid.instants import aware
from medaid.people.model import CATEGORIES, Identity, Insurance, Person, RegisterEntry, Source


def later(now: datetime, earlier: datetime | None) -> datetime:
    """`now`, or just after `earlier` where another machine's clock ran ahead: a successor is always
    recorded after its predecessor."""
    return aware(now) if earlier is None else max(aware(now), earlier + timedelta(microseconds=1))


def span(entry: RegisterEntry) -> tuple[date, date]:
    """First and last day as reported; an open end is the last day there is."""
    match entry:
        case Identity(start=start, end=end) | Insurance(begin=start, end=end):
            return start, end or date.max
        case _:
            assert_never(entry)


def act(before: RegisterEntry | None, after: RegisterEntry) -> str:
    """What the version `after` does to `before` (art. 11): confirmed, changed or ended."""
    if before is None:
        return "confirmed"
    return (
        "ended"
        if before.end is None and after.end is not None and span(before)[0] == span(after)[0]
        else "changed"
    )


def version(
    before: RegisterEntry | None, after: RegisterEntry, now: datetime, marked: str = ""
) -> RegisterEntry:
    """`after` as the version that follows `before`: recorded now, its act marked, as `marked` where
    that is known better."""
    recorded = later(now, before.recorded if before else None)
    new = replace(after, recorded=recorded, act=marked or act(before, after))
    if isinstance(new, Insurance) and isinstance(before, Insurance) and new.begin == before.begin:
        # a list of enrolments knows no waiting period and does not lift one
        return replace(new, benefit_begin=new.benefit_begin or before.benefit_begin)
    return new


def overlap(one: RegisterEntry, other: RegisterEntry) -> bool:
    """Whether two entries have a day in common."""
    (first, last), (begin, end) = span(one), span(other)
    return first <= end and begin <= last


def beside(met: Sequence[Identity], excluded: Set[str]) -> tuple[str, ...] | Problem:
    """What identities that stand at the same time as a reported one mean for it: the sender is told
    of them, or one of them is of the `excluded` categories and both cannot stand."""
    against = [one for one in met if one.category in excluded]
    if against:
        known = "、".join(f"{CATEGORIES[one.category]} {_spoken(one)}" for one in against)
        sentence = f"已登记有不能并存的 {known},请与认定部门核对;先终止其一后再报送"
        return Problem("EXCLUDES", "救助类型", sentence)
    found = sorted({(one.department, CATEGORIES[one.category]) for one in met})
    return tuple(f"已登记另有“{name}”,一并保留,请核对" for _, name in found)


def as_known(versions: Iterable[Identity], day: date, known_at: datetime) -> tuple[Identity, ...]:
    """Of all versions, those held at `known_at` that stand on `day`, the first to begin first."""
    standing = [v for v in versions if v.known_at(known_at) and v.stands_on(day)]
    return tuple(sorted(standing, key=lambda v: (v.start, v.category, v.admdvs)))


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a reported entry belongs on the timeline. `outcome`: confirmed, changed, ended or
    unchanged; `before` is what it supersedes.

    `kept` where nothing is to be written: it says what is known, or this very row was taken in
    before.
    """

    outcome: str
    before: RegisterEntry | None = None
    kept: bool = False


def placed(
    held: Sequence[RegisterEntry], reported: RegisterEntry, received: datetime
) -> Placed | Problem:
    """What `reported`, from a drop received at `received`, does to what is known of the person (J9,
    J11).

    A row that was taken in before is told by its source, so a second attempt answers as the first.
    An entry of the same category (or insurance type) and region whose time overlaps is corrected;
    without overlap a new one begins, which is a change where the person had one before. Two that
    overlap, or one recorded from elsewhere after this drop was received, make a problem: nothing is
    overridden by what is older.
    """
    same = [entry for entry in held if _line(entry) == _line(reported)]
    ours = next((entry for entry in same if entry.source == reported.source), None)
    if ours is not None:
        return Placed(ours.act, kept=True)
    first, last = span(reported)
    met = [entry for entry in same if span(entry)[0] <= last and first <= span(entry)[1]]
    if not met:
        ended = any(span(entry)[1] < first for entry in same)
        return Placed("changed" if ended else "confirmed")
    if len(met) > 1:
        spans = "、".join(_spoken(entry) for entry in met)
        return Problem("OVERLAP", "", f"与已登记的 {len(met)} 段记录时间重叠({spans}),请先逐段更正")
    (before,) = met
    if span(before)[0] == first and _said(before) == _said(reported):
        return Placed("unchanged", kept=True)
    if _newer(before.recorded, before.source, reported.source, received):
        return Problem("STALE", "", "本批次接收之后已有更新的记录,未予覆盖;确需更正请重新报送")
    return Placed(act(before, reported), before)


def facts(held: Person, reported: Person, received: datetime) -> Person | Problem:
    """The person's facts after a row: `held` itself where nothing changes. What the row leaves
    empty stays. Rows of one drop that count never state two facts of one person differently, so
    that their order says nothing.

    Another name or sex under the same certificate is no change of facts but a doubt about the
    number: it goes back.
    """
    if not names.same(held.name, reported.name):
        return Problem(
            "PERSON_MISMATCH",
            "姓名",
            "与该证件号码已登记的姓名不一致,请核对证件号码;确已更名的请向医保经办机构申请变更",
        )
    known = held.sex in ("1", "2")
    if known and reported.sex in ("1", "2") and held.sex != reported.sex:
        return Problem("PERSON_MISMATCH", "性别", "与该证件号码已登记的性别不一致")
    alike = _of_one_drop(held.source, reported.source)
    if not alike and _newer(held.recorded, held.source, reported.source, received):
        return held
    after = replace(
        held,
        sex=held.sex if known else reported.sex,
        birth=held.birth or reported.birth,
        home_address=reported.home_address or held.home_address,
        residence_address=reported.residence_address or held.residence_address,
        village=reported.village or held.village,
        mobile=reported.mobile or held.mobile,
        extra={**held.extra, **reported.extra},
    )
    return held if after == held else replace(after, source=reported.source)


def _newer(
    recorded: datetime | None, source: Source | None, reported: Source | None, received: datetime
) -> bool:
    """Whether what is held was recorded after the drop was received, or by a later row of it."""
    if source is not None and reported is not None and _of_one_drop(source, reported):
        return source.row > reported.row
    return recorded is not None and recorded > received


def _of_one_drop(one: Source | None, other: Source | None) -> bool:
    return one is not None and other is not None and one.batch == other.batch


def _line(entry: RegisterEntry) -> tuple[str, str]:
    return (entry.category if isinstance(entry, Identity) else entry.insutype), entry.admdvs


def _said(entry: RegisterEntry) -> tuple[object, ...]:
    """What a report says beside category, region and start."""
    if isinstance(entry, Identity):
        return entry.end, entry.department
    return entry.end, entry.status, entry.psn_type


def _spoken(entry: RegisterEntry) -> str:
    first, last = span(entry)
    return f"{first.isoformat()} 至 {'今' if last == date.max else last.isoformat()}"
