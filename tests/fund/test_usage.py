"""What a year received and spent by account is read from what is kept, and is what the entries say;
an act on the budget reads no entry (J30)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.clearing.test_jobs import ask
from tests.fund.office import REGION, budget, noon, roll_up
from tests.storage import StorageCalls

from medaid.fund import balances, budgets, periods, usage, years
from medaid.fund.model import Entry, journal
from medaid.fund.model.chart import accounts
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
FUND = "assistance"


def moved(kind: str, debit: str, credit: str, day: date, fen: int) -> Entry:
    at = noon(day.year, day.month, day.day)
    rows = [(FUND, debit, credit, Fen(fen))]
    return journal.movement(kind, REGION, f"{kind}-{day}-{fen}", rows, at, counterpart="620500")


def booked() -> None:
    """Two years with income and expense in most months, a refund among them."""
    periods.post(moved("opening", "1001", "3001", date(2025, 3, 1), 100_000))
    for year, month in [(2025, m) for m in range(3, 13)] + [(2026, m) for m in range(1, 10)]:
        periods.post(
            moved("fiscal_income", "1001", "410102", date(year, month, 5), 1000 + month),
            moved("remittance_up", "520102", "1001", date(year, month, 6), 100 * month),
            moved("lower_subsidy", "530101", "1001", date(year, month, 28), 7),
        )
    periods.keep_first_month(REGION, Month("2025-03"))
    roll_up(date(2025, 3, 1), date(2026, 9, 30))


def recounted(first: Month, last: Month) -> dict[str, Fen]:
    """From the entries, the year's close left out."""
    sums: dict[str, int] = {}
    for entry in balances.between(REGION, first.first, last.last):
        for account, fen, _ in entry.lines if entry.kind != "year_close" else ():
            if account.kind in ("income", "expense"):
                natural = fen if account.debit_side else -fen
                sums[account.code] = sums.get(account.code, 0) + natural
    return {code: Fen(fen) for code, fen in sums.items() if fen}


def nothing() -> None:
    """All open."""


def some_months() -> None:
    for month in Month("2025-03").through(Month("2025-07")):
        periods.close(REGION, month, "会计", noon(2026, 10, 1))


def a_year() -> None:
    for month in Month("2025-03").through(Month("2025-11")):
        periods.close(REGION, month, "会计", noon(2026, 10, 1))
    years.close_year(REGION, 2025, "会计", noon(2026, 10, 1))
    roll_up(date(2025, 12, 1), date(2025, 12, 31))


def into_the_second() -> None:
    a_year()
    for month in Month("2026-01").through(Month("2026-04")):
        periods.close(REGION, month, "会计", noon(2026, 10, 1))


def carried_and_not_closed() -> None:
    """The close of a year broke off behind its carry-over."""
    for month in Month("2025-03").through(Month("2025-11")):
        periods.close(REGION, month, "会计", noon(2026, 10, 1))
    begins = periods.opening(REGION, Month("2025-12"))
    years._carry(REGION, Month("2025-12"), begins, noon(2026, 10, 1))
    roll_up(date(2025, 12, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    "state", [nothing, some_months, a_year, carried_and_not_closed, into_the_second]
)
def test_whatever_is_closed_the_use_is_what_the_entries_say(state: Callable[[], None]) -> None:
    booked()
    state()
    for first, last in (
        ("2025-01", "2025-12"), ("2025-01", "2025-06"), ("2026-01", "2026-12"),
        ("2026-01", "2026-03"), ("2025-09", "2026-08"), ("2025-12", "2026-01"),
    ):  # fmt: skip
        span = Month(first), Month(last)
        assert usage.used_between(REGION, *span) == recounted(*span), (first, last)
    assert usage.used_through(REGION, Month("2026-12")) == recounted(
        Month("2026-01"), Month("2026-12")
    )
    assert all(accounts()[code].kind in ("income", "expense") for code in recounted(*span))


def test_an_act_on_the_budget_reads_no_entry(storage_calls: StorageCalls) -> None:
    """Issue: right money, 10. As many reads with few entries as with many: no entry that is rolled
    up is read."""
    budget(2026, {"610100-520102": 900})
    held = budgets.list_versions(REGION, 2026)[0].items
    budgets.draft_budget(REGION, 2026, held, "调整", "会计", noon(2026, 1, 5))
    booked()
    into_the_second()

    def reviewed(number: int) -> list[str]:
        storage_calls.reset()
        path, now = f"/fund/{REGION}/budget/2026/{number}/review", noon(2026, 10, 3)
        status, _ = ask("POST", path, roles="finance", region=REGION, sub="财政乙", now=now)
        assert status == 200
        return [
            f"{name} {sent['TableName']} {sent.get('ExpressionAttributeValues', '')}"
            for name, sent in storage_calls.calls
            if sent.get("TableName", "").endswith(("fund", "journal"))
        ]

    few = reviewed(2)
    whole = [one for one in few if "journal" in one and "':1'" not in one]
    months = [str(Month("2026-05").later(number)) for number in range(5)]
    assert not [one for one in whole if any(month in one for month in months)], "behind the cursor"
    for number in range(10, 60):
        periods.post(moved("lower_subsidy", "530101", "1001", date(2026, 9, 9), number))
    roll_up(date(2026, 9, 1), date(2026, 9, 30))
    budgets.draft_budget(REGION, 2026, held, "再调整", "会计", noon(2026, 1, 5))
    assert len(reviewed(3)) == len(few)
