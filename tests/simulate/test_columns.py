"""The columns give, claim for claim and to the fen, what the single-case engine gives (M二.2,
J22, J25, J26)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.simulate import populations

from medaid.errors import MedaidError
from medaid.policy.service import Library, library
from medaid.simulate import fallback
from medaid.simulate.model import Visits
from medaid.simulate.pricing import Pricer

Answer = dict[str, Any]


def one_by_one(visits: Visits, packs: Library) -> list[Answer]:
    """The population through the single-case engine: each person-year in order, a refused visit
    leaving the totals as they were."""
    answers: list[Answer] = [{} for _ in range(len(visits))]
    totals: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for row in sorted(
        range(len(visits)), key=lambda i: (int(visits.person[i]), int(visits.settled[i]), i)
    ):
        year = int(visits.person[row]), year_of(visits, row, packs)
        try:
            priced = fallback.priced(packs, visits, row, totals[year])
        except MedaidError as refusal:
            answers[row] = {"refused": refusal.code}
            continue
        paid = {step.layer: step.paid for step in priced.steps if step.paid}
        own_in_policy = priced.totals.get("own_in_policy", 0) - totals[year].get("own_in_policy", 0)
        answers[row] = {
            "refused": "",
            "paid": paid,
            "own": int(priced.person_pays),
            "own_in_policy": own_in_policy,
            "category": priced.category,
        }
        totals[year] = dict(priced.totals)
    return answers


def year_of(visits: Visits, row: int, packs: Library) -> int:
    """The year whose caps a visit uses; any year where no policy says so, for then it is
    refused."""
    region = visits.region.word(row) or ""
    assisting = "" if visits.categories.word(row) is None else visits.assisting.word(row) or region
    try:
        basis = packs.policy_for(
            region, assisting, date.fromordinal(int(visits.day[row]))
        ).year_basis
    except MedaidError:
        basis = "care_end"
    return date.fromordinal(int((visits.settled if basis == "settled" else visits.day)[row])).year


def in_columns(visits: Visits, pricer: Pricer | None = None) -> list[Answer]:
    """The same population through the columns."""
    outcome = (pricer or Pricer(library())).price(visits)
    answers: list[Answer] = []
    for row in range(len(visits)):
        code = outcome.refusals[outcome.refused[row]]
        if code:
            assert not outcome.own[row]
            assert not any(amounts[row] for amounts in outcome.paid.values())
            answers.append({"refused": code})
            continue
        paid = {layer: int(amounts[row]) for layer, amounts in outcome.paid.items() if amounts[row]}
        told = {
            "own": int(outcome.own[row]),
            "own_in_policy": int(outcome.own_in_policy[row]),
            "category": outcome.categories[outcome.category[row]],
        }
        answers.append({"refused": "", "paid": paid, **told})
    return answers


def differing(
    visits: Visits, pricer: Pricer | None = None, packs: Library | None = None
) -> list[tuple[int, Answer, Answer]]:
    """Rows where the two ways do not agree."""
    pairs = zip(one_by_one(visits, packs or library()), in_columns(visits, pricer), strict=True)
    return [(row, single, column) for row, (single, column) in enumerate(pairs) if single != column]


@pytest.mark.parametrize("stay_numbers", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_equal_to_the_single_case_engine(seed: int, stay_numbers: bool) -> None:
    """Four hundred persons of both cities with up to six visits each, bad rows among them."""
    rows = populations.population(seed, 400)
    if stay_numbers:
        for index, row in enumerate(rows):
            row["stay_no"] = index % 4 + 1
    assert differing(populations.visits(rows, stay_numbers=stay_numbers)) == []


def test_a_pricer_keeps_nothing_between_chunks_that_changes_an_answer() -> None:
    pricer = Pricer(library())
    for seed in range(3):
        assert differing(populations.visits(populations.population(seed, 200)), pricer) == []


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 12))
def test_equal_for_any_small_population(seed: int, persons: int, most_visits: int) -> None:
    assert differing(populations.visits(populations.population(seed, persons, most_visits))) == []


def test_the_two_cities_need_no_single_pricing() -> None:
    """Every clause of both cities is covered by the columns, refusals for a missing figure
    included."""
    outcome = Pricer(library()).price(populations.visits(populations.population(7, 500)))
    assert outcome.fallback == 0
    assert outcome.why_fallback == {}
    assert (outcome.refused > 0).any()


def test_amounts_too_large_for_the_columns_go_through_the_engine() -> None:
    """The largest bill of the interface (N16,2) times a ratio does not fit 64 bits with any finer
    scale; nothing wraps around."""
    row = populations.row(Random(1), 1, good=True) | {
        "day": date(2019, 6, 1),
        "region": "440900",
        "care": "inpatient",
        "level": "3",
    }
    row |= {"place": "city", "filing": "none", "categories": "low_income", "given": {}}
    rows = [
        row | {"total": size, "in_policy": size, "own_expense": 0}
        for size in (10**16 - 1, 10**15, 2**61 // 100, 2**61 // 100 + 1, 9 * 10**18)
    ]
    visits = populations.visits(rows)
    assert differing(visits) == []
    assert Pricer(library()).price(visits).why_fallback != {}
