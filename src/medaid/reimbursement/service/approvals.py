"""What the head of the agency approves on a case: a longer time (J28), help out of hardship without
a referral (J25)."""

from __future__ import annotations

from dataclasses import replace

from medaid.errors import BadInput, Conflict
from medaid.reimbursement.model import Case, Hardship
from medaid.reimbursement.service.acting import ActRequest, Changed, History, case_act


@case_act
def extend(request: ActRequest, case: Case, _: History) -> Changed:
    """A special reason approved: the longest budget (J28: at most 20 working days). The pauses
    stay."""
    if case.clock is None or case.special:
        raise Conflict("STATE", field="special", rule="无办理时限或已批准延长")
    return Changed(replace(case, special=request.why.reason))


@case_act
def approve_hardship(request: ActRequest, case: Case, _: History, points: int) -> Changed:
    """Care without the referral it needed, helped at a ratio lowered by `points` percentage points
    (J25: at most 20), with the approver kept."""
    most = request.context.procedure.hardship_points
    if not 0 < points <= most:
        raise BadInput(
            "FIELD_FORMAT",
            field="points",
            rule=f"降低 1 至 {most} 个百分点({request.context.procedure.hardship_cite})",
        )
    if case.care.filing not in ("none", "temporary"):
        raise Conflict("STATE", field="filing", rule="已按规定转诊或备案,不适用未转诊困难救助")
    return Changed(
        replace(case, hardship=Hardship(points, request.officer.officer_id, request.why.reason))
    )
