"""The year's close: what income and expense leave is carried into each fund's balance (Q2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Final

from medaid.aws.transaction import commit_once
from medaid.errors import Refused
from medaid.fund import balances, books, close_pass, keys, periods, store, year_figures
from medaid.fund.model import Entry, Line, journal
from medaid.fund.model.chart import account, accounts, funds
from medaid.fund.model.provisions import cash_statements
from medaid.fund.records import ClosedYear, PeriodState
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

UNPAID: Final = "300109"
"""基金结余-待支付款项: what is owed and on the cash basis no expense yet."""


def carried_id(admdvs: str, year: int, number: int) -> str:
    """Of the entry of a carry-over: the first of a year is number 1."""
    return f"year_close-{admdvs}-{year}-{number}"


def carry_over(
    admdvs: str,
    year: int,
    number: int,
    moved: Mapping[str, Fen],
    recorded: datetime,
    on_cash: Mapping[str, Fen] | None = None,
) -> Entry | None:
    """The entry that carries a year's income and expense into each fund's balance (surplus stays
    with the fund, Q2.3). None where there is none.

    `number` counts carry-overs of the year: a second one takes what was posted after the first.
    `on_cash`: by fund whose final accounts are on the cash basis, how much more (debit positive)
    its surplus is there. 基金结余 is then what the final accounts say, and what is owed and no
    expense yet stands beside it.
    """
    lines: list[Line] = []
    for fund in funds():
        rest = 0
        for code, one in accounts().items():
            balance = int(moved.get(code, Fen(0)))
            if one.fund == fund and one.kind in ("income", "expense") and balance:
                lines.append(Line(one, Fen(-balance)))
                rest += balance
        unpaid = 0
        if on_cash is not None and fund in on_cash:
            beside = account(fund, UNPAID)
            unpaid = -int(on_cash[fund]) - int(moved.get(beside.code, Fen(0)))
            if unpaid:
                lines.append(Line(beside, Fen(unpaid)))
        if rest - unpaid:
            lines.append(Line(account(fund, "3001"), Fen(rest - unpaid)))
    if not lines:
        return None
    source = f"{admdvs}-{year}-{number}"
    return journal.checked(
        Entry(
            carried_id(admdvs, year, number),
            "year_close",
            admdvs,
            date(year, 12, 31),
            recorded,
            source,
            tuple(lines),
            f"{year}年度结转",
        )
    )


def check_close(admdvs: str, year: int, now: datetime) -> dict[str, Fen]:
    """What December begins with of a year that may be closed. Raises what `close_year` raises
    before it begins."""
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    return periods.check_close(admdvs, f"{year:04d}-12", now, carried_over=True)


def close_year(admdvs: str, year: int, by: str, now: datetime) -> books.TrialBalance:
    """Carries the year over and closes December, part after part (`close_part`)."""
    while (made := close_part(admdvs, year, by, now)) is None:
        pass
    return made


def close_part(admdvs: str, year: int, by: str, now: datetime) -> books.TrialBalance | None:
    """The next part of a year's close, of a bounded number of entries; December's trial balance
    with the last one: the year is carried over, December is closed, January begins with the carried
    balances. Broken off, it goes on where it was.

    Raises Refused PERIOD_OPEN before the year is over, Conflict PERIOD_OPEN while a month before
    December is open, BOOKS_TAMPERED as `periods.close_part`.
    """
    december = Month(f"{year:04d}-12")
    begins = check_close(admdvs, year, now)
    if periods.status(admdvs, december) is PeriodState.OPEN:
        with suppress(store.UnreadableEntry):  # the close of December breaks off at it and says so
            if periods.advance_reading(admdvs, december, now):
                return None
            _carry(admdvs, december, begins, now)
    balance = periods.close_part(admdvs, december, by, now, carried_over=True)
    if balance is None:
        return None
    left = [
        row.account.code
        for row in balance.rows
        if row.account.kind in ("income", "expense") and row.closing
    ]
    assert not left, f"the year was not carried over: {left}"
    if store.find(keys.of_year(admdvs, year)) is None:
        record = ClosedYear(by, now, year_figures.carried_over(admdvs, year))
        key = keys.of_year(admdvs, year)
        commit_once([store.FundItem.create(key, record, "year", state="closed", at=now)])
    return balance


def _next_number(admdvs: str, year: int) -> int:
    """Of the carry-over that follows those which are posted."""
    number = 1
    while store.find(keys.of_posted(carried_id(admdvs, year, number))) is not None:
        number += 1
    return number


def _carry(admdvs: str, december: Month, begins: Mapping[str, Fen], now: datetime) -> None:
    sums = {code: int(fen) for code, fen in begins.items()}
    for code, turnover in balances.turnovers(admdvs, december.first, december.last).items():
        sums[code] = sums.get(code, 0) + turnover.debits - turnover.credits
    number = _next_number(admdvs, december.year)
    moved = {code: Fen(fen) for code, fen in sums.items()}
    held_on_cash = cash_statements(december.year)
    attempt = periods.attempt(admdvs, december)
    more = year_figures.fund_on_cash(close_pass.basis_so_far(admdvs, december, attempt))
    on_cash = {fund: more.get(fund, Fen(0)) for fund in held_on_cash}
    entry = carry_over(admdvs, december.year, number, moved, now, on_cash)
    if entry is not None:
        periods.post(entry)
