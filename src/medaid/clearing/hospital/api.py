"""The operators' routes of clearing with hospitals: months, statements, deductions, disputes,
agreements (J34, J39, Q3.1, Q5.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from medaid.aws.rest.bodies import Decision, Done, NothingMore, WithReason
from medaid.aws.rest.offers import offers
from medaid.aws.rest.table import READERS, Call, Owner, Routes
from medaid.clearing.figures import figure
from medaid.clearing.hospital import service
from medaid.clearing.hospital.clauses import required_clauses
from medaid.clearing.hospital.model import Agreement, AgreementState
from medaid.clearing.hospital.shapes import (
    AgreementIn,
    AgreementShown,
    AgreementsShown,
    Assessment,
    CorrectionIn,
    Deduction,
    DrgShareShown,
    PayableShown,
    RequiredClauseShown,
    StatementApproval,
    StatementPageShown,
    StatementShown,
    Verdict,
    agreement_shown,
    statement_shown,
)
from medaid.fund.service import share_reached
from medaid.ids import InstitutionCode
from medaid.instants import civil_date
from medaid.months import Month, Year
from medaid.regions import Region


@dataclass(frozen=True)
class HospitalContext:
    """What the routes decide with beside the request."""

    institution_region: Callable[[str], Region]
    """The region of a contracted institution. Raises Refused INSTITUTION_UNKNOWN."""


ROUTES: Routes[HospitalContext] = Routes("clearing-hospital", "医疗机构结算")
STATEMENT: Final = "/clearing/{admdvs}/statements/{institution}/{month}/{number}"

# -------------------------------------------------------------------------------------------------
# months and statements


@ROUTES.get(STATEMENT, "一份对账单", owner=Owner.INSTITUTION, roles=(*READERS, "institution"))
def show_statement(
    call: Call[HospitalContext, None], admdvs: Region, institution: str, month: Month, number: int
) -> StatementPageShown:
    held = service.get_statement(admdvs, institution, month, number).statement
    acts = service.open_acts(held, call.by, call.now)
    return StatementPageShown.of(
        statement_shown(held), offers=offers(call, ROUTES, STATEMENT, acts)
    )


@ROUTES.post(f"{STATEMENT}/approve", "审核对账单", roles=("auditor", "reviewer"))
def approve_statement(
    call: Call[HospitalContext, StatementApproval],
    admdvs: Region,
    institution: str,
    month: Month,
    number: int,
) -> StatementShown:
    points = call.body.points
    return statement_shown(
        service.approve_statement(
            admdvs, institution, month, number, call.by, call.now, points, call.caller.roles
        )
    )


@ROUTES.post(f"{STATEMENT}/release", "拨付对账单", roles=("cashier",))
def release_statement(
    call: Call[HospitalContext, NothingMore],
    admdvs: Region,
    institution: str,
    month: Month,
    number: int,
) -> StatementShown:
    paid = service.release_statement(admdvs, institution, month, number, *call.acting)
    return statement_shown(paid, service.publish_payment(paid) if paid.paid else [])


@ROUTES.post(f"{STATEMENT}/send_back", "退回审核", roles=("cashier",))
def send_back_statement(
    call: Call[HospitalContext, WithReason],
    admdvs: Region,
    institution: str,
    month: Month,
    number: int,
) -> StatementShown:
    by, reason = call.caller.subject, call.body.reason
    where = admdvs, institution, month, number
    return statement_shown(
        service.send_back_statement(*where, reason, by, call.now, call.caller.roles)
    )


@ROUTES.post(
    f"{STATEMENT}/correction", "申请更正已拨付的对账单:点数或协议(待复核)", roles=("auditor",)
)
def propose_correction(
    call: Call[HospitalContext, CorrectionIn],
    admdvs: Region,
    institution: str,
    month: Month,
    number: int,
) -> StatementShown:
    sent, where = call.body, (admdvs, institution, month, number)
    said = sent.points, sent.as_agreed, sent.document, sent.reason
    return statement_shown(service.propose_correction(*where, *said, *call.acting))


@ROUTES.post(f"{STATEMENT}/correction/decision", "复核对账单更正", roles=("reviewer", "manager"))
def decide_correction(
    call: Call[HospitalContext, Decision],
    admdvs: Region,
    institution: str,
    month: Month,
    number: int,
) -> StatementShown:
    sent, where = call.body, (admdvs, institution, month, number)
    return statement_shown(
        service.decide_correction(*where, sent.approved, sent.reason, *call.acting)
    )


# -------------------------------------------------------------------------------------------------
# agreements


@ROUTES.post(
    "/clearing/{admdvs}/agreements/{institution}", "录入结算协议(待复核)",
    roles=("manager", "accountant"), status=201,
)  # fmt: skip
def propose_agreement(
    call: Call[HospitalContext, AgreementIn], admdvs: Region, institution: str
) -> AgreementShown:
    own = call.context.institution_region(institution)
    sent = call.body
    agreement = Agreement(
        InstitutionCode(institution),
        sent.name,
        admdvs,
        sent.effective,
        sent.hi_paymtd,
        sent.rate,
        sent.retention,
        sent.bank,
        sent.account,
        sent.cite,
        until=sent.until,
        document=sent.document,
        clauses=tuple(sent.clauses),
        categories=tuple(sent.categories),
    )
    made = service.propose_agreement(agreement, own, *call.signing)
    return agreement_shown(AgreementState.PROPOSED, made)


@ROUTES.post(
    "/clearing/{admdvs}/agreements/{institution}/decision", "复核结算协议",
    roles=("manager", "reviewer"),
)  # fmt: skip
def decide_agreement(
    call: Call[HospitalContext, Decision], admdvs: Region, institution: str
) -> AgreementShown:
    approved = call.body.approved
    made = service.decide_agreement(
        institution, approved, call.body.reason, call.by, admdvs, call.now
    )
    return agreement_shown(AgreementState.IN_FORCE if approved else AgreementState.REJECTED, made)


@ROUTES.get(
    "/clearing/{admdvs}/agreements/{institution}",
    "结算协议的各版本",
    owner=Owner.INSTITUTION,
    roles=(*READERS, "institution"),
)
def show_agreements(
    call: Call[HospitalContext, None], admdvs: Region, institution: str
) -> AgreementsShown:
    if not call.caller.institution:
        own = call.context.institution_region(institution)
        call.check_owner(own if own == admdvs else own.pooling)
    versions = service.list_agreements(institution, civil_date(call.now))
    return AgreementsShown(
        versions=[agreement_shown(*one) for one in versions],
        required_clauses=[RequiredClauseShown.of(one) for one in required_clauses(admdvs)],
    )


# -------------------------------------------------------------------------------------------------
# deductions, disputes, retention, shares


@ROUTES.post(
    "/clearing/{admdvs}/deductions/{institution}/{deduction_id}", "录入扣减", roles=("auditor",)
)
def create_deduction(
    call: Call[HospitalContext, Deduction], admdvs: Region, institution: str, deduction_id: str
) -> Done:
    call.context.institution_region(institution)
    sent = call.body
    service.create_deduction(
        admdvs,
        institution,
        deduction_id,
        sent.amounts,
        sent.reason,
        sent.insuplc_admdvs or admdvs,
        *call.acting,
    )
    return Done()


@ROUTES.post("/clearing/{admdvs}/disputes/{institution}/{setl_id}", "裁定争议", roles=("reviewer",))
def resolve_dispute(
    call: Call[HospitalContext, Verdict], admdvs: Region, institution: str, setl_id: str
) -> Done:
    upheld, reason = call.body.upheld, call.body.reason
    service.resolve_dispute(admdvs, institution, setl_id, upheld, reason, *call.acting)
    return Done()


@ROUTES.post(
    "/clearing/{admdvs}/retention/{institution}/{year}", "年终返还预留金", roles=("manager",)
)
def return_retention(
    call: Call[HospitalContext, Assessment], admdvs: Region, institution: str, year: Year
) -> PayableShown:
    share = call.body.share
    return PayableShown(
        payable=service.return_retention(admdvs, institution, year, share, *call.signing)
    )


@ROUTES.get("/clearing/{admdvs}/drg-share/{year}", "按 DRG/DIP 付费占比", roles=READERS)
def show_drg_share(call: Call[HospitalContext, None], admdvs: Region, year: Year) -> DrgShareShown:
    part, whole = service.drg_share(admdvs, year)
    aim = figure("drg_dip_share", admdvs)
    return DrgShareShown(
        by_drg_dip=part,
        whole=whole,
        aim=str(aim.value),
        reached=share_reached(part, whole, aim.ratio),
        cite=aim.cite,
    )
