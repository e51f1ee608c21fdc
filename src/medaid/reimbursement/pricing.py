"""What a case is granted: the same engine as at the hospital's counter, on receipts and fee totals
instead of a message.

Pure. What is particular to manual reimbursement: a stay without its referral helped out of hardship
(J25), contributions in arrears (J23), the difference to what was settled before the identity was
known (J27), payments by others taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts, Priced, Step
from medaid.errors import BadInput, Conflict, PolicyUndetermined, Refused
from medaid.money import RATIO_SCALE, Fen
from medaid.people.model import Identity, Insurance, PersonFile, YearTotals
from medaid.policy.model import ASSISTANCE_TIERS, Layer, Policy
from medaid.reimbursement.model import Case, Pricing, Prior
from medaid.reimbursement.procedure import Procedure
from medaid.settlement.rules import age_on

HARDSHIP: Final = "hardship"
"""The value of the fact `filing` under which packs grant a lowered ratio."""
OUTSIDE_TIERS: Final = ("others",)
HOSPITAL: Final = "hosp_part_amt"
"""What the hospital bears itself is no fund (I4): the agency does not pay it."""
Group = Callable[[str, int | None], str | None]
"""psn_type and age → the group of persons that policies speak of, None where it cannot be told."""
_POINT: Final = RATIO_SCALE // 100


def quote(
    case: Case,
    file: PersonFile,
    policy: Policy,
    procedure: Procedure,
    today: date,
    group: Group,
    prior: Prior | None = None,
) -> Pricing:
    """`case` priced on the person's file as it stands now.

    Raises BadInput where the bill does not add up, PolicyUndetermined where the policy gives no
    single answer or lacks a figure, Conflict STATE where nothing is left to add to the settlement
    that the case follows.
    """
    year = case.care.end.year if policy.year_basis == "care_end" else today.year
    totals = file.totals(year)
    fitted = fitted_policy(case, policy, procedure)
    if prior is not None:
        return _difference(case, file, fitted, year, group, prior)
    priced = price(fitted, claim(case, file, totals.amounts, categories(case, file), group))
    return _pricing(case, priced, fitted, totals, procedure)


def standings(case: Case, file: PersonFile) -> tuple[Identity, ...]:
    """The identities that count for the care: determined in the region that decides (art. 24),
    standing on one day of a stay (art. 20), or on its day."""
    begin, end = case.care.begin, case.care.end
    stays = case.care.care in ("inpatient", "maternity")
    mine = [i for i in file.identities if within(i.admdvs, case.admdvs)]
    return tuple(i for i in mine if (i.stands_during(begin, end) if stays else i.stands_on(end)))


def within(admdvs: str, region: str) -> bool:
    """Whether `admdvs` is `region` or lies in it: a city's office decides for its counties (320104
    lies in 320100)."""
    bare = region
    while bare.endswith("00"):
        bare = bare[:-2]
    return admdvs.startswith(bare)


def categories(case: Case, file: PersonFile) -> tuple[str, ...]:
    """The categories that count, each once."""
    return tuple(dict.fromkeys(i.category for i in standings(case, file)))


def assisting(case: Case, file: PersonFile) -> str:
    """The region whose assistance policy holds: that of the identity where there is one such
    region, else the office's; empty where no identity stands."""
    regions = {i.admdvs for i in standings(case, file)}
    return regions.pop() if len(regions) == 1 else case.admdvs if regions else ""


def claim(
    case: Case, file: PersonFile, totals: Mapping[str, int], assisted: tuple[str, ...], group: Group
) -> Claim:
    """The case as the engine sees it. What is not known is None, so that a clause that needs it
    asks for it."""
    care, fees, person = case.care, case.fees, file.person
    enrolled, age = enrolment(case, file), age_on(person.birth, care.begin)
    facts = Facts(
        care=care.care,
        insutype=case.insutype or None,
        level=care.level or None,
        place=care.place or None,
        filing=HARDSHIP if case.hardship else care.filing or None,
        person_group=case.person_group or group(enrolled.psn_type, age),
        disease=care.disease or "other",
        sex=person.sex or None,
        first_contact=care.first_contact or None,
        age=age,
        stay_no=totals.get("count:stays", 0) + (care.care == "inpatient"),
        years_enrolled=max(0, care.end.year - enrolled.begin.year + 1),
    )
    bill = Bill(
        fees.medfee_sumamt,
        fees.inscp_scp_amt,
        fees.fulamt_ownpay_amt,
        fees.overlmt_selfpay,
        fees.preselfpay_amt,
    )
    given = dict(case.given)
    given["payments_by_others"] = sum(int(other.amount) for other in case.others)
    return Claim(bill, facts, assisted, given, {}, totals)


def enrolment(case: Case, file: PersonFile) -> Insurance:
    """The enrolment that the case is priced with, in force when the care began. Under arrears (J23)
    it need not be in force.

    Raises Refused NOT_INSURED where there is none.
    """
    mine = [
        i
        for i in file.insurances
        if i.insutype == case.insutype and i.admdvs[:4] == case.insured[:4]
    ]
    found = next(
        (i for i in mine if i.covers(case.care.begin)), mine[0] if mine and case.arrears else None
    )
    if found is None:
        raise Refused(
            "NOT_INSURED",
            field="insutype",
            rule=f"险种 {case.insutype} 在 {case.care.begin} 参保状态不正常或不在参保期内",
        )
    return found


def fitted_policy(case: Case, policy: Policy, procedure: Procedure) -> Policy:
    """The policy with what was approved for this case alone: the points of a hardship cut, or
    layers left out under arrears."""
    layers, marks = policy.layers, []
    if case.hardship is not None:
        layers = tuple(_with_points(layer, case.hardship.points) for layer in layers)
        marks.append(f"hardship:{case.hardship.points}")
        if layers == policy.layers and not any(_cuts(layer) for layer in layers):
            raise PolicyUndetermined(
                "FIGURE_MISSING", field="filing", rule="当地政策没有未转诊困难人员的救助标准"
            )
    if case.arrears and procedure.arrears_of(case.admdvs).treatment == "own":
        layers = tuple(
            layer
            for layer in layers
            if layer.tier in ASSISTANCE_TIERS or layer.tier in OUTSIDE_TIERS
        )
        marks.append("arrears:own")
    return (
        replace(policy, layers=layers, version="+".join((policy.version, *marks)))
        if marks
        else policy
    )


def _cuts(layer: Layer) -> list[int]:
    """Which of the layer's modifiers are the hardship cut: on the ratio, for `filing` hardship
    alone."""
    return [
        n
        for n, m in enumerate(layer.modifiers)
        if layer.tier in ASSISTANCE_TIERS
        and m.target == "ratio"
        and ("filing", frozenset({HARDSHIP})) in m.row.when.sets
    ]


def _with_points(layer: Layer, points: int) -> Layer:
    cuts = _cuts(layer)
    modifiers = tuple(
        m._replace(points=-points * _POINT) if n in cuts else m
        for n, m in enumerate(layer.modifiers)
    )
    return replace(layer, modifiers=modifiers) if cuts else layer


def _pricing(
    case: Case, priced: Priced, policy: Policy, totals: YearTotals, procedure: Procedure
) -> Pricing:
    before = totals.amounts
    steps, after, notes = priced.steps, dict(priced.totals), []
    own = int(priced.own)
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
    case: Case, file: PersonFile, policy: Policy, year: int, group: Group, prior: Prior
) -> Pricing:
    """What the identity found later adds to what was settled (J27).

    Both are priced as the last one of the year, on the totals without that settlement: once with
    the category it was settled with, once with all that stand now. So caps that were used up since
    are seen, deductibles paid since are not asked for twice, and only the effect of the identity is
    paid.
    """
    if (case.psn_no, case.fees.medfee_sumamt, case.fees.inscp_scp_amt) != (
        prior.psn_no,
        prior.total,
        prior.in_policy,
    ):
        raise BadInput(
            "AMOUNT_SUM",
            field="setl_id",
            rule=f"人员或费用与原结算不一致:总额 {prior.total} 元,政策范围内 {prior.in_policy} 元",
        )
    totals = file.totals(year)
    without = {name: amount - prior.added.get(name, 0) for name, amount in totals.amounts.items()}
    old = price(policy, claim(case, file, without, (prior.category,), group))
    new = price(
        policy,
        claim(
            case,
            file,
            without,
            tuple(dict.fromkeys((*categories(case, file), prior.category))),
            group,
        ),
    )
    more = {
        fund: new.paid(fund) - old.paid(fund)
        for fund in dict.fromkeys((*new.by_fund, *old.by_fund))
    }
    if any(amount < 0 for amount in more.values()):
        raise PolicyUndetermined(
            "CLAUSE_CONFLICT",
            field="setl_id",
            rule="按现有身份计算,有基金应付金额低于原结算,须撤销原结算后重新结算",
        )
    granted = Fen(sum(map(int, more.values())))
    if not granted or granted > prior.own:
        raise Conflict(
            "STATE",
            field="setl_id",
            rule=f"原结算个人负担 {prior.own} 元,按现有身份应补 {granted} 元",
        )
    paid_before = {step.layer: step.paid for step in old.steps}
    steps = tuple(
        step._replace(paid=step.paid - paid_before.get(step.layer, 0)) for step in new.steps
    )
    after = {
        name: totals.amounts.get(name, 0) + new.totals.get(name, 0) - old.totals.get(name, 0)
        for name in {*totals.amounts, *new.totals}
    }
    by_fund = {fund: Fen(amount) for fund, amount in more.items() if amount}
    note = (
        f"原结算 {prior.setl_id} 后取得身份,"
        "支付与原结算的差额(苏医保办发〔2023〕27号第二十条、第二十七条)"
    )
    before, own = dict(totals.amounts), prior.own - granted
    return Pricing(
        new.category,
        by_fund,
        Fen(0),
        own,
        steps,
        year,
        totals.version,
        totals.last,
        before,
        after,
        policy.version,
        policy.packs,
        (note,),
    )
