"""The bar of the year (Q5.2: 逾期不予支付) and what is kept back until its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, Write, commit_once, refuse_as_changed, transact
from medaid.clearing import store as items
from medaid.clearing.amounts import Amounts, added, negated, negative, positive
from medaid.clearing.hospital import entries, rules, store
from medaid.clearing.hospital.model import (
    BOOKED,
    PendingItem,
    PendingKind,
    PendingState,
    Statement,
    StatementState,
    in_state,
)
from medaid.clearing.hospital.paying import carried_forward
from medaid.clearing.hospital.taking_off import taken_off
from medaid.errors import Refused
from medaid.fund import service as fund
from medaid.fund.model import journal
from medaid.instants import civil_date
from medaid.money import Fen, Ratio, take
from medaid.months import Month
from medaid.payments.model import trail_line


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


def return_retention(
    region: str, institution: str, year: int, share: str, by: str, now: datetime
) -> dict[str, Fen]:
    """Year-end release of what was kept back: `share` of it by the year's assessment is payable
    with the next statement, the rest is forfeited.

    Once a year and institution; answers fen by fund that became payable. Raises Refused PERIOD_OPEN
    before the year is over, and while a statement of it is neither booked nor barred.
    """
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    made = [
        one
        for month in Month(f"{year}-01").through(Month(f"{year}-12"))
        for one in store.list_statements(region, institution, month)
    ]
    for one in made:
        if one.state not in (*BOOKED, StatementState.TIME_BARRED):
            raise Refused(
                "PERIOD_OPEN", field="year", rule=f"{one.month} 第 {one.number} 号对账单尚未办结"
            )
    kept = added(*(one.retained for one in made if one.state in BOOKED))
    back = {key: part for key, fen in kept.items() if (part := take(fen, Ratio.of(share)))}
    lost = added(kept, negated(back))
    source = f"{region}-{institution}-{year}"
    posted = [
        journal.movement(
            kind,
            region,
            source,
            [(key, "2107", to, fen) for key, fen in amounts.items()],
            now,
            counterpart=institution,
        )
        for kind, to, amounts in (
            ("retention_release", "2101", back),
            ("retention_forfeit", "430109", lost),
        )
        if amounts
    ]
    if not posted:
        return {}
    waits = PendingItem(
        f"RETENTION-{year}",
        Month(f"{year}-12"),
        "年终返还质量保证金" if back else "质量保证金不予返还",
        back or lost,
        None,
        "agency",
        trail=(trail_line(now, by, f"年终考核,返还比例 {share}"),),
    )
    state = PendingState.FORWARD if back else PendingState.REJECTED
    kind = PendingKind.FORWARD
    writes: list[Write] = [
        *fund.posting(*posted),
        store.create_pending(region, institution, kind, waits, state, now),
    ]
    if back:
        writes += items.listed(region, institution, now)
    return back if commit_once(writes) else {}
