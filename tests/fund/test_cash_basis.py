"""What is owed is no expense until it is paid (收付实现制 since 2026 for the assistance fund):
money is spread over what caused it, to the fen. Proves J29, J32."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fund.office import REGION, noon

from medaid.aws.transaction import commit
from medaid.fund import cash_basis, service
from medaid.fund.cash_basis import CashBasis
from medaid.fund.model import Entry, journal
from medaid.money import Fen

BESIDE = frozenset({"2101", "2102", "2103", "2104", "2105", "2107"})
FUND, AT = "assistance", noon(2026, 3, 3)
INPATIENT, OUTPATIENT = "610100-500101", "610100-500102"


def settled(number: int, care: str, fen: int, at: datetime = AT) -> Entry:
    amounts = {"maf_pay": Fen(fen)}
    one = journal.SettlementBooking(f"s{number}", REGION, REGION, "H1", "390", care, amounts)
    return journal.settlement_entries(one, at)[0]


def moved(number: int, kind: str, debit: str, credit: str, fen: int, at: datetime = AT) -> Entry:
    return journal.movement(kind, REGION, f"m{number}", [(FUND, debit, credit, Fen(fen))], at)


def sums(basis: CashBasis, entries: list[Entry]) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in entries:
        for line in basis.lines(entry):
            found[line.account.code] = found.get(line.account.code, 0) + line.fen
    return {code: fen for code, fen in found.items() if fen}


def test_a_payment_is_the_expense_of_what_it_pays() -> None:
    owed = [settled(1, "inpatient", 200), settled(2, "outpatient", 100)]
    assert sums(CashBasis(FUND, BESIDE), owed) == {}
    found = sums(
        CashBasis(FUND, BESIDE), [*owed, moved(3, "institution_payment", "2101", "1002", 150)]
    )
    assert found == {INPATIENT: 100, OUTPATIENT: 50, "610100-1002": -150}


def test_a_deduction_shows_as_the_smaller_payment_and_retained_money_when_it_is_paid() -> None:
    """accounts.md section 4: nothing at the decision."""
    entries = [
        settled(1, "outpatient", 200),
        moved(2, "deduction", "2101", "430109", 40),
        moved(3, "retention", "2101", "2107", 10),
        moved(4, "institution_payment", "2101", "1002", 150),
    ]
    assert sums(CashBasis(FUND, BESIDE), entries) == {OUTPATIENT: 150, "610100-1002": -150}
    back = [
        moved(5, "retention_release", "2107", "2101", 10),
        moved(6, "institution_payment", "2101", "1002", 10),
    ]
    assert sums(CashBasis(FUND, BESIDE), entries + back)[OUTPATIENT] == 160


def test_what_was_paid_for_other_regions_is_no_expense() -> None:
    one = journal.SettlementBooking(
        "s1", "620500", REGION, "H1", "390", "inpatient", {"maf_pay": Fen(80)}
    )
    _, there = journal.settlement_entries(one, AT)
    found = sums(
        CashBasis(FUND, BESIDE),
        [there, moved(2, "institution_payment", "2101", "1002", 80)],
    )
    assert found == {"610100-1102": 80, "610100-1002": -80}


STEPS = st.lists(
    st.tuples(st.sampled_from(("inpatient", "outpatient", "pay")), st.integers(1, 10**9)),
    max_size=12,
)


@given(STEPS)
def test_expense_on_the_cash_basis_is_the_money_that_left(steps: list[tuple[str, int]]) -> None:
    entries = [
        moved(number, "institution_payment", "2101", "1002", fen)
        if what == "pay"
        else settled(number, what, fen)
        for number, (what, fen) in enumerate(steps)
    ]
    found = sums(CashBasis(FUND, BESIDE), entries)
    left = sum(fen for what, fen in steps if what == "pay")
    assert found.get(INPATIENT, 0) + found.get(OUTPATIENT, 0) == left
    assert found.get("610100-1002", 0) == -left
    assert sum(found.values()) == 0


@pytest.mark.usefixtures("tables")
def test_the_switch_is_the_first_day_of_2026() -> None:
    """J32: 2025 stays as it was booked; 2026 shows what was paid, of what was owed since 2025."""
    december, march = noon(2025, 12, 30), noon(2026, 3, 3)
    for entry in (
        settled(1, "outpatient", 200, december),
        settled(2, "inpatient", 500, march),
        moved(3, "institution_payment", "2101", "1002", 140, noon(2026, 3, 4)),
    ):
        commit(service.writes(entry))
    assert [row for row in cash_basis.cash_rows(REGION, 2025) if row.code[:6] == "610100"] == []
    found = {row.code: (row.booked, row.paid) for row in cash_basis.cash_rows(REGION, 2026)}
    assert found == {
        INPATIENT: (Fen(500), Fen(100)),
        OUTPATIENT: (Fen(0), Fen(40)),
    }
    (trust,) = {row.provision.trust for row in cash_basis.cash_rows(REGION, 2026)}
    assert trust == "N"
