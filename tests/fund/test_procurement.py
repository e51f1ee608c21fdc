"""Procurement prepayment and retained savings have their accounts: paid to a hospital by paper, by
two people, set off or returned, in the year's statements (N6)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.clearing.test_jobs import ask
from tests.conftest import Tables
from tests.fund.office import REGION, give, make, noon, paper, post

from medaid.errors import BadInput, Conflict, Refused
from medaid.fund import layouts, service, statements
from medaid.fund.model import journal
from medaid.fund.records import VoucherState
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
RESIDENT, H1 = "basic_resident", "H62052200001"
DAY = date(2026, 7, 6)
KEPT = (RESIDENT, "500121", "1002", 30)
AHEAD = (RESIDENT, "1104", "1001", 40)


def money() -> None:
    for account in ("1001", "1002"):
        give(RESIDENT, 100, date(2026, 7, 1), account)


def test_a_procurement_prepayment_is_advanced_by_hospital_until_it_is_used_or_returned() -> None:
    """N6: its own account (1104), by counterpart and age."""
    money()
    post(paper("1", "procurement_prepayment", DAY, AHEAD, counterpart=H1))
    (open_,) = service.list_current_accounts(REGION, Month("2026-07"))
    assert (open_.account.number, open_.counterpart, open_.amount) == ("1104", H1, Fen(40))
    back = (RESIDENT, "1001", "1104", 15)
    post(paper("2", "prepayment_refund", DAY, back, counterpart=H1))
    used = journal.movement(
        "prepayment_used", REGION, "抵", [(RESIDENT, "2101", "1104", Fen(25))],
        noon(2026, 7, 7), counterpart=H1,
    )  # fmt: skip
    service.post(used)
    assert "390100-1104" not in service.balance(REGION, date(2026, 7, 8))


def test_retained_savings_are_an_expense_of_their_own_account() -> None:
    """N6: apart from what hospitals are paid for care, within the benefits of the statement."""
    money()
    assert post(paper("1", "retained_savings", DAY, KEPT, counterpart=H1)).state is (
        VoucherState.POSTED
    )
    held = service.balance(REGION, DAY)
    assert (held["390100-500121"], held["390100-1002"]) == (Fen(30), Fen(70))
    found = statements.amounts(RESIDENT, layouts.forms_of(RESIDENT, 2026), held)
    assert (found["benefits"], found["inpatient"], found["outpatient"]) == (Fen(30), Fen(0), Fen(0))


def test_retained_savings_that_come_back_reduce_them_in_their_year() -> None:
    """N6."""
    money()
    post(paper("1", "retained_savings", DAY, KEPT, counterpart=H1))
    row = (RESIDENT, "1002", "500121", 30)
    post(paper("2", "recovery_same_year", DAY, row, counterpart=H1, origin=DAY))
    assert "390100-500121" not in service.balance(REGION, DAY)


@pytest.mark.parametrize(
    ("row", "more", "code", "field"),
    [
        (KEPT, {}, "FIELD_REQUIRED", "counterpart"),
        (("assistance", *KEPT[1:]), {"counterpart": H1}, "ACCOUNT_UNKNOWN", "lines.0.debit"),
        ((RESIDENT, "500121", "1001", 30), {"counterpart": H1}, "FLOW_FORBIDDEN", ""),
        ((RESIDENT, "500111", "1002", 30), {"counterpart": H1}, "FLOW_FORBIDDEN", ""),
    ],
)  # fmt: skip
def test_what_is_no_retained_saving_is_refused(
    tables: Tables, row: tuple[str, str, str, int], more: dict[str, Any], code: str, field: str
) -> None:
    """N6: to nobody, of another fund, from the other account, as care."""
    money()
    before = tables.everything()
    with pytest.raises((BadInput, Refused)) as told:
        make(paper("1", "retained_savings", DAY, row, **more))
    assert told.value.code == code
    assert not field or told.value.field == field
    assert tables.everything() == before


def test_above_what_the_account_holds_none_are_paid() -> None:
    """N6."""
    money()
    with pytest.raises(Conflict) as told:
        post(paper("1", "retained_savings", DAY, (RESIDENT, "500121", "1002", 101), counterpart=H1))
    assert told.value.code == "OVERDRAWN"


def test_by_rest_two_people_of_the_region_pay_them() -> None:
    """N6, Q3.1: each with its own role; another region's refused."""
    money()
    now, base = noon(2026, 7, 6), f"/fund/{REGION}/vouchers"
    body = {
        "voucher_id": "1", "kind": "retained_savings", "effective": "2026-07-06",
        "document": "考核1", "document_date": "2026-07-06", "attachment": "a" * 64,
        "counterpart": H1,
        "lines": [{"fund": RESIDENT, "debit": "500121", "credit": "1002", "amount": "0.30"}],
    }  # fmt: skip
    for role, region in (("auditor", REGION), ("accountant", "440900")):
        assert ask("POST", base, body, roles=role, region=region, sub="甲", now=now)[0] == 403
    assert ask("POST", base, body, roles="accountant", region=REGION, sub="甲", now=now)[0] == 201
    act = f"{base}/2026-07/1/post"
    for role, by in (("auditor", "甲"), ("accountant", "乙")):
        assert ask("POST", act, roles=role, region=REGION, sub=by, now=now)[0] == 403
    assert ask("POST", act, roles="auditor", region=REGION, sub="乙", now=now)[0] == 200
    assert service.balance(REGION, DAY)["390100-500121"] == Fen(30)
