"""Balances at any age: what lay in the books years ago lies there today, whatever was closed,
left open or opened again (N7, Q2.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from medaid.aws.transaction import commit
from medaid.errors import Conflict
from medaid.fund import finance, periods, service, years
from medaid.fund.model import Entry, journal
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
R = "320500"
BANK, INCOME = "610100-1001", "610100-410101"


def when(year: int, month: int, day: int = 3) -> datetime:
    return datetime(year, month, day, 2, tzinfo=UTC)


def income(source: str, day: date, fen: int, recorded: datetime | None = None) -> Entry:
    return journal.movement(
        "fiscal_income",
        R,
        source,
        [("assistance", "1001", "410101", Fen(fen))],
        recorded or datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
        effective=day,
    )


def old_money(first: date = date(2019, 5, 6), fen: int = 1_100_000_000) -> None:
    """Eleven million that came years ago, as the journal's stream notes it."""
    periods.post(income("旧", first, fen))
    periods.keep_first_month(R, Month.of(first))


def close_through(first: str, last: str, at: datetime | None = None) -> None:
    """Each month right after it ended, all of them `at` one instant where given."""
    for month in Month(first).through(Month(last)):
        if month.number == 12:
            years.close_year(R, month.year, "会计", at or when(month.year + 1, 1))
        else:
            periods.close(R, month, "会计", at or when(month.next.year, month.next.number))


def test_money_of_seven_years_ago_is_in_every_balance_since() -> None:
    """Right money, 10."""
    old_money()
    for day in (date(2019, 5, 6), date(2020, 1, 1), date(2023, 2, 28), date(2026, 11, 27)):
        assert service.balance(R, day)[BANK] == Fen(1_100_000_000), day
    assert BANK not in service.balance(R, date(2019, 5, 5))
    trial = service.trial_balance(R, date(2026, 1, 1), date(2026, 6, 30))
    assert trial.closing(BANK) == Fen(1_100_000_000)
    assert trial.proof() == ""


def test_closed_or_not_the_balance_of_a_day_is_the_same() -> None:
    old_money()
    periods.post(income("新", date(2020, 2, 4), 5))
    days = [date(2019, 12, 30), date(2020, 1, 31), date(2020, 2, 29), date(2023, 7, 1)]
    before = [service.balance(R, day)[BANK] for day in days]
    close_through("2019-05", "2020-03")
    assert [service.balance(R, day)[BANK] for day in days] == before
    assert service.balance(R, date(2020, 1, 31))["610100-3001"] == Fen(-1_100_000_000)


def test_reopened_and_closed_again_later_months_begin_with_the_new_balance() -> None:
    old_money(date(2023, 5, 6), 100)
    close_through("2023-05", "2023-06")
    periods.reopen(R, "2023-06", "主管", "补记", when(2023, 7))
    periods.post(income("补", date(2023, 6, 30), 7, when(2023, 7)))
    assert service.balance(R, date(2023, 8, 1))[BANK] == Fen(107)
    close_through("2023-06", "2023-07")
    assert periods.opening(R, "2023-08")[BANK] == Fen(107)
    assert service.balance(R, date(2023, 8, 1))[BANK] == Fen(107)


def test_a_month_without_entries_between_does_not_lose_the_balance() -> None:
    """A quiet month that nobody closed: the next cannot close over it and begin with nothing."""
    old_money(date(2023, 5, 6), 100)
    close_through("2023-05", "2023-05")
    with pytest.raises(Conflict) as told:
        periods.close(R, "2023-07", "会计", when(2023, 8))
    assert told.value.code == "PERIOD_OPEN"
    assert "2023-06" in told.value.sentence
    close_through("2023-06", "2023-07")
    assert periods.opening(R, "2023-08")[BANK] == Fen(100)


def test_the_first_month_that_closes_is_the_first_of_the_books() -> None:
    """Years of entries before it, none of them in the month just before: not a beginning at
    zero."""
    old_money(date(2021, 5, 6), 100)
    with pytest.raises(Conflict) as told:
        periods.close(R, "2023-07", "会计", when(2023, 8))
    assert told.value.code == "PERIOD_OPEN"
    assert "2021-05" in told.value.sentence
    assert service.balance(R, date(2023, 8, 1))[BANK] == Fen(100)


def test_nothing_is_posted_before_the_first_closed_month() -> None:
    """It would be in no balance: each begins with what the closed months kept."""
    old_money(date(2023, 5, 6), 100)
    close_through("2023-05", "2023-05")
    with pytest.raises(Conflict) as told:
        periods.post(income("更旧", date(2023, 3, 1), 7, when(2023, 6)))
    assert told.value.code == "PERIOD_CLOSED"
    assert service.balance(R, date(2023, 8, 1))[BANK] == Fen(100)


def test_before_anything_is_closed_older_entries_may_still_come() -> None:
    old_money(date(2023, 5, 6), 100)
    assert periods.post(income("更旧", date(2023, 3, 1), 7, when(2023, 6)))
    periods.keep_first_month(R, Month("2023-03"))
    assert service.balance(R, date(2023, 8, 1))[BANK] == Fen(107)
    close_through("2023-03", "2023-05", when(2023, 7))
    assert periods.opening(R, "2023-06")[BANK] == Fen(107)


def test_a_year_with_no_entries_is_closed_too() -> None:
    old_money(date(2021, 12, 6), 100)
    close_through("2021-12", "2022-12")
    assert periods.opening(R, "2023-01") == {BANK: Fen(100), "610100-3001": Fen(-100)}
    assert service.balance(R, date(2026, 1, 1)) == {BANK: Fen(100), "610100-3001": Fen(-100)}


@pytest.mark.parametrize(("fen", "short"), [(300, False), (299, True)])
def test_old_money_counts_for_the_reserve(fen: int, short: bool) -> None:
    """Right money, 10. N7: three months of spending, in money that came years ago and was carried
    over since."""
    old_money(date(2021, 12, 6), fen + 1200)
    close_through("2021-12", "2022-12")
    amounts = {"maf_pay": Fen(1200)}
    (spent,) = journal.settlement_entries(
        journal.SettlementBooking("S1", R, R, "H32050000001", "390", "inpatient", amounts),
        when(2025, 7),
    )
    commit(service.writes(spent))
    day = date(2025, 11, 27)
    found = finance.short_funds(R, day, service.balance(R, day), 3)
    assert [one.fund for one in found] == ["assistance"] * short
