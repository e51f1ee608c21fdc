"""A year's statements (决算) from the books: each account's figure in its row, the rows that follow
from them, what must agree, and several regions added up without what they pay each other. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

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
    fen debit positive). What passes into another fund of the region above stands beside under the
    passage's name."""
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
        for passage in layouts().passages:
            if (account.fund, account.number) == (passage.given.fund, passage.account):
                name = passage.name, counterpart
                sums[name] = sums.get(name, 0) + int(fen)
    return tuple(Between(*key, Fen(fen)) for key, fen in sorted(sums.items()) if fen)


_NOTHING: Final = Fen(0)
Held = Mapping[str, Sequence[Between]]
"""What stands between regions, by region."""


@dataclass(frozen=True, slots=True)
class Eliminated:
    """What `giver` says it gave `taker` and the other says it took; the smaller of the two is taken
    out on both sides, what is left is a difference to be cleared up."""

    name: str
    giver: str
    taker: str
    given: Fen
    taken: Fen
    passed: Fen = _NOTHING
    """Of what only one of them says here, what the other shows in another fund: fen, positive for
    money given, negative for money taken."""

    @property
    def amount(self) -> Fen:
        return min(self.given, self.taken) if min(self.given, self.taken) > 0 else Fen(0)

    @property
    def difference(self) -> Fen:
        return self.given - self.taken - self.passed


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
    fund: str = "",
    others: Mapping[str, Held] | None = None,
) -> Consolidated:
    """The statements of `regions` added up. Each elimination takes one amount out of a giver's row
    and of a taker's: what they leave (surplus, fund) stays the sum of the regions'. `others`: what
    stands between them in the funds, by key, with which `fund` has passages."""
    rows = rows_of(forms)
    sums = {
        key: Fen(sum(int(amounts.get(key, Fen(0))) for amounts, _ in regions.values()))
        for key in rows
    }
    held = {region: between for region, (_, between) in regions.items()}
    passed = _passed(fund, held, others or {})
    found = tuple(_eliminations(held, passed))
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


def other_funds(fund: str) -> tuple[str, ...]:
    """The funds with which `fund` has passages."""
    found = [(one.given.fund, one.taken.fund) for one in layouts().passages]
    return tuple(sorted({other for pair in found if fund in pair for other in pair} - {fund}))


def _by_side(held: Held) -> dict[tuple[str, str, str], Fen]:
    """Fen by row, region and counterpart; who is above need not be named."""
    upward = {one.upward for one in layouts().eliminations if one.upward}
    upward |= {one.name for one in layouts().passages}
    sums: dict[tuple[str, str, str], int] = {}
    for region, between in held.items():
        for one in between:
            above = "" if one.counterpart or one.row not in upward else Region(region).parent
            key = one.row, region, one.counterpart or above
            sums[key] = sums.get(key, 0) + int(one.amount)
    return {key: Fen(fen) for key, fen in sums.items()}


def _passed(fund: str, held: Held, others: Mapping[str, Held]) -> dict[tuple[str, str, str], Fen]:
    """By row of `fund`, giver and taker: what both say passed between this fund and another."""
    found: dict[tuple[str, str, str], Fen] = {}
    for one in layouts().passages:
        if fund not in (one.given.fund, one.taken.fund):
            continue
        gives = fund == one.given.fund
        other = others.get(one.taken.fund if gives else one.given.fund, {})
        given = _by_side(held if gives else other)
        taken = _by_side(other if gives else held)
        for (row, giver, taker), fen in given.items():
            both = min(fen, taken.get((one.taken.row, taker, giver), Fen(0)))
            if row == one.name and both > 0:
                found[one.given.row if gives else one.taken.row, giver, taker] = both
    return found


def _eliminations(
    regions: Held, passed: Mapping[tuple[str, str, str], Fen]
) -> Iterator[Eliminated]:
    held = _by_side(regions)
    for kind in layouts().eliminations:
        for giver in regions:
            for taker in regions:
                given = held.get((kind.given, giver, taker), Fen(0))
                taken = held.get((kind.taken, taker, giver), Fen(0))
                if giver != taker and (given or taken):
                    rest = int(given - taken)
                    by = passed.get((kind.given if rest > 0 else kind.taken, giver, taker), Fen(0))
                    beside = min(abs(rest), int(by)) * (1 if rest > 0 else -1)
                    yield Eliminated(kind.name, giver, taker, given, taken, Fen(beside))
