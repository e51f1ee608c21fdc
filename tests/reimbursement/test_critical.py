"""Manual cases of a region whose critical illness an insurer runs: it owes the person that part, as
it owes a hospital's (docs/adr/0086). Issue: the finance office, 9.

By hand: a stay of 90,000.00, 80,000.00 of it within policy: basic insurance 59,625.00, critical
illness 14,896.25, assistance 10,859.60; 85,380.85 together, 70,484.60 without critical illness.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.conftest import Tables
from tests.papers.looking import text
from tests.reimbursement.api_client import Desk, application, opened
from tests.reimbursement.office import at, endow, office, register, scan
from tests.reimbursement.test_insurer import CITY, DISTRICT, OTHER, Town, of

from medaid.papers.service import Form, printed
from medaid.people import service as people
from medaid.reimbursement import service
from medaid.reimbursement.printouts import CasePaper, case_paper

BASIC, CRITICAL, ASSISTANCE = 5_962_500, 1_489_625, 1_085_960


@pytest.fixture
def town(tables: Tables) -> Town:
    register(admdvs=DISTRICT, since=date(2021, 1, 1))
    endow(at("2021-01-04 09:00"), 10_000_000, admdvs=DISTRICT)
    return Town(tables)


def runs(
    town: Town,
    region: str = DISTRICT,
    *,
    by: str = "insurer",
    begin: str = "2021-01-01",
    agreed: bool = True,
) -> None:
    said = {"insurer": "CPIC", "name": "太保茂名"} if by == "insurer" else {}
    body = {"begin": begin, "run_by": by, "document": "大病合〔2021〕1号", **said}
    path = f"/clearing/{region}/critical"
    assert town.by("manager", admdvs=region)("POST", path, body)[0] == 201
    if agreed:
        decided = f"{path}/{begin}/decision"
        told = town.by("reviewer", admdvs=region)("POST", decided, {"approved": True})
        assert told[0] == 200, told


def granted(town: Town, key: str = "1") -> tuple[Desk, dict[str, Any]]:
    sent = application(
        key,
        insuplc_admdvs=DISTRICT,
        mdtrtarea_admvs=DISTRICT,
        begntime="2021-03-02",
        endtime="2021-03-10",
        facts={},
        medfee_sumamt="90000.00",
        inscp_scp_amt="80000.00",
        fulamt_ownpay_amt="10000.00",
        setlfee=[{"med_chrgitm_type": "09", "item_sumamt": "90000.00"}],
    )
    sent["receipts"][0] |= {"date": "2021-03-10", "amount": "90000.00"}
    desk = opened(town.by("intake"), sent)
    digest = scan(desk.case_id, key.encode())
    town.do(desk, "intake", "accept")
    town.do(desk, "intake", "attach", bill_code="3201", bill_no=f"N{key}", sha256=digest)
    town.do(desk, "intake", "price")
    town.do(desk, "auditor", "audit")
    body = town.do(desk, "reviewer", "recheck")
    return desk, body["pricing"]


def told(pricing: dict[str, Any]) -> tuple[str, str, str]:
    return pricing["fund_pay_sumamt"], pricing["carrier"], pricing["carried"]


def test_the_insurer_owes_its_part_and_the_fund_neither_owes_nor_spends_it(town: Town) -> None:
    """The person is granted 85,380.85; the order is 70,484.60; the year's totals hold all of it."""
    runs(town)
    desk, pricing = granted(town)
    assert told(pricing) == ("85380.85", "太保茂名", "14896.25")
    assert town.balances() == {
        "390100-500111": BASIC,
        "390100-2103": -BASIC,
        "610100-500101": ASSISTANCE,
        "610100-2103": -ASSISTANCE,
    }
    body = town.rest_paid(desk, "b")
    assert (body["state"], [one["amount"] for one in body["orders"]]) == ("confirmed", ["70484.60"])
    assert town.balances()["390100-1002"] == -BASIC
    assert people.load("P1", 2021).totals(2021).amounts["paid:critical"] == CRITICAL


def test_an_agency_that_runs_it_pays_it(town: Town) -> None:
    desk, pricing = granted(town)
    assert told(pricing) == ("85380.85", "", "0.00")
    assert town.balances()["390200-2103"] == -CRITICAL
    assert [one["amount"] for one in town.rest_paid(desk, "b")["orders"]] == ["85380.85"]


@pytest.mark.parametrize(
    ("region", "begin", "agreed", "carried"),
    [
        (DISTRICT, "2021-03-01", True, "14896.25"),
        (CITY, "2021-01-01", True, "14896.25"),
        (DISTRICT, "2021-04-01", True, "0.00"),
        (OTHER, "2021-01-01", True, "0.00"),
        (DISTRICT, "2021-01-01", False, "0.00"),
    ],
)
def test_the_contract_of_the_day_it_is_owed_counts_as_for_hospitals(
    town: Town, region: str, begin: str, agreed: bool, carried: str
) -> None:
    """Re-checked on 16 March 2021; of the nearest region above; agreed to by another."""
    runs(town, region, begin=begin, agreed=agreed)
    assert granted(town)[1]["carried"] == carried


def test_back_with_the_agency_from_a_month_on(town: Town) -> None:
    runs(town)
    runs(town, by="agency", begin="2021-03-01")
    assert told(granted(town)[1])[1:] == ("", "0.00")


def test_two_insurers_and_the_agency_pay_one_case(town: Town) -> None:
    """Assistance is fronted by its own insurer, critical illness owed by another."""
    town.contract()
    runs(town)
    desk, _ = granted(town)
    assert town.refused(desk, "accountant", "order") == (409, "STATE", "insurer")
    body = town.do(desk, "accountant", "front")
    assert body["orders"][0]["amount"] == "10859.60"
    assert town.do(desk, "cashier", "front_paid", voucher="PZ-1")["state"] == "fronted"
    body = town.rest_paid(desk, "b")
    assert [one["amount"] for one in body["orders"]] == ["10859.60", "59625.00"]
    assert body["state"] == "confirmed"


def test_no_more_is_recovered_than_the_agency_paid(town: Town) -> None:
    """What the insurer paid is the insurer's to recover; the year keeps it."""
    runs(town)
    desk, _ = granted(town)
    town.rest_paid(desk, "b")
    town.do(desk, "intake", "tell")
    why = {"reason": "重复报销", "clause": "第四十一条"}
    over = town.refused(desk, "auditor", "demand_recovery", amount="70484.61", **why)
    assert over == (400, "AMOUNT_SUM", "amount")
    town.do(desk, "auditor", "demand_recovery", amount="70484.60", **why)
    town.do(desk, "reviewer", "order_recovery")
    assert town.do(desk, "cashier", "receive_recovery")["state"] == "recovered"
    assert town.balances() == {}
    left = people.load("P1", 2021).totals(2021).amounts
    assert {k: v for k, v in left.items() if k.startswith("paid:")} == {"paid:critical": CRITICAL}


def test_what_was_annulled_is_owed_anew_by_the_contract_of_its_own_day(town: Town) -> None:
    desk, _ = granted(town)
    runs(town)
    town.do(desk, "reviewer", "annul", reason="承办方式有误")
    assert town.balances() == {}
    town.do(desk, "intake", "price")
    town.do(desk, "auditor", "audit")
    body = town.do(desk, "reviewer", "recheck")
    assert told(body["pricing"]) == ("85380.85", "太保茂名", "14896.25")
    assert "390200-2103" not in town.balances()


def test_the_paper_says_who_pays_which_part(town: Town) -> None:
    runs(town)
    desk, _ = granted(town)
    found = service.case_detail(office(), of("intake"), desk.case_id, town.now)
    written = text(printed(case_paper(found, CasePaper.RESULT, office().procedure), Form.PDF))
    assert "城乡居民大病保险资金(由太保茂名支付)" in written
    assert "其中本机构支付" in written
    assert "70,484.60" in written
