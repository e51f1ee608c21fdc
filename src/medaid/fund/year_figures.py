"""A year's figures by account, before it is carried over: as the books keep them, and on the basis
that the fund's accounting provisions ask of its final accounts (provisions.toml). Read from what
closed months kept and the entries since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from medaid.aws.items import Key
from medaid.aws.transaction import Write
from medaid.fund import balances, keys, parts
from medaid.fund.books import balances_of
from medaid.fund.cash_basis import BasisKept, CashBasis, CauseAmount
from medaid.fund.model.chart import account, accounts
from medaid.fund.model.provisions import Provision, cash_statements, provisions_on
from medaid.money import Fen
from medaid.months import Month

_BY_COUNTERPART: Final = ("open", "paid", "paid_before")
"""What a basis keeps by counterpart."""


def booked(admdvs: str, year: int) -> dict[str, Fen]:
    """Each account at the end of a year before it is carried over, fen, debit positive: assets and
    liabilities as they close, income and expense of the year, the fund as it began. A fund's
    figures sum to zero."""
    begin = balances.balance(admdvs, date(year - 1, 12, 31))
    end = balances.balance(admdvs, date(year, 12, 31))
    carried = carried_over(admdvs, year)
    figures: dict[str, int] = {}
    for code in {**begin, **end, **carried}:
        fen = int(end.get(code, Fen(0))) - int(carried.get(code, Fen(0)))
        if code in begin and _is_result(code):  # the year before was not carried over: what it
            fen -= int(begin[code])  # left belongs to the fund
            fund = account(accounts()[code].fund, "3001").code
            figures[fund] = figures.get(fund, 0) + int(begin[code])
        figures[code] = figures.get(code, 0) + fen
    return {code: Fen(fen) for code, fen in figures.items() if fen}


def carried_over(admdvs: str, year: int) -> dict[str, Fen]:
    """What the year's close took off its accounts and put on the funds, as far as it did."""
    last = Month(f"{year:04d}-12")
    return balances_of(balances.turnovers(admdvs, last.first, last.last, only="year_close"))


def figures(admdvs: str, year: int) -> dict[str, Fen]:
    """The same on the basis of the year's final accounts, fund by fund."""
    return on_own_basis(admdvs, year, booked(admdvs, year))


def on_own_basis(admdvs: str, year: int, held: dict[str, Fen]) -> dict[str, Fen]:
    """What the books of a year hold (`booked`), on the basis of its final accounts."""
    if not cash_statements(year):
        return held
    basis = basis_at(admdvs, Month(f"{year:04d}-12"))
    return _on_cash(held, basis.differences, cash_statements(year))


def opening_figures(admdvs: str, year: int) -> dict[str, Fen]:
    """What the year begins with on its own basis: assets, liabilities and the fund. In the first
    year of the cash basis the fund is more by what was owed: it is an expense when it is paid."""
    found: dict[str, int] = {}
    for code, fen in balances.balance(admdvs, date(year - 1, 12, 31)).items():
        one = accounts()[code]
        held = account(one.fund, "3001").code if _is_result(code) else code
        found[held] = found.get(held, 0) + int(fen)
    begun = {code: Fen(fen) for code, fen in found.items() if fen}
    if not cash_statements(year):
        return begun
    basis = basis_at(admdvs, Month(f"{year - 1:04d}-12"))
    basis.begin_year(year)
    return _on_cash(begun, basis.differences, cash_statements(year))


def _is_result(code: str) -> bool:
    return accounts()[code].kind in ("income", "expense")


def _on_cash(
    held: Mapping[str, Fen], differences: Mapping[str, Fen], funds: Mapping[str, Provision]
) -> dict[str, Fen]:
    found = dict(held)
    for code, fen in differences.items():
        if accounts()[code].fund in funds:
            found[code] = found.get(code, Fen(0)) + fen
    return {code: fen for code, fen in found.items() if fen}


def fund_on_cash(basis: CashBasis) -> dict[str, Fen]:
    """By fund, how much more than in the books its surplus is on the cash basis, debit positive:
    what is owed and was not paid yet."""
    sums: dict[str, int] = {}
    for code, fen in basis.differences.items():
        if _is_result(code) or accounts()[code].kind == "balance":
            fund = accounts()[code].fund
            sums[fund] = sums.get(fund, 0) + int(fen)
    return {fund: Fen(fen) for fund, fen in sums.items()}


def basis_at(admdvs: str, through: Month) -> CashBasis:
    """Where the cash basis stands at the end of month `through`: what the last closed month kept,
    and the entries since; all entries since the books began where nothing is kept."""
    closed = balances.last_closed(admdvs, through.next)
    basis = kept_basis(keys.of_cash_basis(admdvs, closed[0])) if closed else None
    if closed and basis:
        begin = closed[0].next
    else:
        basis = CashBasis()
        begin = balances.first_month(admdvs) or balances.found_first(admdvs, through.next)
    for entry in balances.between(admdvs, begin.first, through.last):
        basis.take(entry)
    basis.begin_year(through.year)
    return basis


def kept_basis(first: Key) -> CashBasis | None:
    """The cash basis that `keeping` kept; None where nothing is. Raises Unavailable."""
    kept = parts.kept(first, BasisKept)
    return CashBasis(_merged(kept)) if kept else None


def keeping(first: Key, year: int, basis: CashBasis, now: datetime) -> list[Write]:
    """The writes that keep where the cash basis stands in `year`, in parts of which `first` is the
    first: at the end of a month, or of a slice of one that closes."""
    basis.begin_year(year)
    kept = basis.kept
    rows: dict[Key, dict[str, list[CauseAmount]]] = {first: {}}
    for name in _BY_COUNTERPART:
        for one in getattr(kept, name):
            mine = rows.setdefault(parts.of_part(first, one.counterpart), {})
            mine.setdefault(name, []).append(one)
    nothing = BasisKept(kept.year)
    made = {
        key: BasisKept(
            kept.year,
            open=tuple(mine.get("open", ())),
            paid=tuple(mine.get("paid", ())),
            paid_before=tuple(mine.get("paid_before", ())),
        )
        for key, mine in rows.items()
    }
    made[first] = replace(made[first], differences=kept.differences)
    return parts.keeping(first, made, nothing, "basis", now)


def _merged(kept: Sequence[BasisKept]) -> BasisKept:
    """The whole of which these are the parts, in the order of accounts and counterparts."""
    rows = {
        name: tuple(
            sorted(
                (one for part in kept for one in getattr(part, name)),
                key=lambda one: (one.code, one.counterpart),
            )
        )
        for name in _BY_COUNTERPART
    }
    differences = {code: fen for part in kept for code, fen in part.differences.items()}
    return BasisKept(kept[0].year, differences=differences, **rows)


@dataclass(frozen=True, slots=True)
class CashRow:
    """An income or expense account over a year: as the books have it, and on the cash basis."""

    code: str
    booked: Fen
    paid: Fen
    provision: Provision


def cash_rows(admdvs: str, year: int) -> tuple[CashRow, ...]:
    """Income and expense of a year on the cash basis, of each fund for which it holds at its end;
    income as received, expense as paid, both positive."""
    held = booked(admdvs, year)
    more = basis_at(admdvs, Month(f"{year:04d}-12")).differences
    asked = {
        fund: one for fund, one in provisions_on(date(year, 12, 31)).items() if one.basis == "cash"
    }
    rows: list[CashRow] = []
    for code, one in accounts().items():
        before = held.get(code, Fen(0))
        after = before + more.get(code, Fen(0))
        if one.fund in asked and _is_result(code) and (before or after):
            natural = one.debit_side
            rows.append(
                CashRow(
                    code,
                    before if natural else -before,
                    after if natural else -after,
                    asked[one.fund],
                )
            )
    return tuple(rows)
