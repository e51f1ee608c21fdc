"""From a person's file and a bill to the claims that may be priced, and the best of them, once.

Pure: the one builder for the hospital's counter and the agency's desk. It decides which enrolment
covers the care, which identities count and which region determined them, which facts follow, and in
which year the amount counts. Sources: 苏医保办发〔2023〕27号 art. 20 (J20), 22 (J22), 24 (J24) and
25 (J25), 人社部发〔2016〕120号 (九).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from medaid.benefit.engine import eligible_categories, price
from medaid.benefit.model import RESERVED, Bill, Claim, Facts, Priced
from medaid.errors import BadInput, PolicyUndetermined, Refused
from medaid.money import Fen
from medaid.people.model import Filing, Identity, Insurance, PersonFile, YearTotals, age_on
from medaid.policy.model import Policy
from medaid.policy.vocabulary import VALUES
from medaid.regions import Region

PolicyFor = Callable[[str, str, date], Policy]
"""(insured region, assisting region or "", last day of care) → policy."""
PersonGroup = Callable[[str, int | None], str | None]
"""psn_type and age → the group of persons that policies speak of, None where it cannot be told."""

FILING_ORDER: Final = ("referred_down", "referred", "long_term", "emergency", "temporary")
"""Where several filings cover a stay, the one that serves the patient best by every document seen
comes first."""
STAYS: Final = frozenset({"inpatient", "maternity"})
"""Care that lasts: an identity counts that stood on any one of its days (art. 20)."""
SENDER_FACTS: Final = (
    "transfer",
    "cause",
    "hospital_kind",
    "contracted",
    "contribution_grade",
    "first_contact",
)
"""Facts that some documents ask for and no register holds: the hospital or the desk states them. A
pack that asks for one that is not stated refuses (FACT_MISSING)."""


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What is asked to be priced, in our words: all that a claim needs beside the person's file.

    `stated_facts` go before what would be derived. `agency_amounts` are fen that a clause asks for
    because no figure of it can be cited (`hifp_pay` …): the agency states them, by case or by
    region and period. A hospital never does: it would fix what the fund pays it.
    """

    insutype: str
    insured_region: str
    """参保地 as stated; the enrolment must lie in its pooling region."""
    care: str
    begin: date
    end: date
    bill: Bill
    stated_facts: Mapping[str, str] = field(default_factory=dict)
    agency_amounts: Mapping[str, int] = field(default_factory=dict)
    paid_by_others: int = 0
    """Fen that commercial insurance, donations and the like have already paid."""
    treatment_region: str = ""
    """就医地; empty where the locality is stated instead."""
    institution: str = ""
    emergency: bool = False
    office: str = ""
    """The region whose office decides: it decides on identities of itself and of the regions in it
    alone. Empty at the counter, where every determining region's identity counts."""
    enrolment_may_lapse: bool = False
    """Contributions are in arrears (J23): an enrolment that is not in force is taken where none
    is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to price the request: with the identities that one region determined, or with none.

    `assisting_region` is empty where nobody assists.
    """

    assisting_region: str
    enrolment: Insurance
    policy: Policy
    totals: YearTotals
    claim: Claim

    @property
    def year(self) -> int:
        """The year in which the amount counts (`year_basis` of the insured region's documents)."""
        return self.totals.year


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidate that pays most, its price, and what the others would have paid, by
    `category@region` (就高, art. 22)."""

    candidate: Candidate
    priced: Priced
    others: tuple[tuple[str, Fen], ...]


def decide(
    file: PersonFile,
    request: ClaimRequest,
    today: date,
    policy_for: PolicyFor,
    person_group: PersonGroup,
) -> Choice:
    """The price of the request as things stand: for every region and category that assists the
    person, the best one, once (J22, J24).

    Raises BadInput, Refused and PolicyUndetermined.
    """
    return best_of(candidates(file, request, today, policy_for, person_group))


def candidates(
    file: PersonFile,
    request: ClaimRequest,
    today: date,
    policy_for: PolicyFor,
    person_group: PersonGroup,
) -> list[Candidate]:
    """Every way to price the request, by determining region; one without assistance where no
    identity counts."""
    by_region = identities_by_region(file.identities, request)
    return [
        candidate(file, request, region, categories, today, policy_for, person_group)
        for region, categories in (by_region or {"": ()}).items()
    ]


def candidate(
    file: PersonFile,
    request: ClaimRequest,
    assisting_region: str,
    categories: tuple[str, ...],
    today: date,
    policy_for: PolicyFor,
    person_group: PersonGroup,
) -> Candidate:
    """The request with `categories` of one determining region. Where that region assists none of
    them, as for somebody without an identity."""
    enrolment = enrolment_for(
        file.insurances,
        request.insutype,
        request.insured_region,
        request.begin,
        may_lapse=request.enrolment_may_lapse,
    )

    def under(region: str) -> Candidate:
        policy = policy_for(enrolment.admdvs, region, request.end)
        totals = file.totals(year_of(policy, request.end, today))
        facts = facts_for(file, request, enrolment, totals, person_group)
        amounts = {**request.agency_amounts, RESERVED: request.paid_by_others}
        claim = Claim(request.bill, facts, categories, amounts, {}, totals.amounts)
        return Candidate(region, enrolment, policy, totals, claim)

    found = under(assisting_region)
    if assisting_region and not eligible_categories(found.policy, found.claim):
        return under("")
    return found


def best_of(
    found: Sequence[Candidate], pricing: Callable[[Policy, Claim], Priced] = price
) -> Choice:
    """The candidate under which the funds pay most, the first of equals; each is priced once."""
    priced = [pricing(one.policy, one.claim) for one in found]
    best = max(range(len(found)), key=lambda i: (funds_pay(priced[i]), -i))
    rest = tuple(
        (f"{priced[i].category}@{found[i].assisting_region}", Fen(funds_pay(priced[i])))
        for i in range(len(found))
        if i != best
    )
    return Choice(found[best], priced[best], (*priced[best].others, *rest))


def funds_pay(priced: Priced) -> int:
    """What all payers together pay, in fen."""
    return sum(map(int, priced.by_fund.values()))


def year_of(policy: Policy, end: date, today: date) -> int:
    """The year whose totals the amount counts in: that of the day the care ended, or that of the
    settlement, as the insured region's documents say."""
    return today.year if policy.year_basis == "settled" else end.year


def enrolment_for(
    enrolments: Sequence[Insurance],
    insutype: str,
    insured_region: str,
    day: date,
    *,
    may_lapse: bool = False,
) -> Insurance:
    """The enrolment that the care is settled with: of that type, in that pooling region, covering
    `day`. Several rows at once are normal.

    With `may_lapse` one that is not in force is taken where none is (J23). Raises Refused
    NOT_INSURED naming why.
    """
    of_type = [one for one in enrolments if one.insutype == insutype]
    here = [one for one in of_type if Region(one.admdvs).pools_with(Region(insured_region))]
    for one in here:
        if one.covers(day):
            return one
    if here and may_lapse:
        return here[0]
    if not of_type:
        rule = f"{day} 没有险种 {insutype} 的参保"
    elif not here:
        rule = f"险种 {insutype} 不在 {insured_region} 参保"
    else:
        rule = f"险种 {insutype} 在 {day} 参保状态不正常或不在参保期内"
    raise Refused("NOT_INSURED", field="insutype", rule=rule)


def identities_by_region(
    identities: Sequence[Identity], request: ClaimRequest
) -> dict[str, tuple[str, ...]]:
    """Categories that count for the care, by the region that determined them (J24), in order.

    A stay in which an identity stood for one day is settled wholly with it; other care counts the
    day it ended (J20).
    """
    found: dict[str, tuple[str, ...]] = {}
    for one in sorted(identities, key=lambda i: (i.admdvs, i.category)):
        if request.office and not Region(request.office).contains(Region(one.admdvs)):
            continue
        stands = (
            one.stands_during(request.begin, request.end)
            if request.care in STAYS
            else one.stands_on(request.end)
        )
        if stands and one.category not in found.get(one.admdvs, ()):
            found[one.admdvs] = (*found.get(one.admdvs, ()), one.category)
    return found


def facts_for(
    file: PersonFile,
    request: ClaimRequest,
    enrolment: Insurance,
    totals: YearTotals,
    person_group: PersonGroup,
) -> Facts:
    """What decides which clauses apply. What nobody knows is None, so that a clause that needs it
    asks for it."""
    person, treatment = file.person, request.treatment_region
    age = age_on(person.birth, request.begin)
    found: dict[str, Any] = {
        "insutype": request.insutype or None,
        "person_group": person_group(enrolment.psn_type, age),
        "disease": "other",
        "sex": person.sex or None,
        "age": age,
        "stay_no": totals.amounts.get("count:stays", 0) + (request.care == "inpatient"),
        "years_enrolled": max(0, request.end.year - enrolment.begin.year + 1),
    }
    if treatment:
        found["place"] = Region(enrolment.admdvs).locality(Region(treatment))
        found["filing"] = filing_for(file.filings, request)
    found.update({name: value for name, value in request.stated_facts.items() if value})
    return Facts(care=request.care, **found)


def filing_for(filings: Sequence[Filing], request: ClaimRequest) -> str:
    """How the care away from home was filed (J25, X5); an emergency counts as filed."""
    kinds = {
        f.kind
        for f in filings
        if f.covers(request.begin, request.treatment_region, request.institution)
    }
    if request.emergency:
        kinds.add("emergency")
    return next((kind for kind in FILING_ORDER if kind in kinds), "none")


def check_stated_facts(rows: object, at: str) -> dict[str, str]:
    """The facts that a sender states: names of `SENDER_FACTS`, in the words of
    docs/policy-format.md. Raises BadInput naming `at` and the fact."""
    if not isinstance(rows, Mapping):
        raise BadInput("FIELD_FORMAT", field=at, rule="应为对象")
    for name, value in rows.items():
        if name not in SENDER_FACTS:
            raise BadInput(
                "FIELD_UNKNOWN", field=f"{at}.{str(name)[:30]}", rule="、".join(SENDER_FACTS)
            )
        if not isinstance(value, str) or value not in VALUES[name]:
            raise BadInput(
                "CODE_UNKNOWN",
                field=f"{at}.{name}",
                rule="、".join(f"{code} {word}" for code, word in VALUES[name].items()),
            )
    return dict(rows)


def refuse_sender_amounts(rows: object, at: str) -> None:
    """What a hospital states that only the agency may state: refused, so that nobody fixes what the
    fund pays them.

    Raises BadInput for what are no amounts, PolicyUndetermined FIGURE_MISSING for every amount.
    """
    if not isinstance(rows, Mapping):
        raise BadInput("FIELD_FORMAT", field=at, rule="应为对象")
    for name, value in rows.items():
        field = f"{at}.{str(name)[:30]}"
        if Fen.of_yuan(value, field) < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=field, rule="不得为负")
        raise PolicyUndetermined(
            "FIGURE_MISSING",
            field=field,
            rule="该金额没有可引用的标准,由经办机构核定,不由医疗机构申报:请转手工报销办理",
        )


def check_fee_classes(bill: Bill, classes: Mapping[str, int], at: str) -> None:
    """Fee totals by national class, where there are any, sum to the bill. Raises BadInput
    AMOUNT_SUM naming `at`."""
    total = Fen(sum(map(int, classes.values())))
    if classes and total != bill.total:
        raise BadInput(
            "AMOUNT_SUM",
            field=at,
            rule=f"费用大类合计 {total} 元应等于医疗费总额 {bill.total} 元",
        )
