"""Income and expense on the cash basis (收付实现制), from books that keep what is owed: what a
hospital has claimed is no expense until it is paid (provisions.toml says for which fund, since
when, and which accounts stand beside). Nothing is posted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from medaid.fund import balances
from medaid.fund.model import Account, Entry, Line
from medaid.fund.model.chart import account, accounts, expense_account
from medaid.fund.model.provisions import Provision, provisions_on
from medaid.money import Fen, split

_FOR_OTHERS = "1102"
"""What was paid for other regions' people: theirs, whenever it is paid."""


@dataclass(slots=True)
class CashBasis:
    """Entries of one fund turned to the cash basis, in the order they were recorded.

    What moves nothing but accounts beside the books and what caused them is left out, and kept as
    the cause; what pays such an account is spread over its causes in proportion.
    """

    fund: str
    beside: frozenset[str]
    causes: dict[str, dict[str, int]] = field(default_factory=dict)
    """By number of an account beside: fen by code of what caused it."""

    def lines(self, entry: Entry) -> list[Line]:
        """The lines of `entry` on the cash basis; none where no money moved."""
        mine = [line for line in entry.lines if line.account.fund == self.fund]
        owed = [line for line in mine if line.account.number in self.beside]
        if not owed:
            return mine
        rest = [line for line in mine if line.account.number not in self.beside]
        if not any(_is_money(line.account) for line in rest):
            self._keep_causes(owed, rest)
            return []
        return rest + [part for line in owed for part in self._spread(line)]

    def _keep_causes(self, owed: list[Line], rest: list[Line]) -> None:
        """What is newly owed was caused by the lines debited, or passes from another account."""
        caused: dict[str, int] = {}
        for line in rest:
            if line.fen > 0 and line.account.kind in ("expense", "asset"):
                caused[line.account.code] = caused.get(line.account.code, 0) + line.fen
        for line in owed:
            if line.fen > 0:
                for part in self._spread(line):
                    caused[part.account.code] = caused.get(part.account.code, 0) + part.fen
        for line in owed:
            if line.fen < 0:
                kept = self.causes.setdefault(line.account.number, {})
                for code, fen in caused.items():
                    kept[code] = kept.get(code, 0) + fen

    def _spread(self, line: Line) -> list[Line]:
        causes = self.causes.get(line.account.number)
        if not causes:
            return [Line(self._otherwise(line.account.number), line.amount, line.counterpart)]
        shares = split(line.amount, list(causes.values()))
        return [
            Line(accounts()[code], share, line.counterpart)
            for code, share in zip(causes, shares, strict=True)
            if share
        ]

    def _otherwise(self, number: str) -> Account:
        """What a payment is where the books do not say what caused it."""
        if number == "2105":
            return account("assistance", "590101")
        return expense_account(self.fund, "inpatient")


def _is_money(one: Account) -> bool:
    """Whether the account stands in the books on the cash basis and is no income or expense."""
    return one.kind in ("asset", "liability", "balance") and one.number != _FOR_OTHERS


@dataclass(frozen=True, slots=True)
class CashRow:
    """An income or expense account over a year: as the books have it, and on the cash basis."""

    code: str
    booked: Fen
    paid: Fen
    provision: Provision


def cash_rows(admdvs: str, year: int) -> tuple[CashRow, ...]:
    """Income and expense of a year on the cash basis, of each fund for which it holds at its end;
    income as received, expense as paid, both positive. The year before tells what caused what is
    paid now."""
    first, last = date(year - 1, 1, 1), date(year, 12, 31)
    rows: list[CashRow] = []
    held = [
        (CashBasis(fund, one.beside), one)
        for fund, one in provisions_on(last).items()
        if one.basis == "cash"
    ]
    booked: dict[str, int] = {}
    paid: dict[str, int] = {}
    for entry in balances.between(admdvs, first, last):
        if entry.kind == "year_close":
            continue
        counts = entry.effective >= date(year, 1, 1)
        for basis, _ in held:
            turned = basis.lines(entry)
            if counts:
                _add(paid, turned)
        if counts:
            _add(booked, entry.lines)
    asked = {basis.fund: provision for basis, provision in held}
    for code, one in accounts().items():
        moved = booked.get(code) or paid.get(code)
        if one.fund in asked and one.kind in ("income", "expense") and moved:
            sign = 1 if one.kind == "expense" else -1
            before, after = (Fen(sign * sums.get(code, 0)) for sums in (booked, paid))
            rows.append(CashRow(code, before, after, asked[one.fund]))
    return tuple(rows)


def _add(sums: dict[str, int], lines: Iterable[Line]) -> None:
    for line in lines:
        sums[line.account.code] = sums.get(line.account.code, 0) + line.fen
