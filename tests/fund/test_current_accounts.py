"""Current accounts by counterpart and age: the oldest is settled first, the sums are the balances,
and what closed months keep says the same as all entries read anew (Q2.2: the annex of the final
accounts)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.fund import books, current_accounts, movements, periods, service
from medaid.fund.current_accounts import Aged, OpenItem
from medaid.fund.model import Account, Entry, Line, chart, journal
from medaid.money import Fen
from medaid.months import Month

R = "320500"
PREPAID = "390100-1101"


def moved(source: str, kind: str, day: date, fen: int, counterpart: str = "310000") -> Entry:
    accounts = {
        "prepayment_out": ("1101", "1001"),
        "prepayment_returned_in": ("1001", "1101"),
    }[kind]
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    row = ("basic_resident", *accounts, Fen(fen))
    return journal.movement(kind, R, source, [row], at, counterpart=counterpart)


@pytest.mark.parametrize("account", chart.accounts().values(), ids=lambda one: one.code)
def test_what_is_owed_or_owing_is_kept_by_counterpart_but_for_what_is_nobodys(
    account: Account,
) -> None:
    """2108 interest to be handed over, 2109 contributions of later years; money, funds, income and
    expense are not current at all."""
    kept = {*(f"110{n}" for n in range(1, 6)), *(f"210{n}" for n in range(1, 8)), "2110"}
    assert (account.number in current_accounts.by_counterpart()) == (account.number in kept)


def open_after(*entries: Entry) -> tuple[OpenItem, ...]:
    return taken(Aged(), entries).items


def taken(aged: Aged, entries: Sequence[Entry]) -> Aged:
    """What is open once each month of `entries` is taken in, the earliest first."""
    for period in sorted({one.period for one in entries}):
        moved = movements.Movements()
        for one in entries:
            if one.period == period:
                moved.take(one)
        aged.take_month(Month(period), moved.parties)
    return aged


def test_what_comes_back_takes_the_oldest_first() -> None:
    items = open_after(
        moved("a", "prepayment_out", date(2021, 3, 1), 100),
        moved("b", "prepayment_out", date(2023, 5, 1), 70),
        moved("c", "prepayment_returned_in", date(2023, 6, 1), 120),
    )
    assert items == (OpenItem(PREPAID, "310000", Month("2023-05"), Fen(50)),)


def test_more_back_than_was_open_is_owed() -> None:
    items = open_after(
        moved("a", "prepayment_out", date(2021, 3, 1), 100),
        moved("c", "prepayment_returned_in", date(2023, 6, 1), 130),
    )
    assert items == (OpenItem(PREPAID, "310000", Month("2023-06"), Fen(-30)),)


def test_one_counterpart_never_settles_another() -> None:
    items = open_after(
        moved("a", "prepayment_out", date(2021, 3, 1), 100, "310000"),
        moved("c", "prepayment_returned_in", date(2023, 6, 1), 100, "330000"),
    )
    assert {(one.counterpart, int(one.amount)) for one in items} == {
        ("310000", 100),
        ("330000", -100),
    }


@pytest.mark.parametrize(
    ("booked", "age"),
    [("2023-12", 0), ("2023-01", 0), ("2022-12", 1), ("2022-01", 1), ("2021-12", 2),
     ("2020-12", 3), ("2012-06", 3)],
)  # fmt: skip
def test_ages_at_the_end_of_a_year(booked: str, age: int) -> None:
    item = OpenItem(PREPAID, "310000", Month(booked), Fen(5))
    (row,) = current_accounts.schedule([item], Month("2023-12"))
    assert [int(fen) for fen in row.by_age] == [5 * (age == n) for n in range(4)]
    assert row.amount == Fen(5)


def lines_of(code: str, counterpart: str, fen: int) -> tuple[Line, Line]:
    account = chart.accounts()[code]
    bank = chart.account(account.fund, "1001")
    return Line(account, Fen(fen), counterpart), Line(bank, Fen(-fen), counterpart)


entries = st.lists(
    st.builds(
        lambda n, day, code, who, fen: Entry(
            f"e{n}", "opening", R, day, datetime(2026, 1, 1, tzinfo=UTC), "s",
            lines_of(code, who, fen),
        ),
        st.integers(0, 99),
        st.dates(date(2020, 1, 1), date(2025, 12, 31)),
        st.sampled_from([PREPAID, "610100-2101", "390100-2102"]),
        st.sampled_from(["H1", "H2"]),
        st.integers(-9, 9).filter(bool),
    ),
    max_size=20,
)  # fmt: skip


@given(entries)
def test_what_is_open_sums_to_the_balances(made: list[Entry]) -> None:
    items = open_after(*sorted(made, key=lambda one: one.effective))
    balances = books.balances(made)
    sums: dict[str, Fen] = {}
    for item in items:
        sums[item.code] = sums.get(item.code, Fen(0)) + item.amount
    assert {code: fen for code, fen in sums.items() if fen} == {
        code: fen for code, fen in balances.items() if movements.is_current(chart.accounts()[code])
    }
    for item in items:  # nothing is open on both sides of one account
        assert all(
            (other.amount > 0) == (item.amount > 0)
            for other in items
            if (other.code, other.counterpart) == (item.code, item.counterpart)
        )


@given(entries, st.integers(0, 20))
def test_kept_in_between_or_read_as_a_whole_is_the_same(made: list[Entry], cut: int) -> None:
    made.sort(key=lambda one: one.effective)
    kept = Aged(open_after(*made[:cut]))
    assert taken(kept, made[cut:]).items == open_after(*made)


@pytest.mark.usefixtures("tables")
def test_closed_months_keep_what_is_open() -> None:
    periods.post(moved("a", "prepayment_out", date(2023, 3, 1), 100))
    periods.post(moved("b", "prepayment_returned_in", date(2023, 5, 2), 30))
    periods.keep_first_month(R, Month("2023-03"))
    before = [service.list_current_accounts(R, Month(f"2023-{n:02d}")) for n in range(2, 8)]
    for n in range(3, 6):
        at = datetime(2023, n + 1, 3, 2, tzinfo=UTC)
        periods.close(R, f"2023-{n:02d}", "会计", at)
    after = [service.list_current_accounts(R, Month(f"2023-{n:02d}")) for n in range(2, 8)]
    assert after == before
    amounts = [[int(row.amount) for row in rows] for rows in after]
    assert amounts == [[], [100], [100], [70], [70], [70]]
