"""Movements that people enter by a paper: made by one, posted by another, or not at all.

Proves J29, J32, Q2.2, Q3.1.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.fund.office import budget

from medaid.errors import Conflict, Forbidden, Refused
from medaid.fund import allocations, periods, service, voucher_rules, vouchers
from medaid.fund.records import Voucher, VoucherLine, VoucherState
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
R = "620522"
JULY = Month("2023-07")


def when(day: int, month: int = 7) -> datetime:
    return datetime(2023, month, day, 2, tzinfo=UTC)


def draft(**changes: object) -> Voucher:
    line = VoucherLine("assistance", "1001", "410101", Fen(70_000_00))
    made = Voucher(
        "收1", "fiscal_income", date(2023, 7, 5), "财社〔2023〕1号", (line,), "中央补助", ()
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_made_by_one_and_posted_by_another() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    assert list(service.entries(R, JULY)) == []
    posted = vouchers.post_voucher(R, JULY, "收1", "审核", when(6))
    assert [(act.act, act.by) for act in posted.trail] == [("制单", "会计"), ("入账", "审核")]
    assert service.balance(R, date(2023, 7, 31))["610100-1001"] == Fen(70_000_00)
    vouchers.post_voucher(R, JULY, "收1", "审核", when(7))  # again: nothing more
    assert service.balance(R, date(2023, 7, 31))["610100-1001"] == Fen(70_000_00)
    (((_, state),), _) = vouchers.page_of_vouchers(R, JULY, "", 50)
    assert state is VoucherState.POSTED


def test_the_maker_does_not_post_or_send_back() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    with pytest.raises(Forbidden) as posting:
        vouchers.post_voucher(R, JULY, "收1", "会计", when(6))
    with pytest.raises(Forbidden) as rejecting:
        vouchers.reject_voucher(R, JULY, "收1", "会计", "误", when(6))
    assert posting.value.code == rejecting.value.code == "SEPARATION"
    assert list(service.entries(R, JULY)) == []


def test_nobody_is_accountant_auditor_and_cashier_in_one_office() -> None:
    """Q3.1: not on one paper, and not in turns on several: A makes, B posts; then B makes nothing,
    A posts nothing, neither receives money."""
    vouchers.make_voucher(R, draft(), "甲", when(5))
    vouchers.post_voucher(R, JULY, "收1", "乙", when(6))
    with pytest.raises(Forbidden):
        vouchers.make_voucher(R, draft(voucher_id="收2"), "乙", when(6))
    vouchers.make_voucher(R, draft(voucher_id="收2"), "丙", when(6))
    with pytest.raises(Forbidden):
        vouchers.post_voucher(R, JULY, "收2", "甲", when(6))
    amounts = {"assistance": Fen(5)}
    budget(2023, {"610100-500101": 5})
    allocations.request_allocation(R, "2023-Q3", "1", amounts, "丙", when(6))
    allocations.review_allocation(R, "2023-Q3", "1", "戊", when(6))
    allocations.approve_allocation(R, "2023-Q3", "1", "财政", when(6))
    for by in ("甲", "乙"):
        with pytest.raises(Forbidden) as told:
            allocations.receive_allocation(R, "2023-Q3", "1", by, when(6))
        assert told.value.facts["separation"] == "accountant_cashier_auditor"
    with pytest.raises(Forbidden):  # the token's role binds too, before any act
        vouchers.make_voucher(R, draft(voucher_id="收3"), "丁", when(6), frozenset({"cashier"}))
    assert len(list(service.entries(R, JULY))) == 1


def test_what_was_sent_back_is_not_posted() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    vouchers.reject_voucher(R, JULY, "收1", "审核", "金额与到账通知不符", when(6))
    with pytest.raises(Conflict):
        vouchers.post_voucher(R, JULY, "收1", "主管", when(6))
    assert list(service.entries(R, JULY)) == []


def test_the_same_number_is_the_same_voucher_or_refused() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    assert vouchers.make_voucher(R, draft(), "会计", when(6)).trail[0].at == when(5)
    with pytest.raises(Conflict) as told:
        vouchers.make_voucher(R, draft(document="别的文号"), "会计", when(6))
    assert (told.value.code, told.value.field) == ("DUPLICATE", "voucher_id")


def test_the_same_number_in_another_month_is_another_voucher() -> None:
    """Numbers begin anew each month (制单号按月编号)."""
    vouchers.make_voucher(R, draft(), "会计", when(5))
    vouchers.post_voucher(R, JULY, "收1", "审核", when(6))
    vouchers.make_voucher(R, draft(effective=date(2023, 8, 5)), "会计", when(5, 8))
    vouchers.post_voucher(R, Month("2023-08"), "收1", "审核", when(6, 8))
    assert service.balance(R, date(2023, 8, 31))["610100-1001"] == Fen(140_000_00)


def test_an_entry_that_stands_already_is_told_as_a_duplicate() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    entry = voucher_rules.entry_of(R, draft(), when(5))
    periods.post(entry)
    with pytest.raises(Conflict) as told:
        vouchers.post_voucher(R, JULY, "收1", "审核", when(6))
    assert (told.value.code, told.value.field) == ("DUPLICATE", "voucher_id")
    assert vouchers.page_of_vouchers(R, JULY, "", 50)[0][0][1] is VoucherState.MADE


def test_a_replay_answers_what_stands_also_after_the_close() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    vouchers.make_voucher(R, draft(voucher_id="收2"), "会计", when(5))
    vouchers.post_voucher(R, JULY, "收1", "审核", when(6))
    vouchers.reject_voucher(R, JULY, "收2", "审核", "误", when(6))
    periods.close(R, JULY, "会计", when(2, 8))
    assert vouchers.make_voucher(R, draft(), "会计", when(3, 8)).state is VoucherState.POSTED
    again = vouchers.make_voucher(R, draft(voucher_id="收2"), "会计", when(3, 8))
    assert again.state is VoucherState.REJECTED
    with pytest.raises(Conflict) as told:
        vouchers.make_voucher(R, draft(document="别的文号"), "会计", when(3, 8))
    assert told.value.code == "DUPLICATE"


def line(**changes: object) -> tuple[VoucherLine, ...]:
    made = VoucherLine("assistance", "1001", "410101", Fen(1))
    return (replace(made, **changes),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "settlement"}, "FLOW_FORBIDDEN", "kind"),
        ({"kind": "bank_fee"}, "FLOW_FORBIDDEN", "kind"),
        ({"kind": "nothing"}, "FLOW_FORBIDDEN", "kind"),
        ({"document": " "}, "FIELD_REQUIRED", "document"),
        ({"effective": date(2023, 7, 6)}, "DATE_FUTURE", "effective"),
        ({"lines": ()}, "FIELD_REQUIRED", "lines"),
        ({"lines": line(fund="养老")}, "FUND_UNKNOWN", "lines.0.fund"),
        ({"lines": line(amount=Fen(0))}, "AMOUNT_NEGATIVE", "lines.0.amount"),
        ({"lines": line(amount=Fen(-5))}, "AMOUNT_NEGATIVE", "lines.0.amount"),
        ({"lines": line(credit="9999")}, "ACCOUNT_UNKNOWN", "lines.0.credit"),
        ({"lines": line(debit="1002")}, "FLOW_FORBIDDEN", "610100-1002"),
        ({"narrative": "退给 110101199003077838"}, "PERSONAL_DATA", "narrative"),
    ],
)
def test_what_could_never_be_posted_is_refused_when_it_is_made(
    changes: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(Refused) as told:
        vouchers.make_voucher(R, draft(**changes), "会计", when(5))
    assert (told.value.code, told.value.field) == (code, field)
    assert vouchers.page_of_vouchers(R, JULY, "", 50) == ([], "")


def test_a_closed_month_takes_no_voucher_and_posts_none() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    vouchers.make_voucher(R, draft(voucher_id="收2"), "会计", when(5))
    vouchers.post_voucher(R, JULY, "收1", "审核", when(6))
    periods.close(R, JULY, "会计", when(2, 8))
    with pytest.raises(Conflict) as making:
        vouchers.make_voucher(R, draft(voucher_id="收3"), "会计", when(3, 8))
    with pytest.raises(Conflict) as posting:
        vouchers.post_voucher(R, JULY, "收2", "审核", when(3, 8))
    assert making.value.code == posting.value.code == "PERIOD_CLOSED"
