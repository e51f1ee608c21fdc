"""Final accounts follow the accounting provisions of their year: what is owed is expense until
2025, and from 2026 on what was paid (J29, J32, J33, Q2.2)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest
from tests.fund.office import noon

from medaid.fund import final_accounts, periods, service, years
from medaid.fund.final_records import FinalAccounts, Notes
from medaid.fund.model import Entry, journal
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
R, FIELDS = "320522", {"assistance": "maf_pay", "basic_resident": "hifp_pay"}
CODES = {"assistance": "610100", "basic_resident": "390100"}
BEGUN = 1000
LAST_OF_2025, FIRST_OF_2026 = date(2025, 12, 31), date(2026, 1, 1)


def moved(
    kind: str, row: tuple[str, str, str, int], day: date, to: str = "", region: str = R
) -> Entry:
    fund, debit, credit, fen = row
    at = noon(day.year, day.month, day.day)
    rows = [(fund, debit, credit, Fen(fen))]
    return journal.movement(kind, region, f"{kind}-{fund}-{day}-{fen}", rows, at, counterpart=to)


def settled(fund: str, day: date, fen: int, care: str = "inpatient") -> Entry:
    amounts = {FIELDS[fund]: Fen(fen)}
    one = journal.SettlementBooking(f"S-{fund}-{day}-{care}", R, R, "H1", "390", care, amounts)
    return journal.settlement_entries(one, noon(day.year, day.month, day.day))[0]


def paid(fund: str, day: date, fen: int) -> Entry:
    return moved("institution_payment", (fund, "2101", "1002", fen), day, "H1")


def begin(fund: str) -> None:
    """Money from before, in 2025."""
    periods.post(moved("opening", (fund, "1002", "3001", BEGUN), date(2025, 11, 3)))
    periods.keep_first_month(R, Month("2025-11"))


def close(year: int, first: int = 1) -> None:
    at = noon(year + 1, 2, 10)
    for month in Month(f"{year}-{first:02d}").through(Month(f"{year}-11")):
        periods.close(R, month, "会计", at)
    years.close_year(R, year, "会计", at)


def accounts_of(year: int, fund: str) -> FinalAccounts:
    return final_accounts.draft(R, year, fund, Notes(), "会计", noon(year + 1, 2, 11))


def row(held: FinalAccounts, key: str) -> tuple[int, int]:
    (found,) = [one for one in held.rows if one.key == key]
    return int(found.before), int(found.now)


class Case(NamedTuple):
    """200 settled on a day and paid on another (or not at all): the expense and what the fund
    closes with in 2025 and 2026, what stands in the statements as owed at the end of 2025 and
    beside them at the end of 2026, and by how much 2026 begins higher."""

    fund: str
    on: date
    paid: date | None
    expense_2025: int
    closing_2025: int
    owed_2025: int
    restated: int
    expense_2026: int
    closing_2026: int
    beside_2026: int


JANUARY = date(2026, 1, 5)
GOLDEN = [
    Case("assistance", LAST_OF_2025, LAST_OF_2025, 200, 800, 0, 0, 0, 800, 0),
    Case("assistance", LAST_OF_2025, JANUARY, 200, 800, 200, 200, 200, 800, 0),
    Case("assistance", LAST_OF_2025, None, 200, 800, 200, 200, 0, 1000, 200),
    Case("assistance", FIRST_OF_2026, JANUARY, 0, 1000, 0, 0, 200, 800, 0),
    Case("assistance", FIRST_OF_2026, None, 0, 1000, 0, 0, 0, 1000, 200),
    Case("basic_resident", LAST_OF_2025, JANUARY, 200, 800, 200, 200, 200, 800, 0),
    Case("basic_resident", FIRST_OF_2026, None, 0, 1000, 0, 0, 0, 1000, 200),
]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda one: f"{one.fund}-{one.on}-{one.paid}")
def test_the_day_before_and_the_day_of_the_switch(case: Case) -> None:
    """Issue: right money, 10."""
    begin(case.fund)
    periods.post(settled(case.fund, case.on, 200))
    if case.paid:
        periods.post(paid(case.fund, case.paid, 200))
    close(2025, 11)
    old = accounts_of(2025, case.fund)
    assert row(old, "expense") == (0, case.expense_2025)
    assert row(old, "closing_fund")[1] == case.closing_2025
    assert row(old, "payable_institutions")[1] == case.owed_2025
    assert (old.provision, int(old.restated), old.beside) == ("", 0, ())
    close(2026)
    new = accounts_of(2026, case.fund)
    assert row(new, "expense") == (case.expense_2025, case.expense_2026)
    assert row(new, "opening_fund")[1] == case.closing_2025 + case.restated
    assert row(new, "closing_fund")[1] == case.closing_2026
    assert row(new, "fund") == (case.closing_2025 + case.restated, case.closing_2026)
    assert row(new, "assets") == row(new, "liabilities_and_fund")
    assert "payable_institutions" not in new.amounts
    assert int(new.restated) == case.restated
    assert sum(int(fen) for one in new.beside for fen in one[2:]) == -case.beside_2026
    assert new.provision in ("sa-2026", "sa-2017")
    assert final_accounts.get_version(R, 2025, case.fund, 1)[2] is False  # not stale by it


def test_the_year_close_carries_what_the_final_accounts_say() -> None:
    """基金结余 in the books is that of the statements; what is owed stands apart; the next year
    begins with it, and pays it as its own expense."""
    begin("assistance")
    periods.post(settled("assistance", LAST_OF_2025, 200))
    close(2025, 11)
    assert service.balance(R, LAST_OF_2025)["610100-3001"] == Fen(-800)
    periods.post(
        paid("assistance", JANUARY, 150),
        settled("assistance", date(2026, 6, 1), 300, "outpatient"),
    )
    close(2026)
    held = service.balance(R, date(2026, 12, 31))
    new = accounts_of(2026, "assistance")
    assert row(new, "closing_fund")[1] == 850
    assert held["610100-3001"] == Fen(-850)
    assert held["610100-300109"] == Fen(350)
    assert held["610100-2101"] == Fen(-350)
    periods.post(paid("assistance", date(2027, 3, 1), 350))
    close(2027)
    last = accounts_of(2027, "assistance")
    assert int(last.restated) == 0
    assert (row(last, "opening_fund"), row(last, "closing_fund")) == ((1000, 850), (850, 500))
    assert (row(last, "inpatient"), row(last, "outpatient")) == ((150, 50), (0, 300))
    after = service.balance(R, date(2027, 12, 31))
    assert (after["610100-3001"], after.get("610100-300109")) == (Fen(-500), None)


def test_a_deduction_and_what_is_owed_stand_in_no_statement_of_the_new_basis() -> None:
    begin("assistance")
    close(2025, 11)
    periods.post(
        settled("assistance", date(2026, 3, 1), 200),
        moved("deduction", ("assistance", "2101", "430109", 40), date(2026, 3, 5), "H1"),
        paid("assistance", date(2026, 4, 1), 100),
    )
    close(2026)
    new = accounts_of(2026, "assistance")
    assert (row(new, "income")[1], row(new, "expense")[1]) == (0, 100)
    assert [(one[0], one[1], int(one[2])) for one in new.beside] == [("610100-2101", "H1", -60)]
    assert service.balance(R, date(2026, 12, 31))["610100-3001"] == Fen(-900)


def test_what_was_paid_for_another_region_is_advanced_until_it_is_cleared() -> None:
    """What is not paid yet stands in neither list; nothing of it is eliminated."""
    begin("assistance")
    close(2025, 11)
    one = journal.SettlementBooking(
        "S1", "620500", R, "H1", "390", "inpatient", {"maf_pay": Fen(80)}
    )
    _, there = journal.settlement_entries(one, noon(2026, 3, 1))
    periods.post(there, paid("assistance", date(2026, 4, 1), 50))
    close(2026)
    new = accounts_of(2026, "assistance")
    assert (row(new, "receivable_regions")[1], row(new, "advanced")[1]) == (50, 50)
    assert [(one[0], one[1], int(one[2])) for one in new.current] == [("610100-1102", "620500", 50)]
    assert [(one[0], int(one[2])) for one in new.beside] == [("610100-2101", -30)]
    assert new.between == ()


def test_months_closed_before_the_basis_was_kept_are_read_from_the_entries() -> None:
    """A month that keeps nothing yet gives the same figures."""
    from medaid.fund import keys, store, year_figures

    begin("assistance")
    periods.post(settled("assistance", LAST_OF_2025, 200))
    close(2025, 11)
    before = year_figures.opening_figures(R, 2026)
    for month in ("2025-11", "2025-12"):
        item = store.find(keys.of_cash_basis(R, month))
        assert item is not None
        item.delete()
    assert year_figures.opening_figures(R, 2026) == before
    assert before["610100-3001"] == Fen(-1000)
    assert civil_date(noon(2026, 1, 1)) == FIRST_OF_2026
