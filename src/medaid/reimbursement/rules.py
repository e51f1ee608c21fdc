"""What may be done to a case, by whom, and what it becomes. Pure decisions: the procedure, the
calendar and now are arguments.

Every act passes the same gates: own region and point, a role of the token, an allowed move,
incompatible posts (Q3.1). Then `step` makes the next version of the case and the act that records
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from medaid.clocks import StatutoryClock
from medaid.errors import BadInput, Conflict, Forbidden
from medaid.instants import civil_date
from medaid.reimbursement.model import Act, Case, Officer, State
from medaid.reimbursement.procedure import ClockRule, Move, Procedure
from medaid.reimbursement.wording import FIELDS, shown
from medaid.workdays import Calendar, WorkingDays

SYSTEM: Final = "system"
NEVER: Final = "9999-12-31"


@dataclass(frozen=True, slots=True)
class ActReason:
    """What comes with an act: the words, and the hash of the request that tells a retry from
    another act."""

    reason: str = ""
    clause: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class DueProjection:
    """How the clock of a case projects on a calendar: for the index and for people."""

    due: date | None = None
    provisional: bool = False
    next_step: str = ""
    next_at: datetime | None = None


def system(admdvs: str, name: str = SYSTEM) -> Officer:
    """The system itself as an actor in region `admdvs`; `name` says which part of it, e.g.
    `bank:<digest>`."""
    return Officer(name, admdvs, frozenset({SYSTEM}))


def permitted(
    case: Case,
    act: str,
    officer: Officer,
    history: Iterable[Act],
    procedure: Procedure,
    hands: frozenset[str] = frozenset(),
) -> tuple[Move, str]:
    """The move and the role by which `officer` may do `act` on `case`, whatever its state.

    `history` are the case's acts, `hands` who count as the same person as the officer. Raises
    Forbidden FORBIDDEN (region, point, role) or SEPARATION (the rule is named). Duties in the
    region's office are held against each other by `medaid.payments`.
    """
    move = procedure.moves[act]
    reachable(case, officer)
    role = next((r for r in sorted(move.roles) if r in officer.roles), "")
    if not role:
        names = "、".join(procedure.roles[r] for r in sorted(move.roles))
        raise Forbidden("FORBIDDEN", field="role", rule=f"{move.says}须由{names}办理")
    if role != SYSTEM:
        check_separation(move, officer, history, procedure, hands)
    return move, role


def check_state(case: Case, move: Move, procedure: Procedure) -> None:
    """Raises Conflict STATE where the case is not where the move begins."""
    if case.state not in move.sources and not (move.act == "open" and case.version == 0):
        raise Conflict(
            "STATE",
            field="state",
            rule=f"{procedure.states[case.state]}的申请不能{move.says}",
            case=case.case_id,
        )


def reachable(case: Case, officer: Officer) -> None:
    """Object-level access: own region, own point. Raises Forbidden."""
    if officer.admdvs != case.admdvs:
        raise Forbidden("FORBIDDEN", field="insu_admdvs", rule="只能办理本统筹区的申请")
    if officer.point and officer.point != case.point:
        raise Forbidden("FORBIDDEN", field="point", rule="只能办理本服务点的申请")


def readable(case: Case, officer: Officer) -> None:
    """As `reachable`, and a point that handed the case on sees what becomes of it (J18). Raises
    Forbidden."""
    if officer.point not in case.trail:
        reachable(case, officer)
    elif officer.admdvs != case.admdvs:
        raise Forbidden("FORBIDDEN", field="insu_admdvs", rule="只能查看本统筹区的申请")


def check_separation(
    move: Move,
    officer: Officer,
    history: Iterable[Act],
    procedure: Procedure,
    hands: frozenset[str] = frozenset(),
) -> None:
    """Incompatible posts on one case, by what was done on it by the officer or by one of `hands`,
    who stand in for each other.

    Raises Forbidden SEPARATION; `rule` gives the rule with its citation, `facts["separation"]` its
    id.
    """
    same = hands | {officer.officer_id}
    done = {procedure.moves[a.act].kind for a in history if a.officer in same}
    for rule in procedure.separations:
        clash = next((kind for kind in sorted(done) if rule.forbids(kind, move.kind)), None)
        if clash is not None:
            raise Forbidden(
                "SEPARATION",
                field="role",
                rule=f"{rule.rule}({rule.cite})",
                separation=rule.id,
                done=clash,
                wanted=move.kind,
            )


def step(
    case: Case,
    move: Move,
    role: str,
    officer: Officer,
    now: datetime,
    why: ActReason,
    changed: Case | None = None,
    target: State | None = None,
) -> tuple[Case, Act]:
    """The next version of the case, and the act that records who, when, why, before and after."""
    for need in ("reason", "clause"):
        if need in move.needs and not getattr(why, need).strip():
            raise BadInput(
                "FIELD_REQUIRED",
                field=need,
                rule=f"{move.says}须写明{'理由' if need == 'reason' else '依据条款'}",
            )
    base = changed or case
    target = target or (State(move.target) if move.target else base.state)
    after = replace(base, state=target, version=case.version + 1, reason=why.reason or case.reason)
    before, changes = case.state if case.version else "", differences(case, after)
    act = Act(
        after.version,
        move.act,
        officer.officer_id,
        role,
        now,
        before,
        target,
        why.reason,
        why.clause,
        changes,
        why.request,
    )
    return after, act


def differences(before: Case, after: Case) -> Mapping[str, tuple[str, str]]:
    """What an act changed, as text before and after; an account's number is shown by its last four
    digits only."""
    found = {}
    for name in FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found[name] = (shown(name, old), shown(name, new))
    return found


# ---- the clock (J28) ---------------------------------------------------------------------------


def budget(case: Case, rule: ClockRule) -> WorkingDays:
    """Working days for the case: a single outpatient application up to the limit (the limit
    included), an approved special reason, or else."""
    if case.special:
        return rule.special_days
    small = case.care.care in rule.small_care and case.fees.medfee_sumamt <= rule.small_limit
    return rule.small_days if small else rule.days


def started(case: Case, now: datetime, procedure: Procedure) -> StatutoryClock | None:
    """The clock from acceptance; None where the region's documents know no such time limit."""
    rule = procedure.clock(case.admdvs, civil_date(now))
    return None if rule.none else StatutoryClock(now, budget(case, rule))


def with_clock(case: Case, now: datetime, procedure: Procedure) -> Case:
    """The case with its clock as the state demands: paused while material is owed, stopped when
    done, its budget that of what is applied for."""
    clock = case.clock
    if clock is None or clock.stopped is not None:
        return case
    rule = procedure.clock(case.admdvs, civil_date(clock.accepted))
    clock = clock.with_budget(budget(case, rule))
    at = max(now, clock.latest)  # the machine that acted before may be a few minutes ahead
    if case.state in rule.stops:
        clock = clock.stop(at)
    elif case.state == State.AWAITING and not clock.paused:
        clock = clock.pause(at, "material")
    elif case.state != State.AWAITING and clock.paused:
        clock = clock.resume(at)
    return replace(case, clock=clock)


def projection(case: Case, calendar: Calendar, procedure: Procedure) -> DueProjection:
    """When the case is due by the calendar of its region, and which step comes next. A stopped
    clock keeps its due day and has no step."""
    if case.clock is None:
        return DueProjection()
    calendar = calendar.of(case.admdvs)
    projection = case.clock.project(calendar)
    if projection is None:
        return DueProjection()
    ahead = [
        (step, at)
        for step, at in case.clock.reached(procedure.escalation, calendar)
        if step.name not in case.steps_claimed
    ]
    if not ahead:
        return DueProjection(projection.due, projection.provisional)
    step, at = ahead[0]
    return DueProjection(projection.due, projection.provisional, step.name, at)


def steps_due(
    case: Case, now: datetime, calendar: Calendar, procedure: Procedure
) -> tuple[str, ...]:
    """The steps that are reached at `now` and not yet claimed, in their order: after an outage,
    several."""
    if case.clock is None:
        return ()
    return tuple(
        step.name
        for step, at in case.clock.reached(procedure.escalation, calendar.of(case.admdvs))
        if at <= now and step.name not in case.steps_claimed
    )
