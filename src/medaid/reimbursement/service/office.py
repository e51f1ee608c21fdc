"""What every use case of the room is done with: the procedure, the calendar, the policies. And the
one way to do an act on a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from medaid.aws.transaction import ConditionFailed, RetryPolicy, TransactionConflict, Write, commit
from medaid.benefit.claim import PersonGroup, PolicyFor
from medaid.errors import Conflict, Refused, Unavailable
from medaid.receipts import service as receipts
from medaid.reimbursement import rules, store
from medaid.reimbursement.model import Act, Case, Officer, Prior, State
from medaid.reimbursement.procedure import Procedure
from medaid.reimbursement.rules import Given
from medaid.workdays import Calendar


def no_prior(setl_id: str) -> Prior:
    """Without the settlement room there is nothing to follow. Raises Refused SETTLEMENT_UNKNOWN."""
    raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=setl_id)


@dataclass(frozen=True)
class Office:
    """What decides, as values: handed to every use case, so that none reads a clock or a
    setting."""

    procedure: Procedure
    calendar: Calendar
    policy_for: PolicyFor
    prior: Callable[[str], Prior] = no_prior
    """setl_id → what the settlement granted."""
    group: PersonGroup = lambda _psn_type, _age: None
    """psn_type and age → the group of persons that policies speak of."""
    patience: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True)
class Changed:
    """What an act makes of the case, the writes it needs beside it, and the state it leads to where
    the procedure leaves that open."""

    case: Case
    writes: Sequence[Write] = ()
    target: State | None = None


Change = Callable[[Case, tuple[Act, ...]], Changed]


def act(
    office: Office,
    officer: Officer,
    case_id: str,
    version: int,
    name: str,
    given: Given,
    now: datetime,
    change: Change | None = None,
) -> Case:
    """Does the act `name` on a case at `version`: one read, one decision, one conditional
    transaction.

    The same request again is answered with the case as it now is, and does nothing. Raises Refused
    NOT_FOUND, Forbidden FORBIDDEN or SEPARATION, Conflict STATE (not allowed, or somebody was
    faster: `facts["version"]`), and what `change` raises.
    """
    for _ in office.patience.attempts():
        case, history, rungs = store.history(case_id)
        if case is None:
            raise Refused("NOT_FOUND", field="case_id", rule="申请不存在")
        case = (
            replace(case, rungs=tuple(sorted({*case.rungs, *rungs})))
            if len(rungs) != len(case.rungs)
            else case
        )
        if _done(history, version, name, officer, given):
            return case
        if case.version != version:
            rules.reachable(case, officer)
            raise Conflict(
                "STATE",
                field="version",
                rule="该申请已被他人办理,请刷新后重试",
                version=str(case.version),
            )
        after, writes = _decided(office, officer, case, history, name, given, now, change)
        try:
            commit(writes)
        except TransactionConflict:
            continue
        except ConditionFailed as lost:
            told(lost, case)
            continue
        return after
    raise Unavailable("BUSY")


def _decided(
    office: Office,
    officer: Officer,
    case: Case,
    history: tuple[Act, ...],
    name: str,
    given: Given,
    now: datetime,
    change: Change | None,
) -> tuple[Case, list[Write]]:
    kind = office.procedure.moves[name].kind
    regional = kind in office.procedure.region_kinds
    duty = store.duty(case.admdvs, officer.officer_id) if regional else ""
    move, role = rules.permit(case, name, officer, history, duty, office.procedure)
    changed = change(case, history) if change else Changed(case)
    after, done = rules.step(case, move, role, officer, now, given, changed.case, changed.target)
    after = rules.kept(after, now, office.procedure)
    outlook = rules.outlook(after, office.calendar, office.procedure)
    writes = [
        store.case_write(after, outlook, case, office.calendar.version),
        store.act_write(case.case_id, done),
        *changed.writes,
    ]
    if regional and role != rules.SYSTEM and duty != kind:
        writes.append(store.duty_claimed(case.admdvs, officer.officer_id, kind))
    return after, writes


def _done(
    history: tuple[Act, ...], version: int, name: str, officer: Officer, given: Given
) -> bool:
    """Whether the act that followed `version` is this very request."""
    following = next((a for a in history if a.number == version + 1), None)
    return (
        following is not None
        and bool(given.request)
        and (following.act, following.officer, following.request)
        == (name, officer.officer_id, given.request)
    )


def told(lost: ConditionFailed, case: Case) -> None:
    """Turns what lost into what the caller is told; returns where reading again decides (another
    act, a duty, a rung)."""
    receipt = receipts.lost_receipt(lost)
    if receipt is not None:
        held = receipts.holder(receipt)
        if held is None or held.id == case.case_id:
            return
        receipts.refuse_as_used(receipt, held, "receipts")
    if "people:totals" in lost.labels:
        raise Conflict("STATE", field="pricing", rule="该人员年度累计已变化,须重新核算")
    if "follows" in lost.labels:
        raise Conflict(
            "DUPLICATE",
            field="setl_id",
            rule="该结算已有补充报销申请",
            holder=store.follower(case.settled),
        )
    if "batch" in lost.labels:
        raise Conflict("STATE", field="batch_id", rule="付款批次已关闭")
    if (
        any(label.startswith(("journal:", "outbox:", "order")) for label in lost.labels)
        and "case" not in lost.labels
    ):
        raise AssertionError(f"{lost.labels} exists, and its case does not know it")
