"""What was received and spent of each account from January on, read from what is kept: balances of
closed months, what the year's close carried over, and the roll-ups of months that are open.
"""

from __future__ import annotations

from collections.abc import Mapping

from medaid.fund import balances, keys, store, year_figures, years
from medaid.fund.books import balances_of
from medaid.fund.model.chart import accounts
from medaid.fund.records import ClosedYear, Period, PeriodState
from medaid.money import Fen
from medaid.months import Month


def used_through(admdvs: str, month: Month) -> dict[str, Fen]:
    """By code of income and expense, the year's amount to the end of `month`, each positive on its
    own side; the year's close does not count."""
    closed = _closed(admdvs, month.year)
    last = max((one for one in closed if one <= month), default=None)
    sums: dict[str, int] = {}
    if last is not None and last.number == 12:
        _add(sums, _carried(admdvs, last), -1)
        return _natural(sums)
    if last is not None:
        _add(sums, closed[last])
        _add(sums, _before(admdvs, month.year), -1)
    begin = last.next if last is not None else Month(f"{month.year:04d}-01")
    for open_month in begin.through(month):
        _add(sums, _rolled(admdvs, open_month))
        if open_month.number == 12 and _is_carried(admdvs, open_month.year):
            _add(sums, _carried(admdvs, open_month), -1)
    return _natural(sums)


def used_between(admdvs: str, first: Month, last: Month) -> dict[str, Fen]:
    """The same from `first` to `last`, both included."""
    sums: dict[str, int] = {}
    for year in range(first.year, last.year + 1):
        december = Month(f"{year:04d}-12")
        _add(sums, used_through(admdvs, min(december, last)))
        if year == first.year and first.number > 1:
            _add(sums, used_through(admdvs, first.previous), -1)
    return {code: Fen(fen) for code, fen in sums.items() if fen}


def _closed(admdvs: str, year: int) -> dict[Month, Mapping[str, Fen]]:
    """The closed months of a year with what they kept."""
    return {
        Month(keys.parse_period(item.sk)): item.record(Period).balances
        for item in store.listed(keys.of_region(admdvs), f"{keys.PERIOD}{year:04d}-")
        if item.state == PeriodState.CLOSED
    }


def _before(admdvs: str, year: int) -> Mapping[str, Fen]:
    """With what the year's income and expense began: nothing, unless the year before was not
    carried over."""
    item = store.find(keys.of_period(admdvs, f"{year - 1:04d}-12"))
    return item.record(Period).balances if item and item.state == PeriodState.CLOSED else {}


def _is_carried(admdvs: str, year: int) -> bool:
    """Whether the year was carried over, though it is not closed yet: the close goes on with it."""
    return store.find(keys.of_posted(years.carried_id(admdvs, year, 1))) is not None


def _carried(admdvs: str, december: Month) -> Mapping[str, Fen]:
    """What the year's close took off its accounts."""
    item = store.find(keys.of_year(admdvs, december.year))
    kept = item.record(ClosedYear).carried if item else {}
    if kept:
        return kept
    return year_figures.carried_over(admdvs, december.year)


def _rolled(admdvs: str, month: Month) -> dict[str, Fen]:
    return balances_of(balances.turnovers(admdvs, month.first, month.last))


def _add(sums: dict[str, int], more: Mapping[str, Fen], sign: int = 1) -> None:
    for code, fen in more.items():
        if accounts()[code].kind in ("income", "expense"):
            sums[code] = sums.get(code, 0) + sign * int(fen)


def _natural(sums: Mapping[str, int]) -> dict[str, Fen]:
    """Income positive too."""
    return {
        code: Fen(fen if accounts()[code].debit_side else -fen) for code, fen in sums.items() if fen
    }
