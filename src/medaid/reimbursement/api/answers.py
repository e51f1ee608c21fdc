"""From cases, batches and summaries to the shapes that operators' pages get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from medaid.aws.rest.offers import OfferShown
from medaid.aws.rest.officers import titles_of
from medaid.benefit.service import category_name, sentences, steps_to_data
from medaid.instants import beijing_text
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.reimbursement.api.shapes import (
    ActOut,
    ApplicationOut,
    CaseOut,
    ClockOut,
    OrderOut,
    PricingOut,
    ProcedureOut,
    QueueOut,
    ReceiptOut,
    RowOut,
    UploadOut,
)
from medaid.reimbursement.model import Act, Case, CaseOrder, Pricing, Receipt
from medaid.reimbursement.procedure import Procedure
from medaid.reimbursement.rules import DueProjection
from medaid.reimbursement.service import Detail, Offer, RoleQueue, Upload
from medaid.reimbursement.wording import sentence as sentence_of

_AMOUNTS: Final = (
    "medfee_sumamt",
    "inscp_scp_amt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
)
_LINE_AMOUNTS: Final = (
    "det_item_fee_sumamt",
    "inscp_scp_amt",
    "fulamt_ownpay_amt",
    "overlmt_amt",
    "preselfpay_amt",
)


def detail(found: Detail, procedure: Procedure, offers: Iterable[Offer]) -> CaseOut:
    """A case with its timeline, explanation and clock; who acted, by name and post of that time."""
    case = found.case
    named = titles_of(case.admdvs, payments.officer_titles)
    return CaseOut.of(
        case,
        state_name=procedure.states[case.state],
        insu_admdvs=case.admdvs,
        insuplc_admdvs=case.insured,
        med_type=case.care.med_type,
        care=case.care.care,
        begntime=case.care.begin,
        endtime=case.care.end,
        fixmedins_code=case.care.fixmedins_code,
        fixmedins_name=case.care.fixmedins_name,
        place=case.care.place,
        filing=case.care.filing,
        **{name: getattr(case.fees, name) for name in _AMOUNTS},
        att_val=sum(bool(r.file) for r in case.receipts),
        receipts=[_receipt(r) for r in case.receipts],
        account_tail=case.account.bankacct[-4:] if case.account else "",
        account_owner=procedure.owners[case.account.owner] if case.account else "",
        setl_id=case.settled,
        hardship_points=case.hardship.points if case.hardship else 0,
        hardship_approver=case.hardship.approver if case.hardship else "",
        special_reason=case.special,
        material=case.owed,
        orders=[_order(o) for o in case.orders],
        pricing=_pricing(case.pricing) if case.pricing else None,
        clock=_clock(case, found.projection, found),
        acts=[_act(a, procedure, str(named(a.officer, a.at) or "")) for a in found.acts],
        offers=[OfferShown.of(one, needs=list(one.needs)) for one in offers],
    )


def application(case: Case) -> ApplicationOut:
    """All that was applied for, as it can be sent again to amend it; the account in full."""
    care, fees, account = case.care, case.fees, case.account
    return ApplicationOut.of(
        case,
        insuplc_admdvs=case.insured,
        med_type=care.med_type,
        begntime=care.begin,
        endtime=care.end,
        fixmedins_name=care.fixmedins_name,
        fixmedins_code=care.fixmedins_code,
        hosp_lv=care.level,
        mdtrtarea_admvs=care.treatment_region,
        filing=care.filing,
        dise_no=care.disease,
        **{name: getattr(fees, name) for name in _AMOUNTS},
        setlfee=[
            {"med_chrgitm_type": name, "item_sumamt": fen.yuan()}
            for name, fen in fees.classes.items()
        ],
        feedetail=[
            {
                "med_list_codg": line.med_list_codg,
                **{name: getattr(line, name).yuan() for name in _LINE_AMOUNTS},
            }
            for line in fees.lines
        ],
        agency_amounts={name: Fen(fen) for name, fen in case.agency_amounts.items()},
        facts=care.facts,
        others=[{"payer": o.payer, "kind": o.kind, "amount": o.amount.yuan()} for o in case.others],
        receipts=[_receipt(r) for r in case.receipts],
        account=None
        if account is None
        else {
            "acctname": account.acctname,
            "bankacct": account.bankacct,
            "bankcode": account.bankcode,
            "owner": account.owner,
            "proof": account.proof,
        },
        setl_id=case.settled,
    )


def _receipt(one: Receipt) -> ReceiptOut:
    return ReceiptOut.of(one, sha256=one.digest)


def _order(one: CaseOrder) -> OrderOut:
    tail = one.account.bankacct[-4:] if one.account else ""
    return OrderOut.of(one, account_tail=tail, batch_id=one.batch, pay_fail_desc=one.failure)


def _pricing(one: Pricing) -> PricingOut:
    named = {
        name: one.by_fund.get(name, Fen(0))
        for name in ("hifp_pay", "hifmi_pay", "maf_pay", "oth_pay")
    }
    return PricingOut.of(
        one,
        category_name=category_name(one.category),
        **named,
        other_funds={name: fen for name, fen in one.by_fund.items() if name not in named},
        fund_pay_sumamt=one.granted,
        psn_part_amt=one.own,
        sentences=sentences(one.steps),
        steps=steps_to_data(one.steps),
    )


def _clock(case: Case, projection: DueProjection, found: Detail) -> ClockOut | None:
    if case.clock is None:
        return None
    pauses = [
        {
            "from": beijing_text(p.begin),
            "to": beijing_text(p.end) if p.end else "",
            "reason": p.reason,
        }
        for p in case.clock.pauses
    ]
    return ClockOut(
        state=found.clock,
        working_days=int(case.clock.budget),
        used=found.used,
        accepted=case.clock.accepted,
        due=projection.due,
        provisional=projection.provisional,
        pauses=pauses,
        warned={name: beijing_text(at) for name, at in sorted(found.steps_claimed.items())},
    )


def _act(one: Act, procedure: Procedure, name: str) -> ActOut:
    says, sentence = procedure.moves[one.act].says, sentence_of(one, procedure, name)
    return ActOut.of(one, says=says, sentence=sentence, officer_name=name)


def row(summary: Mapping[str, Any]) -> RowOut:
    """One line of a list."""
    plain = {name: value for name, value in summary.items() if name in RowOut.model_fields}
    return RowOut(
        **{
            **plain,
            "medfee_sumamt": Fen(summary["medfee_sumamt"]),
            "fund_pay_sumamt": Fen(summary["fund_pay_sumamt"]),
        }
    )


def queue(one: RoleQueue, procedure: Procedure) -> QueueOut:
    name = procedure.roles[one.role]
    return QueueOut.of(one, role_name=name, states=[str(state) for state in one.states])


def uploaded(one: Upload) -> UploadOut:
    return UploadOut.of(one)


def procedure_shown(one: Procedure) -> ProcedureOut:
    """What pages need to name states and to offer only what is allowed."""
    moves = [
        {
            "act": m.act,
            "says": m.says,
            "from": sorted(m.sources),
            "to": m.target,
            "roles": sorted(m.roles),
            "needs": list(m.needs),
            "cite": m.cite,
        }
        for m in one.moves.values()
    ]
    separations = [{"id": s.id, "rule": s.rule, "cite": s.cite} for s in one.separations]
    return ProcedureOut(
        states=dict(one.states), roles=dict(one.roles), moves=moves, separations=separations
    )
