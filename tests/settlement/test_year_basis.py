"""The year in which an amount counts, at the counter: by the end of care or by the settlement, as
the insured region's documents say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.conftest import Tables
from tests.people.samples import insurance
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    his,
    known_person,
    passed,
    stay_input,
)

from medaid.people import service as people
from medaid.settlement import service
from medaid.settlement.model import Institution

SUZHOU = Institution("H32050500001", "虎丘区医院", "320505", "1")
NANJING = Institution("H32010500001", "建邺区医院", "320105", "1")


def at(day: date) -> Callable[[bytes, str], tuple[int, dict[str, Any]]]:
    now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return lambda body, institution: service.answer(body, his(institution), now, lambda: now)


@pytest.mark.parametrize(
    ("institution", "home", "settled_on", "year"),
    [
        (SUZHOU, "320500", date(2024, 1, 3), 2024),
        (SUZHOU, "320500", date(2023, 12, 31), 2023),
        (NANJING, "320100", date(2025, 1, 3), 2024),
    ],
    ids=[
        "Suzhou, settled in January",
        "Suzhou, settled in December",
        "Nanjing, settled in January",
    ],
)
def test_a_december_stay_counts_in_the_year_that_the_documents_name(
    tables: Tables, institution: Institution, home: str, settled_on: date, year: int
) -> None:
    """Right money, 13. Suzhou's caps run by the year of settlement (`year_basis = "settled"`)."""
    contracted(institution)
    known_person("P1", insured=(insurance(date(2018, 1, 1), admdvs=home),))
    december = 2023 if home == "320500" else 2024
    hospital = Hospital(institution, home, at(settled_on))
    mdtrt_id = hospital.stay("P1", f"{december}-12-20 09:00:00", f"{december}-12-30 09:00:00")
    passed(hospital.call("2304", stay_input("P1", mdtrt_id, bill("3000.00", "3000.00"))))
    changed = [one.year for one in people.load("P1", 2023).years if one.amounts]
    assert changed == [year]
