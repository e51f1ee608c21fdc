"""What interest the rates would give, beside what was booked: a check that warns and posts nothing;
and the expenditure account's interest that has not gone back to the special account (J29, J32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from medaid.errors import Refused
from medaid.fund import balances
from medaid.fund.model.chart import accounts, funds, read
from medaid.instants import civil_date
from medaid.money import RATIO_SCALE, Fen, Ratio, half_up

HELD: Final = "2108"
"""待缴存支出户利息: interest that the expenditure account holds for the special account."""
YEAR: Final = 360
"""Days of a year of interest."""
_ONE_DAY: Final = timedelta(days=1)


class InterestRate(NamedTuple):
    """A yearly rate from a day on."""

    id: str
    begin: date
    ratio: Ratio
    cite: str


class Bucket(NamedTuple):
    """Which rate a part of a bank account bears: `this_year` or `carried`."""

    account: str
    part: str
    rate: str


@cache
def _rates() -> tuple[InterestRate, ...]:
    rows = read("rates.toml")["rate"]
    if any(not row["cite"].strip() or not row["trust"] for row in rows):
        raise ValueError("a rate carries no citation or trust mark")
    return tuple(
        InterestRate(row["id"], row["from"], Ratio.of(Decimal(row["percent"]) / 100), row["cite"])
        for row in rows
    )


@cache
def _buckets() -> tuple[Bucket, ...]:
    rows = read("rates.toml")["bucket"]
    if unknown := {row["rate"] for row in rows} - {one.id for one in _rates()}:
        raise ValueError(f"buckets name unknown rates {sorted(unknown)}")
    return tuple(Bucket(row["account"], row["part"], row["rate"]) for row in rows)


def return_cite(account: str) -> str:
    """The document by which interest of that bank account goes back regularly."""
    rows = [row for row in read("rates.toml")["return"] if row["account"] == account]
    if not rows or not rows[0]["cite"].strip() or not rows[0]["trust"]:
        raise ValueError(f"nothing cited says when interest of {account} goes back")
    return str(rows[0]["cite"])


def rate_cite(account: str) -> str:
    """The document by which an account's money bears interest."""
    row = next(row for row in read("rates.toml")["bucket"] if row["account"] == account)
    return str(row["cite"])


def rate_on(rate: str, day: date) -> Ratio:
    """The rate that holds on `day`; zero before the first that is known."""
    held = [one for one in _rates() if one.id == rate and one.begin <= day]
    return max(held, key=lambda one: one.begin).ratio if held else Ratio(0)


@dataclass(frozen=True, slots=True)
class InterestCheck:
    """One bank account of a fund over a year so far: what the rates give at least, what was booked,
    and of that, for the expenditure account, what has not gone back yet."""

    fund: str
    account: str
    least: Fen
    booked: Fen
    held_back: Fen

    @property
    def short(self) -> bool:
        """Whether less was booked than the rates give."""
        return self.booked < self.least


def expected(number: str, opening: Fen, moved: Mapping[date, int], first: date, end: date) -> Fen:
    """The least interest of a bank account from `first` to `end`, both included: Σ balance × rate ×
    1/360 by day and bucket, half up once. `moved` is fen by day.

    What was carried counts as carried as long as the balance never fell below it; what falls and
    rises again is this year's.
    """
    by_part = {one.part: one.rate for one in _buckets() if one.account == number}
    balance = carried = max(int(opening), 0)
    balance, parts, day = int(opening), 0, first
    while day <= end:
        balance += moved.get(day, 0)
        carried = max(0, min(carried, balance))
        fresh = max(0, balance - carried)
        parts += carried * int(rate_on(by_part["carried"], day))
        parts += fresh * int(rate_on(by_part["this_year"], day))
        day += _ONE_DAY
    return Fen(half_up(parts, RATIO_SCALE * YEAR))


def check_interest(admdvs: str, year: int, now: datetime) -> tuple[InterestCheck, ...]:
    """Each bank account that had money in `year`, through yesterday where the year still runs.

    Raises Refused PERIOD_OPEN for a year that has not begun.
    """
    end = min(date(year, 12, 31), civil_date(now) - _ONE_DAY)
    if end < date(year, 1, 1):
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未开始")
    return check_through(admdvs, end)


def check_through(admdvs: str, end: date) -> tuple[InterestCheck, ...]:
    """Each bank account that had money from the beginning of its year to `end`."""
    first = date(end.year, 1, 1)
    opening = balances.balance(admdvs, first - _ONE_DAY)
    moved, booked = _moved(admdvs, first, end)
    held = balances.balance(admdvs, end)
    found = []
    for fund in funds().values():
        for number in ("1001", "1002"):
            code = f"{fund.code}-{number}"
            before, days = opening.get(code, Fen(0)), moved.get(code, {})
            paid = Fen(booked.get(code, 0))
            back = -held.get(f"{fund.code}-{HELD}", Fen(0)) if number == "1002" else Fen(0)
            if before or days or paid:
                least = expected(number, before, days, first, end)
                found.append(InterestCheck(fund.key, number, least, paid, back))
    return tuple(found)


def _moved(
    admdvs: str, first: date, end: date
) -> tuple[dict[str, dict[date, int]], dict[str, int]]:
    """Fen by account code and day on bank accounts; and the interest booked on each of them."""
    moved: dict[str, dict[date, int]] = {}
    booked: dict[str, int] = {}
    for month in balances.movements(admdvs, first, end):
        for key, held in month.sums.items():
            day, fen = date.fromisoformat(key.day), held.debits - held.credits
            if accounts()[key.code].number in ("1001", "1002") and first <= day <= end:
                days = moved.setdefault(key.code, {})
                days[day] = days.get(day, 0) + fen
                if key.kind in ("fiscal_interest", "expenditure_interest"):
                    booked[key.code] = booked.get(key.code, 0) + fen
    return moved, booked


def account_name(fund: str, number: str) -> str:
    """What an account of a fund is called."""
    return accounts()[f"{funds()[fund].code}-{number}"].name
