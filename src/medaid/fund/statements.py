"""A year's statements (决算) from the books: each account's figure in its row, the rows that follow
from them, what must agree, and several regions added up without what they pay each other. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from medaid.fund.layouts import Amounts, evaluated, layouts, rows_of
from medaid.fund.model.chart import accounts
from medaid.fund.statement_forms import StatementForm
from medaid.money import Fen
from medaid.regions import Region


def amounts(
    fund: str, forms: Iterable[StatementForm], figures: Mapping[str, Fen]
) -> dict[str, Fen]:
    """Each row's amount from a year's figures by account code, debit positive, before the year is
    carried over. Liabilities, balances and income stand positive on their side."""
    rows = rows_of(forms)
    leaves: dict[str, int] = {}
    for code, fen in figures.items():
        account = accounts()[code]
        if account.fund == fund:
            natural = int(fen) if account.debit_side else -int(fen)
            for row in rows.values():
                if row.feeds(account):
                    leaves[row.key] = leaves.get(row.key, 0) + natural
    return evaluated(rows.values(), {key: Fen(fen) for key, fen in leaves.items()})


class Footing(NamedTuple):
    """Two amounts that must agree, and by how much they do not."""

    name: str
    left: Fen
    right: Fen
    cite: str

    @property
    def difference(self) -> Fen:
        return self.left - self.right


def footings(forms: Iterable[StatementForm], of_rows: Amounts) -> Iterator[Footing]:
    """The statements' own checks: assets against liabilities and fund, both totals."""
    names = {row.key: row.name for one in forms for row in one.rows}
    for one in forms:
        for left, right in one.equal:
            name = f"{one.title}:{names[left]} = {names[right]}"
            yield Footing(name, of_rows[left], of_rows[right], one.cite)


def identities(by_fund: Mapping[str, Amounts]) -> Iterator[Footing]:
    """The checks between funds, where the books of both hold anything."""
    for one in layouts().identities:
        left, right = by_fund.get(one.left.fund, {}), by_fund.get(one.right.fund, {})
        if any(left.values()) and any(right.values()):
            yield Footing(one.name, left[one.left.row], right[one.right.row], one.cite)


class Between(NamedTuple):
    """What a region's row holds with another region: fen, positive on the row's own side."""

    row: str
    counterpart: str
    amount: Fen


def between_regions(
    forms: Iterable[StatementForm],
    by_counterpart: Iterable[tuple[str, str, Fen]],
    on_cash: bool = False,
) -> tuple[Between, ...]:
    """What stands in rows that may be eliminated, by counterpart: from (account code, counterpart,
    fen debit positive)."""
    rows = rows_of(forms)
    held = layouts().eliminations_of(on_cash)
    watched = {key: rows[key] for one in held for key in (one.given, one.taken)}
    sums: dict[tuple[str, str], int] = {}
    for code, counterpart, fen in by_counterpart:
        account = accounts()[code]
        for key, row in watched.items():
            if row.feeds(account):
                natural = int(fen) if account.debit_side else -int(fen)
                sums[key, counterpart] = sums.get((key, counterpart), 0) + natural
    return tuple(Between(*key, Fen(fen)) for key, fen in sorted(sums.items()) if fen)


@dataclass(frozen=True, slots=True)
class Eliminated:
    """What `giver` says it gave `taker` and the other says it took; the smaller of the two is taken
    out on both sides, what is left is a difference to be cleared up."""

    name: str
    giver: str
    taker: str
    given: Fen
    taken: Fen

    @property
    def amount(self) -> Fen:
        return min(self.given, self.taken) if min(self.given, self.taken) > 0 else Fen(0)

    @property
    def difference(self) -> Fen:
        return self.given - self.taken


@dataclass(frozen=True, slots=True)
class Consolidated:
    """Several regions' rows: their plain sums, what was taken out of each, and what is left."""

    sums: Amounts
    eliminated: Amounts
    amounts: Amounts
    eliminations: tuple[Eliminated, ...]


def consolidated(
    forms: Sequence[StatementForm],
    regions: Mapping[str, tuple[Amounts, Sequence[Between]]],
) -> Consolidated:
    """The statements of `regions` added up. Each elimination takes one amount out of a giver's row
    and of a taker's: what they leave (surplus, fund) stays the sum of the regions'."""
    rows = rows_of(forms)
    sums = {
        key: Fen(sum(int(amounts.get(key, Fen(0))) for amounts, _ in regions.values()))
        for key in rows
    }
    found = tuple(_eliminations(regions))
    sides = {one.name: (one.given, one.taken) for one in layouts().eliminations}
    out = dict.fromkeys(rows, 0)
    for one in found:
        for key in sides[one.name]:
            out[key] += int(one.amount)
            if rows[key].of:
                out[rows[key].of] += int(one.amount)
    left = {key: Fen(int(sums[key]) - out[key]) for key in rows}
    amounts = evaluated(rows.values(), left)
    taken_out = {key: sums[key] - amounts[key] for key in rows}
    return Consolidated(sums, taken_out, amounts, found)


def _eliminations(
    regions: Mapping[str, tuple[Amounts, Sequence[Between]]],
) -> Iterator[Eliminated]:
    upward = {one.upward for one in layouts().eliminations if one.upward}
    sums: dict[tuple[str, str, str], int] = {}
    for region, (_, between) in regions.items():
        for one in between:
            above = "" if one.counterpart or one.row not in upward else Region(region).parent
            key = one.row, region, one.counterpart or above
            sums[key] = sums.get(key, 0) + int(one.amount)
    held = {key: Fen(fen) for key, fen in sums.items()}
    for kind in layouts().eliminations:
        for giver in regions:
            for taker in regions:
                given = held.get((kind.given, giver, taker), Fen(0))
                taken = held.get((kind.taken, taker, giver), Fen(0))
                if giver != taker and (given or taken):
                    yield Eliminated(kind.name, giver, taker, given, taken)
