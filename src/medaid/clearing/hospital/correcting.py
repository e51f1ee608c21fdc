"""Points of DRG or DIP that turn out wrong after a statement's release: one person gives the right
ones, another decides; the books follow, and the difference goes into the institution's next
statement (Q5.1, N5, J39, Q3.1; docs/adr/0098).

A correction that was wrong itself is corrected by a further one: both stay readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import ConditionFailed, Decided, Write, transact
from medaid.clearing.amounts import added, negated
from medaid.clearing.hospital import entries, retaining, rules, store
from medaid.clearing.hospital.forwards import carried
from medaid.clearing.hospital.model import (
    BOOKED,
    PendingItem,
    PointsCorrection,
    Statement,
)
from medaid.errors import Conflict, check_said
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.payments.model import Duty, trail_line
from medaid.payments.service import check_second, claim_duty
from medaid.regions import Region


def propose_points(
    region: Region,
    institution: str,
    month: str,
    number: int,
    points: int,
    document: str,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Statement:
    """First of the two: the right points of a statement that was released, by a paper. Nothing
    moves until another person has decided.

    Raises Refused NOT_FOUND; Conflict STATE unless the statement is released and paid by points,
    while another correction waits, where nothing would change, or where the year's retention would
    change and is returned; Forbidden SEPARATION for whoever holds a duty that excludes auditing.
    """

    def decide() -> Decided[Statement]:
        row, held = store.get_statement(region, institution, month, number)
        before = held.corrected()
        after = _with_points(before, points)
        line = trail_line(now, by, f"申请更正点数 {before.points}→{points}({document})", reason)
        _kept_anew(before, after, line, now)
        made = PointsCorrection(
            points,
            after.mode_difference,
            after.mode_care,
            after.retained,
            document,
            reason,
            OfficerId(by),
            now,
        )
        saved = replace(held, corrections=(*held.corrections, made), trail=(*held.trail, line))
        claimed = claim_duty(region, OfficerId(by), roles, Duty.AUDIT, now)
        return Decided(saved, [*store.replace_statement(row, saved, now), *claimed])

    return transact(decide, _changed)


def decide_points(
    region: Region,
    institution: str,
    month: str,
    number: int,
    approved: bool,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Statement:
    """Second of the two. Approved, the entries of mode difference and retention are mirrored and
    posted anew, and what the statement would have paid more or less goes into the institution's
    next one; not approved, everything stays.

    Raises BadInput for a no without a reason; Refused NOT_FOUND; Conflict STATE where nothing
    waits, or where the year's retention changes and is returned, PERIOD_CLOSED; Forbidden
    SEPARATION for the first (Q3.1), and for whoever holds a duty that excludes auditing.
    """
    check_said(approved, reason)

    def decide() -> Decided[Statement]:
        row, held = store.get_statement(region, institution, month, number)
        if not _waits(held):
            raise Conflict("STATE", field="points", rule="没有待复核的点数更正")
        asked = held.corrections[-1]
        rule = "申请与复核点数更正不得为同一人(秦安县84号三)"
        check_second(region, by, asked.proposed_by, asked.proposed_at, now, rule)
        done = replace(
            asked, decided_by=OfficerId(by), decided_at=now, approved=approved, decision=reason
        )
        act = "同意更正点数" if approved else "不同意更正点数"
        line = trail_line(now, by, act, reason)
        after = replace(held, corrections=(*held.corrections[:-1], done), trail=(*held.trail, line))
        writes = _corrected(held, after, line, now) if approved else []
        claimed = claim_duty(region, OfficerId(by), roles, Duty.AUDIT, now)
        return Decided(after, [*store.replace_statement(row, after, now), *writes, *claimed])

    return transact(decide, _changed)


def _changed(lost: ConditionFailed) -> None:
    fund.refuse_closed(lost)
    fund.refuse_as_changed(lost)


def _waits(statement: Statement) -> bool:
    made = statement.corrections
    return bool(made) and made[-1].decided_at is None


def _with_points(before: Statement, points: int) -> Statement:
    """What the statement would have come to with other points, by the version of the agreement that
    it was paid by. Raises Conflict STATE."""
    if before.state not in BOOKED:
        rule = "仅已拨付的对账单可更正点数;未拨付的请退回审核"
        raise Conflict("STATE", field="statement", rule=rule)
    if before.terms is None or not before.terms.mode.by_points:
        raise Conflict("STATE", field="statement", rule="该对账单不按点数(分值)付费")
    if _waits(before):
        raise Conflict("STATE", field="points", rule="已有一份点数更正待复核,请先复核")
    after = rules.by_agreement(before, before.terms, points, first_of_month=False)
    if (after.mode_difference, after.retained) == (before.mode_difference, before.retained):
        raise Conflict("STATE", field="points", rule="与原点数(分值)相同,应付金额不变")
    return after


def _difference(before: Statement, after: Statement) -> dict[str, Fen]:
    return added(after.due(), negated(before.due()))


def _kept_anew(before: Statement, after: Statement, line: str, now: datetime) -> list[Write]:
    """Nothing where the correction leaves the retention as it is."""
    if after.retained == before.retained:
        return []
    year = before.month.year
    return retaining.reckoned_anew(before.region, before.institution, year, line, now)


def _corrected(held: Statement, decided: Statement, line: str, now: datetime) -> list[Write]:
    """The writes of an approved correction but the statement's own."""
    before, after = held.corrected(), decided.corrected()
    writes = [*_booked(before, after, now), *_kept_anew(before, after, line, now)]
    difference = _difference(before, after)
    if not difference:
        return writes
    last = decided.corrections[-1]
    what = f"{held.month} 第 {held.number} 号对账单点数更正 {before.points}→{after.points}"
    waits = PendingItem(
        f"POINTS-{held.month}-{held.number}-{_approved(decided)}",
        held.month,
        f"{what}({last.document}):{last.reason}",
        difference,
        None,
        "agency",
        trail=(line,),
        net_of_retention=True,
    )
    return [*writes, *carried(held.region, held.institution, waits, now)]


def _approved(statement: Statement) -> int:
    return sum(one.approved for one in statement.corrections)


def _booked(before: Statement, after: Statement, now: datetime) -> Sequence[Write]:
    """The mirrors of what is booked, and what is booked instead, today. Raises as `fund.posting`
    does."""
    number, today = _approved(before), civil_date(now)
    why = after.corrections[-1].reason
    booked = entries.release_entries(before, now, number)
    mirrors = [reversing(one, f"{one.source}-R", today, now, why) for one in booked]
    return fund.posting(*mirrors, *entries.release_entries(after, now, number + 1))
