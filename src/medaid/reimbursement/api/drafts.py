"""From what a page sent to the package's values: codes become our words here and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from medaid.benefit.service import check_stated_facts
from medaid.errors import BadInput
from medaid.money import Fen
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.api.bodies import AccountIn, Application, Open
from medaid.reimbursement.model import (
    CareFacts,
    Case,
    FeeLine,
    Fees,
    Officer,
    OtherPayment,
    Receipt,
    StatedAccount,
)
from medaid.settlement.service import CARE, bare


def case(sent: Open, officer: Officer, now: datetime) -> Case:
    """The draft that an officer opens for their own region and point."""
    origin = "point" if officer.point else "counter"
    case_id = service.case_id(officer.admdvs, officer.point or "office", sent.biz_acp_no)
    return Case(
        case_id=case_id,
        admdvs=officer.admdvs,
        point=officer.point,
        origin=origin,
        created=now,
        **fields(sent),
    )


def fields(sent: Application) -> dict[str, Any]:
    """The fields of a case that an application says, as values."""
    return {
        "psn_no": sent.psn_no,
        "insured": sent.insuplc_admdvs,
        "settled": sent.setl_id,
        "insutype": sent.insutype,
        "manl_reim_rea": sent.manl_reim_rea,
        "care": _care(sent),
        "fees": _fees(sent),
        "agency_amounts": {name: int(fen) for name, fen in sent.agency_amounts.items()},
        "others": tuple(OtherPayment(o.payer, o.kind, o.amount) for o in sent.others),
        "receipts": tuple(
            Receipt(r.bill_code, r.bill_no, r.amount, r.date, r.issuer, r.medium)
            for r in sent.receipts
        ),
        "account": account(sent.account) if sent.account else None,
        "arrears": sent.arrears,
    }


def account(sent: AccountIn) -> StatedAccount:
    return StatedAccount(sent.acctname, sent.bankacct, sent.bankcode, sent.owner, sent.proof)


def _care(sent: Application) -> CareFacts:
    care = CARE.get(bare(sent.med_type))
    if care is None:
        raise BadInput("CODE_UNKNOWN", field="med_type", rule="医疗类别不在受理范围")
    return CareFacts(
        care=care,
        begin=sent.begntime,
        end=sent.endtime,
        fixmedins_name=sent.fixmedins_name,
        fixmedins_code=sent.fixmedins_code,
        level=sent.hosp_lv,
        treatment_region=sent.mdtrtarea_admvs,
        place=Region(sent.insuplc_admdvs).locality(Region(sent.mdtrtarea_admvs)),
        filing=sent.filing,
        disease=sent.dise_no,
        facts=check_stated_facts(sent.facts, "facts"),
        med_type=sent.med_type,
    )


def _fees(sent: Application) -> Fees:
    classes: dict[str, Fen] = {}
    for row in sent.setlfee:
        if row.med_chrgitm_type in classes:
            raise BadInput(
                "DUPLICATE", field="setlfee.med_chrgitm_type", rule="同一费用类别出现两次"
            )
        classes[row.med_chrgitm_type] = row.item_sumamt
    lines = tuple(
        FeeLine(
            x.med_list_codg,
            x.det_item_fee_sumamt,
            x.inscp_scp_amt,
            x.fulamt_ownpay_amt,
            x.overlmt_amt,
            x.preselfpay_amt,
        )
        for x in sent.feedetail
    )
    return Fees(
        sent.medfee_sumamt,
        sent.inscp_scp_amt,
        sent.fulamt_ownpay_amt,
        sent.overlmt_selfpay,
        sent.preselfpay_amt,
        classes,
        lines,
    )
