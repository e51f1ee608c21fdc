"""Looking: lists with filters and paging, a case with its timeline and explanation, work queues by
role, counts. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from medaid.benefit.model import Step
from medaid.errors import BadInput, Forbidden, Refused
from medaid.reimbursement import keys, rules, store
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


def settlements_of(psn_no: str) -> list[store.SettlementRef]:
    """The settlements of a person that stand, by end of care. Raises Unavailable."""
    return store.settlements_of(psn_no)


def page_of_settlements(
    psn_no: str, after: str, limit: int
) -> tuple[list[store.SettlementRef], str]:
    """A page of them behind `after`. Raises Unavailable."""
    return store.page_of_settlements(psn_no, after, limit)


def steps_of_case(case_id: str) -> tuple[str, tuple[Step, ...]]:
    """The region whose case it is and the steps of its pricing, for who traces payments to their
    clauses; no steps before it is priced. Raises Refused NOT_FOUND, Unavailable."""
    case = store.case(case_id)
    if case is None:
        raise Refused("NOT_FOUND", field="case_id", rule="申请不存在")
    return case.admdvs, case.pricing.steps if case.pricing else ()


class Offer(NamedTuple):
    """An act on a case, as a page offers it."""

    act: str
    says: str
    needs: tuple[str, ...]
    cite: str
    refused: str
    """Why this officer may not, although the post would; empty where nothing stands against it."""


def offers(context: Context, officer: Officer, found: Detail) -> tuple[Offer, ...]:
    """The acts to which the officer's posts and the case's state lead. One that separation of
    duties, the region or the point rules out says so. What else an act asks for, it says itself."""
    made = []
    for move in context.procedure.moves.values():
        if found.case.state not in move.sources or not officer.roles & move.roles:
            continue
        refused = ""
        try:
            rules.permitted(found.case, move.act, officer, found.acts, context.procedure)
        except Forbidden as why:
            refused = why.rule
        made.append(Offer(move.act, move.says, tuple(move.needs), move.cite, refused))
    return tuple(made)


def may_read(officer: Officer) -> None:
    """Raises Forbidden for whoever does not work in an office or at a point."""
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
        "withdraw_recovery",
        "withdraw_receipt",
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


class CaseFilter(NamedTuple):
    """Which cases a list is of: in `states`, at `point` (empty for any), due before a day
    (`yyyy-MM-dd`, empty for any)."""

    states: tuple[State, ...]
    point: str = ""
    due_before: str = ""

    def asks(self, row: Mapping[str, Any]) -> bool:
        """Whether it is of the case that `row` sums up."""
        early = not self.due_before or "" < row["due"] < self.due_before
        return row["state"] in self.states and self.point in ("", row["point"]) and early


def page_of_cases(
    officer: Officer, asked: CaseFilter, after: str, limit: int
) -> tuple[list[dict[str, Any]], str]:
    """At most `limit` summaries behind `after` of the region's (a point officer's: the point's)
    cases, earliest due first in each state; and behind what the next page begins, empty at the end.

    One query for each state and, for a point, one more for what it handed on; of those some may be
    left out as at another point than asked, so that a page may be short while more follow.
    """
    may_read(officer)
    queues = _queues(officer, asked)
    at, _, inside = (after or "0:").partition(":")
    if at not in {str(number) for number in range(max(1, len(queues)))}:
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    rows: list[dict[str, Any]] = []
    for number, queue in enumerate(queues):
        if number < int(at):
            continue
        if len(rows) == limit:
            return rows, f"{number}:"
        found, end = store.page_of_queue(queue, inside, limit - len(rows), asked.due_before)
        rows += [row for row in found if asked.asks(row)]
        if end:
            return rows, f"{number}:{end}"
        inside = ""
    return rows, ""


def _queues(officer: Officer, asked: CaseFilter) -> list[str]:
    """The partitions of the queue index that a list reads, one after the other."""
    region, mine, point = officer.admdvs, officer.point, asked.point
    if not mine:
        of = partial(keys.point_queue, region, point) if point else None
        return [of(state) if of else keys.queue_partition(region, state) for state in asked.states]
    found = []
    for state in asked.states:
        if point in ("", mine):
            found.append(keys.point_queue(region, mine, state))
        if point != mine:
            found.append(keys.handed_on_queue(region, mine, state))
    return found


def page_of_person(
    context: Context, officer: Officer, psn_no: str, asked: CaseFilter, after: str, limit: int
) -> tuple[list[dict[str, Any]], str]:
    """The same of one person, the oldest first, by the person's own key: the region's other cases
    are not read."""
    may_read(officer)
    names = store.of_person(psn_no)
    if after and after not in names:
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    left = names[names.index(after) + 1 :] if after else names
    rows = summaries(context, officer, left[:limit])
    return [row for row in rows if asked.asks(row)], left[limit - 1] if len(left) > limit else ""


def summaries(context: Context, officer: Officer, case_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What a list shows of those of the cases that the officer may read, in one read."""
    cases = [known(one) for one in store.cases(case_ids)]
    return [
        store.summary(
            one,
            rules.projection(one, context.calendar, context.procedure),
            context.calendar.version,
        )
        for one in cases
        if one.admdvs == officer.admdvs and officer.point in ("", one.point, *one.trail)
    ]


def counts(officer: Officer) -> tuple[dict[str, int], list[str]]:
    """How many of the region's (a point officer's: the point's) cases stand in each state that a
    case still leaves, and the states in which there are that many and more: they are counted so far
    alone. Those that ended only grow, and are listed instead."""
    may_read(officer)
    ends = {State.NOTIFIED, State.REFUSED, State.WITHDRAWN, State.RECOVERED}
    states = [state for state in State if state not in ends]
    found: dict[str, int] = {}
    for state in states:
        mine, region = officer.point, officer.admdvs
        queue = keys.point_queue(region, mine, state) if mine else None
        found[state] = store.count(queue or keys.queue_partition(region, state))
    return found, [state for state, count in found.items() if count == store.MOST_COUNTED]


@dataclass(frozen=True, slots=True)
class RoleQueue:
    """What waits for a role: in which states, and how many cases; `more` where they are at least as
    many as are counted."""

    role: str
    states: tuple[State, ...]
    count: int
    more: bool


def queues(context: Context, officer: Officer) -> tuple[RoleQueue, ...]:
    """The queue of each of the officer's posts. A count is that of the list itself."""
    found, capped = counts(officer)
    made = []
    for role in sorted(officer.roles & READERS):
        states = states_for(context, role)
        count = sum(found.get(state, 0) for state in states)
        made.append(RoleQueue(role, states, count, not {*states}.isdisjoint(capped)))
    return tuple(made)
