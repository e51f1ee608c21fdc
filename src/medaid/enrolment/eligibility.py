"""Whether and how somebody's enrolment is subsidised in a cover year. Pure.

Sources: 苏医保办发〔2023〕27号 art. 15, 16, 20 (J15, J16, J20); 苏医保发〔2022〕53号
八, 九 (N8, N9).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from medaid.enrolment.model import (
    Eligibility,
    EnrolmentCase,
    EnrolmentWay,
    Recognition,
    Window,
)
from medaid.enrolment.rules import Figures
from medaid.errors import PolicyUndetermined

WINDOW: Final = "collection_window"
IDENTITY_DAY: Final = "identity_day"
AFTERWARDS: Final = "subsidy_after_payment"
_ART: Final = "苏医保办发〔2023〕27号 第十五条"
_LOST: Final = "苏医保办发〔2023〕27号 第十六条"
_OTHER: Final = "苏医保发〔2022〕53号 九"


def window_of(figures: Figures, cover_year: int) -> Window:
    """The collection window of a cover year, of the nearest region that has one. Raises
    PolicyUndetermined FIGURE_MISSING where none is published, CLAUSE_CONFLICT for two."""
    rows = next(
        (found for region in figures if (found := [f for f in region if f.name == WINDOW])), []
    )
    since, until = (rows[0].row.since, rows[0].row.until) if rows else (None, None)
    if since is None or until is None:
        rule = f"{cover_year} 年度没有可引用的集中参保缴费期(苏医保发〔2022〕53号 八)"
        raise PolicyUndetermined("FIGURE_MISSING", field=WINDOW, rule=rule)
    if len(rows) > 1:
        clauses = "与".join(one.row.cite.text for one in rows)
        raise PolicyUndetermined("CLAUSE_CONFLICT", field=WINDOW, rule=f"{clauses} 同时适用")
    return Window(since, until, rows[0].row.cite.text)


def identity_day_of(figures: Figures) -> date | None:
    """The day on which identities count for the batch, where a document names it."""
    found = (one.row.since for region in figures for one in region if one.name == IDENTITY_DAY)
    return next(found, None)


def allows_afterwards(figures: Figures) -> bool:
    """Whether the nearest document that speaks of it grants a subsidy after payment (事后资助)."""
    found = [one for region in figures for one in region if one.name == AFTERWARDS]
    return bool(found and found[0].value)


def eligibility(case: EnrolmentCase) -> Eligibility:
    """How somebody is subsidised, or why not. Who has another cover is not enrolled; who lost the
    identity before the window is told to pay; who paid first is refunded inside the window, and
    outside of it nothing, unless a document grants it afterwards."""
    window = case.window
    if case.other_cover:
        return _no(f"已有职工医保等其他保障,不纳入居民医保参保({_OTHER})")
    day = case.identity_day if case.today <= window.end else case.today
    standing = [one for one in case.recognitions if one.stands_on(day)]
    if not standing:
        lost = any(
            one.last_day is not None and one.last_day < window.begin and one.start < window.begin
            for one in case.recognitions
        )
        if lost and case.today <= window.end:
            return _no(f"集中缴费期前已终止救助身份,通知其自行缴费({_LOST})", notice=True)
        return _no(f"{day} 没有有效的救助身份")
    if case.today < window.begin:
        return _no(f"{case.cover_year} 年度集中缴费期自 {window.begin} 起({window.cite})")
    if case.paid_on is None:
        return _unpaid(case, standing)
    return _paid(case, standing)


def _unpaid(case: EnrolmentCase, standing: list[Recognition]) -> Eligibility:
    batch = case.today <= case.window.end
    way, item = (EnrolmentWay.BATCH, "(一)") if batch else (EnrolmentWay.DAILY, "(二)")
    told = "集中参保" if batch else "日常参保"
    return Eligibility(way, _categories(standing), f"{told}({_ART}{item})")


def _paid(case: EnrolmentCase, standing: list[Recognition]) -> Eligibility:
    """Somebody who paid themselves: what counts is when they were recognised."""
    window, first = case.window, min(one.start for one in standing)
    assert case.paid_on is not None, "who has paid"
    if first <= case.paid_on:
        return Eligibility(
            EnrolmentWay.REFUND, _categories(standing), f"认定后多缴,依申请退费({_ART}(一))"
        )
    in_window = window.begin <= first <= window.end and case.paid_on <= window.end
    if in_window:
        told = f"集中缴费期内认定,已缴费的依申请退费({_ART}(一))"
        return Eligibility(EnrolmentWay.REFUND, _categories(standing), told)
    if case.afterwards:
        return Eligibility(EnrolmentWay.AFTERWARDS, _categories(standing), "事后资助")
    return _no(f"认定前已自行缴费,不再资助,不予退费({_ART}(二))")


def _categories(standing: list[Recognition]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.category for one in standing))


def _no(reason: str, *, notice: bool = False) -> Eligibility:
    return Eligibility(None, (), reason, notice)
