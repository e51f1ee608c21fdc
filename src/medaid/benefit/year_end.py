"""What the year-end layers (`kind = "year_end"`: refunds on the year's own payments) pay a person.
Pure.

The year's totals are all there is: the bill is what the person bore, and no kind of care has a part
of its own in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from medaid.benefit.claim import Candidate, Choice, PolicyFor, best_of, candidates
from medaid.benefit.engine import price_year_end
from medaid.benefit.facts import ClaimRequest, PersonGroup
from medaid.benefit.model import Bill, Claim, Facts
from medaid.money import Fen
from medaid.people.model import PersonFile
from medaid.policy.model import Policy
from medaid.policy.vocabulary import LayerKind


def has_year_end(policy: Policy) -> bool:
    """Whether any layer is settled at the end of the year: where none is, nobody need be asked."""
    return any(layer.kind == LayerKind.YEAR_END for layer in policy.layers)


def year_end_claim(
    facts: Facts,
    categories: tuple[str, ...],
    totals: Mapping[str, int],
    stated_amounts: Mapping[str, int] | None = None,
) -> Claim:
    """The claim of a whole year: what the person bore in it, as the totals (fen) say. The kind of
    care is not known, so a clause that asks for it refuses (FACT_MISSING)."""
    bore, in_policy = totals.get("own_all", 0), totals.get("own_in_policy", 0)
    bill = Bill(Fen(bore), Fen(in_policy), Fen(bore - in_policy))
    amounts = dict(stated_amounts or {})
    return Claim(bill, facts._replace(care=None), categories, amounts, {}, dict(totals))


def settle_year_end(
    file: PersonFile,
    year: int,
    insutype: str,
    insured_region: str,
    policy_for: PolicyFor,
    person_group: PersonGroup,
) -> Choice:
    """What a person's `year` is refunded: by the policy of its last day and the identities that
    stand on it, for every determining region, the best once (J22, J24).

    A refund is paid once a year: asked again, it pays nothing and says so. The totals after it are
    `choice.priced.totals`. Raises Refused NOT_INSURED and PolicyUndetermined.
    """
    last = date(year, 12, 31)
    request = ClaimRequest(
        insutype,
        insured_region,
        "",
        last,
        last,
        Bill(Fen(0), Fen(0)),
        enrolment_may_lapse=True,
    )
    found = candidates(file, request, last, policy_for, person_group)
    return best_of([_of_year(one) for one in found], price_year_end)


def _of_year(one: Candidate) -> Candidate:
    claim = year_end_claim(one.claim.facts, one.claim.categories, one.totals.amounts)
    return replace(one, claim=claim)
