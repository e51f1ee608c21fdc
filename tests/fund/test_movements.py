"""Every kind of movement has its voucher, and nothing beside the permitted edges: by whom, when,
from where to where, how much there is. Proves J29, J32, Q2.2, Q2.3, Q3.1."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Tables
from tests.fund.office import REGION, give, make, noon, paper, post

from medaid.aws.transaction import ConditionFailed, commit
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import periods, service, store, voucher_rules, vouchers
from medaid.fund.model import chart, provisions
from medaid.fund.records import Voucher, VoucherRef, VoucherState
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
DAY = date(2026, 7, 6)
JULY = Month("2026-07")
RESIDENT, ASSISTANCE = "basic_resident", "assistance"
H1: dict[str, Any] = {"counterpart": "H1"}


def balance(code: str, day: date = date(2026, 12, 31)) -> int:
    return int(service.balance(REGION, day).get(code, Fen(0)))


def refused(draft: Voucher, code: str, field: str, tables: Tables) -> None:
    before = tables.everything()
    with pytest.raises(Refused) as told:
        make(draft)
    assert (told.value.code, told.value.field) == (code, field)
    assert told.value.rule
    assert tables.everything() == before


# ---- the edges -----------------------------------------------------------------------------------


def test_all_that_the_finance_office_receives_and_pays_has_a_kind() -> None:
    """What 财社〔2017〕144号 chapter 6 names, each made and posted by two people."""
    give(RESIDENT, 10_000_00, date(2026, 7, 1))
    give(ASSISTANCE, 10_000_00, date(2026, 7, 1))
    give(RESIDENT, 5_000_00, date(2026, 7, 1), "1002")
    rows: list[tuple[str, tuple[str, str, str, int], dict[str, Any]]] = [
        ("fiscal_income", (ASSISTANCE, "1001", "410101", 1), {}),
        ("fiscal_income", (ASSISTANCE, "1001", "410102", 1), {}),
        ("fiscal_income", (ASSISTANCE, "1001", "410103", 1), {}),
        ("fiscal_income", (ASSISTANCE, "1001", "410104", 1), {}),
        ("other_income", (ASSISTANCE, "1001", "430101", 1), {}),
        ("other_income", (ASSISTANCE, "1001", "430102", 1), {}),
        ("enrolment_income", (RESIDENT, "1001", "400101", 1), {}),
        ("contribution_refund", (RESIDENT, "400101", "1001", 1), {}),
        ("upper_subsidy", (ASSISTANCE, "1001", "4401", 1), {}),
        ("lower_remittance", (ASSISTANCE, "1001", "4501", 1), {"counterpart": "620523"}),
        ("remittance_up", (ASSISTANCE, "520102", "1001", 1), {}),
        ("lower_subsidy", (ASSISTANCE, "530101", "1001", 1), {"counterpart": "620523"}),
        ("fiscal_interest", (RESIDENT, "1001", "4201", 1), {}),
        ("expenditure_interest", (RESIDENT, "1002", "2108", 1), {}),
        ("critical_passed_up", (RESIDENT, "520101", "1001", 1), {}),
        ("critical_premium", (RESIDENT, "540101", "1001", 1), {"counterpart": "I1"}),
        ("critical_premium_returned", (RESIDENT, "1001", "430105", 1), {"counterpart": "I1"}),
        ("pool_transfer", (RESIDENT, "300102", "300101", 1), {}),
        ("hospital_prepayment", (RESIDENT, "1103", "1002", 2), {"counterpart": "H1"}),
        ("procurement_prepayment", (RESIDENT, "1104", "1001", 1), {"counterpart": "P1"}),
        ("prepayment_refund", (RESIDENT, "1002", "1103", 1), {"counterpart": "H1"}),
        ("retained_savings", (RESIDENT, "500121", "1002", 1), {"counterpart": "H1"}),
        ("payment_in_error", (RESIDENT, "1105", "1002", 2), {"counterpart": "H1"}),
        ("payment_in_error_returned", (RESIDENT, "1002", "1105", 1), {"counterpart": "H1"}),
        ("unidentified_receipt", (RESIDENT, "1001", "2110", 2), {"counterpart": "某行"}),
        ("unidentified_receipt_returned", (RESIDENT, "2110", "1001", 1), {"counterpart": "某行"}),
        ("recovery_same_year", (RESIDENT, "1001", "500111", 1), {**H1, "origin": date(2026, 1, 1)}),
        (
            "recovery_earlier_year",
            (RESIDENT, "1001", "430104", 1),
            {**H1, "origin": date(2025, 1, 1)},
        ),
        ("enrolment_subsidy", (ASSISTANCE, "590101", "2105", 1), {"counterpart": REGION}),
        ("subsidy_payment", (ASSISTANCE, "2105", "1001", 1), {"counterpart": REGION}),
    ]
    for number, (kind, row, more) in enumerate(rows):
        before = balance(f"{chart.funds()[row[0]].code}-{row[1]}")
        assert post(paper(f"v{number}", kind, DAY, row, **more)).state is VoucherState.POSTED
        assert balance(f"{chart.funds()[row[0]].code}-{row[1]}") == before + row[3]
    back = [(RESIDENT, "1001", "1002", 1), (RESIDENT, "2108", "4201", 1)]
    post(paper("息", "interest_return", DAY, *back))
    assert balance("390100-2108") == 0
    known = {kind for kind, _, _ in rows} | {
        "interest_return", "opening", "opening_payment", "opening_receipt", "contribution_advance",
        "contribution_due",
    }  # fmt: skip
    assert known == {flow.kind for flow in chart.flows().values() if flow.manual}


@pytest.mark.parametrize(
    ("kind", "row", "more", "code", "field"),
    [
        ("fiscal_income", (RESIDENT, "1002", "410101", 1), {}, "FLOW_FORBIDDEN", "390100-1002"),
        ("upper_subsidy", (RESIDENT, "1002", "4401", 1), {}, "FLOW_FORBIDDEN", "390100-1002"),
        ("remittance_up", (RESIDENT, "520102", "1002", 1), {}, "FLOW_FORBIDDEN", "390100-1002"),
        ("lower_subsidy", (RESIDENT, "530101", "1001", 1), {}, "FIELD_REQUIRED", "counterpart"),
        ("pool_transfer", (RESIDENT, "300101", "300101", 1), {}, "FLOW_FORBIDDEN", "lines.0"),
        (
            "pool_transfer",
            (RESIDENT, "300102", "300101", 0),
            {},
            "AMOUNT_NEGATIVE",
            "lines.0.amount",
        ),
        ("interest_return", (RESIDENT, "1001", "4201", 1), {}, "FLOW_FORBIDDEN", "lines.0"),
        ("interest_return", (RESIDENT, "1001", "1002", 1), {}, "AMOUNT_SUM", "lines"),
        ("recovery_same_year", (RESIDENT, "1001", "500111", 1), {}, "FIELD_REQUIRED", "origin"),
        (
            "recovery_same_year",
            (RESIDENT, "1001", "500111", 1),
            {"origin": date(2025, 12, 31)},
            "DATE_ORDER",
            "origin",
        ),
        (
            "recovery_earlier_year",
            (RESIDENT, "1001", "430104", 1),
            {"origin": date(2026, 1, 1)},
            "DATE_ORDER",
            "origin",
        ),
        (
            "recovery_same_year",
            (RESIDENT, "1001", "500111", 1),
            {"origin": date(2026, 7, 7)},
            "DATE_FUTURE",
            "origin",
        ),
        (
            "recovery_same_year",
            (RESIDENT, "1001", "430104", 1),
            {**H1, "origin": date(2026, 7, 1)},
            "FLOW_FORBIDDEN",
            "390100-430104",
        ),
        (
            "fiscal_income",
            (RESIDENT, "1001", "410101", 1),
            {"origin": DAY},
            "FIELD_UNKNOWN",
            "origin",
        ),
        (
            "fiscal_income",
            (RESIDENT, "1001", "410101", 1),
            {"document_date": date(2026, 7, 7)},
            "DATE_FUTURE",
            "document_date",
        ),
        ("contribution_advance", (RESIDENT, "1001", "2109", 1), {}, "FLOW_FORBIDDEN", "kind"),
    ],
)
def test_beside_the_edges_nothing_is_entered(
    tables: Tables,
    kind: str,
    row: tuple[str, str, str, int],
    more: dict[str, Any],
    code: str,
    field: str,
) -> None:
    """J29: what no row of flows.toml allows."""
    refused(paper("1", kind, DAY, row, **more), code, field, tables)


def test_interest_goes_back_whole_or_not_at_all(tables: Tables) -> None:
    """J29: what leaves the expenditure account is what was held as its interest."""
    rows = [(RESIDENT, "1001", "1002", 5), (RESIDENT, "2108", "4201", 4)]
    refused(paper("1", "interest_return", DAY, *rows), "AMOUNT_SUM", "lines", tables)


def test_provisions_of_2026_begin_with_2026(tables: Tables) -> None:
    """社会保险基金会计制度补充规定, in force 2026-01-01: the day decides, on either side."""
    row = (RESIDENT, "1103", "1001", 5)
    give(RESIDENT, 5, date(2025, 12, 1))
    late = paper("1", "hospital_prepayment", date(2025, 12, 31), row, counterpart="H1")
    refused(late, "FLOW_FORBIDDEN", "effective", tables)
    post(paper("1", "hospital_prepayment", date(2026, 1, 1), row, counterpart="H1"))
    before = provisions.provisions_on(date(2025, 12, 31))[ASSISTANCE]
    after = provisions.provisions_on(date(2026, 1, 1))[ASSISTANCE]
    assert (before.basis, after.basis, after.trust) == ("accrual", "cash", "N")
    assert "other" not in provisions.provisions_on(date(2026, 1, 1))


def test_contributions_of_a_later_year_wait_for_its_january(
    monkeypatch: pytest.MonkeyPatch, tables: Tables
) -> None:
    filing = provisions.EarlyPayRegion(Region(REGION), date(2026, 9, 1), "备案号")
    monkeypatch.setattr(provisions, "filings", lambda: (filing,))
    advance = (RESIDENT, "1001", "2109", 5)
    early = paper("1", "contribution_advance", date(2026, 8, 31), advance)
    refused(early, "FLOW_FORBIDDEN", "kind", tables)
    post(paper("1", "contribution_advance", date(2026, 10, 8), advance))
    due = (RESIDENT, "2109", "400101", 5)
    wrong = paper("2", "contribution_due", date(2026, 11, 1), due)
    refused(wrong, "FLOW_FORBIDDEN", "effective", tables)
    post(paper("2", "contribution_due", date(2027, 1, 5), due))
    assert balance("390100-400101", date(2027, 1, 31)) == -5


def test_opening_balances_belong_in_the_first_period(tables: Tables) -> None:
    row = (RESIDENT, "1001", "3001", 5)
    post(paper("1", "opening", DAY, row))
    post(paper("2", "opening", DAY, row))
    periods.close(REGION, JULY, "会计", noon(2026, 8, 2))
    refused(paper("1", "opening", date(2026, 8, 3), row), "STATE", "effective", tables)


# ---- the bank ------------------------------------------------------------------------------------


SPENT = (RESIDENT, "520101", "1001", 6)


def test_an_account_never_falls_below_zero(tables: Tables) -> None:
    give(RESIDENT, 5, date(2026, 7, 1))
    make(paper("1", "critical_passed_up", DAY, SPENT))
    before = tables.everything()
    with pytest.raises(Conflict) as told:
        vouchers.post_voucher(REGION, JULY, "1", "审核", noon(2026, 7, 6))
    assert (told.value.code, told.value.field) == ("OVERDRAWN", "lines")
    assert "0.01" in told.value.rule
    assert tables.everything() == before
    give(RESIDENT, 1, date(2026, 7, 6))
    vouchers.post_voucher(REGION, JULY, "1", "审核", noon(2026, 7, 6))
    assert balance("390100-1001") == 0


def test_money_that_came_later_or_was_spent_since_does_not_count() -> None:
    """A back-dated paper: every day from its own on must have held the money."""
    give(RESIDENT, 6, date(2026, 7, 8))
    make(paper("1", "critical_passed_up", DAY, SPENT), noon(2026, 7, 9))
    with pytest.raises(Conflict):
        vouchers.post_voucher(REGION, JULY, "1", "审核", noon(2026, 7, 9))
    give(RESIDENT, 6, date(2026, 7, 5))
    post(paper("2", "critical_passed_up", date(2026, 7, 9), SPENT))
    vouchers.post_voucher(REGION, JULY, "1", "审核", noon(2026, 7, 9))
    post_again = paper("3", "critical_passed_up", DAY, (RESIDENT, "520101", "1001", 1))
    make(post_again, noon(2026, 7, 9))
    with pytest.raises(Conflict):
        vouchers.post_voucher(REGION, JULY, "3", "审核", noon(2026, 7, 9))


def test_a_document_and_a_third_person_let_it_fall_below_zero() -> None:
    make(paper("1", "critical_passed_up", DAY, SPENT))
    ref, at = VoucherRef(JULY, "1"), noon(2026, 7, 6)
    for document, reason in ((" ", "垫付"), ("批1", " ")):
        with pytest.raises(BadInput):
            vouchers.approve_overdraft(REGION, ref, document, reason, "主任", at)
    with pytest.raises(Forbidden):
        vouchers.approve_overdraft(REGION, ref, "批1", "上级资金在途", "会计", at)
    for _ in range(2):
        held = vouchers.approve_overdraft(REGION, ref, "批1", "上级资金在途", "主任", at)
    assert held.overdraft is not None
    assert (held.overdraft.document, held.overdraft.by) == ("批1", "主任")
    with pytest.raises(Forbidden):
        vouchers.post_voucher(REGION, JULY, "1", "主任", at)
    posted = vouchers.post_voucher(REGION, JULY, "1", "审核", at)
    assert [act.by for act in posted.trail] == ["会计", "主任", "审核"]
    assert balance("390100-1001") == -6
    with pytest.raises(Conflict):
        vouchers.approve_overdraft(REGION, ref, "批2", "再", "主任", at)


def test_two_movements_side_by_side_do_not_spend_the_same_money() -> None:
    give(RESIDENT, 6, date(2026, 7, 1))
    at = noon(2026, 7, 6)
    both = []
    for number in ("1", "2"):
        draft = paper(number, "critical_passed_up", DAY, SPENT)
        entry = voucher_rules.entry_of(REGION, draft, at)
        both.append(periods.posting(entry, spending="lines"))
    commit(both[0])
    with pytest.raises(ConditionFailed) as told:
        commit(both[1])
    assert "cash" in told.value.labels


REGIONS = (f"6205{number:02d}" for number in itertools.count(30))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 28), st.integers(1, 9)), min_size=1, max_size=8
    )
)
def test_no_day_of_any_sequence_ends_below_zero(moves: list[tuple[bool, int, int]]) -> None:
    """J29."""
    at, total, region = noon(2026, 7, 31), 0, next(REGIONS)
    for number, (comes, day, fen) in enumerate(moves):
        kind, debit, credit = (
            ("fiscal_income", "1001", "410101") if comes else ("remittance_up", "520102", "1001")
        )
        row = (ASSISTANCE, debit, credit, fen)
        draft = paper(f"{number}", kind, date(2026, 7, day), row)
        with contextlib.suppress(*([] if comes else [Conflict])):
            post(draft, at, region)
            total += fen if comes else -fen
    ends = [
        int(service.balance(region, date(2026, 7, day)).get("610100-1001", Fen(0)))
        for day in range(1, 32)
    ]
    assert min(ends) >= 0
    assert ends[-1] == total


# ---- taking back ---------------------------------------------------------------------------------


BACK = Voucher("冲1", "", date(2026, 7, 8), "更正单1", (), "金额录错", ())


def test_a_posted_voucher_is_taken_back_once_by_two_people(tables: Tables) -> None:
    """J32: nothing is changed, only reversed."""
    ref = VoucherRef(JULY, "1")
    post(paper("1", "fiscal_income", DAY, (ASSISTANCE, "1001", "410101", 5)))
    at = noon(2026, 7, 8)
    made = vouchers.reverse_voucher(REGION, ref, BACK, "会计", at)
    second = replace(BACK, voucher_id="冲2")
    vouchers.reverse_voucher(REGION, ref, second, "会计", at)
    assert balance("610100-1001") == 5
    with pytest.raises(Forbidden):
        vouchers.post_voucher(REGION, JULY, "冲1", "会计", at)
    vouchers.post_voucher(REGION, JULY, "冲1", "审核", at)
    assert (balance("610100-1001"), balance("610100-410101")) == (0, 0)
    assert vouchers.reverse_voucher(REGION, ref, BACK, "会计", at).trail[0] == made.trail[0]
    before = tables.everything()
    with pytest.raises(Conflict) as posting:
        vouchers.post_voucher(REGION, JULY, "冲2", "审核", at)
    third = replace(BACK, voucher_id="冲3")
    with pytest.raises(Conflict) as making:
        vouchers.reverse_voucher(REGION, ref, third, "会计", at)
    with pytest.raises(Conflict) as turning:
        vouchers.reverse_voucher(REGION, VoucherRef(JULY, "冲1"), third, "会计", at)
    for told in (posting, making, turning):
        assert (told.value.code, told.value.field) == ("STATE", "reverses")
    assert tables.everything() == before


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"narrative": " "}, "FIELD_REQUIRED", "reason"),
        ({"effective": date(2026, 7, 5)}, "DATE_ORDER", "effective"),
        ({"effective": date(2026, 7, 9)}, "DATE_FUTURE", "effective"),
        ({"document": ""}, "FIELD_REQUIRED", "document"),
    ],
)
def test_a_reversal_needs_reason_day_and_paper(
    changes: dict[str, Any], code: str, field: str
) -> None:
    post(paper("1", "fiscal_income", DAY, (ASSISTANCE, "1001", "410101", 5)))
    draft = replace(BACK, **changes)
    with pytest.raises(Refused) as told:
        vouchers.reverse_voucher(REGION, VoucherRef(JULY, "1"), draft, "会计", noon(2026, 7, 8))
    assert (told.value.code, told.value.field) == (code, field)


def test_what_is_not_posted_is_not_taken_back() -> None:
    make(paper("1", "fiscal_income", DAY, (ASSISTANCE, "1001", "410101", 5)))
    for number, code in (("1", "STATE"), ("2", "NOT_FOUND")):
        ref = VoucherRef(JULY, number)
        with pytest.raises(Refused) as told:
            vouchers.reverse_voucher(REGION, ref, BACK, "会计", noon(2026, 7, 8))
        assert told.value.code == code
    assert not list(store.entries(REGION, JULY))


def test_taking_money_back_does_not_overdraw_either() -> None:
    post(paper("1", "fiscal_income", DAY, (ASSISTANCE, "1001", "410101", 5)))
    post(paper("2", "remittance_up", DAY, (ASSISTANCE, "520102", "1001", 5)))
    at = noon(2026, 7, 8)
    vouchers.reverse_voucher(REGION, VoucherRef(JULY, "1"), BACK, "会计", at)
    with pytest.raises(Conflict) as told:
        vouchers.post_voucher(REGION, JULY, "冲1", "审核", at)
    assert told.value.code == "OVERDRAWN"
