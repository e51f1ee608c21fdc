"""One event is booked by one door: what the bank's answers and a manual case book themselves is no
voucher's. Proves J29, J32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.conftest import Tables
from tests.fund.office import REGION, give, make, noon, paper, post

from medaid.errors import Conflict, Refused
from medaid.fund import service, vouchers
from medaid.fund.records import Voucher, VoucherRef, VoucherState
from medaid.money import Fen
from medaid.months import Month
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


# ---- one paper, once -----------------------------------------------------------------------------


SUBSIDY = ("assistance", "1001", "410101", 5)
SAME: dict[str, Any] = {"document": "财社〔2026〕1号"}


def income(number: str, day: date = DAY, row: tuple[str, str, str, int] = SUBSIDY) -> Voucher:
    return paper(number, "fiscal_income", day, row, document_date=DAY, **SAME)


def test_one_paper_is_booked_once_under_whatever_number_and_day(tables: Tables) -> None:
    """J32: also where two made it before one was posted, and in another month."""
    make(income("2"))
    post(income("1"))
    before = tables.everything()
    acts: list[Callable[[], Voucher]] = [
        lambda: make(income("3")),
        lambda: make(income("3", date(2026, 8, 1))),
        lambda: vouchers.post_voucher(REGION, Month("2026-07"), "2", "审核", noon(2026, 7, 6)),
    ]
    for act in acts:
        with pytest.raises(Conflict) as told:
            act()
        assert (told.value.code, told.value.field) == ("DUPLICATE", "document")
        assert "凭证 1 " in told.value.rule
    assert tables.everything() == before


@pytest.mark.parametrize(
    "other",
    [
        income("2", row=("assistance", "1001", "410102", 5)),
        income("2", row=("assistance", "1001", "410101", 6)),
        replace(income("2"), attachment="b" * 64),
        replace(income("2"), document="财社〔2026〕2号"),
        replace(income("2"), document_date=date(2026, 7, 5)),
    ],
)
def test_another_paper_or_amount_is_another_event(other: Voucher) -> None:
    post(income("1"))
    assert post(other).state is VoucherState.POSTED


def test_what_was_taken_back_may_be_booked_anew() -> None:
    post(income("1"))
    back = Voucher("冲", "", DAY, "更正", (), "记错", (), attachment="c" * 64, document_date=DAY)
    vouchers.reverse_voucher(
        REGION, VoucherRef(Month("2026-07"), "1"), back, "会计", noon(2026, 7, 6)
    )
    with pytest.raises(Conflict):
        make(income("2"))
    vouchers.post_voucher(REGION, Month("2026-07"), "冲", "审核", noon(2026, 7, 6))
    post(income("2"))
    with pytest.raises(Conflict):
        make(income("3"))
    assert service.balance(REGION, DAY)["610100-1001"] == Fen(5)


# ---- subsidies that come back, balances that begin -----------------------------------------------


@pytest.mark.parametrize(
    ("kind", "credit", "origin"),
    [
        ("recovery_same_year", "590101", date(2026, 1, 8)),
        ("recovery_earlier_year", "430104", date(2025, 1, 8)),
    ],
)
def test_a_subsidy_that_comes_back_has_its_entry(kind: str, credit: str, origin: date) -> None:
    """J32: what a refund of contributions takes back first (资助参保) reduces the expense of
    its year, as it reduces the resident fund's income."""
    row = ("assistance", "1001", credit, 5)
    post(paper("1", kind, DAY, row, origin=origin, counterpart="620522"))
    assert service.balance(REGION, DAY) == {"610100-1001": Fen(5), f"610100-{credit}": Fen(-5)}


@pytest.mark.parametrize("account", ["2101", "2103", "2106", "2107"])
def test_what_is_owed_when_books_begin_names_to_whom(account: str) -> None:
    """Current accounts are kept by counterpart and age: without one nothing ever meets it."""
    row = ("basic_resident", "3001", account, 5)
    with pytest.raises(Refused) as told:
        make(paper("1", "opening", DAY, row))
    assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "counterpart")
    post(paper("1", "opening", DAY, row, counterpart="H1"))
    (one,) = service.list_current_accounts(REGION, Month("2026-07"))
    assert (one.counterpart, one.amount) == ("H1", Fen(-5))


def test_money_and_interest_begin_without_a_counterpart() -> None:
    rows = [("basic_resident", "1001", "3001", 5), ("basic_resident", "1002", "2108", 1)]
    assert post(paper("1", "opening", DAY, *rows)).state is VoucherState.POSTED


# ---- what is open --------------------------------------------------------------------------------


ADVANCE = ("basic_resident", "1103", "1001", 5)
REFUND = ("basic_resident", "1001", "1103", 5)


def test_an_advance_comes_back_once(tables: Tables) -> None:
    give("basic_resident", 50, date(2026, 7, 1))
    post(paper("1", "hospital_prepayment", DAY, ADVANCE, counterpart="H1"))
    post(paper("2", "hospital_prepayment", DAY, ADVANCE, counterpart="H2"))
    post(paper("3", "prepayment_refund", DAY, REFUND, counterpart="H1"))
    make(paper("4", "prepayment_refund", DAY, REFUND, counterpart="H1"))
    before = tables.everything()
    with pytest.raises(Conflict) as told:
        vouchers.post_voucher(REGION, Month("2026-07"), "4", "审核", noon(2026, 7, 6))
    assert (told.value.code, told.value.field) == ("OVERDRAWN", "lines")
    assert "H1" in told.value.rule
    assert tables.everything() == before
    post(paper("5", "prepayment_refund", DAY, REFUND, counterpart="H2"))


def test_an_advance_that_came_back_is_not_taken_back_as_well() -> None:
    give("basic_resident", 50, date(2026, 7, 1))
    post(paper("1", "hospital_prepayment", DAY, ADVANCE, counterpart="H1"))
    post(paper("2", "prepayment_refund", DAY, REFUND, counterpart="H1"))
    back = Voucher("冲", "", DAY, "更正", (), "记错", (), attachment="c" * 64, document_date=DAY)
    ref, at = VoucherRef(Month("2026-07"), "1"), noon(2026, 7, 6)
    vouchers.reverse_voucher(REGION, ref, back, "会计", at)
    with pytest.raises(Conflict) as told:
        vouchers.post_voucher(REGION, Month("2026-07"), "冲", "审核", at)
    assert told.value.code == "OVERDRAWN"


@pytest.mark.parametrize(("fen", "posts"), [(5, True), (6, False)])
def test_interest_and_subsidies_leave_as_much_as_was_owed(fen: int, posts: bool) -> None:
    """Interest whatever bank was named; a subsidy to whom it is owed."""
    give("basic_resident", 50, date(2026, 7, 1), "1002")
    give("assistance", 50, date(2026, 7, 1))
    held = ("basic_resident", "1002", "2108", 5)
    post(paper("1", "expenditure_interest", DAY, held, counterpart="甲银行"))
    owed = ("assistance", "590101", "2105", 5)
    post(paper("2", "enrolment_subsidy", DAY, owed, counterpart="620522"))
    home = [("basic_resident", "1001", "1002", fen), ("basic_resident", "2108", "4201", fen)]
    paid = ("assistance", "2105", "1001", fen)
    for draft in (
        paper("3", "interest_return", DAY, *home),
        paper("4", "subsidy_payment", DAY, paid, counterpart="620522"),
    ):
        if posts:
            assert post(draft).state is VoucherState.POSTED
        else:
            with pytest.raises(Conflict):
                post(draft)
    wrong = paper("5", "subsidy_payment", DAY, ("assistance", "2105", "1001", 1), counterpart="X")
    with pytest.raises(Conflict):
        post(wrong)
