"""What passes between agency and finance besides allocation and reconciliation: the budget (J30),
transfers between pools (Q2.3), the reserve (N7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from medaid.aws.transaction import commit_or_refuse
from medaid.errors import BadInput
from medaid.fund import analysis, keys, store
from medaid.fund.model import Entry
from medaid.fund.model.chart import accounts, pool_shares
from medaid.fund.records import Budget, BudgetVersion
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region


def _entries(admdvs: str, months: Iterable[Month]) -> Iterator[Entry]:
    for month in months:
        yield from store.entries(admdvs, month)


def _year(year: int) -> Iterator[Month]:
    return Month(f"{year:04d}-01").through(Month(f"{year:04d}-12"))


def set_budget(admdvs: str, year: int, lines: Mapping[str, Fen], by: str, now: datetime) -> Budget:
    """Adds a version of a year's budget by account code (J30); earlier versions stay readable.

    Raises BadInput ACCOUNT_UNKNOWN for an account that is no income or expense of a fund.
    """
    chart = accounts()
    for code in lines:
        if code not in chart or chart[code].kind not in ("income", "expense"):
            rule = "须为收入或支出科目编码"
            raise BadInput("ACCOUNT_UNKNOWN", field=f"amounts.{code[:40]}", rule=rule)
    key = keys.of_budget(admdvs, year)
    item = store.find(key)
    version = BudgetVersion(dict(sorted(lines.items())), by, now)
    held = item.record(Budget).versions if item else ()
    changed = Budget((*held, version))
    write = (
        item.replace(changed, "budget", state="set", at=now)
        if item
        else store.FundItem.create(key, changed, "budget", state="set", at=now)
    )
    commit_or_refuse([write])
    return changed


def get_budget(admdvs: str, year: int) -> Budget | None:
    """All versions of a year's budget, None where there is none."""
    item = store.find(keys.of_budget(admdvs, year))
    return item.record(Budget) if item else None


def budget_use(admdvs: str, year: int) -> tuple[analysis.BudgetLine, ...]:
    """Budget and use of a year by account."""
    held = get_budget(admdvs, year)
    return analysis.budget_use(held.lines if held else {}, _entries(admdvs, _year(year)))


def pools(admdvs: str, year: int) -> tuple[analysis.Pools, str]:
    """The two pools of the resident fund in a year, and the document that parts them. Raises
    PolicyUndetermined FIGURE_MISSING where none does."""
    shares = pool_shares(Region(admdvs), date(year, 12, 31))
    found = _entries(admdvs, _year(year))
    parted = analysis.pools("basic_resident", shares.outpatient, shares.inpatient, found)
    return parted, shares.cite


def summaries(admdvs: str, first: Month, last: Month) -> tuple[analysis.FundSummary, ...]:
    """Income, expense, balance and structure of each fund over months (J33, J36)."""
    return analysis.summaries(_entries(admdvs, first.through(last)))


def short_funds(admdvs: str, day: date, balances: Mapping[str, Fen], least: int) -> list[str]:
    """Funds whose accumulated surplus covers less than `least` months of the past twelve months'
    spending (N7). `balances` by account code at `day`."""
    month = Month.of(day)
    short = []
    for summary in summaries(admdvs, month.later(-11), month):
        surplus = -sum(int(fen) for code, fen in balances.items() if _belongs(code, summary.fund))
        spent = summary.expense
        if spent > 0 and analysis.short_of_reserve(Fen(surplus), spent, 12, least):
            short.append(summary.fund)
    return short


def _belongs(code: str, fund: str) -> bool:
    one = accounts()[code]
    return one.fund == fund and one.kind in ("balance", "income", "expense")
