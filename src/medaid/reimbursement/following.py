"""A case that follows a settlement: what the settlement granted, and the draft that the system
prepares from it (J20, J27). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.benefit.service import SENDER_FACTS
from medaid.errors import Conflict
from medaid.money import Fen
from medaid.reimbursement.books import standing_change
from medaid.reimbursement.model import (
    ENDED,
    STANDS,
    Care,
    Case,
    Fees,
    OriginalSettlement,
    OtherPayment,
)
from medaid.settlement.model import Settlement

LATE_IDENTITY: Final = "06"
"""manl_reim_rea 医疗救助补报销."""


def original_of(settlement: Settlement) -> OriginalSettlement:
    """What the settlement granted. Raises Conflict ALREADY_REVERSED where it was taken back."""
    if settlement.reversed_at is not None:
        raise Conflict("ALREADY_REVERSED", field="setl_id", rule=settlement.setl_id)
    found = settlement.decision
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


def still_decided(cases: Iterable[Case]) -> Case | None:
    """The case among a settlement's supplements on which nothing is decided yet: it is priced with
    all that stands, so no other one is opened beside it."""
    return next((one for one in cases if one.state not in (*STANDS, *ENDED)), None)


def with_supplements(original: OriginalSettlement, cases: Iterable[Case]) -> OriginalSettlement:
    """What the settlement and the cases that added to it have granted together, recoveries taken
    off. A case recovered in full is no ground any more."""
    for case in cases:
        pricing = case.pricing
        if case.state not in STANDS or pricing is None or case.recovered == case.granted:
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


def draft_of(settlement: Settlement, case_id: str, admdvs: str, now: datetime) -> Case:
    """The draft by which region `admdvs` adds what an identity found later entitles to. No account
    yet: the person is asked for it."""
    found, facts = settlement.decision, settlement.decision.facts
    others = int(found.stated_amounts.get("payments_by_others", 0))
    bill = found.bill
    return Case(
        case_id=case_id,
        admdvs=admdvs,
        insured=found.insured_region,
        point="",
        psn_no=found.psn_no,
        insutype=found.insutype,
        manl_reim_rea=LATE_IDENTITY,
        origin="system",
        care=Care(
            care=found.care,
            begin=found.begin,
            end=found.end,
            fixmedins_name=found.institution,
            fixmedins_code=found.institution,
            level=facts.level or "",
            place=facts.place or "",
            filing=facts.filing or "",
            disease=facts.disease or "",
            facts={
                name: value for name in SENDER_FACTS if (value := getattr(facts, name)) is not None
            },
            med_type=found.med_type,
        ),
        fees=Fees(
            bill.total, bill.in_policy, bill.own_expense, bill.over_limit, bill.initial_self_pay
        ),
        created=now,
        person_group=facts.person_group or "",
        agency_amounts={
            n: fen for n, fen in found.stated_amounts.items() if n != "payments_by_others"
        },
        others=(OtherPayment("原结算", "other", type(bill.total)(others)),) if others else (),
        settled=settlement.setl_id,
    )
