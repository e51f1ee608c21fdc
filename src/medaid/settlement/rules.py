"""From a person's file and a hospital's totals to the decision: facts, claim, price. Pure.

Sources: 苏医保办发〔2023〕27号 art. 19–25 (J19–J26), 茂民规〔2018〕3号 二(二),
人社部发〔2016〕120号 (九).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from medaid.benefit.engine import price, standing
from medaid.benefit.model import Bill, Claim, Facts, Priced
from medaid.errors import BadInput, Refused
from medaid.money import Fen
from medaid.people.model import Filing, Identity, Insurance, PersonFile, Visit
from medaid.policy.model import Policy
from medaid.settlement.model import Decision, Institution

PolicyFor = Callable[[str, str, date], Policy]
FILING_ORDER = ("referred_down", "referred", "long_term", "emergency", "temporary")
"""Where several filings cover a stay, the one that serves the patient best by every document seen
comes first."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the hospital asks to be settled, in our words."""

    psn_no: str
    visit: Visit
    batch: str
    insutype: str
    home: str
    treatment: str
    med_type: str
    care: str
    emergency: bool
    end: date
    bill: Bill
    paid_by_others: int
    given: Mapping[str, int]
    fees: Mapping[str, int]
    told: Mapping[str, str]
    """Facts that only the hospital knows and the interface has no field for: transfer, cause,
    hospital_kind …"""


def place(home: str, treatment: str) -> str:
    """Where care was given, seen from home: by the digits that both regions share."""
    for length, name in ((6, "county"), (4, "city"), (2, "province")):
        if home[:length] == treatment[:length]:
            return name
    return "outside"


def age_on(birth: date | None, day: date) -> int | None:
    """Whole years on `day`; the birthday itself completes the year."""
    return (
        None
        if birth is None
        else day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    )


def insurance_for(file: PersonFile, insutype: str, home: str, day: date) -> Insurance:
    """The enrolment that the care is settled with: of that type, in that pooling region, covering
    `day`.

    Several rows at once are normal; none that fits is NOT_INSURED, naming why.
    """
    of_type = [i for i in file.insurances if i.insutype == insutype]
    here = [i for i in of_type if i.admdvs[:4] == home[:4]]
    for one in here:
        if one.covers(day):
            return one
    if not of_type:
        rule = f"{day} 没有险种 {insutype} 的参保"
    elif not here:
        rule = f"险种 {insutype} 不在 {home} 参保"
    else:
        rule = f"险种 {insutype} 在 {day} 参保状态不正常或不在参保期内"
    raise Refused("NOT_INSURED", field="insutype", rule=rule)


def filing_for(filings: Sequence[Filing], visit: Visit, emergency: bool) -> str:
    """How the care away from home was filed (J25, X5); an emergency counts as filed."""
    kinds = {f.kind for f in filings if f.covers(visit.begin, visit.admdvs, visit.institution)}
    if emergency:
        kinds.add("emergency")
    return next((kind for kind in FILING_ORDER if kind in kinds), "none")


def standing_identities(file: PersonFile, request: Request) -> dict[str, tuple[str, ...]]:
    """Categories by determining region that count for this care: a stay in which one began or ended
    is settled wholly with it (J20)."""
    begin, end = request.visit.begin, request.end
    counts: Callable[[Identity], bool] = (
        (lambda i: i.stands_during(begin, end))
        if request.care in ("inpatient", "maternity")
        else (lambda i: i.stands_on(end))
    )
    found: dict[str, tuple[str, ...]] = {}
    for identity in sorted(
        (i for i in file.identities if counts(i)), key=lambda i: (i.admdvs, i.category)
    ):
        if identity.category not in found.get(identity.admdvs, ()):
            found[identity.admdvs] = (*found.get(identity.admdvs, ()), identity.category)
    return found


def decide(
    file: PersonFile,
    request: Request,
    institution: Institution,
    group: Callable[[str, int | None], str | None],
    policy_for: PolicyFor,
) -> Decision:
    """The price of the request as things stand: for every region and category that assists the
    person, the best one, once (J22, J24).

    Raises BadInput, Refused and PolicyUndetermined; changes nothing.
    """
    insurance = insurance_for(file, request.insutype, request.home, request.visit.begin)
    year = request.end.year
    totals = file.totals(year)
    age = age_on(file.person.birth, request.visit.begin)
    facts = Facts(
        care=request.care,
        insutype=request.insutype,
        level=institution.level,
        place=place(insurance.admdvs, request.treatment),
        filing=filing_for(file.filings, request.visit, request.emergency),
        person_group=group(insurance.psn_type, age),
        disease=request.visit.disease or "other",
        sex=file.person.sex,
        age=age,
        stay_no=totals.amounts.get("count:stays", 0) + (request.care == "inpatient"),
        years_enrolled=max(0, request.end.year - insurance.begin.year + 1),
        **request.told,
    )
    given = {**request.given, "payments_by_others": request.paid_by_others}
    identities = standing_identities(file, request) or {"": ()}
    priced: list[tuple[str, tuple[str, ...], Policy, Priced]] = []
    for assisted, categories in identities.items():
        policy = policy_for(insurance.admdvs, assisted, request.end)
        claim = Claim(request.bill, facts, categories, given, {}, totals.amounts)
        stands = assisted if standing(policy, claim) else ""
        if assisted and not stands:
            policy = policy_for(insurance.admdvs, "", request.end)
        priced.append((stands, categories, policy, price(policy, claim)))
    assisted, categories, policy, best = max(
        priced, key=lambda p: sum(map(int, p[3].by_fund.values()))
    )
    check_fees(request, place(insurance.admdvs, request.treatment))
    rest = tuple(
        (f"{p[3].category}@{p[0]}", Fen(sum(map(int, p[3].by_fund.values()))))
        for p in priced
        if p[3] is not best
    )
    return Decision(
        psn_no=request.psn_no,
        institution=institution.code,
        treatment=request.treatment,
        insured=insurance.admdvs,
        assisted=assisted,
        visit=request.visit,
        batch=request.batch,
        insutype=request.insutype,
        psn_type=insurance.psn_type,
        med_type=request.med_type,
        care=request.care,
        begin=request.visit.begin,
        end=request.end,
        year=year,
        policy_day=policy.day,
        packs=policy.packs,
        warnings=(),
        bill=request.bill,
        facts=facts,
        categories=categories,
        given=given,
        category=best.category,
        steps=best.steps,
        by_fund=best.by_fund,
        own=best.own,
        others=(*best.others, *rest),
        totals_before=dict(totals.amounts),
        totals_after=best.totals,
        last_before=totals.last,
        fees=request.fees,
    )


def reprice(decision: Decision, policy: Policy) -> Priced:
    """The same claim priced again from what was stored: under the same packs it gives the identical
    result."""
    return price(
        policy,
        Claim(
            decision.bill,
            decision.facts,
            decision.categories,
            decision.given,
            {},
            decision.totals_before,
        ),
    )


def check_fees(request: Request, where: str) -> None:
    """Fee totals by class sum to the bill; between provinces they must be there (X6, X10: totals at
    once, the itemised list later).

    Raises BadInput AMOUNT_SUM or FIELD_REQUIRED, naming feestt.
    """
    if where == "outside" and not request.fees:
        raise BadInput("FIELD_REQUIRED", field="feestt", rule="跨省结算须同时上传费用大类汇总")
    total = Fen(sum(request.fees.values()))
    if request.fees and total != request.bill.total:
        raise BadInput(
            "AMOUNT_SUM",
            field="feestt",
            rule=f"费用大类合计 {total} 元应等于医疗费总额 {request.bill.total} 元",
        )


def check_dates(begin: date, end: date, today: date, field: str) -> None:
    """Raises BadInput DATE_ORDER or DATE_FUTURE."""
    if end < begin:
        raise BadInput("DATE_ORDER", field=field, rule=f"结束日期 {end} 早于开始日期 {begin}")
    if end > today:
        raise BadInput("DATE_FUTURE", field=field, rule=f"{end} 晚于今天 {today}")
