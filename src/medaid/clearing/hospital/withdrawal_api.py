"""The routes by which two people take back what was entered or decided of an institution's money: a
deduction, a ruling on a dispute, returned retention, an advance set off (J39, Q3.1)."""

from __future__ import annotations

from medaid.aws.rest.bodies import Decision, WithReason
from medaid.aws.rest.table import Call
from medaid.aws.rest.texts import PathId
from medaid.clearing.hospital import service
from medaid.clearing.hospital.api import HospitalContext
from medaid.clearing.hospital.prepaid_api import ROUTES
from medaid.clearing.hospital.service import Way
from medaid.clearing.hospital.shapes import PendingShown, pending_shown
from medaid.months import Year
from medaid.regions import Region

__all__ = ["ROUTES"]


def _asked(
    way: Way, call: Call[HospitalContext, WithReason], admdvs: Region, institution: str, name: str
) -> PendingShown:
    reason = call.body.reason
    item = service.request_withdrawal(way, admdvs, institution, name, reason, *call.acting)
    return pending_shown(item, way.kind, "withdrawing")


def _decided(
    way: Way, call: Call[HospitalContext, Decision], admdvs: Region, institution: str, name: str
) -> PendingShown:
    sent = call.body
    item, state = service.decide_withdrawal(
        way, admdvs, institution, name, sent.approved, sent.reason, *call.acting
    )
    return pending_shown(item, way.kind, state)


@ROUTES.post(
    "/clearing/{admdvs}/deductions/{institution}/{deduction_id}/withdraw", "申请撤回扣减",
    roles=("auditor", "reviewer"),
)  # fmt: skip
def request_deduction_withdrawal(
    call: Call[HospitalContext, WithReason], admdvs: Region, institution: str, deduction_id: str
) -> PendingShown:
    return _asked(service.DEDUCTION, call, admdvs, institution, deduction_id)


@ROUTES.post(
    "/clearing/{admdvs}/deductions/{institution}/{deduction_id}/withdraw/decision", "复核撤回扣减",
    roles=("reviewer", "manager"),
)  # fmt: skip
def decide_deduction_withdrawal(
    call: Call[HospitalContext, Decision], admdvs: Region, institution: str, deduction_id: str
) -> PendingShown:
    return _decided(service.DEDUCTION, call, admdvs, institution, deduction_id)


@ROUTES.post(
    "/clearing/{admdvs}/disputes/{institution}/{setl_id}/withdraw", "申请撤回争议裁定",
    roles=("auditor", "reviewer"),
)  # fmt: skip
def request_ruling_withdrawal(
    call: Call[HospitalContext, WithReason], admdvs: Region, institution: str, setl_id: str
) -> PendingShown:
    return _asked(service.RULING, call, admdvs, institution, setl_id)


@ROUTES.post(
    "/clearing/{admdvs}/disputes/{institution}/{setl_id}/withdraw/decision", "复核撤回争议裁定",
    roles=("reviewer", "manager"),
)  # fmt: skip
def decide_ruling_withdrawal(
    call: Call[HospitalContext, Decision], admdvs: Region, institution: str, setl_id: str
) -> PendingShown:
    return _decided(service.RULING, call, admdvs, institution, setl_id)


@ROUTES.post(
    "/clearing/{admdvs}/retention/{institution}/{year}/withdraw", "申请撤回年终返还",
    roles=("manager",),
)  # fmt: skip
def request_retention_withdrawal(
    call: Call[HospitalContext, WithReason], admdvs: Region, institution: str, year: Year
) -> PendingShown:
    return _asked(service.RETENTION, call, admdvs, institution, str(year))


@ROUTES.post(
    "/clearing/{admdvs}/retention/{institution}/{year}/withdraw/decision", "复核撤回年终返还",
    roles=("reviewer", "manager"),
)  # fmt: skip
def decide_retention_withdrawal(
    call: Call[HospitalContext, Decision], admdvs: Region, institution: str, year: Year
) -> PendingShown:
    return _decided(service.RETENTION, call, admdvs, institution, str(year))


@ROUTES.post(
    "/clearing/{admdvs}/prepaid/{institution}/{number}/withdraw", "申请撤回预付金抵付",
    roles=("accountant",),
)  # fmt: skip
def request_prepaid_withdrawal(
    call: Call[HospitalContext, WithReason], admdvs: Region, institution: str, number: PathId
) -> PendingShown:
    return _asked(service.PREPAID, call, admdvs, institution, number)


@ROUTES.post(
    "/clearing/{admdvs}/prepaid/{institution}/{number}/withdraw/decision", "复核撤回预付金抵付",
    roles=("auditor", "reviewer"),
)  # fmt: skip
def decide_prepaid_withdrawal(
    call: Call[HospitalContext, Decision], admdvs: Region, institution: str, number: PathId
) -> PendingShown:
    return _decided(service.PREPAID, call, admdvs, institution, number)
