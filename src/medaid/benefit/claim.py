"""From a person's file and a bill to the claims that may be priced, and the best of them, once.

Pure: the one builder for the hospital's counter and the agency's desk. It decides which enrolment
covers the care, which identities count and which region determined them, which facts follow, and in
which year the amount counts. Sources: 苏医保办发〔2023〕27号 art. 20 (J20), 22 (J22), 24 (J24) and
25 (J25), 人社部发〔2016〕120号 (九).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from medaid.benefit.engine import eligible_categories, price
from medaid.benefit.facts import (
    ClaimRequest,
    PersonGroup,
    enrolment_for,
    facts_for,
    identities_by_region,
)
from medaid.benefit.model import RESERVED, Claim, Priced
from medaid.errors import PolicyUndetermined
from medaid.money import Fen
from medaid.people.model import Insurance, PersonFile, YearTotals
from medaid.policy.model import Policy

T = TypeVar("T")
PolicyFor = Callable[[str, str, date], Policy]
"""(insured region, assisting region or "", last day of care) → policy."""


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


def decide_with_entered(
    deciding: Callable[[PolicyFor], T], policy_for: PolicyFor, entered: Callable[[], PolicyFor]
) -> T:
    """What `deciding` answers under `policy_for`; where a figure is missing, under what agencies
    have `entered`, which is asked for only then."""
    try:
        return deciding(policy_for)
    except PolicyUndetermined as silent:
        if silent.code != "FIGURE_MISSING":
            raise
    return deciding(entered())


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
    """The candidate under which the funds pay most; of equals one with assistance, because what it
    counts of the year's lines serves the person later, then the first. Each is priced once."""
    priced = [pricing(one.policy, one.claim) for one in found]
    best = max(
        range(len(found)),
        key=lambda i: (funds_pay(priced[i]), bool(found[i].assisting_region), -i),
    )
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
