"""Looking: lists with filters and paging, a case with its timeline and explanation, work queues by
role, counts. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medaid.aws.rest.bodies import cursor_key, cursor_text
from medaid.benefit.model import Step
from medaid.errors import BadInput, Forbidden, Refused
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Act, Case, Officer, State
from medaid.reimbursement.rules import DueProjection
from medaid.reimbursement.service.acting import known
from medaid.reimbursement.service.context import Context

READERS = frozenset(
    {"intake", "auditor", "reviewer", "accountant", "cashier", "manager", "inspector"}
)


@dataclass(frozen=True, slots=True)
class Detail:
    """A case with all that was done to it and how its clock stands."""

    case: Case
    acts: tuple[Act, ...]
    steps_claimed: dict[str, datetime]
    projection: DueProjection
    clock: str
    """running, paused, warned, due, overdue, stopped; empty without a clock."""
    used: int
    """Working days that have run."""


def case_detail(context: Context, officer: Officer, case_id: str, now: datetime) -> Detail:
    """Raises Refused NOT_FOUND, Forbidden for another region's or point's case."""
    may_read(officer)
    stored, acts, steps_claimed = store.history(case_id)
    case = known(stored)
    rules.readable(case, officer)
    projection = rules.projection(case, context.calendar, context.procedure)
    calendar = context.calendar.of(case.admdvs)
    clock = case.clock.state(now, calendar, context.procedure.warning) if case.clock else ""
    used = int(case.clock.used(now, calendar)) if case.clock else 0
    return Detail(case, acts, steps_claimed, projection, clock, used)


def steps_of_case(case_id: str) -> tuple[str, tuple[Step, ...]]:
    """The region whose case it is and the steps of its pricing, for who traces payments to their
    clauses; no steps before it is priced. Raises Refused NOT_FOUND, Unavailable."""
    case = store.case(case_id)
    if case is None:
        raise Refused("NOT_FOUND", field="case_id", rule="申请不存在")
    return case.admdvs, case.pricing.steps if case.pricing else ()


def may_read(officer: Officer) -> None:
    if not officer.roles & READERS or not officer.admdvs:
        raise Forbidden("FORBIDDEN", field="role", rule="须为经办机构或服务点的工作人员")


def states_for(context: Context, role: str) -> tuple[State, ...]:
    """The states in which a case waits for `role`: from where the moves of that role lead on to
    another state."""
    if role not in READERS:
        raise BadInput("CODE_UNKNOWN", field="role", rule="、".join(sorted(READERS)))
    side = {
        "amend",
        "transfer",
        "extend",
        "withdraw",
        "refuse",
        "take_out",
        "tell",
        "demand_recovery",
        "change_account",
    }
    waiting = {
        s
        for m in context.procedure.moves.values()
        if role in m.roles and m.act not in side
        for s in m.sources
        if s
    }
    return tuple(state for state in State if state in waiting)


def list_cases(
    officer: Officer,
    states: Sequence[State],
    limit: int,
    cursor: str = "",
    wanted: Callable[[dict[str, Any]], bool] = lambda _: True,
) -> tuple[list[dict[str, Any]], str]:
    """Summaries of the region's (a point officer's: the point's) cases in `states`, earliest due
    first in each; and the next page's cursor, empty at the end.

    `wanted` filters rows as they are read; a page may be short while more follow.
    """
    may_read(officer)
    if not states:
        return [], ""
    position, start = _opened(cursor, officer.admdvs, states)
    rows: list[dict[str, Any]] = []
    while position < len(states):
        found, start = store.queue(officer.admdvs, states[position], start, limit - len(rows))
        rows += [
            row
            for row in found
            if wanted(row) and officer.point in ("", row["point"], *row["trail"])
        ]
        if start is None:
            position += 1
        if len(rows) >= limit:
            break
    if position >= len(states):
        return rows, ""
    return rows, cursor_text({"state": states[position], **store.start_text(start)})


def list_cases_of(
    context: Context,
    officer: Officer,
    psn_no: str,
    states: Sequence[State],
    limit: int,
    cursor: str = "",
    wanted: Callable[[dict[str, Any]], bool] = lambda _: True,
) -> tuple[list[dict[str, Any]], str]:
    """The same of one person, the oldest first, by the person's own key: the region's other cases
    are not read."""
    may_read(officer)
    key = cursor_key(cursor)
    names = store.of_person(psn_no)
    if key is not None and key.get("case_id") not in names:
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    left = names if key is None else names[names.index(key["case_id"]) + 1 :]
    rows: list[dict[str, Any]] = []
    for name in left:
        case = known(store.case(name))
        row = _row(context, case)
        mine = case.admdvs == officer.admdvs and officer.point in ("", case.point, *case.trail)
        if mine and case.state in states and wanted(row):
            rows.append(row)
        if len(rows) == limit:
            return rows, cursor_text({"case_id": name})
    return rows, ""


def _row(context: Context, case: Case) -> dict[str, Any]:
    projection = rules.projection(case, context.calendar, context.procedure)
    return store.summary(case, projection, context.calendar.version)


def _opened(cursor: str, admdvs: str, states: Sequence[State]) -> tuple[int, Any]:
    """Where the page before ended: which of the states, and the key there. Raises BadInput for what
    no page of this list ended with."""
    key = cursor_key(cursor)
    if key is None:
        return 0, None
    state = key.pop("state", "")
    if state not in states or not store.fits_queue(key, admdvs, state):
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    return states.index(State(state)), store.start_key(key)


def counts(officer: Officer) -> dict[str, int]:
    """How many of the region's cases stand in each state that a case still leaves; those that ended
    only grow, and are listed instead."""
    may_read(officer)
    ends = {State.NOTIFIED, State.REFUSED, State.WITHDRAWN, State.RECOVERED}
    return {state: store.count(officer.admdvs, state) for state in State if state not in ends}
