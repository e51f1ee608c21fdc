"""A case that follows a settlement or an earlier case: what that one granted, and the draft that
the system prepares from it (J20, J27). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.benefit.service import SENDER_FACTS
from medaid.errors import Conflict, PolicyUndetermined
from medaid.money import Fen
from medaid.reimbursement.books import standing_change
from medaid.reimbursement.model import (
    ENDED,
    STANDS,
    CareFacts,
    Case,
    Fees,
    OriginalSettlement,
    OtherPayment,
)
from medaid.settlement.model import Settlement, SettlementDecision

LATE_IDENTITY: Final = "06"
"""manl_reim_rea 医疗救助补报销."""


def original_of(settlement: Settlement) -> OriginalSettlement:
    """What the settlement granted. Raises Conflict ALREADY_REVERSED where it was taken back,
    PolicyUndetermined CLAUSE_GAP where it is a part of a stay."""
    if settlement.reversed_at is not None:
        raise Conflict("ALREADY_REVERSED", field="setl_id", rule=settlement.setl_id)
    found = settlement.decision
    if found.goes_on or found.visit.parts is not None:
        rule = "该住院分次结算,补报不能按其中一次计算;请由医疗机构撤销各次结算后重新结算"
        raise PolicyUndetermined("CLAUSE_GAP", field="setl_id", rule=rule)
    return OriginalSettlement(
        settlement.setl_id,
        found.psn_no,
        found.bill.total,
        found.bill.in_policy,
        found.category,
        found.by_fund,
        found.person_pays,
        found.year,
        found.totals_change,
        found.assisting_region,
    )


def is_ground(case: Case) -> bool:
    """Whether supplements may follow the case: it stands and is not recovered in full. What follows
    itself is followed with its ground; what a year's end refunds is priced on the whole year."""
    gone = bool(case.recovered) and case.recovered == case.granted
    gone = gone or case.year_due
    return case.state in STANDS and not (gone or case.settled or case.year_end)


def granted_by(case: Case) -> OriginalSettlement:
    """What the case granted, recoveries taken off. Raises Conflict STATE where it is no ground."""
    if not is_ground(case):
        why = "该申请已是补充报销" if case.settled else "该申请未核定、已撤销或已全额追回"
        raise Conflict("STATE", field="setl_id", rule=f"{case.case_id}:{why},不能补充报销")
    pricing = case.pricing
    assert pricing is not None, "what stands is priced"
    return OriginalSettlement(
        case.case_id,
        case.psn_no,
        case.fees.medfee_sumamt,
        case.fees.inscp_scp_amt,
        pricing.category,
        pricing.by_fund,
        Fen(pricing.own + case.recovered),
        pricing.year,
        standing_change(case),
        pricing.assisting_region,
    )


def still_decided(cases: Iterable[Case]) -> Case | None:
    """The case among those on one care on which nothing is decided yet: it is priced with all that
    stands, so no other one is opened beside it."""
    return next((one for one in cases if one.state not in (*STANDS, *ENDED)), None)


def with_supplements(original: OriginalSettlement, cases: Iterable[Case]) -> OriginalSettlement:
    """What the original and the cases that added to it have granted together, recoveries taken
    off. A case recovered in full is no ground any more."""
    for case in cases:
        pricing = case.pricing
        if case.state not in STANDS or pricing is None or case.recovered == case.granted:
            continue
        if case.year_due:
            continue
        added = {n: original.added.get(n, 0) + fen for n, fen in standing_change(case).items()}
        original = replace(
            original,
            category=pricing.category,
            own=Fen(original.own - case.granted + case.recovered),
            added={**original.added, **added},
            assisting_region=pricing.assisting_region,
        )
    return original


def draft_of(original: Settlement | Case, case_id: str, admdvs: str, now: datetime) -> Case:
    """The draft by which region `admdvs` adds what an identity found later entitles to. No account
    yet: the person is asked for it."""
    if isinstance(original, Settlement):
        return _after_settlement(original, case_id, admdvs, now)
    kept = ("person_group", "agency_amounts", "others", "arrears", "hardship")
    return replace(
        _draft(case_id, admdvs, original, original.insured, original.care, original.fees, now),
        settled=original.case_id,
        **{name: getattr(original, name) for name in kept},
    )


def _draft(
    case_id: str,
    admdvs: str,
    whose: Case | SettlementDecision,
    insured: str,
    care: CareFacts,
    fees: Fees,
    now: datetime,
) -> Case:
    """A draft that the system begins for the person and insurance of `whose`."""
    return Case(
        case_id=case_id,
        admdvs=admdvs,
        insured=insured,
        point="",
        psn_no=whose.psn_no,
        insutype=whose.insutype,
        manl_reim_rea=LATE_IDENTITY,
        origin="system",
        care=care,
        fees=fees,
        created=now,
    )


def _after_settlement(settlement: Settlement, case_id: str, admdvs: str, now: datetime) -> Case:
    found, facts = settlement.decision, settlement.decision.facts
    others = int(found.stated_amounts.get("payments_by_others", 0))
    bill = found.bill
    care = CareFacts(
        care=found.care,
        begin=found.begin,
        end=found.end,
        fixmedins_name=found.institution,
        fixmedins_code=found.institution,
        level=facts.level or "",
        place=facts.place or "",
        filing=facts.filing or "",
        disease=facts.disease or "",
        facts={name: value for name in SENDER_FACTS if (value := getattr(facts, name)) is not None},
        med_type=found.med_type,
    )
    fees = Fees(
        bill.total, bill.in_policy, bill.own_expense, bill.over_limit, bill.initial_self_pay
    )
    return replace(
        _draft(case_id, admdvs, found, found.insured_region, care, fees, now),
        person_group=facts.person_group or "",
        agency_amounts={
            n: fen for n, fen in found.stated_amounts.items() if n != "payments_by_others"
        },
        others=(OtherPayment("原结算", "other", type(bill.total)(others)),) if others else (),
        settled=settlement.setl_id,
    )
