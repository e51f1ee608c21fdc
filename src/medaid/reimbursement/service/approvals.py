"""What the head of the agency approves on a case: a longer time (J28), help out of hardship without
a referral (J25)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.errors import BadInput, Conflict
from medaid.reimbursement.model import Act, Case, Hardship, Officer
from medaid.reimbursement.rules import ActReason
from medaid.reimbursement.service.acting import Changed, act
from medaid.reimbursement.service.context import Context


def extend(
    context: Context, officer: Officer, case_id: str, version: int, now: datetime, why: ActReason
) -> Case:
    """A special reason approved: the longest budget (J28: at most 20 working days). The pauses
    stay."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        if case.clock is None or case.special:
            raise Conflict("STATE", field="special", rule="无办理时限或已批准延长")
        return Changed(replace(case, special=why.reason))

    return act(context, officer, case_id, version, "extend", why, now, change)


def approve_hardship(
    context: Context,
    officer: Officer,
    case_id: str,
    version: int,
    points: int,
    now: datetime,
    why: ActReason,
) -> Case:
    """Care without the referral it needed, helped at a ratio lowered by `points` percentage points
    (J25: at most 20), with the approver kept."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        most = context.procedure.hardship_points
        if not 0 < points <= most:
            raise BadInput(
                "FIELD_FORMAT",
                field="points",
                rule=f"降低 1 至 {most} 个百分点({context.procedure.hardship_cite})",
            )
        if case.care.filing not in ("none", "temporary"):
            raise Conflict("STATE", field="filing", rule="已按规定转诊或备案,不适用未转诊困难救助")
        return Changed(replace(case, hardship=Hardship(points, officer.officer_id, why.reason)))

    return act(context, officer, case_id, version, "approve_hardship", why, now, change)
