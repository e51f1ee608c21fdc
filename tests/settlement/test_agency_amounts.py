"""A hospital never fixes what a fund pays it: amounts without a citable figure come from the agency
(J19, Q5.3)."""

from __future__ import annotations

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
    living_allowance,
    passed,
    refused,
    stay_input,
    visit_input,
)

from medaid.settlement import service
from medaid.settlement.model import Institution

CLINIC = Institution("H32010500002", "某社区卫生服务中心", "320105", "community")
WHOLE = bill("28000.00", "28000.00")


def stated(**amounts: str) -> dict[str, Any]:
    return {"exp_content": {"given": amounts}}


@pytest.mark.parametrize(
    "given", [stated(hifp_pay="28000.00"), {}], ids=["the hospital states it", "nobody states it"]
)
def test_the_fund_pays_no_amount_that_the_hospital_states(
    tables: Tables, given: dict[str, Any]
) -> None:
    """Right money, 5. Maoming, outpatient care of a special disease: its figures cannot be
    cited."""
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    asked = visit_input("P1", hospital.visit("P1"), WHOLE, med_type="14", **given)
    before = tables.everything()
    for infno in ("2206", "2207"):
        refused(hospital.call(infno, asked), "FIGURE_MISSING", "hifp_pay")
    assert tables.everything() == before


@pytest.mark.parametrize("name", ["hifp_pay", "referral_loss", "payments_by_others"])
def test_no_amount_is_taken_from_the_hospital_where_the_policy_has_its_figure(
    tables: Tables, name: str
) -> None:
    """Right money, 5."""
    contracted()
    known_person("P1")
    hospital = Hospital()
    asked = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    refused(hospital.call("2304", {**asked, **stated(**{name: "1.00"})}), "FIGURE_MISSING", name)
    passed(hospital.call("2304", asked))


def test_the_deductible_told_is_never_above_the_cost_in_scope_J19(tables: Tables) -> None:
    """Right money, 7. Nanjing's outpatient care passes two basic layers with a line each: 260.00 in
    scope below both was told as 442.00."""
    contracted(CLINIC)
    known_person("P1", insured=(insurance(date(2018, 1, 1), admdvs="320100"),))
    now = datetime(2024, 7, 5, 2, tzinfo=UTC)
    hospital = Hospital(
        CLINIC,
        "320100",
        lambda body, code: service.answer(body, his(code), now, lambda: now),
    )
    visit = hospital.visit("P1", "2024-07-01 09:00:00")
    asked = visit_input("P1", visit, bill("260.00", "260.00"))
    info = passed(hospital.call("2207", asked))["setlinfo"]
    assert float(info["act_pay_dedc"]) <= 260
    assert info["act_pay_dedc"] == f"{260 - float(info['hifp_pay']):.2f}"
