"""One event is booked by one door: what the bank's answers and a manual case book themselves is no
voucher's. Proves J29, J32."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.conftest import Tables
from tests.fund.office import make, paper, post

from medaid.errors import Refused
from medaid.fund.records import VoucherState
from medaid.reimbursement.service import case_id

pytestmark = pytest.mark.usefixtures("tables")
DAY = date(2026, 7, 6)
CASE = case_id("620522", "窗口1", "自编号7")
BACK = ("basic_resident", "1001", "500111", 5)


def test_a_returned_payment_is_the_banks_answer_and_no_voucher(tables: Tables) -> None:
    """The answer mirrors the payment and reopens what was paid: a voucher beside it would book the
    money twice and reopen nothing."""
    for number, account in (("1", "2101"), ("2", "2103")):
        row = ("basic_resident", "1002", account, 5)
        before = tables.everything()
        with pytest.raises(Refused) as told:
            make(paper(number, "payment_return", DAY, row, counterpart="H1"))
        assert (told.value.code, told.value.field) == ("FLOW_FORBIDDEN", "kind")
        assert "回盘" in told.value.rule
        assert tables.everything() == before


@pytest.mark.parametrize("kind", ["bank_fee", "service_fee"])
def test_what_a_document_forbids_is_refused_with_its_clause(kind: str) -> None:
    """X13, M二.3: not a list of other kinds, but why not."""
    with pytest.raises(Refused) as told:
        make(paper("1", kind, DAY, BACK))
    assert told.value.code == "FLOW_FORBIDDEN"
    assert "列支" in told.value.rule


@pytest.mark.parametrize(
    "more",
    [
        {"counterpart": CASE},
        {"counterpart": "张某", "narrative": f"{CASE} 多付款"},
        {"counterpart": "张某", "document": f"追回通知 {CASE}"},
    ],
)
@pytest.mark.parametrize("earlier", [False, True])
def test_what_a_manual_case_recovers_is_booked_by_the_case(
    tables: Tables, more: dict[str, Any], earlier: bool
) -> None:
    """The case takes its recovery out of books and year totals itself (J27)."""
    kind = "recovery_earlier_year" if earlier else "recovery_same_year"
    row = ("basic_resident", "1001", "430104", 5) if earlier else BACK
    origin = date(2025, 7, 1) if earlier else date(2026, 7, 1)
    before = tables.everything()
    with pytest.raises(Refused) as told:
        make(paper("1", kind, DAY, row, origin=origin, **more))
    assert told.value.code == "FLOW_FORBIDDEN"
    assert "追回" in told.value.rule
    assert tables.everything() == before


def test_who_pays_back_is_named() -> None:
    with pytest.raises(Refused) as told:
        make(paper("1", "recovery_same_year", DAY, BACK, origin=date(2026, 7, 1)))
    assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "counterpart")
    back = paper("1", "recovery_same_year", DAY, BACK, origin=date(2026, 7, 1), counterpart="H1")
    assert post(back).state is VoucherState.POSTED
