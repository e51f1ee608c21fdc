"""Which entries a settlement causes, and that only permitted flows exist. Proves J29, J32, J35,
Q2.2, X12, X13, M二.3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fund.balances import counterpart_balances

from medaid.errors import BadInput, Refused
from medaid.fund import books
from medaid.fund.model import chart, journal, reversing
from medaid.money import Fen

NOW = datetime(2023, 7, 31, 16, 30, tzinfo=UTC)  # 1 August in Beijing
HOSPITAL = "H32050000001"


def settled(
    amounts: Mapping[str, int],
    treatment: str = "320500",
    care: str = "inpatient",
    insutype: str = "390",
) -> journal.SettlementBooking:
    return journal.SettlementBooking(
        "320500S1",
        "320500",
        treatment,
        HOSPITAL,
        insutype,
        care,
        {k: Fen(v) for k, v in amounts.items()},
    )


def test_settlement_at_home_owes_the_hospital() -> None:
    (entry,) = journal.settlement_entries(
        settled({"hifp_pay": 700000, "hifmi_pay": 50000, "maf_pay": 120000, "hifes_pay": 0}), NOW
    )
    assert entry.period == "2023-08"  # Beijing's day decides
    found = books.balances([entry])
    assert found == {
        "390100-500111": Fen(700000),
        "390100-2101": Fen(-700000),
        "390200-500111": Fen(50000),
        "390200-2101": Fen(-50000),
        "610100-500101": Fen(120000),
        "610100-2101": Fen(-120000),
    }
    assert counterpart_balances([entry], "2101")[("assistance", HOSPITAL)] == Fen(-120000)


def test_assistance_is_told_apart_by_care_class() -> None:
    (entry,) = journal.settlement_entries(settled({"maf_pay": 1}, care="outpatient"), NOW)
    assert entry.lines[0].account.name == "社会保险待遇支出-门诊救助支出"


def test_settlement_away_owes_the_region_and_the_region_the_hospital() -> None:
    home, there = journal.settlement_entries(
        settled({"hifp_pay": 100, "maf_pay": 10}, treatment="310100"), NOW
    )
    assert (home.admdvs, there.admdvs) == ("320500", "310100")
    assert counterpart_balances([home], "2102") == {
        ("basic_resident", "310100"): Fen(-100),
        ("assistance", "310100"): Fen(-10),
    }
    assert counterpart_balances([there], "1102") == {
        ("basic_resident", "320500"): Fen(100),
        ("assistance", "320500"): Fen(10),
    }
    assert counterpart_balances([there], "2101") == {
        ("basic_resident", HOSPITAL): Fen(-100),
        ("assistance", HOSPITAL): Fen(-10),
    }


def test_nothing_paid_nothing_booked() -> None:
    assert journal.settlement_entries(settled({"hifp_pay": 0}), NOW) == ()


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ({"acct_pay": 5}, "FUND_UNKNOWN"),
        ({"hosp_part_amt": 5}, "FUND_UNKNOWN"),
        ({"psn_cash_pay": 5}, "FUND_UNKNOWN"),
        ({"maf_pay": -5}, "AMOUNT_NEGATIVE"),
    ],
)
def test_what_is_no_funds_money_does_not_enter(amounts: dict[str, int], code: str) -> None:
    with pytest.raises(BadInput) as told:
        journal.settlement_entries(settled(amounts), NOW)
    assert told.value.code == code


def test_unknown_care_class() -> None:
    with pytest.raises(BadInput):
        journal.settlement_entries(settled({"maf_pay": 5}, care="21"), NOW)


FIELDS = sorted({f.field for f in chart.funds().values()})


@given(
    st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 10**10)),
    st.sampled_from(["320500", "310100"]),
    st.sampled_from(journal.CARE),
    st.sampled_from(["310", "390"]),
)
def test_what_is_booked_is_what_was_paid(
    amounts: dict[str, int], treatment: str, care: str, insutype: str
) -> None:
    """Σ expense at home = Σ payable to the institution = Σ amounts, whatever the way; the reversal
    takes all of it back."""
    entries = journal.settlement_entries(settled(amounts, treatment, care, insutype), NOW)
    expense = sum(int(x.amount) for e in entries for x in e.lines if x.account.kind == "expense")
    owed = -sum(int(x.amount) for e in entries for x in e.lines if x.account.number == "2101")
    assert expense == owed == sum(amounts.values())
    back = [journal.checked(reversing(e, "r", e.effective, NOW)) for e in entries]
    assert books.balances([*entries, *back]) == {}


@pytest.mark.parametrize(
    ("kind", "debit", "credit"),
    [
        ("allocation", "1002", "1001"),
        ("fiscal_income", "1001", "410101"),
        ("expenditure_interest", "1002", "2108"),
        ("prepayment_out", "1101", "1001"),
    ],
)
def test_permitted_flows(kind: str, debit: str, credit: str) -> None:
    """J29: only the flows that a document names may be booked."""
    assert (
        journal.movement(kind, "320500", "x", [("assistance", debit, credit, Fen(1))], NOW).kind
        == kind
    )


@pytest.mark.parametrize(
    ("kind", "debit", "credit", "told"),
    [
        ("bank_fee", "590101", "1002", "银行手续费"),  # X13
        (
            "service_fee",
            "590101",
            "1002",
            "服务费",
        ),  # M二.3: paid from the budget, not from the fund
        ("expenditure_income", "1002", "430101", "支出户"),  # Q2.2
        (
            "other_income",
            "1002",
            "430101",
            "借记支出户存款",
        ),  # a donation may not reach the expenditure account (Q2.2)
        ("fiscal_income", "1002", "410101", "借记支出户存款"),
        (
            "expenditure_interest",
            "1002",
            "4201",
            "贷记利息收入",
        ),  # it must go back to the special account first (J32)
        (
            "institution_payment",
            "2101",
            "1001",
            "贷记财政专户存款",
        ),  # hospitals are paid from the expenditure account
        ("allocation", "1001", "1002", "借记财政专户存款"),
        ("barter", "1001", "1002", "无此类资金业务"),
    ],
)
def test_forbidden_flows(kind: str, debit: str, credit: str, told: str) -> None:
    """J29, X13: what a document forbids is refused by name, bank fees among it."""
    with pytest.raises(Refused) as error:
        journal.movement(kind, "320500", "x", [("assistance", debit, credit, Fen(1))], NOW)
    assert error.value.code == "FLOW_FORBIDDEN"
    assert told in error.value.sentence


def test_interest_goes_back_whole() -> None:
    """J32: interest of the expenditure account ends as income in the special account."""
    rows = [("assistance", "1002", "2108", Fen(700))]
    kept = journal.movement("expenditure_interest", "320500", "i", rows, NOW)
    back = journal.movement(
        "interest_return",
        "320500",
        "i",
        [("assistance", "1001", "1002", Fen(700)), ("assistance", "2108", "4201", Fen(700))],
        NOW,
    )
    assert books.balances([kept, back]) == {"610100-1001": Fen(700), "610100-4201": Fen(-700)}


@pytest.mark.parametrize(
    ("named", "code", "field"),
    [
        ({}, "FIELD_REQUIRED", "last_year"),
        ({"养老": Fen(1)}, "FUND_UNKNOWN", "last_year.养老"),
        ({"assistance": Fen(1), "x" * 99: Fen(1)}, "FUND_UNKNOWN", "last_year." + "x" * 32),
        ({"assistance": Fen(0)}, "AMOUNT_NEGATIVE", "last_year.assistance"),
        ({"basic_resident": Fen(1), "assistance": Fen(-1)}, "AMOUNT_NEGATIVE", "last_year.assist"),
    ],
)
def test_amounts_by_fund_are_checked_in_one_place(
    named: Mapping[str, Fen], code: str, field: str
) -> None:
    chart.check_funds({"assistance": Fen(1), "basic_resident": Fen(5)}, "last_year")
    with pytest.raises(BadInput) as told:
        chart.check_funds(named, "last_year")
    assert told.value.code == code
    assert told.value.field.startswith(field)
    assert told.value.rule
