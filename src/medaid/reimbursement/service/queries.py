"""Looking: lists with filters and paging, a case with its timeline and explanation, work queues by
role, counts. Nothing is written."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medaid.errors import BadInput, Forbidden, Refused
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Act, Case, Officer, State
from medaid.reimbursement.rules import Outlook
from medaid.reimbursement.service.office import Office

READERS = frozenset(
    {"intake", "auditor", "reviewer", "accountant", "cashier", "manager", "inspector"}
)


@dataclass(frozen=True, slots=True)
class Detail:
    """A case with all that was done to it and how its clock stands."""

    case: Case
    acts: tuple[Act, ...]
    rungs: dict[str, datetime]
    outlook: Outlook
    clock: str
    """running, paused, warned, due, overdue, stopped; empty without a clock."""
    used: int
    """Working days that have run."""


def case_detail(office: Office, officer: Officer, case_id: str, now: datetime) -> Detail:
    """Raises Refused NOT_FOUND, Forbidden for another region's or point's case."""
    may_read(officer)
    case, acts, rungs = store.history(case_id)
    if case is None:
        raise Refused("NOT_FOUND", field="case_id", rule="申请不存在")
    rules.readable(case, officer)
    outlook = rules.outlook(case, office.calendar, office.procedure)
    clock = case.clock.state(now, office.calendar, office.procedure.warning) if case.clock else ""
    used = int(case.clock.used(now, office.calendar)) if case.clock else 0
    return Detail(case, acts, rungs, outlook, clock, used)


def may_read(officer: Officer) -> None:
    if not officer.roles & READERS or not officer.admdvs:
        raise Forbidden("FORBIDDEN", field="role", rule="须为经办机构或服务点的工作人员")


def states_for(office: Office, role: str) -> tuple[State, ...]:
    """The states in which a case waits for `role`: from where the moves of that role lead on to
    another state."""
    if role not in READERS:
        raise BadInput("CODE_UNKNOWN", field="role", rule="、".join(sorted(READERS)))
    side = {
        "amend",
        "hand_on",
        "extend",
        "withdraw",
        "refuse",
        "tell",
        "demand_recovery",
        "change_account",
    }
    waiting = {
        s
        for m in office.procedure.moves.values()
        if role in m.roles and m.act not in side
        for s in m.sources
        if s
    }
    return tuple(state for state in State if state in waiting)


def listed(
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
    position, start = _opened(cursor, len(states))
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
    return rows, "" if position >= len(states) else _closed(position, start)


def _closed(position: int, start: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([position, start]).encode()).decode()


def _opened(cursor: str, states: int) -> tuple[int, Any]:
    if not cursor:
        return 0, None
    try:
        position, start = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if (
            isinstance(position, int)
            and 0 <= position < states
            and (start is None or isinstance(start, dict))
        ):
            return position, start
    except ValueError:
        pass
    raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效")


def counts(office: Office, officer: Officer) -> dict[str, int]:
    """How many of the region's cases stand in each state in which somebody still has to act."""
    may_read(officer)
    states = {s for role in READERS for s in states_for(office, role)}
    return {state: store.count(officer.admdvs, state) for state in State if state in states}


def of_person(officer: Officer, psn_no: str) -> list[str]:
    """Ids of the cases of a person that the officer may open, the oldest first."""
    may_read(officer)
    return [case_id for case_id in store.of_person(psn_no) if case_id.startswith(officer.admdvs)]
