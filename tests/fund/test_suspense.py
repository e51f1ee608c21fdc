"""Money that left by the bank and was not owed, and money of which nobody knows what it is, are in
the books from the bank's paper on. Issue: finance office, 10.1 and 8. Proves J29, J31, Q2.2."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.conftest import Tables
from tests.fund.office import REGION, give, make, noon, paper, post

from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import periods, vouchers
from medaid.fund import service as fund
from medaid.fund.records import VoucherRef, VoucherState
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
FUND, DAY = "basic_resident", date(2026, 7, 9)
H1, H2 = {"counterpart": "H62052200001"}, {"counterpart": "H62052200002"}
OUT = (FUND, "1105", "1002", 76000)
BACK = (FUND, "1002", "1105", 76000)


@pytest.fixture(autouse=True)
def _money(tables: Tables) -> None:
    give(FUND, 100_000, date(2026, 6, 30), "1002")


def held(number: str) -> int:
    return int(fund.balance(REGION, date(2026, 12, 31)).get(f"390100-{number}", 0))


def test_what_left_twice_lies_in_suspense_until_it_is_back() -> None:
    """Neither expense nor what is owed moves; the bank account is right on each day."""
    post(paper("1", "payment_in_error", DAY, OUT, **H1))
    assert (held("1002"), held("1105")) == (24_000, 76_000)
    (open_,) = fund.list_current_accounts(REGION, Month("2026-07"))
    assert (open_.account.number, open_.counterpart, open_.amount) == ("1105", *H1.values(), 76000)
    post(paper("2", "payment_in_error_returned", date(2026, 8, 2), BACK, **H1))
    assert (held("1002"), held("1105")) == (100_000, 0)
    moved = {code for code, fen in fund.balance(REGION, date(2026, 12, 31)).items() if fen}
    assert moved == {"390100-1002", "390100-3001"}


def test_no_more_comes_back_than_is_open_and_not_from_another() -> None:
    post(paper("1", "payment_in_error", DAY, OUT, **H1))
    for number, (fen, who) in enumerate([(76001, H1), (1, H2)]):
        made = make(paper(f"b{number}", "payment_in_error_returned", DAY, (*BACK[:3], fen), **who))
        with pytest.raises(Conflict) as told:
            vouchers.post_voucher(REGION, Month.of(DAY), made.voucher_id, "审核", noon(2026, 7, 9))
        assert (told.value.code, told.value.field) == ("OVERDRAWN", "lines")
    assert held("1105") == 76_000


def test_money_that_nobody_knows_is_received_and_returned() -> None:
    post(paper("1", "unidentified_receipt", DAY, (FUND, "1001", "2110", 500), counterpart="某行"))
    assert (held("1001"), held("2110")) == (500, -500)
    post(
        paper(
            "2", "unidentified_receipt_returned", DAY, (FUND, "2110", "1001", 500),
            counterpart="某行",
        )
    )  # fmt: skip
    assert (held("1001"), held("2110")) == (0, 0)


def test_what_a_receipt_turns_out_to_be_is_entered_after_it_is_taken_back() -> None:
    post(paper("1", "unidentified_receipt", DAY, (FUND, "1001", "2110", 500), counterpart="某行"))
    month, now = Month.of(DAY), noon(2026, 7, 9)
    draft = paper("2", "", DAY, narrative="查明为追回款")
    vouchers.reverse_voucher(REGION, VoucherRef(month, "1"), draft, "会计", now)
    vouchers.post_voucher(REGION, month, "2", "审核", now)
    row = (FUND, "1001", "500111", 500)
    done = post(paper("3", "recovery_same_year", DAY, row, **H1, origin=date(2026, 1, 5)))
    assert (done.state, held("1001"), held("2110")) == (VoucherState.POSTED, 500, 0)


@pytest.mark.parametrize(
    ("kind", "row", "more", "code"),
    [
        ("payment_in_error", (FUND, "500111", "1002", 1), H1, "FLOW_FORBIDDEN"),
        ("payment_in_error", (FUND, "2101", "1002", 1), H1, "FLOW_FORBIDDEN"),
        ("payment_in_error_returned", (FUND, "1002", "430104", 1), H1, "FLOW_FORBIDDEN"),
        ("unidentified_receipt", (FUND, "1002", "1105", 1), H1, "FLOW_FORBIDDEN"),
        ("unidentified_receipt_returned", (FUND, "500111", "1001", 1), H1, "FLOW_FORBIDDEN"),
        ("payment_in_error", OUT, {}, "FIELD_REQUIRED"),
        ("payment_in_error", (FUND, "1105", "1002", 0), H1, "AMOUNT_NEGATIVE"),
        ("payment_in_error", OUT, {**H1, "document": " "}, "FIELD_REQUIRED"),
    ],
)
def test_only_its_own_edges_with_paper_and_counterpart(
    tables: Tables,
    kind: str,
    row: tuple[str, str, str, int],
    more: dict[str, Any],
    code: str,
) -> None:
    before = tables.everything()
    with pytest.raises(Refused) as told:
        make(paper("1", kind, DAY, row, **more))
    assert (told.value.code, tables.everything()) == (code, before)


def test_more_than_the_account_holds_the_same_hand_and_a_closed_month_are_refused() -> None:
    month, now = Month.of(DAY), noon(2026, 7, 9)
    made = make(paper("1", "payment_in_error", DAY, (FUND, "1105", "1002", 100_001), **H1))
    with pytest.raises(Conflict) as over:
        vouchers.post_voucher(REGION, month, made.voucher_id, "审核", now)
    assert over.value.code == "OVERDRAWN"
    vouchers.reject_voucher(REGION, month, made.voucher_id, "审核", "金额有误", now)
    other = make(paper("2", "payment_in_error", DAY, OUT, **H1))
    with pytest.raises(Forbidden) as told:
        vouchers.post_voucher(REGION, month, other.voucher_id, "会计", now)
    assert told.value.code == "SEPARATION"
    vouchers.reject_voucher(REGION, month, other.voucher_id, "审核", "重录", now)
    for one in (Month("2026-06"), month):
        periods.close(REGION, one, "会计", noon(2026, 8, 3))
    with pytest.raises(Conflict) as closed:
        make(paper("3", "payment_in_error", DAY, OUT, **H1), now=noon(2026, 8, 3))
    assert closed.value.code == "PERIOD_CLOSED"


def test_a_date_ahead_is_refused() -> None:
    with pytest.raises(BadInput) as told:
        make(paper("1", "payment_in_error", date(2026, 7, 10), OUT, **H1), now=noon(2026, 7, 9))
    assert told.value.code == "DATE_FUTURE"
