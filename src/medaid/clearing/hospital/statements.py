"""A hospital's statement, created: once for a cut, and never changed by a second run.

Every step is one transaction, conditional on the version read, so a run that was killed anywhere is
simply run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from medaid.aws import exchange
from medaid.aws.transaction import Decided, Write, transact
from medaid.clearing import store as items
from medaid.clearing.amounts import added
from medaid.clearing.hospital import files, rules, store
from medaid.clearing.hospital.model import (
    PendingItem,
    PendingKind,
    PendingState,
    Statement,
    StatementState,
)
from medaid.ids import InstitutionCode, StatementId
from medaid.months import Month
from medaid.regions import Region

DEDUCTIONS: Final = 25
"""Most deductions of one statement: each writes three items when it is released, and a transaction
holds a hundred."""
TAKEN_UP: Final = 60
"""Most disputes, deductions and balances that one statement takes up; the rest follows at once in a
supplement of its own."""


def line_file(statement: Statement) -> str:
    """Where the statement's lines lie. The digest is in the name: of two runs at once the one that
    loses cannot overwrite the other's file."""
    base = f"clearing/{statement.region}/{statement.month}/{statement.institution}"
    return f"{base}/{statement.number:02d}-lines-{statement.digest[:16]}.txt"


def create_statement(region: str, institution: str, month: str, cut: datetime) -> Statement | None:
    """The statement of the month's items that arrived by `cut` and are in none yet, with what
    waited for it; where there is nothing new, the last one of the month, None where there is none.

    A second call with the same cut answers the first one's statement. Its line file lies in the
    exchange bucket, its digest in the statement.
    """

    def decide() -> Decided[Statement | None]:
        before = store.list_statements(region, institution, month)
        last = before[-1] if before else None
        if last is not None and last.cut >= cut and not last.full:
            return Decided(last)
        statement, content, taken = _next(region, institution, month, max_cut(last, cut), last)
        if not statement.lines and (not taken or (last is not None and not last.full)):
            return Decided(last)
        exchange.put(line_file(statement), content, "text/tab-separated-values")
        return Decided(statement, [*store.create_statement(statement), *taken])

    return transact(decide)


def create_statements(region: str, institution: str, month: str, cut: datetime) -> list[Statement]:
    """The statement of `cut`, and a supplement at once for each further part of what waited."""
    found: list[Statement] = []
    while True:
        one = create_statement(region, institution, month, cut)
        if one is None or (found and one.number == found[-1].number):
            return found
        found.append(one)
        if not one.full:
            return found


def max_cut(last: Statement | None, cut: datetime) -> datetime:
    """A supplement for what waits alone has the cut of the statement before: it holds no items."""
    return max(cut, last.cut) if last is not None else cut


def _next(
    region: str, institution: str, month: str, cut: datetime, last: Statement | None
) -> tuple[Statement, bytes, list[Write]]:
    """The statement after `last`, its line file, and the writes that take up what waited."""
    since, number = (last.cut, last.number + 1) if last else (None, 1)
    lines = files.LineFile()
    new = rules.between(items.list_items(region, institution, month), since, cut)
    blocks = rules.blocks_of(lines.through(new))
    statement = Statement(
        Region(region),
        InstitutionCode(institution),
        Month(month),
        number,
        since,
        cut,
        blocks,
        rules.fund_sums(blocks),
        lines.digest,
        lines.count,
        StatementState.DRAFT if blocks else StatementState.CONFIRMED,
    )
    waiting = _waiting(region, institution)
    statement = replace(
        statement,
        upheld=tuple(waiting.upheld),
        deductions=tuple(waiting.deductions),
        brought_forward=added(*(one.by_fund for one in waiting.forwards)),
        forwards=tuple(waiting.forwards),
        taken_up=len(waiting.held),
        full=waiting.full,
    )
    return statement, lines.content(), _taken(waiting.held, statement.statement_id)


@dataclass
class _Waiting:
    """What a statement takes up."""

    held: list[store.Pending] = field(default_factory=list)
    upheld: list[PendingItem] = field(default_factory=list)
    deductions: list[PendingItem] = field(default_factory=list)
    forwards: list[PendingItem] = field(default_factory=list)
    full: bool = False


def _waiting(region: str, institution: str) -> _Waiting:
    found = _Waiting()
    for one in store.list_taken_up_next(region, institution):
        deduction = one.kind is PendingKind.DEDUCTION
        if len(found.held) == TAKEN_UP or (deduction and len(found.deductions) == DEDUCTIONS):
            found.full = True
            continue
        found.held.append(one)
        if deduction:
            found.deductions.append(one.item)
        elif one.kind is PendingKind.DISPUTE:
            found.upheld.append(one.item)
        else:
            found.forwards.append(one.item)
    return found


def _taken(held: Sequence[store.Pending], statement_id: StatementId) -> list[Write]:
    return [
        store.replace_pending(one, replace(one.item, statement_id=statement_id), PendingState.TAKEN)
        for one in held
    ]
