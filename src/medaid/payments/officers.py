"""Officers' names and posts, and who stands in for whom (Q3.1). Pure decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from medaid.errors import BadInput, Conflict, Forbidden
from medaid.ids import OfficerId, content_hash
from medaid.instants import civil_date, midnight
from medaid.names import NotAName, normal
from medaid.payments.model import Delegation, Duty, OfficerName, RegisteredOfficer, SeparationRules
from medaid.payments.payees import BREAKS

LONGEST: Final = timedelta(days=366)
"""Who is away for longer is replaced, not stood in for. Our own bound."""


def with_name(
    officer: RegisteredOfficer, name: str, post: str, by: OfficerId, at: datetime
) -> RegisteredOfficer:
    """The officer called `name`, of `post`, from `at` on; the same where that is so already. Raises
    BadInput."""
    try:
        written = normal(name)
    except NotAName as error:
        raise BadInput("FIELD_FORMAT", field="name", rule=str(error)) from None
    for field, text in (("name", written), ("post", post.strip())):
        if not text:
            raise BadInput("FIELD_REQUIRED", field=field, rule="须填写经办人员的姓名和岗位")
    if BREAKS.search(post):
        raise BadInput("FIELD_FORMAT", field="post", rule="不得含竖线或换行")
    now = officer.name_at()
    if now is not None and (now.name, now.post) == (written, post.strip()):
        return officer
    return replace(officer, names=(*officer.names, OfficerName(written, post.strip(), at, by)))


def delegation(
    principal: RegisteredOfficer,
    delegate: RegisteredOfficer,
    duty: Duty,
    begin: date,
    end: date,
    reason: str,
    by: OfficerId,
    now: datetime,
    rules: SeparationRules,
) -> Delegation:
    """What a manager enters: `delegate` does `duty` for `principal`, who holds it, over some days.

    Raises BadInput for the days or a missing reason, Conflict STATE where the principal does not
    hold the duty or somebody stands in already, Forbidden SEPARATION where the delegate holds, or
    stands in for somebody in, a duty that excludes it at any time of those days, or enters it.
    """
    if not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="须写明委托原因")
    if end < begin or end < civil_date(now) or end - begin > LONGEST:
        raise BadInput("FIELD_FORMAT", field="end", rule="止日不早于起日和今日,期限至多一年")
    if by in (principal.officer_id, delegate.officer_id):
        raise Forbidden("SEPARATION", field="operator", rule="委托由当事双方以外的负责人登记")
    if principal.officer_id == delegate.officer_id:
        raise BadInput("FIELD_FORMAT", field="to", rule="不得委托本人")
    named = content_hash(principal.officer_id, delegate.officer_id, duty, str(begin))[:12]
    made = Delegation(
        named, duty, principal.officer_id, delegate.officer_id, begin, end, reason.strip(), by, now
    )
    if not any(one.duty == duty and one.holds(now) for one in principal.duties):
        raise Conflict("STATE", field="from", rule="委托人现不任此岗位")
    for one in _overlapping(made, principal.delegations):
        if one.duty == duty:
            raise Conflict("STATE", field="begin", rule="该岗位在此期间已有委托")
    held = {one.duty for one in delegate.duties if one.holds(max(now, begun(made)))}
    held |= {one.duty for one in _overlapping(made, delegate.delegations)}
    for exclusion in rules.exclusions:
        if duty in exclusion.duties and (held & exclusion.duties) - {duty}:
            rule = f"受托人在此期间任不相容岗位:{exclusion.rule}({exclusion.cite})"
            raise Forbidden("SEPARATION", field="to", rule=rule, separation=exclusion.id)
    return made


def begun(made: Delegation) -> datetime:
    """The first instant of a delegation."""
    return midnight(made.begin)


def _overlapping(made: Delegation, others: Iterable[Delegation]) -> list[Delegation]:
    return [one for one in others if begun(one) < made.until and begun(made) < one.until]


def with_delegation(officer: RegisteredOfficer, made: Delegation) -> RegisteredOfficer:
    """The officer, principal or delegate, with a delegation more, or one that has changed."""
    others = [one for one in officer.delegations if one.delegation_id != made.delegation_id]
    return replace(officer, delegations=(*others, made))


def ended(made: Delegation, by: OfficerId, now: datetime) -> Delegation:
    """The delegation ended before its last day; what was done under it stays done. Raises Conflict
    STATE where it is over, Forbidden SEPARATION for the delegate."""
    if made.until <= now:
        raise Conflict("STATE", field="delegation", rule="该委托已终止")
    if by == made.delegate:
        raise Forbidden("SEPARATION", field="operator", rule="受托人不得自行终止委托")
    return replace(made, ended_at=now, ended_by=by)
