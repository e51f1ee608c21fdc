"""Items on which hospital and centre differ: taken out of what their statement pays, kept waiting,
decided by a reviewer (X12 between regions has its own)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from medaid.aws.transaction import (
    Decided,
    Write,
    commit_once,
    refuse_as_changed,
    transact,
)
from medaid.clearing import store as items
from medaid.clearing.hospital import keys, store
from medaid.clearing.hospital.model import (
    Difference,
    PendingItem,
    PendingKind,
    PendingState,
    Statement,
    StatementState,
    disputed_with,
    in_state,
    statement_id,
)
from medaid.clearing.hospital.taking_off import taken_off
from medaid.clearing.model import OUTPATIENT, Item
from medaid.clearing.store import ClearingItem
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty, trail_line
from medaid.payments.service import claim_duty
from medaid.regions import Region

LARGEST: Final = 5000
"""Differences of one file: more are another month's file, not a month's differences."""
AT_ONCE: Final = 45
"""Items disputed or taken back in one transaction: two rows each, beside the statement."""
_CLAIMS: Final = 90
"""Claims written in one transaction, which holds a hundred writes."""
_STILL_AGREEING: Final = (StatementState.DRAFT, StatementState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one 3202 speaks of."""

    institution: str
    month: Month
    clr_type: str
    insured: Region
    region: Region
    """Whose statement holds the settlements themselves."""


def dispute_differences(
    scope: Scope, ours: Sequence[Item], found: Iterable[Difference], now: datetime
) -> None:
    """Lets what differs wait and takes back what an earlier file of the same scope disputed and
    this one does not. Both parts of a settlement that two regions owe wait, each with its own.

    In batches, each once; interrupted, it is simply called again with the same file.
    """
    reasons: dict[str, str] = {}
    claims: dict[str, PendingItem] = {}
    mine = {(str(item.setl_id), item.refd): item for item in ours}
    for one in found:
        item = mine.get((one.setl_id, one.refd))
        if item is not None and one.stmt_rslt != "102":
            reasons[item.item_id] = one.memo
        else:
            line = f"{one.setl_id}#{int(one.refd)}"
            claim_id = keys.claim_id(scope.month, scope.clr_type, scope.insured, line)
            claims[claim_id] = PendingItem(claim_id, scope.month, one.memo, {})
    by_region: dict[Region, dict[str, _Compared]] = {}
    for item in ours:
        said = _Compared(item, reasons.get(item.item_id, ""))
        by_region.setdefault(item.owing_region, {})[item.item_id] = said
        if item.assisting_region is not None:
            by_region.setdefault(item.part_owing, {})[item.part_id] = said
    for region, compared in sorted(by_region.items()):
        for held in store.held_statements(region, scope.institution, scope.month):
            _dispute_in(held.statement, compared, now)
    _keep_claims(scope, claims, now)


class _Compared(NamedTuple):
    """A settlement that the file was held against, and on what it differs, empty where on
    nothing."""

    main: Item
    reason: str


def _dispute_in(statement: Statement, compared: Mapping[str, _Compared], now: datetime) -> None:
    """Brings one statement's disputes to what this file says, a batch at a time: no batch reads or
    writes the others' items."""
    mine = {item_id: one for item_id, one in compared.items() if statement.holds(one.main)}
    rows: dict[str, ClearingItem] = {}
    waits: list[str] = []

    def load() -> None:
        rows.clear()
        rows.update(store.disputed_rows(statement))
        is_out = {name for name, row in rows.items() if row.state == PendingState.OPEN}
        waits[:] = [name for name, one in mine.items() if bool(one.reason) != (name in is_out)]

    def decide() -> Decided[int]:
        where = (statement.region, statement.institution)
        row, present = store.get_statement(*where, statement.month, statement.number)
        if present.state not in _STILL_AGREEING:
            return Decided(0)
        batch = waits[:AT_ONCE]
        held = store.find_disputes(*where, [name for name in batch if name in rows])
        new = [name for name in batch if mine[name].reason]
        items_of = dict(zip(new, _items(new, mine), strict=True))
        gone = [name for name in batch if name not in items_of and _is_open(held.get(name))]
        out = [_waiting(item, mine[name].reason) for name, item in items_of.items()]
        back = [rows[name].record(PendingItem) for name in gone]
        writes: list[Write] = []
        for one in out:
            before = held.get(one.pending_id)
            disputed = store.put_disputed(
                statement, rows.get(one.pending_id), one, PendingState.OPEN
            )
            writes += [disputed, _opened(where, before, one, now)]
        for one in back:
            disputed = store.put_disputed(
                statement, rows[one.pending_id], one, PendingState.WITHDRAWN
            )
            writes += [disputed, _taken_back(held[one.pending_id], now)]
        if not writes:
            return Decided(len(batch))
        sums = disputed_with(disputed_with(present.disputed, out), back, -1)
        after = in_state(present, present.state, disputed=sums)
        return Decided(len(batch), [*store.replace_statement(row, after, now), *writes])

    load()
    while done := transact(decide, lambda _lost: load()):
        del waits[:done]


def _is_open(held: store.Pending | None) -> bool:
    """Whether nobody has ruled on a dispute: one that was ruled on stays out of its statement."""
    return held is not None and held.state is PendingState.OPEN


def _items(names: Sequence[str], mine: Mapping[str, _Compared]) -> list[Item]:
    """What this region owes of each: the settlement itself, or the assistance part beside it."""
    parts = [name for name in names if mine[name].main.item_id != name]
    found = dict(zip(parts, items.find_parts([mine[name].main for name in parts]), strict=True))
    return [found.get(name, mine[name].main) for name in names]


def _waiting(item: Item, reason: str) -> PendingItem:
    waits = PendingItem(item.item_id, item.month, reason, item.by_fund(), item.paying_region)
    return replace(waits, outpatient_assistance=item.amounts.get(OUTPATIENT, Fen(0)))


def _opened(
    where: tuple[str, str], before: store.Pending | None, waits: PendingItem, now: datetime
) -> Write:
    """A dispute anew: one that was taken back before is opened again, and what was done with it
    stays known, since each ruling books under a source of its own."""
    if before is None:
        return store.create_pending(*where, PendingKind.DISPUTE, waits, PendingState.OPEN, now)
    known = before.item
    again = replace(waits, trail=known.trail, undone=known.undone)
    return store.replace_pending(before, again, PendingState.OPEN, now)


def _taken_back(before: store.Pending, now: datetime) -> Write:
    after = replace(before.item, trail=(*before.item.trail, "医药机构重新上传后一致"))
    return store.replace_pending(before, after, PendingState.WITHDRAWN, now)


def _keep_claims(scope: Scope, claims: Mapping[str, PendingItem], now: datetime) -> None:
    """Brings the claims (102) of this scope to what the file says."""
    where = (scope.region, scope.institution)
    prefix = keys.claims_prefix(scope.month, scope.clr_type, scope.insured)
    before = {one.item.pending_id: one for one in store.list_pending(*where, prefix)}
    writes: list[Write] = [
        store.create_pending(*where, PendingKind.CLAIM, claim, PendingState.OPEN, now)
        for claim_id, claim in claims.items()
        if claim_id not in before
    ]
    for claim_id, one in before.items():
        state = PendingState.OPEN if claim_id in claims else PendingState.WITHDRAWN
        if one.state is not state:
            writes.append(store.replace_pending(one, one.item, state, now))
    for batch in _batches(writes):
        commit_once(batch)


def _batches(writes: list[Write]) -> Iterator[list[Write]]:
    rest = iter(writes)
    while batch := list(islice(rest, _CLAIMS)):
        yield batch


def resolve_dispute(
    region: str,
    institution: str,
    item_id: str,
    upheld: bool,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> None:
    """Ends a dispute: upheld → paid with the next statement; not → never paid, booked as taken off
    (J39).

    Raises Refused NOT_FOUND, Conflict STATE where it is ended already or is a refund to be denied.
    """

    def decide() -> Decided[None]:
        held = store.find_pending(region, institution, PendingKind.DISPUTE, item_id)
        if held is None:
            raise Refused("NOT_FOUND", field="setl_id", rule="无此争议")
        if held.state is not PendingState.OPEN:
            raise Conflict("STATE", field="setl_id", rule="争议已了结")
        if not upheld and any(fen < 0 for fen in held.item.by_fund.values()):
            raise Conflict("STATE", field="setl_id", rule="退费以中心记录为准,不得否决")
        ended = trail_line(now, by, "支持" if upheld else "驳回")
        trail = (*held.item.trail, held.item.reason, ended)
        after = replace(held.item, reason=reason, trail=trail)
        state = PendingState.UPHELD if upheld else PendingState.REJECTED
        writes: list[Write] = [store.replace_pending(held, after, state, now)]
        if upheld:
            writes += items.listed(region, institution, now)
        else:
            source = ruling_source(region, institution, after)
            writes += taken_off("deduction", region, institution, source, after, now)
        claimed = claim_duty(Region(region), OfficerId(by), roles, Duty.AUDIT, now)
        return Decided(None, [*writes, *claimed])

    transact(decide, refuse_as_changed)


def ruling_source(region: str, institution: str, item: PendingItem) -> str:
    """Under which a dispute that was rejected is written off: each ruling has its own, since two
    people may take one back."""
    decided = statement_id(region, institution, item.month, 0)
    return f"{decided}.{item.undone}" if item.undone else decided
