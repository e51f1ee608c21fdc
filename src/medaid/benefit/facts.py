"""What is asked to be priced, and what follows from the person's file: the enrolment that covers
the care, the identities that count, the facts that clauses ask for. Pure.

Sources: 苏医保办发〔2023〕27号 art. 20 (J20), 24 (J24) and 25 (J25), 人社部发〔2016〕120号 (九).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from medaid.benefit.model import Bill, Facts, Step
from medaid.errors import Refused
from medaid.instants import age_on
from medaid.money import Fen
from medaid.people.model import Filing, Identity, Insurance, PersonFile, YearTotals
from medaid.policy.vocabulary import Care, Tier
from medaid.regions import Region

PersonGroup = Callable[[str, int | None], str | None]
"""psn_type and age → the group of persons that policies speak of, None where it cannot be told."""

FILING_ORDER: Final = ("referred_down", "referred", "long_term", "emergency", "temporary")
"""Where several filings cover a stay, the one that serves the patient best by every document seen
comes first."""
STAYS: Final = frozenset({Care.INPATIENT, Care.MATERNITY})
"""Care that lasts: an identity counts that stood on any one of its days (art. 20)."""


def outpatient_assistance(care: str, steps: Iterable[Step]) -> Fen:
    """What of the assistance that `steps` pay is 门诊救助: that of care which is no stay, without
    tilted and secondary assistance, which documents name beside it (茂民规〔2018〕3号二(二))."""
    if care in STAYS:
        return Fen(0)
    paid = (s.paid for s in steps if s.tier == Tier.ASSISTANCE and s.fund == "maf_pay")
    return Fen(sum(paid))


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
        "stay_no": stay_number(totals.amounts, request.care),
        "years_enrolled": max(0, request.end.year - enrolment.begin.year + 1),
    }
    if treatment:
        found["place"] = Region(enrolment.admdvs).locality(Region(treatment))
        found["filing"] = filing_for(file.filings, request)
    found.update({name: value for name, value in request.stated_facts.items() if value})
    return Facts(care=request.care, **found)


def stay_number(totals: Mapping[str, int], care: str | int | None) -> int:
    """Which stay of the year it is: care that is none of its own comes after so many."""
    return totals.get("count:stays", 0) + (care == Care.INPATIENT)


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
