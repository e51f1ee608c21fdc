"""Which figures an agency may enter, who approves them, and until when they can be ended. Pure.

What a fund pays follows from a document: the figures name it, one person proposes, another approves
(Q3.1), and what days have passed under a figure is not changed any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid.errors import BadInput, Conflict, Refused
from medaid.instants import aware, civil_date
from medaid.money import RATIO_SCALE
from medaid.payments.model import RegisteredOfficer, trail_line
from medaid.policy.model import AgencyFigure, Policy
from medaid.policy.service import entered_parts, open_parts
from medaid.policy.vocabulary import LEVEL_NAMES, VALUES, LayerKind
from medaid.settlement.figures.model import EnteredFigure

LONGEST_DAYS: Final = 1096
"""A figure is entered anew at least every three years."""
_OTHER: Final = "提出与同意不得为同一人"
MOST: Final = 200
"""Figures of one region: all are read at once."""
LARGEST_FEN: Final = 100_000_000_00
"""Beyond any deductible or cap."""


def check_proposal(figure: AgencyFigure, policy: Policy) -> None:
    """Raises BadInput naming the field: a period, values and conditions that can be, and a layer
    that lacks just these figures on its first day."""
    if figure.end < figure.begin:
        raise BadInput("DATE_ORDER", field="end", rule="早于开始日期")
    if (figure.end - figure.begin).days >= LONGEST_DAYS:
        raise BadInput("FIELD_FORMAT", field="end", rule=f"一次至多 {LONGEST_DAYS} 天")
    if figure.ratio is not None and not 0 <= figure.ratio <= RATIO_SCALE:
        raise BadInput("FIELD_FORMAT", field="ratio", rule="比例须在 0 至 1 之间(80% 写作 0.80)")
    for field, fen in (("deductible", figure.deductible), ("cap", figure.cap)):
        if fen is not None and not 0 <= fen <= LARGEST_FEN:
            raise BadInput("AMOUNT_FORMAT", field=field, rule="金额超出可录入的范围")
    if figure.uncapped and figure.cap is not None:
        raise BadInput("FIELD_FORMAT", field="no_cap", rule="写了限额就不能写无限额")
    for field, value, known in (
        ("level", figure.level, LEVEL_NAMES),
        ("filing", figure.filing, VALUES["filing"]),
    ):
        if value and value not in known:
            raise BadInput("CODE_UNKNOWN", field=field, rule="、".join(known))
    _check_layer(figure, policy)


def _check_layer(figure: AgencyFigure, policy: Policy) -> None:
    layer = next((one for one in policy.layers if one.id == figure.layer), None)
    may = open_parts(layer) if layer else ()
    if layer is None or not may:
        lacking = "、".join(one.id for one in policy.layers if open_parts(one)) or "无"
        raise BadInput("CODE_UNKNOWN", field="layer", rule=f"{figure.begin} 缺标准的层:{lacking}")
    entered = entered_parts(figure)
    for part in entered:
        if part not in may:
            raise BadInput("FIELD_FORMAT", field=part, rule="政策文件已载明,不得另行录入")
    if not entered:
        raise BadInput("FIELD_REQUIRED", field=may[0], rule=f"须录入 {'、'.join(may)} 之一")
    if layer.kind == LayerKind.GIVEN and entered != may:
        part = next(one for one in may if one not in entered)
        raise BadInput("FIELD_REQUIRED", field=part, rule=f"须同时录入 {'、'.join(may)}")


def proposed(
    held: Sequence[EnteredFigure], figure: AgencyFigure, title: str, by: str, now: datetime
) -> tuple[EnteredFigure, ...]:
    """With the figure added; as they were where it stands already. Raises Conflict STATE where one
    that is approved speaks of the same, or there are too many."""
    before = next((one for one in held if one.figure.figure_id == figure.figure_id), None)
    if before is not None and before.withdrawn_at is None:
        return tuple(held)
    _check_alone(held, figure)
    trail = (*(before.trail if before else ()), trail_line(now, by, "提出"))
    new = EnteredFigure(figure, title, by, aware(now), trail=trail)
    if before is not None:
        return _with(held, new)
    if len(held) >= MOST:
        raise Conflict("STATE", field="admdvs", rule=f"已有 {MOST} 项,不能再录入")
    return (*held, new)


def approved(
    held: Sequence[EnteredFigure], figure_id: str, second: RegisteredOfficer, now: datetime
) -> tuple[EnteredFigure, ...]:
    """With the proposal, or the end that was asked for, agreed to by somebody else; as they were
    where nothing waits.

    Raises Refused NOT_FOUND, Forbidden SEPARATION, Conflict STATE.
    """
    one, by = found(held, figure_id), second.officer_id
    if one.withdrawn_at is not None:
        raise Conflict("STATE", field="figure", rule="提议已撤回")
    if one.ending is not None:
        second.check_second(one.ending_by, one.ending_at, now, _OTHER, "by")
        _check_not_passed(one.ending, now)
        cut = one.figure._replace(end=one.ending)
        said = trail_line(now, by, f"同意至 {one.ending} 止")
        trail = (*one.trail, said)
        done = replace(one, figure=cut, ending=None, ending_by="", ending_at=None, trail=trail)
    elif one.approved_at is None:
        second.check_second(one.proposed_by, one.proposed_at, now, _OTHER, "by")
        _check_alone(held, one.figure)
        said = trail_line(now, by, "同意")
        done = replace(one, approved_by=by, approved_at=aware(now), trail=(*one.trail, said))
    else:
        return tuple(held)
    return _with(held, done)


def ended(
    held: Sequence[EnteredFigure], figure_id: str, last: date, by: str, now: datetime
) -> tuple[EnteredFigure, ...]:
    """With an earlier last day asked for; a proposal that nobody has approved is taken back at
    once. Raises Refused NOT_FOUND, Conflict STATE, BadInput DATE_ORDER."""
    one = found(held, figure_id)
    if one.approved_at is None:
        trail = (*one.trail, trail_line(now, by, "撤回"))
        return _with(held, replace(one, withdrawn_at=aware(now), trail=trail))
    _check_not_passed(last, now)
    if last >= one.figure.end:
        raise BadInput("DATE_ORDER", field="end", rule=f"须早于现在的 {one.figure.end}")
    said = trail_line(now, by, f"提出至 {last} 止")
    return _with(
        held,
        replace(one, ending=last, ending_by=by, ending_at=aware(now), trail=(*one.trail, said)),
    )


def found(held: Sequence[EnteredFigure], figure_id: str) -> EnteredFigure:
    """Raises Refused NOT_FOUND."""
    for one in held:
        if one.figure.figure_id == figure_id:
            return one
    raise Refused("NOT_FOUND", field="figure", rule="没有该项标准")


def _with(held: Sequence[EnteredFigure], changed: EnteredFigure) -> tuple[EnteredFigure, ...]:
    name = changed.figure.figure_id
    return tuple(changed if one.figure.figure_id == name else one for one in held)


def _check_not_passed(last: date, now: datetime) -> None:
    if last < civil_date(now):
        raise Conflict("STATE", field="end", rule="已过的日子已按该标准结算,不得更改")


def _check_alone(held: Sequence[EnteredFigure], figure: AgencyFigure) -> None:
    for one in held:
        other = one.figure
        if (
            one.approved_at is not None
            and other.layer == figure.layer
            and figure.begin <= other.end
            and other.begin <= figure.end
            and _meet(figure.level, other.level)
            and _meet(figure.filing, other.filing)
        ):
            rule = f"与已录入的 {other.figure_id}({other.begin} 至 {other.end})重叠"
            raise Conflict("STATE", field="begin", rule=rule, id=other.figure_id)


def _meet(one: str, other: str) -> bool:
    return one == other or not one or not other
