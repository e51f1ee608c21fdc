"""What lies on the bank accounts: no movement that people enter lets one fall below zero, on the
day it takes effect or on any later one, unless a document allows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from medaid.aws.transaction import Write
from medaid.errors import Conflict
from medaid.fund import keys, service, store
from medaid.fund.model import Entry
from medaid.fund.model.chart import accounts, funds
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

BANK: Final = ("1001", "1002")
"""财政专户存款, 支出户存款."""


def spending(entry: Entry, now: datetime, field: str, *, overdraft: bool = False) -> list[Write]:
    """The writes that let `entry` take money from bank accounts: two such movements of a region
    never pass side by side, the second reads again (label `cash`). None where it takes nothing.

    Raises Conflict OVERDRAWN naming `field`, the account and what is missing, unless `overdraft`.
    """
    moved = _moved(entry)
    taken = {code: fen for code, fen in moved.items() if fen < 0}
    if not taken:
        return []
    key = keys.of_cash(entry.admdvs)
    item = store.find(key)
    if not overdraft:
        lowest = _lowest(entry.admdvs, entry.effective, civil_date(now), taken)
        for code, fen in taken.items():
            after = lowest[code] + fen
            if after < 0:
                one = accounts()[code]
                rule = f"{funds()[one.fund].name}{one.name}余额不足,尚差 {Fen(-after)} 元"
                raise Conflict("OVERDRAWN", field=field, rule=rule)
    return [store.turn(item, key, "cash", now)]


def _moved(entry: Entry) -> dict[str, int]:
    sums: dict[str, int] = {}
    for account, fen, _ in entry.lines:
        if account.number in BANK:
            sums[account.code] = sums.get(account.code, 0) + fen
    return sums


def _lowest(admdvs: str, since: date, today: date, codes: Mapping[str, int]) -> dict[str, int]:
    """The lowest balance of each account at the end of any day from `since` to `today`, fen."""
    held = service.balance(admdvs, since - timedelta(days=1))
    running = {code: int(held.get(code, Fen(0))) for code in codes}
    by_day: dict[date, dict[str, int]] = {since: {}}
    for month in Month.of(since).through(Month.of(today)):
        for entry in service.entries(admdvs, month):
            if entry.effective >= since:
                sums = by_day.setdefault(entry.effective, {})
                for code, fen in _moved(entry).items():
                    sums[code] = sums.get(code, 0) + fen
    lowest: dict[str, int] = {}
    for day in sorted(by_day):
        for code in codes:
            running[code] += by_day[day].get(code, 0)
            lowest[code] = min(lowest.get(code, running[code]), running[code])
    return lowest
