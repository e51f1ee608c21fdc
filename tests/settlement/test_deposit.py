"""2303 before discharge: what the funds would pay if the stay ended today, by which a hospital sets
its deposit. Issue: the hospital's door, 2."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
)

from medaid.people import service as people
from medaid.settlement.settling import DEPOSIT

AMOUNTS = bill("50000.00", "45000.00")


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def amounts(answer: dict[str, Any]) -> dict[str, Any]:
    """What is paid by whom."""
    info = answer["output"]["setlinfo"]
    return {name: info[name] for name in info if name.endswith(("_pay", "_amt", "_sumamt"))}


def test_a_stay_that_goes_on_is_previewed_as_if_it_ended_today(tables: Tables) -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    seen = tables.everything()
    asked = hospital.call("2303", stay_input("P1", stay, AMOUNTS))
    assert passed(asked)["setlinfo"]["setl_id"] is None
    assert DEPOSIT in asked["warn_msg"]
    assert tables.everything() == seen, "a preview writes nothing"
    assert people.load("P1", 2021).visits[0].end is None, "the stay goes on"
    hospital.discharge("P1", stay, "2021-07-05 09:00:00")
    preview = hospital.call("2303", stay_input("P1", stay, AMOUNTS))
    assert DEPOSIT not in preview["warn_msg"]
    assert amounts(preview) == amounts(asked)


def test_the_more_of_the_bill_there_is_the_more_is_previewed() -> None:
    """From day to day, with the bill as it stands: each is a preview of its own."""
    hospital = Hospital()
    stay = hospital.admit("P1")
    small = hospital.call("2303", stay_input("P1", stay, bill("10000.00", "9000.00")))
    whole = hospital.call("2303", stay_input("P1", stay, AMOUNTS))
    paid = [float(passed(one)["setlinfo"]["fund_pay_sumamt"]) for one in (small, whole)]
    assert 0 < paid[0] < paid[1]


def test_a_stated_day_of_discharge_is_no_deposit_check() -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    given = stay_input("P1", stay, AMOUNTS, dscgTime="2021-07-01")
    assert DEPOSIT not in hospital.call("2303", given)["warn_msg"]
    later = stay_input("P1", stay, AMOUNTS, dscgTime="2021-07-06")
    refused(hospital.call("2303", later), "DATE_FUTURE", "dscgTime")


def test_nothing_is_settled_before_discharge(tables: Tables) -> None:
    hospital = Hospital()
    stay = hospital.admit("P1")
    seen = tables.everything()
    given = stay_input("P1", stay, AMOUNTS)
    refused(hospital.call("2304", given), "FIELD_REQUIRED", "dscgTime")
    refused(hospital.call("2303", {**given, "mid_setl_flag": "2"}), "CODE_UNKNOWN", "mid_setl_flag")
    assert tables.everything() == seen


def test_another_institutions_open_stay_is_not_previewed() -> None:
    from tests.settlement.hospital import TOWNSHIP

    stay = Hospital().admit("P1")
    refused(Hospital(TOWNSHIP).call("2303", stay_input("P1", stay, AMOUNTS)), "VISIT_UNKNOWN")
