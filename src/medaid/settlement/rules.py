"""From a person's file and a hospital's message to the decision. Pure: what is priced, and why, is
decided in `medaid.benefit.claim`.

Sources: 苏医保办发〔2023〕27号 art. 19–25 (J19–J26), 茂民规〔2018〕3号 二(二).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from medaid.benefit import service as benefit
from medaid.benefit.model import Bill, Claim, Priced
from medaid.benefit.service import ClaimRequest, PersonGroup, PolicyFor, planned_for, price
from medaid.errors import BadInput, PolicyUndetermined, Refused
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
    goes_on: bool = False
    """The stay goes on (中途结算)."""


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
    asked, parts = request.claim, request.visit.parts
    if parts is None:
        choice = benefit.decide(file, asked, today, policy_for, person_group)
        best = choice.priced
    else:
        whole, before = benefit.whole_request(asked, parts), benefit.file_before(file, parts)
        choice = benefit.decide(before, whole, today, policy_for, person_group)
        best = benefit.part_of(choice, asked.bill, parts)
    taken = choice.candidate
    totals = file.totals(taken.year)
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
        totals_before=dict(totals.amounts),
        totals_change=_change(totals.amounts, best.totals),
        last_before=totals.last,
        fees=request.fees,
        receipt=request.receipt,
        figures=taken.policy.figures,
        goes_on=request.goes_on,
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


CHRONIC_REQUIRED, CHOSEN_REQUIRED = "chronic_filing_required", "designated_required"
"""Published figures: from their day on the insured region's people have an outpatient's chronic
disease filed (2503), and go to the institution that they chose (2505). No figure: it is said."""
_CHOSEN_FOR: Final = {"outpatient": "3", "chronic_outpatient": "1"}
"""biz_appy_type of a designated institution, by care."""


def check_filed(
    file: PersonFile,
    asked: ClaimRequest,
    med_type: str,
    figures: Callable[[], Mapping[str, Sequence[PublishedFigure]]],
) -> tuple[str, ...]:
    """What the person's filings say against such care on its day: sentences. Raises Refused
    FILING_MISSING where the insured region's documents ask for the filing."""
    if asked.care not in _CHOSEN_FOR:
        return ()
    required, missing = figures(), dict[tuple[str, str], str]()
    held = [one for one in file.filings if one.holds_on(asked.begin)]
    disease = asked.stated_facts.get("disease", "")
    filed = {one.code for one in held if one.kind == "chronic"}
    if bare(med_type).startswith("14") and disease not in filed:
        rule = f"未查到病种 {disease or '(未填)'} 的慢特病备案(2503)"
        missing["dise_codg", CHRONIC_REQUIRED] = rule
    chosen_for = ("designated", _CHOSEN_FOR[asked.care])
    chosen = {one.institution for one in held if (one.kind, one.code) == chosen_for}
    if asked.institution not in chosen and (chosen or CHOSEN_REQUIRED in required):
        known = (
            f"参保人已定点于 {'、'.join(sorted(chosen))}"
            if chosen
            else "参保人未办理定点备案(2505)"
        )
        missing["fixmedins_code", CHOSEN_REQUIRED] = known
    for (field, name), rule in missing.items():
        for figure in required.get(name, ()):
            cited = f"{rule};{figure.says}({figure.row.cite.text})"
            raise Refused("FILING_MISSING", field=field, rule=cited)
    return tuple(f"{rule},请核对" for rule in missing.values())


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
    says = (visit.notes[LATE],) if LATE in visit.notes else ()
    if visit.parts is None:
        return says
    count, until = visit.parts.count, visit.parts.until
    return (
        *says,
        f"该住院已中途结算 {count} 次,至 {until};起付线和待遇按整次住院计算,已付部分扣除",
    )


def reprice(decision: SettlementDecision, policy: Policy) -> Priced:
    """The same claim priced again from what was stored: under the same packs it gives the identical
    result."""
    parts, bill, before = decision.visit.parts, decision.bill, decision.totals_before
    if parts is not None:
        bill = benefit.whole_bill(bill, parts)
        before = {name: fen - parts.change.get(name, 0) for name, fen in before.items()}
    amounts = decision.stated_amounts
    again = price(policy, Claim(bill, decision.facts, decision.categories, amounts, {}, before))
    return again if parts is None else benefit.less_parts(again, decision.bill, parts)


def check_fees(request: Request, locality: str) -> None:
    """Fee totals by class sum to the bill; between provinces they must be there (X6, X10: totals at
    once, the itemised list later).

    Raises BadInput AMOUNT_SUM or FIELD_REQUIRED, naming feestt.
    """
    if locality == "outside" and not request.fees and request.claim.bill.total:
        raise BadInput("FIELD_REQUIRED", field="feestt", rule="跨省结算须同时上传费用大类汇总")
    if request.fees:
        benefit.check_fee_classes(request.claim.bill, request.fees, "feestt")


def check_lines_of_part(request: Request) -> None:
    """A stay is settled in parts by its lines alone: totals could not be told from the same part
    sent twice. Raises BadInput."""
    if request.visit.lines:
        return
    if request.goes_on:
        rule = "中途结算按已上传的费用明细结算,没有未结算的明细"
        raise BadInput("FIELD_REQUIRED", field="feedetail", rule=rule)
    if request.claim.bill.total:
        rule = f"报送 {request.claim.bill.total},中途结算后没有新的费用明细,应为 0"
        raise BadInput("AMOUNT_SUM", field="medfee_sumamt", rule=rule)


def check_dates(begin: date, end: date, today: date, field: str) -> None:
    """Raises BadInput DATE_ORDER or DATE_FUTURE."""
    if end < begin:
        raise BadInput("DATE_ORDER", field=field, rule=f"结束日期 {end} 早于开始日期 {begin}")
    if end > today:
        raise BadInput("DATE_FUTURE", field=field, rule=f"{end} 晚于今天 {today}")
