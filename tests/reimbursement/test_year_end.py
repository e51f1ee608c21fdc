"""What the end of the year refunds, asked for by an office: computed from the year's totals, shown
with its clause, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.benefit.test_year_end import CITY, YEAR, group
from tests.reimbursement.office import office, register

from medaid.aws.transaction import commit
from medaid.errors import Refused
from medaid.people import service as people
from medaid.people.model import YearTotals
from medaid.reimbursement import service

pytestmark = pytest.mark.usefixtures("tables")
REGION = "990100"
NOW = datetime(2025, 3, 1, tzinfo=UTC)


def refunding() -> service.Context:
    return replace(office(), policy_for=CITY.policy_for, person_group=group)


def known() -> None:
    register(admdvs=REGION)
    commit(people.totals_changed("P1", YearTotals(2024, 0, {}), replace(YEAR, version=1)))


def test_the_refund_of_a_year_is_shown_with_its_layer() -> None:
    known()
    found = service.show_year_end(refunding(), REGION, "P1", 2024, "390", NOW)
    assert sum(map(int, found.priced.by_fund.values())) == 25_000
    assert found.candidate.assisting_region == REGION
    assert people.load("P1", 2024).totals(2024).version == 1


def test_a_year_that_runs_is_not_refunded() -> None:
    known()
    with pytest.raises(Refused) as told:
        service.show_year_end(refunding(), REGION, "P1", 2025, "390", NOW)
    assert told.value.code == "PERIOD_OPEN"


def test_a_region_without_such_a_benefit_says_so() -> None:
    known()
    with pytest.raises(Refused) as told:
        service.show_year_end(office(), "320100", "P1", 2024, "390", NOW)
    assert (told.value.code, told.value.field) == ("NOT_FOUND", "year")


def test_somebody_insured_elsewhere_is_refused() -> None:
    register(admdvs="320100")
    with pytest.raises(Refused) as told:
        service.show_year_end(refunding(), REGION, "P1", 2024, "390", NOW)
    assert told.value.code == "NOT_INSURED"
