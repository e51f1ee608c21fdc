"""The one way to do an act on a case: one read, one decision, one conditional transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple

from medaid.aws.transaction import ConditionFailed, Decided, Write, transact
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.payments import service as payments
from medaid.payments.model import PaymentSource, SourceKind
from medaid.receipts import service as receipts
from medaid.regions import Region
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Act, Case, Officer, State
from medaid.reimbursement.procedure import Move
from medaid.reimbursement.rules import ActReason
from medaid.reimbursement.service.context import Context
from medaid.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Changed:
    """What an act makes of the case, the writes it needs beside it, and the state it leads to where
    the procedure leaves that open."""

    case: Case
    writes: Sequence[Write] = ()
    target: State | None = None


History = tuple[Act, ...]
Change = Callable[[Case, History], Changed]


class ActRequest(NamedTuple):
    """Who asks for an act on a case, when, and why."""

    context: Context
    officer: Officer
    now: datetime
    why: ActReason


def case_act(change: Callable[..., Changed]) -> Callable[..., Case]:
    """The use case of an act that bears the name of `change`: what it makes of a case, from the
    request, the case, its history and what else the act takes. Called as

        use_case(context, officer, case_id, version, *what else, now, why)

    it raises as `act` and `change` do."""

    @wraps(change)
    def use_case(
        context: Context, officer: Officer, case_id: str, version: int, *rest: Any
    ) -> Case:
        *more, now, why = rest
        request = ActRequest(context, officer, now, why)

        def changed(case: Case, history: History) -> Changed:
            return change(request, case, history, *more)

        return act(context, officer, case_id, version, change.__name__, why, now, changed)

    return use_case


def act(
    context: Context,
    officer: Officer,
    case_id: str,
    version: int | None,
    name: str,
    why: ActReason,
    now: datetime,
    change: Change | None = None,
) -> Case:
    """Does the act `name` on a case at `version`.

    The same request again is answered with the case as it now is, and does nothing. Raises Refused
    NOT_FOUND, Forbidden FORBIDDEN or SEPARATION, Conflict STATE (not allowed, or somebody was
    faster: `facts["version"]`), and what `change` raises.
    """

    def decide() -> Decided[Case]:
        return decide_act(context, officer, case_id, version, name, why, now, change)

    return transact(decide, lambda lost: refuse_lost(lost, case_id), context.retry)


def decide_act(
    context: Context,
    officer: Officer,
    case_id: str,
    version: int | None,
    name: str,
    why: ActReason,
    now: datetime,
    change: Change | None = None,
) -> Decided[Case]:
    """What the act does, as writes: for `act`, and for acts that are part of another package's
    transaction. `version` None is the present one."""
    case, history = load(case_id)
    if _repeated(history, version, name, officer, why):
        return Decided(case)
    if version is not None and case.version != version:
        rules.reachable(case, officer)
        raise Conflict(
            "STATE",
            field="version",
            rule="该申请已被他人办理,请刷新后重试",
            version=str(case.version),
        )
    hands = _one_hand(officer, history, now)
    move, role = rules.permitted(case, name, officer, history, context.procedure, hands)
    claimed = claimed_duty(move, role, officer, now)
    rules.check_state(case, move, context.procedure)
    changed = change(case, history) if change else Changed(case)
    after, done = rules.step(case, move, role, officer, now, why, changed.case, changed.target)
    after = rules.with_clock(after, now, context.procedure)
    projection = rules.projection(after, context.calendar, context.procedure)
    return Decided(
        after,
        [
            *store.case_writes(after, projection, case, context.calendar.version),
            store.act_write(case.case_id, done),
            *changed.writes,
            *claimed,
            *_counted(case, after, context.calendar),
        ],
    )


def _counted(before: Case, after: Case, calendar: Calendar) -> list[Write]:
    """The count of a case whose clock this act stopped (J28, J36): in time, where it was done with
    on its due day or before. What the applicant withdrew is none."""
    clock = after.clock
    if clock is None or clock.stopped is None or after.state is State.WITHDRAWN:
        return []
    if before.clock is not None and before.clock.stopped is not None:
        return []
    in_time = clock.on_time(calendar.of(after.admdvs))
    return [store.handled(after, civil_date(clock.stopped).year, in_time=in_time)]


def load(case_id: str) -> tuple[Case, tuple[Act, ...]]:
    """The case with every step of escalation that was claimed, and its acts. Raises Refused
    NOT_FOUND."""
    stored, history, claimed = store.history(case_id)
    case = known(stored)
    if len(claimed) != len(case.steps_claimed):
        case = replace(case, steps_claimed=tuple(sorted({*case.steps_claimed, *claimed})))
    return case, history


def known(case: Case | None) -> Case:
    """Raises Refused NOT_FOUND where there is no such case."""
    if case is None:
        raise Refused("NOT_FOUND", field="case_id", rule="申请不存在")
    return case


def claimed_duty(move: Move, role: str, officer: Officer, now: datetime) -> Sequence[Write]:
    """The writes by which the officer holds the duty of an act in the region (Q3.1); none for the
    system's own acts. Raises Forbidden SEPARATION."""
    if move.duty is None or role == rules.SYSTEM:
        return ()
    who, region = OfficerId(officer.officer_id), Region(officer.admdvs)
    return payments.claim_duty(region, who, officer.roles, move.duty, now)


def _one_hand(officer: Officer, history: tuple[Act, ...], now: datetime) -> frozenset[str]:
    """Of those who acted on the case, whom the officer stands in for, or who for the officer."""
    others = [one for one in history if one.officer not in (officer.officer_id, rules.SYSTEM)]
    if rules.SYSTEM in officer.roles or not others:
        return frozenset()
    known = payments.get_officer(Region(officer.admdvs), OfficerId(officer.officer_id))
    return frozenset(
        one.officer for one in others if known.is_one_hand_with(one.officer, now, one.at)
    )


def _repeated(
    history: tuple[Act, ...], version: int | None, name: str, officer: Officer, why: ActReason
) -> bool:
    """Whether the act that followed `version` (any act, where the version is not given) is this
    very request."""
    following = [a for a in history if version is None or a.number == version + 1]
    wanted = (name, officer.officer_id, why.request)
    return bool(why.request) and any((a.act, a.officer, a.request) == wanted for a in following)


def source_of(case: Case) -> PaymentSource:
    """What the orders of a case are made for."""
    return PaymentSource(SourceKind.CASE, case.case_id)


def region_of(case: Case) -> Region:
    """The region that decides and pays."""
    return Region(case.admdvs)


def refuse_lost(lost: ConditionFailed, case_id: str) -> None:
    """Turns what lost into what the caller is told; returns where reading again decides (another
    act, a duty, a step of escalation, an account approved meanwhile)."""
    receipt = receipts.lost_receipt(lost)
    if receipt is not None:
        held = receipts.holder(receipt)
        if held is not None and held.id != case_id:
            receipts.refuse_as_used(receipt, held, "receipts")
        return
    if "people:totals" in lost.labels:
        raise Conflict("STATE", field="pricing", rule="该人员年度累计已变化,须重新核算")
    unknown = [label for label in lost.labels if label.startswith(("journal:", "outbox:"))]
    if unknown and "case" not in lost.labels:
        raise AssertionError(f"{unknown} exists, and its case does not know it")
