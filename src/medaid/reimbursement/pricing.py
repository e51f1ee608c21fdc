"""What a case is granted: the same engine as at the hospital's counter, on receipts and fee totals
instead of a message.

Pure. What is particular to manual reimbursement: a stay without its referral helped out of hardship
(J25), contributions in arrears (J23), the difference to what was settled before the identity was
known (J27), payments by others taken off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from medaid.benefit.model import NO_CATEGORY, Step
from medaid.benefit.service import (
    Choice,
    ClaimRequest,
    PersonGroup,
    PolicyFor,
    best_of,
    candidate,
    candidates,
    decide,
    identities_by_region,
)
from medaid.errors import BadInput, Conflict, PolicyUndetermined
from medaid.money import Fen
from medaid.people.model import PersonFile, YearTotals
from medaid.policy.model import ASSISTANCE_TIERS, Policy
from medaid.reimbursement.fitting import HARDSHIP, OUTSIDE_TIERS, fitted_policy
from medaid.reimbursement.model import Case, Fees, OriginalSettlement, Pricing
from medaid.reimbursement.procedure import Procedure

HOSPITAL: Final = "hosp_part_amt"
"""What the hospital bears itself is no fund (I4): the agency does not pay it."""
ASSISTANCE: Final = frozenset({"maf_pay"})
"""What the region that determined the identity pays (art. 24); the rest is the insurance's own."""


def quote(
    case: Case,
    file: PersonFile,
    policy_for: PolicyFor,
    procedure: Procedure,
    today: date,
    person_group: PersonGroup,
    original: OriginalSettlement | None = None,
) -> Pricing:
    """`case` priced on the person's file as it stands now: for every region of the office that
    assists the person the best, once, as at the counter.

    Raises BadInput where the bill does not add up, PolicyUndetermined where the policy gives no
    single answer or lacks a figure, Conflict STATE where nothing is left to add to the settlement
    that the case follows.
    """

    def fitted(insured: str, assisting: str, day: date) -> Policy:
        return fitted_policy(case, policy_for(insured, assisting, day), procedure)

    group = _group_of(case, person_group)
    if original is not None:
        found = _difference(case, file, fitted, procedure, today, group, original)
    else:
        found = pricing_of(case, decide(file, request_of(case), today, fitted, group), procedure)
    return replace(found, notes=(*found.notes, *_determined_elsewhere(case, file)))


def _determined_elsewhere(case: Case, file: PersonFile) -> list[str]:
    """Identities that another office decides on are not priced here, and said."""
    anywhere = identities_by_region(file.identities, replace(request_of(case), office=""))
    here = identities_by_region(file.identities, request_of(case))
    regions = "、".join(region for region in anywhere if region not in here)
    if not regions:
        return []
    return [f"{regions} 认定的救助身份由该地受理救助(苏医保办发〔2023〕27号第二十四条),本次未计"]


def request_of(case: Case) -> ClaimRequest:
    """The case as pricing asks it. What is not known is left out, so that a clause that needs it
    asks for it."""
    care = case.care
    return ClaimRequest(
        insutype=case.insutype,
        insured_region=case.insured,
        care=care.care,
        begin=care.begin,
        end=care.end,
        bill=case.fees.bill,
        stated_facts={
            **care.facts,
            "level": care.level,
            "place": care.place,
            "filing": HARDSHIP if case.hardship else care.filing,
            "disease": care.disease,
        },
        agency_amounts=case.agency_amounts,
        paid_by_others=sum(int(other.amount) for other in case.others),
        office=case.admdvs,
        enrolment_may_lapse=case.arrears,
    )


def _group_of(case: Case, person_group: PersonGroup) -> PersonGroup:
    return (lambda _psn_type, _age: case.person_group) if case.person_group else person_group


def year_fees(totals: Mapping[str, int]) -> Fees:
    """The bill of a year's end: what the person bore in the year, as its totals say."""
    bore, in_policy = totals.get("own_all", 0), totals.get("own_in_policy", 0)
    return Fees(Fen(bore), Fen(in_policy), Fen(bore - in_policy))


def pricing_of(case: Case, choice: Choice, procedure: Procedure) -> Pricing:
    """What the engine's choice means for the case, employer's arrears and help out of hardship
    told."""
    priced, policy, totals = choice.priced, choice.candidate.policy, choice.candidate.totals
    before = totals.amounts
    steps, after, notes = priced.steps, dict(priced.totals), []
    own = int(priced.person_pays)
    if case.arrears:
        rule = procedure.arrears_of(case.admdvs)
        notes.append(
            f"单位欠费,基本医保、大病保险待遇未支付部分:{_TREATMENT[rule.treatment]}({rule.cite})"
        )
        open_now = [s for s in steps if s.tier not in ASSISTANCE_TIERS and not outside(s)]
        unpaid = sum(s.paid for s in open_now)
        own += unpaid
        after["own_all"] = after.get("own_all", 0) + unpaid
        after["own_in_policy"] = after.get("own_in_policy", 0) + unpaid
        for name in [
            f"{kind}:{s.layer}" for s in open_now for kind in ("paid", "base", "ded", "excess")
        ]:
            after.pop(name, None)
            if name in before:
                after[name] = before[name]
        steps = tuple(s._replace(paid=0, why=notes[0]) if s in open_now else s for s in steps)
    if case.hardship is not None:
        notes.append(
            "未按规定转诊,确有困难,"
            f"救助比例降低{case.hardship.points}个百分点,"
            f"批准人{case.hardship.approver}({procedure.hardship_cite})"
        )
    by_fund = _by_fund(steps)
    others = Fen(sum(s.paid for s in steps if outside(s)))
    assert sum(map(int, by_fund.values())) + int(others) + own == priced.bill.total, (
        "the parts sum to the bill"
    )
    return Pricing(
        priced.category,
        by_fund,
        others,
        Fen(own),
        steps,
        totals.year,
        totals.version,
        totals.last,
        dict(before),
        after,
        policy.version,
        policy.packs,
        tuple(notes),
        choice.candidate.assisting_region,
    )


_TREATMENT: Final = {
    "deemed": "视同已支付,按救助政策规定的待遇先行支付救助部分",
    "own": "计入个人负担",
}


def outside(step: Step) -> bool:
    """Whether the step is paid by nobody's fund: what others have already given, what the hospital
    bears."""
    return step.tier in OUTSIDE_TIERS or step.fund == HOSPITAL


def _by_fund(steps: tuple[Step, ...]) -> dict[str, Fen]:
    found: dict[str, Fen] = {}
    for step in steps:
        if step.paid and not outside(step):
            found[step.fund] = found.get(step.fund, Fen(0)) + Fen(step.paid)
    return found


def _difference(
    case: Case,
    file: PersonFile,
    policy_for: PolicyFor,
    procedure: Procedure,
    today: date,
    group: PersonGroup,
    original: OriginalSettlement,
) -> Pricing:
    """What the identity found later adds to what was settled or granted by a case (J27).

    Both are priced as the last one of the year, on the totals without that settlement: once with
    the category it was settled with, once with all that stand now. So caps that were used up since
    are seen, deductibles paid since are not asked for twice, and only the effect of the identity is
    paid.
    """
    if (case.psn_no, case.fees.medfee_sumamt, case.fees.inscp_scp_amt) != (
        original.psn_no,
        original.total,
        original.in_policy,
    ):
        raise BadInput(
            "AMOUNT_SUM",
            field="setl_id",
            rule="人员或费用与原结算不一致:"
            f"总额 {original.total} 元,政策范围内 {original.in_policy} 元",
        )
    request = request_of(case)
    before = replace(file, years=tuple(_without(year, original) for year in file.years))
    settled_as = () if original.category == NO_CATEGORY else (original.category,)
    known = candidate(
        before, request, original.assisting_region, settled_as, today, policy_for, group
    )
    choice = best_of([*candidates(before, request, today, policy_for, group), known])
    old = pricing_of(case, best_of([known]), procedure)
    new = pricing_of(case, choice, procedure)
    totals = file.totals(choice.candidate.year)
    more = {
        fund: new.by_fund.get(fund, Fen(0)) - old.by_fund.get(fund, Fen(0))
        for fund in dict.fromkeys((*new.by_fund, *old.by_fund))
    }
    elsewhere = new.assisting_region != original.assisting_region and any(
        old.by_fund.get(fund) for fund in ASSISTANCE
    )
    if elsewhere or any(amount < 0 for amount in more.values()):
        raise PolicyUndetermined(
            "CLAUSE_CONFLICT",
            field="setl_id",
            rule="按现有身份计算,有基金应付金额低于原结算,须撤销原结算后重新结算",
        )
    granted = Fen(sum(map(int, more.values())))
    if not granted or granted > original.own:
        raise Conflict(
            "STATE",
            field="setl_id",
            rule=f"原结算个人负担 {original.own} 元,按现有身份应补 {granted} 元",
        )
    paid_before = {step.layer: step.paid for step in old.steps}
    steps = tuple(
        step._replace(paid=step.paid - paid_before.get(step.layer, 0)) for step in new.steps
    )
    after = {
        name: totals.amounts.get(name, 0) + new.after.get(name, 0) - old.after.get(name, 0)
        for name in {*totals.amounts, *new.after}
    }
    note = (
        f"原结算 {original.setl_id} 后取得身份,"
        "支付与原结算的差额(苏医保办发〔2023〕27号第二十条、第二十七条)"
    )
    return replace(
        new,
        by_fund={fund: Fen(amount) for fund, amount in more.items() if amount},
        others=Fen(0),
        own=Fen(original.own - granted),
        steps=steps,
        version=totals.version,
        last=totals.last,
        before=dict(totals.amounts),
        after=after,
        notes=(*new.notes, note),
    )


def _without(totals: YearTotals, original: OriginalSettlement) -> YearTotals:
    """The year's totals without what the settlement added, where it counted in that year."""
    if totals.year != original.year:
        return totals
    amounts = {name: fen - original.added.get(name, 0) for name, fen in totals.amounts.items()}
    return replace(totals, amounts=amounts)
