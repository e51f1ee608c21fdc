"""The bar of the year (Q5.2: 逾期不予支付)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, Write, commit_once, refuse_as_changed, transact
from medaid.clearing import store as items
from medaid.clearing.amounts import Amounts, added, negated, negative, positive
from medaid.clearing.hospital import entries, rules, store
from medaid.clearing.hospital.model import (
    PendingItem,
    Statement,
    StatementState,
    in_state,
)
from medaid.clearing.hospital.paying import carried_forward
from medaid.clearing.hospital.taking_off import taken_off
from medaid.fund import service as fund
from medaid.money import Fen


def time_bar_statement(
    region: str, institution: str, month: str, number: int, now: datetime
) -> Statement | None:
    """Bars what the hospital did not settle by the bar date (Q5.2): a statement it never agreed to.
    None where it is agreed, paid or barred already.

    Paying region by paying region, each posted once, then the statement itself; interrupted, it is
    simply called again. What the institution owes is not forgiven by being late: it goes forward,
    with all that the statement had taken up.
    """
    statement = _begun(region, institution, month, number, now)
    if statement is None:
        return None
    owing: dict[str, Fen] = {}
    for paying in sorted({block.group.paying_region for block in statement.blocks}):
        amounts = rules.open_of(statement, paying)
        owing = added(owing, negative(amounts))
        _book_late(statement, paying, positive(amounts), now)

    def decide() -> Decided[Statement | None]:
        row, present = store.get_statement(region, institution, month, number)
        if present.state is not StatementState.TIME_BARRING:
            return Decided(None)
        after = in_state(present, StatementState.TIME_BARRED)
        writes = store.replace_statement(row, after, now)
        for deduction in present.deductions:
            source = present.statement_id
            writes += taken_off("deduction", region, institution, source, deduction, now)
        rest = replace(present, by_fund={}, disputed=()).due()
        writes += carried_forward(present, added(rest, owing), now)
        return Decided(after, writes)

    return transact(decide, refuse_as_changed)


def _begun(
    region: str, institution: str, month: str, number: int, now: datetime
) -> Statement | None:
    """Marks a statement that is still a draft, so that nobody agrees to it any more."""

    def decide() -> Decided[Statement | None]:
        row, statement = store.get_statement(region, institution, month, number)
        if statement.state is StatementState.TIME_BARRING:
            return Decided(statement)
        if statement.state is not StatementState.DRAFT:
            return Decided(None)
        after = in_state(statement, StatementState.TIME_BARRING)
        return Decided(after, store.replace_statement(row, after, now))

    return transact(decide, refuse_as_changed)


def _book_late(statement: Statement, paying: str, amounts: Amounts, now: datetime) -> None:
    """Books once that what one region pays of a statement is not paid."""
    region, source = statement.region, f"{statement.statement_id}-BAR-{paying}"
    late = PendingItem(f"BAR-{paying}", statement.month, "逾期", amounts, type(region)(paying))
    made = entries.taken_off("barred", region, statement.institution, source, late, now)
    if made:
        writes: list[Write] = list(fund.posting(*made))
        if paying != region:
            writes.append(items.adjustment(region, paying, source, negated(amounts), now))
        commit_once(writes)
