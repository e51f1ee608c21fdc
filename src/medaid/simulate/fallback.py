"""One person-year through the single-case engine, visit after visit: for what the columns do not
cover, and to hold them to account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from medaid.benefit.model import Bill, Claim, Facts, Priced
from medaid.benefit.service import price, stay_number
from medaid.errors import MedaidError
from medaid.money import Fen
from medaid.policy.service import Library
from medaid.simulate.model import BILL, TEXT_FACTS, UNKNOWN, LayerName, PricedChunk, Visits
from medaid.simulate.pricing_plan import PlanCache


def claim_of(visits: Visits, row: int, totals: dict[str, int]) -> Claim:
    """The visit in `row` as the engine sees it; the stay's number follows the order where the file
    does not give it."""
    facts: dict[str, str | int | None] = {
        name: visits.facts[name].word(row) for name in TEXT_FACTS if name in visits.facts
    }
    for name, values in visits.numbers.items():
        number = int(values[row])
        facts[name] = None if number == UNKNOWN else number
    if "stay_no" not in visits.numbers:
        facts["stay_no"] = stay_number(totals, facts.get("care"))
    joined = visits.categories.word(row)
    return Claim(
        Bill(*(Fen(int(visits.bill[name][row])) for name in BILL)),
        Facts(**facts),  # type: ignore[arg-type]  # names and values are those of Facts
        tuple(joined.split(";")) if joined else (),
        stated_amounts={
            name: int(values[row])
            for name, values in visits.given.items()
            if values[row] != UNKNOWN
        },
        components={
            name: int(values[row])
            for name, values in visits.components.items()
            if values[row] != UNKNOWN
        },
        totals=totals,
    )


def priced(library: Library, visits: Visits, row: int, totals: dict[str, int]) -> Priced:
    """The visit in `row` priced after `totals`. Raises MedaidError where it is refused."""
    region = visits.region.word(row) or ""
    nobody = visits.categories.word(row) is None
    policy = library.policy_for(
        region,
        "" if nobody else (visits.assisting.word(row) or region),
        date.fromordinal(int(visits.day[row])),
    )
    return price(policy, claim_of(visits, row, totals))


def price_year(
    library: Library, visits: Visits, rows: Sequence[int], outcome: PricedChunk, cache: PlanCache
) -> None:
    """Prices one person-year, in the order of `rows`, into `outcome`. A refused visit leaves the
    year's totals as they were."""
    totals: dict[str, int] = {}
    for row in rows:
        for amounts in outcome.paid.values():
            amounts[row] = 0
        outcome.fallback += 1
        try:
            answer = priced(library, visits, row, totals)
        except MedaidError as refusal:
            outcome.refused[row] = cache.refusal(refusal.code, refusal.field)
            outcome.own[row] = outcome.own_in_policy[row] = outcome.category[row] = 0
            continue
        outcome.refused[row] = 0
        for step in answer.steps:
            cache.layers.setdefault(step.layer, LayerName(step.name, step.fund, step.tier))
            outcome.column(step.layer)[row] = step.paid
        outcome.own[row] = answer.person_pays
        outcome.own_in_policy[row] = answer.totals.get("own_in_policy", 0) - totals.get(
            "own_in_policy", 0
        )
        outcome.category[row] = cache.category(answer.category)
        totals = dict(answer.totals)
