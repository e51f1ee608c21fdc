"""Interest is booked from the bank's paper, and held against what the rates give: a warning, never
an entry. Proves J29, J32."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Tables
from tests.fund.office import REGION, give, noon, paper, post

from medaid.errors import Refused
from medaid.fund import interest
from medaid.money import Fen

RESIDENT = "basic_resident"
FIRST, END = date(2026, 1, 1), date(2026, 12, 31)


def test_rates_hold_from_their_day() -> None:
    assert interest.rate_on("fixed_3m", date(2015, 10, 24)).percent() == "1.1%"
    assert int(interest.rate_on("fixed_3m", date(2015, 10, 23))) == 0


def test_carried_money_bears_three_months_and_this_years_demand() -> None:
    """100,000.00 carried all year, 100,000.00 more from 1 July: by hand."""
    moved = {date(2026, 7, 1): 100_000_00}
    found = interest.expected("1001", Fen(100_000_00), moved, FIRST, END)
    by_hand = Decimal(100_000_00) * (365 * Decimal("1.10") + 184 * Decimal("0.35")) / 36000
    assert int(found) == int(by_hand.quantize(Decimal(1), ROUND_HALF_UP)) == 129_417


def test_what_was_spent_and_came_back_is_this_years() -> None:
    moved = {FIRST: -100_00, date(2026, 1, 2): 100_00}
    found = interest.expected("1001", Fen(100_00), moved, FIRST, date(2026, 1, 31))
    assert found == interest.expected(
        "1001", Fen(0), {date(2026, 1, 2): 100_00}, FIRST, date(2026, 1, 31)
    )


@given(
    st.integers(0, 10**12),
    st.dictionaries(st.dates(FIRST, END), st.integers(-(10**10), 10**10), max_size=12),
)
def test_the_least_is_never_more_than_the_best_rate_on_the_whole(
    opening: int, moved: dict[date, int]
) -> None:
    found = int(interest.expected("1001", Fen(opening), moved, FIRST, END))
    days = [FIRST + timedelta(days=number) for number in range(365)]
    balances = [opening + sum(fen for at, fen in moved.items() if at <= day) for day in days]
    most = sum(max(0, one) for one in balances) * 110
    assert 0 <= found <= most / 3_600_000 + 1
    assert found >= sum(max(0, one) for one in balances) * 35 / 3_600_000 - 1


@pytest.mark.usefixtures("tables")
class TestCheck:
    def test_too_little_is_told_and_nothing_is_posted(self, tables: Tables) -> None:
        """J32: the check, and the return of the expenditure account's interest."""
        give(RESIDENT, 100_000_00, date(2025, 12, 1))
        give(RESIDENT, 36_000_00, date(2026, 1, 1), "1002")
        post(
            paper("1", "fiscal_interest", date(2026, 12, 20), (RESIDENT, "1001", "4201", 1_115_27))
        )
        row = (RESIDENT, "1002", "2108", 120_00)
        post(paper("2", "expenditure_interest", date(2026, 12, 20), row))
        before = tables.everything()
        special, spending = interest.check_interest(REGION, 2026, noon(2027, 1, 5))
        assert tables.everything() == before
        assert (special.fund, special.account) == (RESIDENT, "1001")
        assert (special.least, special.short) == (Fen(1_115_41), True)  # 1,115.2778 + 0.1301
        assert (spending.booked, spending.short) == (Fen(120_00), True)
        assert spending.held_back == Fen(120_00)
        rows = [(RESIDENT, "1001", "1002", 120_00), (RESIDENT, "2108", "4201", 120_00)]
        post(paper("3", "interest_return", date(2026, 12, 31), *rows))
        post(paper("4", "fiscal_interest", date(2026, 12, 31), (RESIDENT, "1001", "4201", 13_00)))
        special, spending = interest.check_interest(REGION, 2026, noon(2027, 1, 5))
        assert (special.short, spending.held_back) == (False, Fen(0))

    def test_a_year_that_has_not_begun_has_no_interest(self) -> None:
        with pytest.raises(Refused) as told:
            interest.check_interest(REGION, 2027, noon(2027, 1, 1))
        assert (told.value.code, told.value.field) == ("PERIOD_OPEN", "year")
