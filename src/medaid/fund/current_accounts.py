"""Current accounts (往来款): what is advanced, received in advance, owed and owing, by counterpart
and age. Each closed month keeps what was open at its end, so that a list of any day reads what is
kept and the entries since.

An amount against what is open takes the oldest of it first; what it takes more is open on the other
side. Ages count from the month in which an amount was booked. What regions give each other (上解,
补助) is kept beside it, by counterpart and month of the year, for adding regions up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import ClassVar, Final

from medaid.aws.items import Key
from medaid.aws.transaction import Write
from medaid.fund import keys, parts, rolled
from medaid.fund.books import Turnover
from medaid.fund.model import Account
from medaid.fund.model.chart import accounts
from medaid.fund.movements import Party, is_current
from medaid.money import Fen
from medaid.months import Month

_OWED_TO_NOBODY: Final = {"2108", "2109"}
"""Interest to be handed over, contributions of later years: whole, owed to nobody by name."""
AGES: Final = ("一年以内", "一至二年", "二至三年", "三年以上")
"""Of how many whole years an amount is open: none, one, two, three and more."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is open of one month's amounts on an account with a counterpart, debit positive."""

    POSITIONAL: ClassVar = True
    code: str
    counterpart: str
    month: Month
    amount: Fen


@dataclass(frozen=True, slots=True)
class OpenItems:
    """All that was open at the end of a closed month."""

    items: tuple[OpenItem, ...]


@cache
def by_counterpart() -> frozenset[str]:
    """Numbers of the current accounts that are kept by counterpart and age."""
    current = {one.number for one in accounts().values() if is_current(one)}
    return frozenset(current - _OWED_TO_NOBODY)


class Aged:
    """Open items that follow the books month by month."""

    def __init__(self, begin: Iterable[OpenItem] = ()) -> None:
        self._held: dict[tuple[str, str], dict[Month, int]] = {}
        for item in begin:
            self._held.setdefault((item.code, item.counterpart), {})[item.month] = int(item.amount)

    def take_month(self, month: Month, parties: Mapping[Party, Turnover]) -> None:
        """Takes in what a month moved. What raises what is open comes before what lowers it: within
        a month the order changes nothing, for all that is open lies on one side."""
        for (code, counterpart), moved in sorted(parties.items()):
            if is_current(accounts()[code]):
                for fen in (moved.debits, -moved.credits):
                    self._take(code, counterpart, month, fen)
            elif moved.debits or moved.credits:
                months = self._held.setdefault((code, counterpart), {})
                months[month] = months.get(month, 0) + moved.debits - moved.credits

    def _take(self, code: str, counterpart: str, month: Month, fen: int) -> None:
        layers = self._held.setdefault((code, counterpart), {})
        for other in sorted(layers):
            if not fen or (layers[other] > 0) == (fen > 0):
                break  # nothing left, or all that is open lies on the same side
            taken = min(abs(layers[other]), abs(fen))
            layers[other] += taken if fen > 0 else -taken
            fen -= taken if fen > 0 else -taken
            if not layers[other]:
                del layers[other]
        if fen:
            layers[month] = layers.get(month, 0) + fen

    @property
    def items(self) -> tuple[OpenItem, ...]:
        """What is open now, in the order of the chart, by counterpart and month."""
        chart = {code: index for index, code in enumerate(accounts())}
        return tuple(
            OpenItem(code, counterpart, month, Fen(fen))
            for code, counterpart in sorted(self._held, key=lambda one: (chart[one[0]], one[1]))
            for month, fen in sorted(self._held[code, counterpart].items())
            if fen
        )


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """What is open with one counterpart on one account: fen by age (`AGES`), debit positive."""

    account: Account
    counterpart: str
    by_age: tuple[Fen, Fen, Fen, Fen]

    @property
    def amount(self) -> Fen:
        return Fen(sum(int(fen) for fen in self.by_age))


def schedule(items: Iterable[OpenItem], end: Month) -> tuple[CurrentAccount, ...]:
    """The list of current accounts (往来款明细) at the end of month `end`."""
    sums: dict[tuple[str, str], list[int]] = {}
    for item in items:
        if not is_current(accounts()[item.code]):
            continue
        months = (end.year - item.month.year) * 12 + end.number - item.month.number
        ages = sums.setdefault((item.code, item.counterpart), [0, 0, 0, 0])
        ages[min(months // 12, 3)] += int(item.amount)
    return tuple(
        CurrentAccount(accounts()[code], counterpart, (Fen(a), Fen(b), Fen(c), Fen(d)))
        for (code, counterpart), (a, b, c, d) in sums.items()
    )


def less(items: Iterable[OpenItem], taken: Mapping[tuple[str, str], Fen]) -> list[OpenItem]:
    """Open items less what is `taken` off each account and counterpart, the youngest first."""
    rest = {name: int(fen) for name, fen in taken.items()}
    found: list[OpenItem] = []
    for one in sorted(items, key=lambda item: item.month, reverse=True):
        name = one.code, one.counterpart
        off = max(min(rest.get(name, 0), int(one.amount)), 0)
        rest[name] = rest.get(name, 0) - off
        found.append(replace(one, amount=Fen(int(one.amount) - off)))
    order = {code: index for index, code in enumerate(accounts())}
    found.sort(key=lambda one: (order[one.code], one.counterpart, one.month))
    return [one for one in found if one.amount]


def keeping(admdvs: str, month: Month, items: tuple[OpenItem, ...], now: datetime) -> list[Write]:
    """The writes that keep what is open at the end of a month, as part of its close."""
    first, found = keys.of_current_accounts(admdvs, month), dict[Key, list[OpenItem]]()
    for one in items:
        if one.month.year == month.year or is_current(accounts()[one.code]):
            found.setdefault(parts.of_part(first, one.counterpart), []).append(one)
    made = {key: OpenItems(tuple(mine)) for key, mine in found.items()}
    return parts.keeping(first, made, OpenItems(()), "current", now)


def open_items(
    admdvs: str, closed: Month | None, first: Month | None, through: Month
) -> tuple[OpenItem, ...]:
    """What is open at the end of month `through`: what the last closed month kept, and the entries
    since; all entries since the books' `first` month where nothing is kept."""
    kept = parts.kept(keys.of_current_accounts(admdvs, closed), OpenItems) if closed else None
    aged = Aged(one for part in kept or () for one in part.items)
    begin = closed.next if closed and kept else first
    if begin:
        for month in begin.through(through):
            aged.take_month(month, rolled.read(admdvs, month, parties=True).parties)
    return aged.items
