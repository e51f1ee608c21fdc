"""Taking in: opened, amended, handed on, accepted, material asked for and supplied (J18, J27,
J28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from medaid import ids
from medaid.aws import outbox
from medaid.aws.transaction import ConditionFailed, Decided, Write, transact
from medaid.errors import BadInput, Conflict
from medaid.events import SupplementRequested
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.receipts import service as receipts
from medaid.receipts.model import Holder, HolderKind
from medaid.regions import Region
from medaid.reimbursement import checks, following, rules, store
from medaid.reimbursement.model import Act, Case, Officer, State
from medaid.reimbursement.rules import ActReason
from medaid.reimbursement.service.acting import (
    ActRequest,
    Changed,
    History,
    act,
    case_act,
    refuse_lost,
)
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.duplicates import possible_duplicates
from medaid.reimbursement.service.files import check_account_proof

MOST_POINTS: Final = 20
"""Service points that one case goes through: each finds it in its lists."""
AMENDABLE = frozenset(
    {
        "care",
        "fees",
        "others",
        "receipts",
        "account",
        "arrears",
        "manl_reim_rea",
        "insutype",
        "person_group",
        "agency_amounts",
    }
)

FIXED = {"psn_no": "psn_no", "insured": "insuplc_admdvs", "settled": "setl_id"}
"""Whose application it is, and of what, by the names of the application: never amended."""


def case_id(admdvs: str, sender: str, key: str) -> str:
    """The id of the case that `sender` (a point or officer) opens under its own key: the same key
    is the same case."""
    return ids.case_id(admdvs, sender, key)


def open_case(
    context: Context,
    officer: Officer,
    draft: Case,
    now: datetime,
    why: ActReason,
    message: Write | None = None,
) -> Case:
    """A new case in state drafted; its receipts are claimed for it, and `message` about it is sent,
    in the same transaction (Q3.2).

    The same draft again answers the case that the first one opened. Raises BadInput for what is
    wrong with it, Conflict DUPLICATE naming the case that holds a receipt or adds to the settlement
    already, Conflict MSGID_REUSED for other content under the same key.
    """
    draft = replace(draft, receipts=checks.normal_receipts(draft.receipts))
    checks.application(draft, civil_date(now), context.procedure)
    move, role = rules.permitted(draft, "open", officer, (), context.procedure)

    def decide() -> Decided[Case]:
        known, history, _ = store.history(draft.case_id)
        if known is not None:
            if not why.request or history[0].request != why.request:
                raise Conflict(
                    "MSGID_REUSED",
                    field="case_id",
                    rule="同一受理号的内容不一致",
                    case=draft.case_id,
                )
            return Decided(known)
        fresh = replace(draft, suspects=possible_duplicates(draft))
        case, done = rules.step(fresh, move, role, officer, now, why)
        writes = [
            *store.case_writes(case, rules.DueProjection(), None, context.calendar.version),
            store.act_write(case.case_id, done),
            *store.pointers(case),
            *(receipts.claim(r.key, _holder(case), now) for r in case.receipts),
        ]
        if case.settled:
            writes.append(_supplements(case))
        if message is not None:
            writes.append(message)
        return Decided(case, writes)

    def lost(failed: ConditionFailed) -> None:
        if "case" in failed.labels or "supplements" in failed.labels:
            return
        refuse_lost(failed, draft.case_id)

    return transact(decide, lost, context.retry)


def _supplements(case: Case) -> Write:
    """The case as the next that adds to its settlement. Raises Conflict DUPLICATE naming the one on
    which nothing is decided yet."""
    earlier = store.supplements_of(case.settled)
    holder = following.still_decided(earlier)
    if holder is not None:
        raise Conflict(
            "DUPLICATE",
            field="setl_id",
            rule="该结算已有补充报销申请",
            holder=holder.case_id,
        )
    return store.supplements(case.settled, len(earlier) + 1, case.case_id)


def prepare(context: Context, draft: Case, now: datetime, message: Write) -> Case:
    """A case the system prepares: where a settlement lacked an identity that now stands (J20, J27),
    one at a time for each settlement; or for the end of a year, once a person. `message` tells the
    person, or there is no case."""
    if not draft.settled and not draft.year_end:
        raise BadInput("FIELD_REQUIRED", field="setl_id", rule="系统只为已有的结算准备补充申请")
    because = ("取得身份前的结算或报销", "苏医保办发〔2023〕27号第二十七条")
    if draft.year_end:
        because = (f"{draft.year_end} 年度年终结算", "")
    why = ActReason(*because, ids.content_hash("prepare", draft.case_id))
    draft = replace(draft, origin="system")
    return open_case(context, rules.system(draft.admdvs), draft, now, why, message)


def amend(
    context: Context,
    officer: Officer,
    case_id: str,
    version: int,
    changes: Mapping[str, Any],
    now: datetime,
    why: ActReason,
) -> Case:
    """Fields of the application changed. A priced one must be priced again; receipts that are
    dropped are free again. Raises BadInput for another person, insured region or settlement."""
    if unknown := {*changes} - AMENDABLE - FIXED.keys():
        raise BadInput("FIELD_UNKNOWN", field=min(unknown), rule="不可修改")

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        for name, field in FIXED.items():
            if changes.get(name, getattr(case, name)) != getattr(case, name):
                rule = "参保人、参保地和所补的结算不可修改,须撤回后另行申请"
                raise BadInput("FIELD_FORMAT", field=field, rule=rule)
        after = _with_files(replace(case, **changes, pricing=None), case)
        after = replace(after, receipts=checks.normal_receipts(after.receipts))
        checks.application(after, civil_date(now), context.procedure)
        writes = [store.alike_write(after), *_receipts_moved(case, after, now)]
        target = State.ACCEPTED if case.state == State.PRICED else None
        return Changed(replace(after, suspects=possible_duplicates(after)), writes, target)

    return act(context, officer, case_id, version, "amend", why, now, change)


def _with_files(after: Case, before: Case) -> Case:
    """Receipts that stay as they were keep their images."""
    files = {
        (r.bill_code, r.bill_no, r.amount, r.date): (r.file, r.digest) for r in before.receipts
    }
    kept = []
    for receipt in after.receipts:
        file, digest = files.get(
            (receipt.bill_code, receipt.bill_no, receipt.amount, receipt.date), ("", "")
        )
        kept.append(replace(receipt, file=receipt.file or file, digest=receipt.digest or digest))
    return replace(after, receipts=tuple(kept))


def _receipts_moved(before: Case, after: Case, now: datetime) -> list[Write]:
    old, new = {r.key for r in before.receipts}, {r.key for r in after.receipts}
    return [receipts.claim(key, _holder(after), now) for key in sorted(new - old)] + [
        receipts.release(key, _holder(after), now) for key in sorted(old - new)
    ]


@case_act
def transfer(_request: ActRequest, case: Case, _: History, point: str) -> Changed:
    """Handed to another point of the region, or to the agency's office (empty): trail and clock go
    with it (J18)."""
    if point == case.point:
        raise BadInput("FIELD_FORMAT", field="point", rule="已在该服务点")
    trail = (*case.trail, case.point) if case.point else case.trail
    if len({point, *trail} - {""}) > MOST_POINTS:
        rule = f"一件申请至多经过 {MOST_POINTS} 个服务点,请转经办机构办理"
        raise Conflict("STATE", field="point", rule=rule)
    return Changed(replace(case, point=point, trail=trail))


@case_act
def accept(request: ActRequest, case: Case, _: History) -> Changed:
    """Accepted: the person is known, the account is the person's own or proven, and the clock
    starts (J28)."""
    file = people.load(case.psn_no, case.care.end.year)
    if case.account is not None:
        checks.own_account(case.account, file.person.name)
    check_account_proof(request.context, case)
    return Changed(
        replace(
            case,
            clock=rules.started(case, request.now, request.context.procedure),
            suspects=possible_duplicates(case),
        )
    )


@case_act
def request_supplement(
    request: ActRequest, case: Case, _: History, material: tuple[str, ...]
) -> Changed:
    """All that is missing, told once (一次性告知): the clock pauses until the applicant has
    supplied it. A second asking is refused."""
    if not material or any(not m.strip() for m in material):
        raise BadInput("FIELD_REQUIRED", field="material", rule="须列明所缺材料")
    if case.asked:
        raise Conflict("STATE", field="material", rule="所缺材料须一次性告知,不得再次要求补正")
    event = SupplementRequested(case.case_id, case.psn_no, case.admdvs, material)
    message = outbox.publish(event, f"{case.case_id}.{case.version}", request.now)
    return Changed(replace(case, owed=material, asked=True), [message])


@case_act
def supplement(_request: ActRequest, case: Case, _: History, material: tuple[str, ...]) -> Changed:
    """Material supplied; when nothing is owed any more the clock runs again."""
    if not material or (strange := [m for m in material if m not in case.owed]):
        raise BadInput(
            "FIELD_FORMAT",
            field="material",
            rule=f"不在所缺材料之列:{'、'.join(strange) if material else ''}",
        )
    owed = tuple(m for m in case.owed if m not in material)
    return Changed(replace(case, owed=owed), (), State.AWAITING if owed else State.ACCEPTED)


@case_act
def withdraw(request: ActRequest, case: Case, _: History) -> Changed:
    """The applicant takes the application back; its receipts are free again."""
    return Changed(case, released(case, request.now))


def released(case: Case, now: datetime) -> list[Write]:
    """The receipts of a case that will not be paid, let go."""
    return [receipts.release(r.key, _holder(case), now) for r in case.receipts]


def _holder(case: Case) -> Holder:
    return Holder(case.case_id, HolderKind.CASE, Region(case.admdvs))
