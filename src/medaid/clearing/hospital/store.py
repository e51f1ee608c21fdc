"""Statements, what waits outside them, and agreements as they lie in table `clearing`. Keys:
`keys`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from medaid.aws import codec
from medaid.aws.items import Key
from medaid.aws.transaction import Delete, Put, Write
from medaid.clearing.hospital import keys
from medaid.clearing.hospital.model import (
    CLOSED,
    TAKEN_UP,
    Agreement,
    AgreementState,
    ClearingApplication,
    ListedStatement,
    PendingItem,
    PendingKind,
    PendingState,
    Statement,
    StatementFigures,
    StatementState,
    figures_of,
    statement_id,
)
from medaid.clearing.keys import month_key
from medaid.clearing.store import ClearingItem
from medaid.errors import Refused
from medaid.months import Month
from medaid.regions import Region


class HeldStatement(NamedTuple):
    """A statement with the version that was read."""

    row: ClearingItem
    statement: Statement


class Pending(NamedTuple):
    """A pending item with the version that was read."""

    row: ClearingItem
    kind: PendingKind
    state: PendingState
    item: PendingItem


class OpenStatement(NamedTuple):
    """What the list of open statements says of one."""

    region: Region
    month: Month
    institution: str
    number: int
    state: StatementState

    @property
    def statement_id(self) -> str:
        return statement_id(self.region, self.institution, self.month, self.number)


class HeldAgreement(NamedTuple):
    """A version of an agreement with the version of its item."""

    row: ClearingItem
    state: AgreementState
    agreement: Agreement


# -------------------------------------------------------------------------------------------------
# statements


def held_statements(owing: str, institution: str, month: str) -> list[HeldStatement]:
    """The statements of an institution's month, in order, with their versions."""
    pk = month_key(owing, institution, month)
    return [
        HeldStatement(row, row.record(Statement))
        for row in ClearingItem.list_under(pk, keys.STATEMENT)
    ]


def list_statements(owing: str, institution: str, month: str) -> list[Statement]:
    """The statements of an institution's month, in order."""
    return [held.statement for held in held_statements(owing, institution, month)]


def get_statement(owing: str, institution: str, month: str, number: int) -> HeldStatement:
    """One statement with its version. Raises Refused NOT_FOUND."""
    row = ClearingItem.find(keys.statement_key(owing, institution, month, number))
    if row is None:
        raise Refused(
            "NOT_FOUND", field="statement", rule=f"{institution} {month} 第 {number} 号对账单不存在"
        )
    return HeldStatement(row, row.record(Statement))


def find_application(key: Key) -> tuple[int, ClearingApplication | None]:
    """What was applied for under the key, with its version; 0 and None where nothing was."""
    row = ClearingItem.find(key)
    return (0, None) if row is None else (row.version, row.record(ClearingApplication))


def write_application(key: Key, version: int, one: ClearingApplication) -> Write:
    """The application in the place of the one of `version`, of nothing where that is 0; loses where
    another is there."""
    if not version:
        return ClearingItem.create(key, one, "application")
    return ClearingItem(*key, version=version).replace(one, "application")


def create_statement(statement: Statement) -> list[Write]:
    """The writes of a new statement, listed as open unless nothing is to be done with it."""
    key = keys.key_of(statement)
    made = ClearingItem.create(key, statement, "statement", state=statement.state, at=statement.cut)
    return [made, _listed(statement), _in_month(statement)]


def _in_month(one: Statement) -> Write:
    """The row of a statement in the list of its month, as it now is."""
    key, figures = keys.listed_statement_key(one), codec.encode(figures_of(one))
    return Put(ClearingItem(*key, state=one.state, body=figures), None, "statement of month")


def _listed(statement: Statement) -> Write:
    """The row of an open statement, in its state."""
    row = ClearingItem(*keys.open_statement_key(statement), state=statement.state)
    return Put(row, None, "open statement")


def replace_statement(held: ClearingItem, after: Statement, now: datetime) -> list[Write]:
    """The writes of a statement's next state; one that is closed leaves the list of open ones, one
    that is opened again returns to it."""
    written = held.replace(after, "statement", state=after.state, at=now)
    writes: list[Write] = [written, _in_month(after)]
    if after.state not in CLOSED:
        if after.state != held.state:
            writes.append(_listed(after))
    elif held.state not in CLOSED:
        row = ClearingItem(*keys.open_statement_key(after))
        writes.append(Delete(row, ClearingItem.pk.exists(), "open statement"))
    return writes


def list_month(
    owing: str, month: str, first: str, last: str
) -> Iterator[tuple[str, ListedStatement]]:
    """The statements of a region's month at the institutions from `first` to `last`, each with its
    institution, of which nothing else is read."""
    pk = keys.listed_statements_key(owing, month)
    for row in ClearingItem.list_between(pk, f"{first}#", f"{last}#\uffff"):
        institution = keys.parse_listed_statement(row.sk)
        figures = row.record(StatementFigures)
        yield institution, ListedStatement(institution, StatementState(row.state), figures)


def list_open_to(owing: Region, last: Month) -> Iterator[OpenStatement]:
    """The open statements of a region's months up to `last`, of which nothing else is read."""
    pk = keys.open_statements_key(owing)
    for row in ClearingItem.list_before(pk, last.next):
        month, institution, number = keys.parse_open_statement(row.sk)
        yield OpenStatement(owing, Month(month), institution, number, StatementState(row.state))


# -------------------------------------------------------------------------------------------------
# what a statement leaves out


def list_disputed(one: Statement) -> Iterator[PendingItem]:
    """The items that a statement leaves out, as they were disputed, by number."""
    rows = disputed_rows(one).values()
    return (row.record(PendingItem) for row in rows if row.state == PendingState.OPEN)


def disputed_rows(one: Statement) -> dict[str, ClearingItem]:
    """What was ever disputed in a statement, by item_id; the row's state says whether it still
    is."""
    pk, prefix = keys.key_of(one).pk, keys.disputed_prefix(one.number)
    rows = ClearingItem.list_under(pk, prefix)
    return {row.sk.removeprefix(prefix): row for row in rows}


def page_of_disputed(one: Statement, after: str, limit: int) -> tuple[list[Pending], str]:
    """At most `limit` of what was ever disputed in a statement, behind the sort key `after`, with
    what was decided of each; and behind what the next page begins, empty at the end."""
    pk, prefix = keys.key_of(one).pk, keys.disputed_prefix(one.number)
    rows, end = ClearingItem.page_under(pk, prefix, after, limit)
    item_ids = [row.sk.removeprefix(prefix) for row in rows]
    return list(find_disputes(one.region, one.institution, item_ids).values()), end


def find_disputes(owing: str, institution: str, item_ids: Sequence[str]) -> dict[str, Pending]:
    """Disputes by item_id, a hundred in one call."""
    wanted = [keys.pending_key(owing, institution, PendingKind.DISPUTE, one) for one in item_ids]
    found = (_pending(row) for row in ClearingItem.find_all(wanted) if row is not None)
    return {one.item.pending_id: one for one in found}


def put_disputed(
    statement: Statement, before: ClearingItem | None, item: PendingItem, state: PendingState
) -> Write:
    """The write by which a statement leaves an item out (`OPEN`), or does so no more."""
    key = keys.disputed_key(statement, item.pending_id)
    label = f"disputed:{item.pending_id}"
    return ClearingItem.create_or_replace(before, key, item, label, state=state)


# -------------------------------------------------------------------------------------------------
# what waits


def _pending(row: ClearingItem) -> Pending:
    return Pending(
        row, keys.parse_pending(row.sk), PendingState(row.state), row.record(PendingItem)
    )


def list_pending(owing: str, institution: str, prefix: str = "") -> Iterator[Pending]:
    """What waits, and what waited, for an institution."""
    pk = keys.pending_items_key(owing, institution)
    return (_pending(row) for row in ClearingItem.list_under(pk, prefix))


def page_of_pending(
    owing: str, institution: str, after: str, limit: int
) -> tuple[list[Pending], str]:
    """At most `limit` of the same whose keys come after `after`, and the last one's key; empty
    where nothing follows."""
    pk = keys.pending_items_key(owing, institution)
    rows, end = ClearingItem.page_under(pk, "", after, limit)
    return [_pending(row) for row in rows], end


def list_taken_up_next(owing: str, institution: str) -> Iterator[Pending]:
    """What the institution's next statement takes up."""
    return (one for one in list_pending(owing, institution) if one.state in TAKEN_UP)


def find_pending(
    owing: str, institution: str, kind: PendingKind, pending_id: str
) -> Pending | None:
    """What waits under that number, or None. Raises Unavailable."""
    row = ClearingItem.find(keys.pending_key(owing, institution, kind, pending_id))
    return _pending(row) if row else None


def create_pending(
    owing: str,
    institution: str,
    kind: PendingKind,
    item: PendingItem,
    state: PendingState,
    now: datetime,
) -> Write:
    """The write of what waits from now on."""
    key = keys.pending_key(owing, institution, kind, item.pending_id)
    return ClearingItem.create(key, item, f"{kind}:{item.pending_id}", state=state, at=now)


def replace_pending(
    held: Pending, item: PendingItem, state: PendingState, now: datetime | None = None
) -> Write:
    """The write of what became of it."""
    return held.row.replace(item, f"{held.kind}:{item.pending_id}", state=state, at=now)


# -------------------------------------------------------------------------------------------------
# agreements


def held_agreements(institution: str) -> list[HeldAgreement]:
    """All versions of an institution's agreement, by the day from which they count."""
    return [
        HeldAgreement(row, AgreementState(row.state), row.record(Agreement))
        for row in ClearingItem.list_under(keys.agreements_key(institution))
    ]


def create_agreement(agreement: Agreement, version: int, now: datetime) -> Write:
    """The write of a version that somebody else has to approve."""
    key = keys.agreement_key(agreement.institution, agreement.effective.isoformat(), version)
    return ClearingItem.create(key, agreement, "agreement", state=AgreementState.PROPOSED, at=now)


def replace_agreement(
    held: HeldAgreement, after: Agreement, state: AgreementState, now: datetime
) -> Write:
    """The write of what was decided on a version."""
    return held.row.replace(after, "agreement", state=state, at=now)
