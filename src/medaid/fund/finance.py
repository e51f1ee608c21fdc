"""What passes between agency and finance besides allocation and reconciliation: the budget (J30),
transfers between pools (Q2.3), the reserve (N7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from medaid.aws import outbox
from medaid.aws.transaction import commit_once
from medaid.events import ReserveLow
from medaid.fund import analysis
from medaid.fund.balances import balance, movements, turnovers
from medaid.fund.interest_due import remind_of_interest as remind_of_interest
from medaid.fund.model.chart import accounts, pool_shares
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region


def pools(admdvs: str, year: int) -> tuple[analysis.Pools, str]:
    """The two pools of the resident fund in a year, and the document that parts them. Raises
    PolicyUndetermined FIGURE_MISSING where none does."""
    shares = pool_shares(Region(admdvs), date(year, 12, 31))
    found = movements(admdvs, date(year, 1, 1), date(year, 12, 31))
    parted = analysis.pools("basic_resident", shares.outpatient, shares.inpatient, found)
    return parted, shares.cite


def summaries(admdvs: str, first: Month, last: Month) -> tuple[analysis.FundSummary, ...]:
    """Income, expense, balance and structure of each fund over months (J33, J36)."""
    return analysis.summaries(turnovers(admdvs, first.first, last.last, without="year_close"))


class ShortFund(NamedTuple):
    """A fund whose accumulated surplus covers too little of what twelve months spent."""

    fund: str
    surplus: Fen
    spent: Fen


def short_funds(admdvs: str, day: date, balances: Mapping[str, Fen], least: int) -> list[ShortFund]:
    """Funds whose accumulated surplus covers less than `least` months of the past twelve months'
    spending (N7). `balances` by account code at `day`."""
    month = Month.of(day)
    short = []
    for summary in summaries(admdvs, month.later(-11), month):
        surplus = -sum(int(fen) for code, fen in balances.items() if _belongs(code, summary.fund))
        spent = summary.expense
        if spent > 0 and analysis.short_of_reserve(Fen(surplus), spent, 12, least):
            short.append(ShortFund(summary.fund, Fen(surplus), spent))
    return short


def warn_of_reserve(admdvs: str, month: Month, least: int, cite: str, now: datetime) -> int:
    """Tells of each fund that is short at the end of `month`, once; `least` months by document
    `cite`. Answers how many there are."""
    short = short_funds(admdvs, month.last, balance(admdvs, month.last), least)
    for fund, surplus, spent in short:
        event = ReserveLow(admdvs, month, fund, surplus, spent, least, cite)
        commit_once([outbox.publish(event, f"{admdvs}-{month}-{fund}", now)])
    return len(short)


def _belongs(code: str, fund: str) -> bool:
    one = accounts()[code]
    return one.fund == fund and one.kind in ("balance", "income", "expense")
