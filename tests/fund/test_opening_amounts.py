"""What was owed and owing before the books began: entered by two, paid and received by paper by
two, never more than is left of it (issue 10; J29, J32, Q2.2, Q3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from tests.clearing.test_jobs import ask
from tests.conftest import Tables
from tests.fund.office import REGION, give, make, noon, paper, post

from medaid.errors import Conflict, Refused
from medaid.fund import periods, service, vouchers
from medaid.fund.model import journal
from medaid.fund.opening_amounts import page_opening_amounts
from medaid.fund.records import Voucher, VoucherRef, VoucherState
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
FUND, H1, H2 = "assistance", "H62052200001", "H62052200002"
BEGUN, LATER = date(2026, 7, 1), date(2026, 8, 6)
OWED = (FUND, "3001", "2101", 70)
AUGUST = Month("2026-08")


def begin(number: str = "期初1", row: tuple[str, str, str, int] = OWED, to: str = H1) -> Voucher:
    return post(paper(number, "opening", BEGUN, row, counterpart=to, document=number))


def pay(number: str, fen: int, to: str = H1, row: tuple[str, str] = ("2101", "1002")) -> Voucher:
    return paper(
        number, "opening_payment", LATER, (FUND, *row, fen), counterpart=to, document=number
    )


def left() -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (account.number, counterpart): (int(held.settled), int(held.left))
        for account, counterpart, held in page_opening_amounts(REGION, "", 50)[0]
    }


def test_what_was_owed_before_is_paid_in_parts_to_whom_it_is_owed() -> None:
    give(FUND, 500, BEGUN, "1002")
    begin()
    assert left() == {("2101", H1): (0, 70)}
    assert post(pay("1", 30)).state is VoucherState.POSTED
    assert post(pay("2", 40)).state is VoucherState.POSTED
    assert left() == {("2101", H1): (70, 0)}
    held = service.balance(REGION, LATER)
    assert held["610100-1002"] == Fen(430)
    assert "610100-2101" not in held


@pytest.mark.parametrize(
    ("debit", "credit", "account"),
    [("2102", "1001", "1001"), ("2103", "1002", "1002"), ("2104", "1001", "1001"),
     ("2106", "1001", "1001"), ("2107", "1002", "1002")],
)  # fmt: skip
def test_each_debt_leaves_by_its_own_account(debit: str, credit: str, account: str) -> None:
    give(FUND, 500, BEGUN, account)
    begin(row=(FUND, "3001", debit, 70))
    if debit != "2104":  # an insurer is paid from either
        other = "1002" if credit == "1001" else "1001"
        with pytest.raises(Refused) as told:
            make(pay("0", 70, row=(debit, other)))
        assert told.value.code == "FLOW_FORBIDDEN"
    post(pay("1", 70, row=(debit, credit)))
    assert left() == {(debit, H1): (70, 0)}


def test_what_others_owed_is_received() -> None:
    row = (FUND, "1102", "3001", 50)
    begin(row=row, to="620500")
    got = paper("1", "opening_receipt", LATER, (FUND, "1001", "1102", 50), counterpart="620500")
    post(got)
    assert left() == {("1102", "620500"): (50, 0)}
    again = paper("2", "opening_receipt", LATER, (FUND, "1001", "1102", 1), counterpart="620500")
    with pytest.raises(Conflict):
        post(again)


def refused(tables: Tables, draft: Voucher, number: str) -> Conflict:
    """Made by one, it is posted by nobody: nothing is written."""
    make(draft)
    before = tables.everything()
    with pytest.raises(Conflict) as told:
        vouchers.post_voucher(REGION, AUGUST, number, "审核", noon(2026, 8, 6))
    assert tables.everything() == before
    return told.value


@pytest.mark.parametrize(
    ("fen", "to"), [(71, H1), (1, H2), (70, H2)], ids=["above", "other", "all to another"]
)
def test_no_more_than_is_left_to_nobody_else(tables: Tables, fen: int, to: str) -> None:
    give(FUND, 500, BEGUN, "1002")
    begin()
    error = refused(tables, pay("1", fen, to), "1")
    assert (error.code, error.field) == ("OVERDRAWN", "lines")


def test_it_is_paid_once(tables: Tables) -> None:
    """By one paper, and by another."""
    give(FUND, 500, BEGUN, "1002")
    begin()
    make(pay("2", 70))
    post(pay("1", 70))
    assert refused(tables, pay("3", 70), "3").code == "OVERDRAWN"
    same = paper(
        "4", "opening_payment", LATER, (FUND, "2101", "1002", 70), counterpart=H1, document="1"
    )
    with pytest.raises(Conflict) as told:
        make(same)
    assert (told.value.code, told.value.field) == ("DUPLICATE", "document")


def test_what_arose_since_is_no_opening_debt(tables: Tables) -> None:
    """A hospital's month is paid by its statement: a paper beside it would pay it twice."""
    give(FUND, 500, BEGUN, "1002")
    begin()
    one = journal.SettlementBooking(
        "S1", REGION, REGION, H1, "390", "inpatient", {"maf_pay": Fen(200)}
    )
    periods.post(*journal.settlement_entries(one, noon(2026, 8, 1)))
    error = refused(tables, pay("1", 71), "1")
    assert "建账后发生的款项由原业务办理" in error.rule
    post(pay("2", 70))
    assert service.balance(REGION, LATER)["610100-2101"] == Fen(-200)


def test_without_money_on_the_account_nothing_is_paid(tables: Tables) -> None:
    begin()
    assert refused(tables, pay("1", 70), "1").code == "OVERDRAWN"
    assert left() == {("2101", H1): (0, 70)}


def reverse(number: str, month: str, at: datetime) -> None:
    back = Voucher(
        f"冲{number}", "", at.date(), "更正", (), "记错", (), attachment="c" * 64,
        document_date=at.date(),
    )  # fmt: skip
    vouchers.reverse_voucher(REGION, VoucherRef(Month(month), number), back, "会计", at)
    vouchers.post_voucher(REGION, Month.of(at), back.voucher_id, "审核", at)


def test_a_payment_taken_back_is_owed_again_and_a_paid_debt_stays_entered() -> None:
    give(FUND, 500, BEGUN, "1002")
    begin()
    july = date(2026, 7, 6)
    post(replace(pay("1", 30), effective=july, document_date=july))
    with pytest.raises(Conflict) as told:
        reverse("期初1", "2026-07", noon(2026, 7, 7))
    assert told.value.code == "OVERDRAWN"
    reverse("1", "2026-07", noon(2026, 7, 8))
    assert left() == {("2101", H1): (0, 70)}


BODY: dict[str, Any] = {
    "voucher_id": "付1", "kind": "opening_payment", "effective": "2026-08-06", "document": "付1",
    "document_date": "2026-08-06", "attachment": "a" * 64, "counterpart": H1,
    "lines": [{"fund": FUND, "debit": "2101", "credit": "1002", "amount": "0.70"}],
}  # fmt: skip


def test_by_rest_two_people_of_the_region_pay_it(tables: Tables) -> None:
    """Issue 10: its own role each, its own region; nobody alone."""
    give(FUND, 500, BEGUN, "1002")
    begin()
    now, base = noon(2026, 8, 6), f"/fund/{REGION}/vouchers"
    act = f"{base}/2026-08/{'付1'}/post"

    def sent(role: str, region: str, by: str, path: str = base, body: Any = BODY) -> int:
        return int(ask("POST", path, body, roles=role, region=region, sub=by, now=now)[0])

    before = tables.everything()
    assert sent("auditor", REGION, "甲") == 403
    assert sent("accountant", "620500", "甲") == 403
    assert sent("accountant", "440900", "甲") == 403
    nobody = {**BODY, "counterpart": ""}
    assert sent("accountant", REGION, "甲", body=nobody) == 400
    assert tables.everything() == before
    assert sent("accountant", REGION, "甲") == 201
    for role, region, by in (
        ("accountant", REGION, "乙"), ("auditor", REGION, "甲"), ("auditor", "620500", "乙"),
    ):  # fmt: skip
        assert sent(role, region, by, act, None) == 403
    assert left() == {("2101", H1): (0, 70)}
    assert sent("auditor", REGION, "乙", act, None) == 200
    status, shown = ask(
        "GET", f"/fund/{REGION}/opening-amounts", roles="auditor", region=REGION, now=now
    )
    assert status == 200
    (row,) = shown["rows"]
    assert (row["counterpart"], row["entered"], row["settled"], row["left"]) == (
        H1, "0.70", "0.70", "0.00",
    )  # fmt: skip
    elsewhere = f"/fund/{REGION}/opening-amounts"
    assert ask("GET", elsewhere, roles="auditor", region="440900", now=now)[0] == 403
