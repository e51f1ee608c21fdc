"""Plans: chosen once for the facts that clauses ask for; asked for what decides, and nothing else;
the answer comes as fen (J5, J22, J26)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from medaid.benefit import plan as planning
from medaid.benefit.engine import eligible_categories, price, price_year_end
from medaid.benefit.model import Bill, Claim, Facts
from medaid.benefit.plan import plan
from medaid.errors import BadInput, PolicyUndetermined
from medaid.money import Fen
from medaid.policy.service import library

MAOMING = library().policy_for("440900", "440900", date(2019, 6, 1))
FACTS = Facts(care="inpatient", insutype="390", level="3", place="city")


def claim(yuan: int = 10000, facts: Facts = FACTS, *categories: str) -> Claim:
    return Claim(
        Bill(Fen(yuan * 100), Fen(yuan * 100)), facts, categories, {"payments_by_others": 0}
    )


def test_facts_that_no_clause_asks_for_do_not_multiply_plans() -> None:
    plan(MAOMING, FACTS)
    before = len(planning._plans)
    for age in range(100):
        assert plan(MAOMING, FACTS._replace(age=age, sex="2", disease="other")) is plan(
            MAOMING, FACTS
        )
    assert len(planning._plans) == before


def test_who_bears_nothing_first_bears_nothing_at_all_first() -> None:
    """Not a millionth of a millionth either, which no bill of today would show."""
    planned = plan(MAOMING, FACTS)
    assert {(one.initial_self_pay, one.reckoning.initial_ratio) for one in planned} == {(0, 0)}


def test_a_fact_that_cannot_decide_is_not_asked_for() -> None:
    """In the city the referral does not matter, outside it does."""
    assert price(MAOMING, claim(facts=FACTS._replace(filing=None))).person_pays
    with pytest.raises(PolicyUndetermined) as caught:
        price(MAOMING, claim(facts=FACTS._replace(place="outside", filing=None)))
    assert (caught.value.code, caught.value.field) == ("FACT_MISSING", "filing")


@pytest.mark.parametrize("name", ["care", "insutype", "level", "place"])
def test_a_missing_fact_is_named(name: str) -> None:
    with pytest.raises(PolicyUndetermined) as caught:
        price(MAOMING, claim(facts=FACTS._replace(filing="none")._replace(**{name: None})))
    assert (caught.value.code, caught.value.field) == ("FACT_MISSING", name)


def test_an_orphan_is_under_eighteen() -> None:
    """M二(一): 未满18周岁."""
    assert eligible_categories(MAOMING, claim(1, FACTS._replace(age=17), "orphan")) == ("orphan",)
    assert eligible_categories(MAOMING, claim(1, FACTS._replace(age=18), "orphan")) == ()


def test_a_category_that_the_region_does_not_assist_is_nobodys() -> None:
    assert price(MAOMING, claim(10000, FACTS, "veteran_benefit")).category == "none"


def test_equal_answers_take_the_category_named_first() -> None:
    facts = FACTS._replace(age=10)
    one, other = (
        price(MAOMING, claim(10000, facts, "orphan", "destitute_support")),
        price(MAOMING, claim(10000, facts, "destitute_support", "orphan")),
    )
    assert (one.category, other.category) == ("orphan", "destitute_support")
    assert one.by_fund == other.by_fund


def test_what_leaves_the_engine_is_fen() -> None:
    priced = price(MAOMING, claim(50000, FACTS, "low_income"))
    assert all(type(amount) is Fen for amount in (priced.person_pays, *priced.by_fund.values()))


def test_a_year_end_that_is_not_what_the_totals_say_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        price_year_end(MAOMING, claim(5))
    assert caught.value.field == "medfee_sumamt"


def test_a_policy_without_its_basic_layers_still_prices_the_assistance() -> None:
    """J23: the employer is in arrears, assistance is payable on the whole of the in-policy cost."""
    alone = replace(
        MAOMING,
        layers=tuple(x for x in MAOMING.layers if x.tier not in ("basic", "critical")),
        version="arrears",
    )
    priced = price(alone, claim(10000, FACTS, "subsistence_allowance"))
    assert [(s.layer, s.paid) for s in priced.steps if s.paid] == [("assistance_inpatient", 800000)]


def test_a_care_without_basic_clause_is_refused() -> None:
    with pytest.raises(PolicyUndetermined) as caught:
        price(MAOMING, claim(1, FACTS._replace(care="pharmacy")))
    assert (caught.value.code, caught.value.field) == ("CLAUSE_GAP", "med_type")
