"""From a person's file and a hospital's message to the decision. Pure: what is priced, and why, is
decided in `medaid.benefit.claim`.

Sources: 苏医保办发〔2023〕27号 art. 19–25 (J19–J26), 茂民规〔2018〕3号 二(二).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from medaid.benefit import service as benefit
from medaid.benefit.model import Bill, Claim, Priced
from medaid.benefit.service import ClaimRequest, PersonGroup, PolicyFor, planned_for, price
from medaid.errors import BadInput, PolicyUndetermined
from medaid.ids import InstitutionCode, PersonNo
from medaid.money import Fen
from medaid.people.model import PersonFile, Visit
from medaid.policy.model import NO_CATEGORY, Policy, PublishedFigure
from medaid.receipts.model import ReceiptNumber
from medaid.regions import Region
from medaid.settlement.model import LATE, SettlementDecision
from medaid.settlement.national.codes import CARE, bare


@dataclass(frozen=True, slots=True)
class Request:
    """What the hospital asks to be settled: the claim, and what only a settlement records."""

    psn_no: str
    visit: Visit
    batch: str
    med_type: str
    fees: Mapping[str, int]
    claim: ClaimRequest
    receipt: ReceiptNumber | None = None


def decide(
    file: PersonFile,
    request: Request,
    today: date,
    person_group: PersonGroup,
    policy_for: PolicyFor,
) -> SettlementDecision:
    """The price of the request as things stand.

    Raises BadInput, Refused and PolicyUndetermined; changes nothing.
    """
    asked = request.claim
    choice = benefit.decide(file, asked, today, policy_for, person_group)
    taken, best = choice.candidate, choice.priced
    check_fees(request, taken.claim.facts.place or "")
    return SettlementDecision(
        psn_no=PersonNo(request.psn_no),
        institution=InstitutionCode(asked.institution),
        treatment_region=Region(asked.treatment_region),
        insured_region=Region(taken.enrolment.admdvs),
        assisting_region=taken.assisting_region,
        visit=request.visit,
        batch=request.batch,
        insutype=asked.insutype,
        psn_type=taken.enrolment.psn_type,
        med_type=request.med_type,
        care=asked.care,
        begin=asked.begin,
        end=asked.end,
        year=taken.year,
        policy_day=taken.policy.day,
        packs=taken.policy.packs,
        warnings=(),
        bill=asked.bill,
        facts=taken.claim.facts,
        categories=taken.claim.categories,
        stated_amounts=taken.claim.stated_amounts,
        category=best.category,
        steps=best.steps,
        by_fund=best.by_fund,
        person_pays=best.person_pays,
        not_taken=choice.others,
        totals_before=dict(taken.totals.amounts),
        totals_change=_change(taken.totals.amounts, best.totals),
        last_before=taken.totals.last,
        fees=request.fees,
        receipt=request.receipt,
        figures=taken.policy.figures,
    )


def _change(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What was added to the year's totals, by name; what did not change has no name."""
    added = {name: after.get(name, 0) - before.get(name, 0) for name in {**before, **after}}
    return {name: amount for name, amount in added.items() if amount}


OBSTACLES: Final = frozenset({"REGION_UNKNOWN", "NO_POLICY", "POLICY_EXPIRED", "CLAUSE_GAP"})
"""What no fact of the later bill can mend."""


def obstacle(
    file: PersonFile, visit: Visit, today: date, person_group: PersonGroup, policy_for: PolicyFor
) -> PolicyUndetermined | None:
    """Why a visit could not be settled if it ended on the day it began: no policy, an expired one,
    no clause for its insurance type or care. None where nothing is known against it."""
    request = _as_begun(visit)
    try:
        for one in benefit.candidates(file, request, today, policy_for, person_group):
            planned_for(one.policy, one.claim, NO_CATEGORY)
    except PolicyUndetermined as found:
        return found if found.code in OBSTACLES else None
    return None


def _as_begun(visit: Visit) -> ClaimRequest:
    """The visit as if it ended on the day it began, without a bill."""
    return ClaimRequest(
        visit.insutype,
        visit.home,
        CARE.get(bare(visit.med_type), "outpatient"),
        visit.begin,
        visit.begin,
        Bill(Fen(0), Fen(0)),
        treatment_region=visit.admdvs,
        institution=visit.institution,
    )


REFERRED: Final = frozenset({"referred", "referred_down"})


def waived_deposit(
    file: PersonFile, visit: Visit, figures: Mapping[str, Sequence[PublishedFigure]]
) -> tuple[str, ...]:
    """Why no deposit is taken for the stay (先诊疗后付费): of anybody, or of assisted persons who
    were referred, as the insured region's documents say."""
    request, found = _as_begun(visit), list(figures.get("deposit_waived", ()))
    if benefit.filing_for(file.filings, request) in REFERRED and benefit.identities_by_region(
        file.identities, request
    ):
        found += figures.get("deposit_waived_referred", ())
    return tuple(f"{one.says}({one.row.cite.text})" for one in found)


def late_admission(
    begun: datetime,
    now: datetime,
    emergency: bool,
    figures: Mapping[str, Sequence[PublishedFigure]],
) -> str:
    """The sentence on a stay that was registered later than the insured region's document allows
    (Q5.4); empty where it was not, or no document sets a time."""
    name = "emergency_admission_hours" if emergency else "admission_hours"
    for figure in figures.get(name, ()):
        if now - begun > timedelta(hours=figure.value):
            return f"{figure.says} {figure.value} 小时,本次逾期({figure.row.cite.text})"
    return ""


def remarks(visit: Visit) -> tuple[str, ...]:
    """What every answer on the visit says of it."""
    return (visit.notes[LATE],) if LATE in visit.notes else ()


def reprice(decision: SettlementDecision, policy: Policy) -> Priced:
    """The same claim priced again from what was stored: under the same packs it gives the identical
    result."""
    return price(
        policy,
        Claim(
            decision.bill,
            decision.facts,
            decision.categories,
            decision.stated_amounts,
            {},
            decision.totals_before,
        ),
    )


def check_fees(request: Request, locality: str) -> None:
    """Fee totals by class sum to the bill; between provinces they must be there (X6, X10: totals at
    once, the itemised list later).

    Raises BadInput AMOUNT_SUM or FIELD_REQUIRED, naming feestt.
    """
    if locality == "outside" and not request.fees:
        raise BadInput("FIELD_REQUIRED", field="feestt", rule="跨省结算须同时上传费用大类汇总")
    if request.fees:
        benefit.check_fee_classes(request.claim.bill, request.fees, "feestt")


def check_dates(begin: date, end: date, today: date, field: str) -> None:
    """Raises BadInput DATE_ORDER or DATE_FUTURE."""
    if end < begin:
        raise BadInput("DATE_ORDER", field=field, rule=f"结束日期 {end} 早于开始日期 {begin}")
    if end > today:
        raise BadInput("DATE_FUTURE", field=field, rule=f"{end} 晚于今天 {today}")
