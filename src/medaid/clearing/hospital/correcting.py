"""What a statement was paid by, found wrong after its release: points of DRG or DIP, or the rate,
mode or retained share of the agreement, of which two people have entered the right version. One
person asks, another decides; the books follow, and the difference goes into the institution's next
statement (Q5.1, N5, J39, Q3.1; docs/adr/0098, 0127).

A correction that was wrong itself is corrected by a further one: both stay readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import ConditionFailed, Decided, Write, transact
from medaid.clearing.amounts import added, negated
from medaid.clearing.hospital import agreements, entries, retaining, rules, store
from medaid.clearing.hospital.forwards import carried
from medaid.clearing.hospital.model import (
    BOOKED,
    Agreement,
    PendingItem,
    Statement,
    StatementCorrection,
)
from medaid.errors import Conflict, check_said
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers.service import word
from medaid.payments.model import Duty, trail_line
from medaid.payments.service import check_second, claim_duty
from medaid.regions import Region


def propose_correction(
    region: Region,
    institution: str,
    month: str,
    number: int,
    points: int | None,
    as_agreed: bool,
    document: str,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Statement:
    """First of the two: the right points of a statement that was released (None: as they were), by
    a paper; `as_agreed`: by the version of the agreement that counts for its month now. Nothing
    moves until another person has decided.

    Raises Refused NOT_FOUND, INSTITUTION_UNKNOWN without such a version, FIELD_REQUIRED where its
    mode needs points and there were none; Conflict STATE unless the statement is released, for
    points where it is not paid by them, while another correction waits, where nothing would change,
    or where the year's retention would change and is returned; Forbidden SEPARATION for whoever
    holds a duty that excludes auditing.
    """

    def decide() -> Decided[Statement]:
        row, held = store.get_statement(region, institution, month, number)
        before = held.corrected()
        terms = _terms(before, as_agreed)
        after = _by(before, terms, points)
        line = trail_line(now, by, f"申请更正{_changes(before, after)}({document})", reason)
        _kept_anew(before, after, line, now)
        made = StatementCorrection(
            after.points,
            terms,
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


def decide_correction(
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
        if not waits(held):
            raise Conflict("STATE", field="correction", rule="没有待复核的更正")
        asked = held.corrections[-1]
        check_not_proposer(held, by, now)
        done = replace(
            asked, decided_by=OfficerId(by), decided_at=now, approved=approved, decision=reason
        )
        act = "同意更正" if approved else "不同意更正"
        line = trail_line(now, by, act, reason)
        after = replace(held, corrections=(*held.corrections[:-1], done), trail=(*held.trail, line))
        writes = _corrected(held, after, line, now) if approved else []
        claimed = claim_duty(region, OfficerId(by), roles, Duty.AUDIT, now)
        return Decided(after, [*store.replace_statement(row, after, now), *writes, *claimed])

    return transact(decide, _changed)


def _changed(lost: ConditionFailed) -> None:
    fund.refuse_closed(lost)
    fund.refuse_as_changed(lost)


def check_not_proposer(statement: Statement, by: str, now: datetime) -> None:
    """Of the correction that waits. Raises Forbidden SEPARATION for who asked for it (Q3.1)."""
    asked = statement.corrections[-1]
    rule = "申请与复核更正不得为同一人(秦安县84号三)"
    check_second(statement.region, by, asked.proposed_by, asked.proposed_at, now, rule)


def may_be_corrected(statement: Statement) -> bool:
    """Whether its release may turn out wrong, and nothing of it is to be decided on."""
    booked = statement.state in BOOKED and statement.terms is not None
    return booked and not waits(statement)


def waits(statement: Statement) -> bool:
    """Whether a correction of it is to be decided on."""
    made = statement.corrections
    return bool(made) and made[-1].decided_at is None


def _terms(before: Statement, as_agreed: bool) -> Agreement:
    """The version of the agreement to reckon by: as at the first signature, or as it is now. Raises
    Conflict STATE."""
    if before.state not in BOOKED or before.terms is None:
        rule = "仅已拨付的对账单可更正;未拨付的请退回审核"
        raise Conflict("STATE", field="statement", rule=rule)
    if waits(before):
        raise Conflict("STATE", field="correction", rule="已有一份更正待复核,请先复核")
    if not as_agreed:
        return before.terms
    return agreements.agreement_of(before)


def _by(before: Statement, terms: Agreement, points: int | None) -> Statement:
    """What the statement would have come to by `terms` with `points`. Raises Conflict STATE."""
    if points is not None and not terms.mode.by_points:
        raise Conflict("STATE", field="points", rule="该对账单不按点数(分值)付费")
    month = store.list_statements(before.region, before.institution, before.month)
    after = rules.by_agreement(before, terms, before.points if points is None else points, month)
    if (after.mode_difference, after.retained) == (before.mode_difference, before.retained):
        raise Conflict("STATE", field="correction", rule="与原结果相同,应付金额不变")
    return after


def _changes(before: Statement, after: Statement) -> str:
    """What is another than before, in words."""
    old, new = before.terms, after.terms
    assert old is not None, before.statement_id
    assert new is not None, before.statement_id
    named = (
        ("点数", before.points, after.points),
        ("支付方式", word("hi_paymtd", old.mode), word("hi_paymtd", new.mode)),
        ("支付标准", old.rate, new.rate),
        ("预留比例", old.retention, new.retention),
    )
    return "、".join(
        f"{name} {'无' if was is None else was}→{'无' if now is None else now}"
        for name, was, now in named
        if was != now
    )


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
    what = f"{held.month} 第 {held.number} 号对账单更正{_changes(before, after)}"
    waits = PendingItem(
        f"CORRECTED-{held.month}-{held.number}-{_approved(decided)}",
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
