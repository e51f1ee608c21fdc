"""Items on which hospital and centre differ: taken out of what their statement pays, kept waiting,
decided by a reviewer (X12 between regions has its own)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

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
    in_state,
    statement_id,
)
from medaid.clearing.hospital.taking_off import taken_off
from medaid.clearing.model import OUTPATIENT, Item
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty, trail_line
from medaid.payments.service import claim_duty
from medaid.regions import Region

LARGEST: Final = 5000
"""Differences of one file: more are another month's file, not a month's differences."""
AT_ONCE: Final = 90
"""Pending items written in one transaction, which holds a hundred writes."""
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
    by_region: dict[Region, dict[str, tuple[Item, str]]] = {}
    for item in ours:
        for part in filter(None, (item, items.find_part(item))):
            wanted = by_region.setdefault(part.owing_region, {})
            wanted[part.item_id] = (part, reasons.get(item.item_id, ""))
    for region, parts in sorted(by_region.items()):
        for held in store.held_statements(region, scope.institution, scope.month):
            _dispute_in(held.statement, parts, now)
    _keep_claims(scope, claims, now)


def _dispute_in(statement: Statement, parts: Mapping[str, tuple[Item, str]], now: datetime) -> None:
    """Brings one statement's disputes to what this file says of `parts`, a batch at a time."""
    where = (statement.region, statement.institution)
    mine = {item_id: part for item_id, part in parts.items() if statement.holds(part[0])}
    known: dict[str, store.Pending] = {}

    def load() -> None:
        for one in store.list_pending(*where, f"{PendingKind.DISPUTE}#"):
            known[one.item.pending_id] = one

    def decide() -> Decided[bool]:
        row, present = store.get_statement(*where, statement.month, statement.number)
        if present.state not in _STILL_AGREEING:
            return Decided(False)
        disputed = {one.pending_id: one for one in present.disputed}
        new = [one for one, (_, reason) in mine.items() if reason and one not in disputed]
        gone = [
            one
            for one in disputed
            if one in mine and not mine[one][1] and known[one].state is PendingState.OPEN
        ]
        writes: list[Write] = []
        for item_id in [*new, *gone][:AT_ONCE]:
            if item_id in disputed:
                del disputed[item_id]
                writes.append(_taken_back(known[item_id], now))
            else:
                waits = disputed[item_id] = _waiting(*mine[item_id])
                writes.append(_opened(where, known.get(item_id), waits, now))
        if not writes:
            return Decided(False)
        after = in_state(present, present.state, disputed=tuple(disputed.values()))
        return Decided(True, [*store.replace_statement(row, after, now), *writes])

    load()
    while transact(decide, lambda _lost: load()):
        pass


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
    while batch := list(islice(rest, AT_ONCE)):
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
