"""The one reading of a month that its close rests on: chains followed, sums made anew, the cash
basis carried on. Slice by slice, each in one transaction with how far it came, so that a close that
was broken off goes on where it was and comes to the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import ClassVar, Final, NamedTuple

from medaid.aws.items import Key
from medaid.aws.transaction import Decided, Write, transact
from medaid.fund import keys, rolled, seals, store, year_figures
from medaid.fund.cash_basis import CashBasis
from medaid.fund.model.chart import funds
from medaid.fund.movements import Movements
from medaid.months import Month

SLICE: Final = 20_000
"""Entries of a slice: about two seconds (bench/scale.py)."""
_BEHIND: Final = 1_000
"""Entries behind the last seal that are counted: there should be none."""


@dataclass(frozen=True, slots=True)
class Chains:
    """How far each fund's chain was followed."""

    POSITIONAL: ClassVar = True
    states: tuple[seals.ChainState, ...] = ()


class ReadMonth(NamedTuple):
    """A month that was read to its end: its sums, the cash basis there, and what of its chains does
    not agree."""

    moved: Movements
    basis: CashBasis
    findings: list[str]


def read_slice(admdvs: str, month: Month, attempt: int, now: datetime) -> int:
    """Reads the next entries of a month that are under seal; answers how many. `attempt` counts the
    closes before: each reads anew. Raises UnreadableEntry, Unavailable."""
    pk = keys.close_of(admdvs, month, attempt)
    sealed = store.find(keys.of_sealed_through(admdvs, month))
    until = sealed.record(seals.Through).position if sealed else ""

    def decide() -> Decided[int]:
        before, cursor = rolled.cursor_of(pk)
        if cursor.through >= until:
            return Decided(0)
        fresh, basis, count = Movements(), _basis(pk, admdvs, month), 0
        chains_row, chains = _chains(pk, admdvs, month)
        through, last = until, ""
        found = store.entries(admdvs, month, cursor.through, page=SLICE // keys.SHARDS + 1)
        for entry in store.readable(found):
            if entry.position > until:
                break
            if count == SLICE:
                through = last
                break
            for chain in chains:
                chain.take(entry)
            fresh.take(entry)
            basis.take(entry)
            count, last = count + 1, entry.position
        kept = replace(cursor, through=through, entries=cursor.entries + count)
        followed = Chains(tuple(chain.state for chain in chains))
        first = keys.of_close_basis(pk)
        writes: list[Write] = [
            _row(before, keys.of_roll_cursor(pk), kept, now),
            _row(chains_row, keys.of_close_chains(pk), followed, now),
            *rolled.added(pk, fresh),
            *year_figures.keeping(first, month.year, basis, now),
        ]
        return Decided(count, writes)

    return transact(decide)


def read_whole(admdvs: str, month: Month, attempt: int) -> ReadMonth:
    """What all slices together came to; an entry behind the last seal is a finding. Raises
    UnreadableEntry, Unavailable."""
    pk = keys.close_of(admdvs, month, attempt)
    cursor, moved = rolled.kept(pk, parties=True)
    basis, (_, chains) = _basis(pk, admdvs, month), _chains(pk, admdvs, month)
    behind = store.readable(store.entries(admdvs, month, cursor.through, page=_BEHIND))
    for entry in islice(behind, _BEHIND):
        for chain in chains:
            chain.take(entry)
    findings = [f"{one.fund}:{finding}" for one in chains for finding in one.end()]
    loose = [f"{one.fund}:有 {one.loose} 笔分录不在封签之内" for one in chains if one.loose]
    return ReadMonth(moved, basis, findings + loose)


def basis_so_far(admdvs: str, month: Month, attempt: int) -> CashBasis:
    """The cash basis at this moment, of a month that was read as far as it is under seal: with the
    entries since. Raises Unavailable."""
    pk = keys.close_of(admdvs, month, attempt)
    basis = _basis(pk, admdvs, month)
    for entry in store.entries(admdvs, month, rolled.cursor_of(pk)[1].through):
        basis.take(entry)
    basis.begin_year(month.year)
    return basis


def _chains(
    pk: str, admdvs: str, month: Month
) -> tuple[store.FundItem | None, list[seals.FollowedChain]]:
    row = store.find(keys.of_close_chains(pk))
    states = {one.fund: one for one in row.record(Chains).states} if row else {}
    return row, [seals.chain_of(admdvs, fund, month, states.get(fund)) for fund in funds()]


def _basis(pk: str, admdvs: str, month: Month) -> CashBasis:
    """The cash basis where the slices left it; before the first, as the month before ended."""
    return year_figures.kept_basis(keys.of_close_basis(pk)) or year_figures.basis_at(
        admdvs, month.previous
    )


def _row(
    before: store.FundItem | None, key: Key, record: rolled.RollCursor | Chains, now: datetime
) -> Write:
    return store.FundItem.create_or_replace(before, key, record, key.sk, at=now)
