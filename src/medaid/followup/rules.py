"""What is found about a person, and what an answer does. Pure.

Sources: 苏医保办发〔2023〕27号 art. 12, 13; 苏医保发〔2022〕53号 三; 国办发〔2021〕42号 三(八).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from medaid.errors import BadInput, Conflict, PolicyUndetermined
from medaid.followup.kinds import kinds
from medaid.followup.model import (
    CIVIL_AFFAIRS,
    BurdenMeasure,
    Matter,
    MatterKind,
    MatterReply,
    MatterState,
    Threshold,
)
from medaid.ids import OfficerId, content_hash
from medaid.instants import aware
from medaid.money import Fen, Ratio, take
from medaid.months import Month
from medaid.people.model import CATEGORIES, Identity, Insurance, PersonFile, YearTotals
from medaid.policy.model import NO_CATEGORY, PublishedFigure
from medaid.regions import Region

SYSTEM = OfficerId("outbox")
"""Who enters what the gateway said."""
INCOME = "disposable_income"
"""The published figure that a share is a share of: last year's disposable income per head."""
_ORDINARY = "resident"
"""How a figure names residents without an identity."""


def matter(
    kind: MatterKind, psn_no: str, region: Region, department: str, period: str, found_at: datetime,
    about: str, detail: str = "", category: str = "", amounts: Mapping[str, Fen] | None = None,
    cite: str = "",
) -> Matter:  # fmt: skip
    """A matter whose id says what it is about: found again in the year it is the same one."""
    name = content_hash("matter", kind, psn_no, region, department, period[:4], detail)
    name = name[:24].upper()
    return Matter(
        name, kind, psn_no, region, department, period, aware(found_at), category,
        dict(amounts or {}), about, cite or kinds()[kind].cite,
    )  # fmt: skip


def thresholds(figures: Mapping[str, Sequence[PublishedFigure]]) -> list[Threshold]:
    """The thresholds among a region's published figures: `<kind>:<measure>:<category or resident>`,
    an amount in yuan, or a share of the figure `disposable_income`.

    Raises PolicyUndetermined where two documents give one threshold, a share has no income, or a
    figure names no measure or category that there is.
    """
    found = []
    for name, rows in figures.items():
        head, _, rest = name.partition(":")
        if head not in (MatterKind.HIGH_BURDEN, MatterKind.STILL_BURDENED):
            continue
        measure, _, category = rest.partition(":")
        if measure not in list(BurdenMeasure) or category not in (_ORDINARY, *CATEGORIES):
            raise PolicyUndetermined("FIGURE_MISSING", field=name, rule="预警标准的名称无法识别")
        row = _single(name, rows)
        limit = Fen(row.value)
        if row.unit == "ratio":
            income = _single(INCOME, figures.get(INCOME, ()))
            limit = take(Fen(income.value), Ratio(row.value))
        of = "" if category == _ORDINARY else category
        cite = row.row.cite
        found.append(
            Threshold(
                MatterKind(head),
                of,
                BurdenMeasure(measure),
                limit,
                f"{cite.document} {cite.article}",
            )
        )
    return found


def _single(name: str, rows: Sequence[PublishedFigure]) -> PublishedFigure:
    if len(rows) != 1:
        rule = "有多份文件规定" if rows else "没有可引用的标准"
        raise PolicyUndetermined("FIGURE_MISSING", field=name, rule=rule)
    return rows[0]


def burdens(
    file: PersonFile, totals: YearTotals, limits: Iterable[Threshold], region: Region,
    today: date, now: datetime,
) -> Iterator[Matter]:  # fmt: skip
    """The matters of a person whose own burden of the year is above a threshold of a class they are
    in today: of each identity that stands, of residents where none does. The department that
    determined the identity answers, for other residents civil affairs."""
    standing = [one for one in file.identities if one.stands_on(today)]
    for one in limits:
        burden = Fen(totals.amounts.get(one.measure, 0))
        if burden <= one.limit:
            continue
        for where, department in _receivers(standing, one.category, region):
            yield matter(
                one.kind, file.person.psn_no, where, department, f"{totals.year}", now,
                f"{totals.year} 年个人负担 {burden} 元,超过 {one.limit} 元",
                detail=f"{one.measure}#{one.category}", category=one.category,
                amounts={"burden": burden, "limit": one.limit}, cite=one.cite,
            )  # fmt: skip


def _receivers(
    standing: Sequence[Identity], category: str, region: Region
) -> list[tuple[Region, str]]:
    if not category:
        return [] if standing else [(region, CIVIL_AFFAIRS)]
    held = [(Region(i.admdvs), i.department) for i in standing if i.category == category]
    return list(dict.fromkeys(held))


def not_enrolled(file: PersonFile, one: Identity, month: str, today: date, now: datetime
) -> Matter | None:  # fmt: skip
    """Whether somebody whose identity stands has no enrolment that covers today."""
    if any(insurance.covers(today) for insurance in file.insurances):
        return None
    about = f"{CATEGORIES[one.category]},没有有效的参保关系"
    return matter(
        MatterKind.NOT_ENROLLED, file.person.psn_no, Region(one.admdvs), one.department, month, now,
        about, category=one.category,
    )  # fmt: skip


_MAIN_SCHEMES = ("310", "390")


def enrolled_twice(file: PersonFile, one: Identity, month: str, today: date, now: datetime
) -> Matter | None:  # fmt: skip
    """Whether an assisted person has two enrolments of the basic schemes in force at once, of which
    one at least is subsidised as a resident's (医保办函〔2021〕11号 Art. 16)."""
    held = [i for i in file.insurances if i.insutype in _MAIN_SCHEMES and i.covers(today)]
    if len(held) < 2 or all(i.insutype != "390" for i in held):
        return None
    where = "、".join(_spoken(i) for i in held)
    return matter(
        MatterKind.ENROLLED_TWICE, file.person.psn_no, Region(one.admdvs), one.department, month,
        now, f"同时有效的参保关系:{where}", detail=where, category=one.category,
    )  # fmt: skip


def _spoken(one: Insurance) -> str:
    return f"{one.admdvs} {'居民' if one.insutype == '390' else '职工'}医保"


def paid_without_identity(
    file: PersonFile, one: Identity, setl_id: str, category: str, care: tuple[date, date],
    month: str, now: datetime,
) -> Matter | None:  # fmt: skip
    """Whether a settlement was made under a category of which, as we know now, no identity of the
    person stood during the care (art. 20)."""
    begin, end = care
    stood = any(i.category == category and i.stands_during(begin, end) for i in file.identities)
    if category == NO_CATEGORY or not category or stood:
        return None
    about = (
        f"结算 {setl_id}({begin} 至 {end})按{CATEGORIES.get(category, category)}结算,其间无该身份"
    )
    return matter(
        MatterKind.PAID_WITHOUT_IDENTITY, file.person.psn_no, Region(one.admdvs), one.department,
        month, now, about, detail=setl_id, category=category,
    )  # fmt: skip


def found_again(held: Matter, again: Matter) -> Matter | None:
    """The new matter where what was answered as mended is found again in a later month; None where
    the matter that is held says it all."""
    last = held.replies[-1] if held.replies else None
    if last is None or not kinds()[held.kind].answers[last.answer].mended:
        return None
    if Month.of(last.at) >= again.period:
        return None
    name = content_hash(held.matter_id, again.period)[:24].upper()
    return replace(again, matter_id=name)


def answered(held: Matter, reply: MatterReply) -> Matter:
    """The matter with an answer more; as it was where the last one says the same.

    Raises BadInput for an answer that the kind does not know, Conflict STATE where the matter is
    closed or the answer comes too early.
    """
    known = kinds()[held.kind].answers
    rule = known.get(reply.answer)
    if rule is None or (rule.system and reply.by != SYSTEM):
        ours = [name for name, one in known.items() if not one.system]
        raise BadInput("CODE_UNKNOWN", field="answer", rule="、".join(ours))
    last = held.replies[-1] if held.replies else None
    if last is not None and replace(last, at=reply.at) == reply:
        return held
    if held.state is MatterState.CLOSED:
        raise Conflict("STATE", field="matter_id", rule="该事项已办结")
    if rule.after and all(one.answer != rule.after for one in held.replies):
        needed = known[rule.after].name
        raise Conflict("STATE", field="answer", rule=f"须先登记:{needed}")
    state = MatterState.CLOSED if rule.closes else held.state
    return replace(held, replies=(*held.replies, reply), state=state)
