"""Q3.2: one receipt pays once in the whole system, one-stop settlements and manual cases
together."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    NOW,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
    visit_input,
)

from medaid.receipts import service as receipts
from medaid.receipts.model import ReceiptNumber
from medaid.regions import Region

RECEIPT: dict[str, Any] = {
    "exp_content": {"receipt": {"bill_code": "44060120", "bill_no": "0012345678"}}
}


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def held() -> str:
    found = receipts.holder(ReceiptNumber("44060120", "0012345678"))
    return found.id if found else ""


def test_a_stated_receipt_is_held_by_its_settlement_and_freed_with_it(tables: Tables) -> None:
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    given = stay_input("P1", mdtrt_id, bill("5000.00", "4500.00"), **RECEIPT)
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    assert held() == setl_id
    other = visit_input("P1", hospital.visit("P1"), bill("100.00", "100.00"), **RECEIPT)
    seen = tables.everything()
    assert (
        refused(hospital.call("2207", other), "DUPLICATE", "exp_content.receipt")["id"] == setl_id
    )
    assert tables.everything() == seen
    passed(hospital.call("2305", {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}))
    assert held() == ""
    passed(hospital.call("2207", other))


def test_a_receipt_that_a_case_holds_is_not_settled_at_the_counter(tables: Tables) -> None:
    """Q3.2: a receipt pays once in the whole system."""
    receipts.report("44060120", "0012345678", "CASE-1", Region("440900"), NOW)
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"))
    assert refused(hospital.call("2304", {**given, **RECEIPT}), "DUPLICATE")["id"] == "CASE-1"
    passed(hospital.call("2304", given))


@pytest.mark.parametrize(
    "wrong",
    [
        {"bill_code": "1"},
        {"bill_code": "", "bill_no": "1"},
        {"bill_code": "1#2", "bill_no": "1"},
        "1",
        {"bill_code": 1, "bill_no": 2},
    ],
)
def test_a_receipt_is_stated_whole_or_not_at_all(tables: Tables, wrong: Any) -> None:
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"))
    refused(
        hospital.call("2304", {**given, "exp_content": {"receipt": wrong}}),
        "FIELD_FORMAT",
        "exp_content.receipt",
    )


@pytest.mark.parametrize(
    "second",
    [
        {"bill_code": "3201", "bill_no": "ab0012345"},
        {"bill_code": "3201", "bill_no": "ＡＢ００１２３４５"},
        {"bill_code": " 3201", "bill_no": "AB 0012345　"},
        {"bill_code": "03201", "bill_no": "AB0012345"},
    ],
    ids=["case", "width", "blanks", "leading zero"],
)
def test_a_receipt_written_differently_pays_once_Q3_2(tables: Tables, second: Any) -> None:
    """Right money, 8."""
    hospital = Hospital()
    first = {"bill_code": "3201", "bill_no": "AB0012345"}
    given = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"))
    stated = {**given, "exp_content": {"receipt": first}}
    setl_id = passed(hospital.call("2304", stated))["setlinfo"]["setl_id"]
    given = visit_input("P1", hospital.visit("P1"), bill("100.00", "100.00"))
    seen = tables.everything()
    other = {**given, "exp_content": {"receipt": second}}
    answer = refused(hospital.call("2207", other), "DUPLICATE", "exp_content.receipt")
    assert answer["id"] == setl_id
    assert tables.everything() == seen
    near = {**given, "exp_content": {"receipt": {"bill_code": "3201", "bill_no": "AB0012346"}}}
    passed(hospital.call("2207", near))


def test_an_electronic_invoice_is_claimed_by_its_20_digits_alone_Q3_2(tables: Tables) -> None:
    hospital = Hospital()
    number = "00000000000000000001"
    given = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"))
    stated = {**given, "exp_content": {"receipt": {"bill_code": "", "bill_no": number}}}
    setl_id = passed(hospital.call("2304", stated))["setlinfo"]["setl_id"]
    given = visit_input("P1", hospital.visit("P1"), bill("100.00", "100.00"))
    coded = {**given, "exp_content": {"receipt": {"bill_code": "3201", "bill_no": number}}}
    assert refused(hospital.call("2207", coded), "DUPLICATE")["id"] == setl_id
