"""The clearing of a month as a hospital applies for it (3203 to 3206A, 3209A; Q5.2). Issue: the
hospital's door, point 2."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import MAOMING, NANJING, Hospital, passed, refused
from tests.settlement.test_statements import AUGUST, later, month, totals

from medaid.aws.transaction import commit
from medaid.clearing import projector
from medaid.clearing.hospital import store as statements
from medaid.clearing.hospital.model import StatementState, in_state
from medaid.settlement.model import Institution

__all__ = ["month"]
APPLICATION = {
    "clr_type": "21",
    "clr_way": "01",
    "setlym": "202107",
    "psntime": "1",
    "medfee_sumamt": "50000.00",
    "med_sumfee": "45000.00",
    "fund_appy_sum": "46433.35",
    "cash_payamt": "3566.65",
    "acct_pay": "0.00",
    "begndate": "2021-07-01",
    "enddate": "2021-07-31",
}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    """What a process notes once is noted in each test's tables."""
    projector._note.cache_clear()


def hospital(institution: Institution = MAOMING) -> Hospital:
    return Hospital(institution, send=later, prefix="20210802100000")


def apply(at: Hospital, msgid: str = "", **more: Any) -> dict[str, Any]:
    return at.call("3203", APPLICATION | more, msgid)


def state(at: Hospital, number: str) -> str:
    """clr_stas."""
    return str(passed(at.call("3205", {"clr_appy_evt_id": number}))["data"]["clr_stas"])


def test_a_month_is_applied_for_once_and_stands_as_its_statement(month: dict[str, Any]) -> None:
    at = hospital()
    number = passed(apply(at, "A-1"))["clr_appy_evt_id"]
    assert len(number) <= 30
    assert passed(apply(at, "A-1"))["clr_appy_evt_id"] == number
    assert refused(apply(at), "DUPLICATE", "setlym")["id"] == number
    shown = passed(at.call("3205A", {"clr_appy_evt_id": number}))["data"]
    assert (shown["clr_stas"], shown["clr_ym"], shown["clr_optins"]) == ("20", "202107", "440900")
    assert (shown["fund_appy_sum"], shown["hi_agre_sumfee"]) == ("46433.35", "45000.00")
    (one,) = passed(at.call("3209A", APPLICATION))["data"]
    assert one == {"setlId": month["setlinfo"]["setl_id"], "insuAdmdvs": "440900"}
    assert passed(at.call("3206A", {"setlym": "202107"}))["data"] == [{"clr_optins": "440900"}]
    assert passed(at.call("3206A", {}))["data"] == [{"clr_optins": "440900"}]
    assert passed(at.call("3206A", {"setlym": "202106"}))["data"] == []


def test_what_was_agreed_by_3201_may_still_be_applied_for(month: dict[str, Any]) -> None:
    at = hospital()
    assert passed(at.call("3201", totals()))["stmtinfo"]["stmt_rslt"] == "0"
    number = passed(apply(at))["clr_appy_evt_id"]
    assert state(at, number) == "20"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"fund_appy_sum": "46433.36"}, "AMOUNT_SUM", "fund_appy_sum"),
        ({"medfee_sumamt": "50000.01"}, "AMOUNT_SUM", "fund_appy_sum"),
        ({"cash_payamt": "3566.64"}, "AMOUNT_SUM", "fund_appy_sum"),
        ({"acct_pay": "0.01"}, "AMOUNT_SUM", "fund_appy_sum"),
        ({"psntime": "2"}, "AMOUNT_SUM", "fund_appy_sum"),
        ({"psntime": "-1"}, "FIELD_FORMAT", "psntime"),
        ({"med_sumfee": "50000.01"}, "AMOUNT_SUM", "med_sumfee"),
        ({"clr_type": "11"}, "AMOUNT_SUM", "fund_appy_sum"),
        ({"clr_optins": "450100"}, "AMOUNT_SUM", "fund_appy_sum"),
        ({"setlym": "202108"}, "FIELD_FORMAT", "begndate"),
        ({"setlym": "2021-7"}, "FIELD_FORMAT", "setlym"),
        ({"enddate": "2021-07-30"}, "FIELD_FORMAT", "begndate"),
        (
            {"setlym": "202108", "begndate": "2021-08-01", "enddate": "2021-08-31"},
            "DATE_FUTURE",
            "setlym",
        ),
    ],
)
def test_an_application_that_is_not_ours_is_refused_with_both_sides(
    month: dict[str, Any], tables: Tables, change: dict[str, str], code: str, field: str
) -> None:
    before = tables.items("clearing")
    refused(apply(hospital(), **change), code, field)
    assert tables.items("clearing") == before


def test_an_application_is_taken_back_until_something_is_approved(
    month: dict[str, Any], tables: Tables
) -> None:
    at = hospital()
    number = passed(apply(at, "A-1"))["clr_appy_evt_id"]
    back = {"clr_appy_evt_id": number}
    passed(at.call("3204", back, "W-1"), output=False)
    passed(at.call("3204", back, "W-1"), output=False)
    (held,) = statements.list_statements("440900", MAOMING.code, "2021-07")
    assert (held.state, held.agreed) == (StatementState.DRAFT, ())
    refused(at.call("3205", back), "NOT_FOUND", "clr_appy_evt_id")
    refused(at.call("3204", back), "NOT_FOUND", "clr_appy_evt_id")
    refused(apply(at, "A-1"), "STATE", "msgid")
    again = passed(apply(at))["clr_appy_evt_id"]
    refused(at.call("3204", back, "W-1"), "STATE", "msgid") if again == number else None
    for region, stands in (("440900", "20"), ("440902", "40")):  # insurance, and assistance (J24)
        row, statement = statements.get_statement(region, MAOMING.code, "2021-07", 1)
        approved = in_state(statement, StatementState.APPROVED)
        commit(statements.replace_statement(row, approved, AUGUST))
        assert state(at, again) == stands
    refused(at.call("3204", {"clr_appy_evt_id": again}), "STATE", "clr_appy_evt_id")


def test_anothers_application_is_not_there(month: dict[str, Any]) -> None:
    number = passed(apply(hospital()))["clr_appy_evt_id"]
    other = hospital(NANJING)
    for infno in ("3204", "3205"):
        for asked in (number, "4" * 29, "x"):
            answer = other.call(infno, {"clr_appy_evt_id": asked})
            assert answer["output"]["errinfo"]["code"] in ("NOT_FOUND", "INSTITUTION_UNKNOWN")
    assert passed(hospital().call("3205", {"clr_appy_evt_id": number}))
