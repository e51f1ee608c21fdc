"""What the end of the year pays: from the totals alone, the best region once, never twice (J22,
J24; design section 4, year-end refunds)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.people.samples import identity, insurance, person
from tests.policy.test_officers import BASIC, CATEGORY, HEAD, RELIEF, YEAR_END, pack

from medaid.benefit.model import Facts
from medaid.benefit.year_end import has_year_end, settle_year_end, year_end_claim
from medaid.errors import Refused
from medaid.people.model import PersonFile, YearTotals
from medaid.policy.service import Library

CITY = Library([pack(HEAD + CATEGORY + BASIC + RELIEF + YEAR_END)])
ALLOWANCE = identity("subsistence_allowance", date(2024, 1, 1), admdvs="990100")
YEAR = YearTotals(2024, 7, {"own_all": 60_000, "own_in_policy": 50_000, "total": 200_000})
FILE = PersonFile(
    person(), (insurance(date(2020, 1, 1), admdvs="990100"),), (ALLOWANCE,), (), (), (YEAR,)
)


def group(_psn_type: str, _age: int | None) -> str:
    return "adult"


def settled(file: PersonFile) -> tuple[str, int, dict[str, int]]:
    choice = settle_year_end(file, 2024, "390", "990100", CITY.policy_for, group)
    paid = sum(map(int, choice.priced.by_fund.values()))
    return choice.candidate.assisting_region, paid, dict(choice.priced.totals)


def test_the_year_is_refunded_from_its_totals_and_only_once() -> None:
    """Half of the 500.00 in policy that the person bore; asked again, nothing."""
    region, paid, after = settled(FILE)
    assert (region, paid) == ("990100", 25_000)
    assert (after["own_all"], after["paid:refund"]) == (35_000, 25_000)
    again = replace(FILE, years=(replace(YEAR, amounts=after),))
    assert settled(again)[1] == 0


@pytest.mark.parametrize(
    ("end", "paid"), [(None, 25_000), (date(2024, 12, 1), 25_000), (date(2024, 11, 30), 0)]
)
def test_an_identity_counts_that_stands_on_the_last_day_of_the_year(
    end: date | None, paid: int
) -> None:
    ended = identity("subsistence_allowance", date(2024, 1, 1), end, admdvs="990100")
    assert settled(replace(FILE, identities=(ended,)))[1] == paid


def test_nobody_insured_there_is_refused() -> None:
    with pytest.raises(Refused, match="不在 990100 参保"):
        settled(replace(FILE, insurances=(insurance(date(2020, 1, 1), admdvs="440900"),)))


def test_a_year_without_payments_of_the_person_is_refunded_nothing() -> None:
    assert settled(replace(FILE, years=()))[1] == 0


def test_the_claim_of_a_year_knows_no_kind_of_care() -> None:
    claim = year_end_claim(Facts(care="inpatient"), (), YEAR.amounts)
    assert claim.facts.care is None
    assert (claim.bill.total, claim.bill.in_policy, claim.bill.own_expense) == (
        60_000,
        50_000,
        10_000,
    )


def test_a_region_without_such_layers_need_not_be_asked() -> None:
    assert has_year_end(CITY.policy_for("990100", "990100", date(2024, 12, 31)))
    plain = Library([pack(HEAD + CATEGORY + BASIC + RELIEF)])
    assert not has_year_end(plain.policy_for("990100", "990100", date(2024, 12, 31)))
