"""Traceable both ways: from a clause to the payments that rest on it, from a pay order to its
settlements and their clauses.

What rests on which clause is projected from the outbox, once and redone without harm; a settlement
itself writes nothing for it (docs/adr/0079).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from medaid.benefit.model import Step
from medaid.clearing.hospital import service as hospital
from medaid.clearing.model import Item
from medaid.errors import BadInput, Refused
from medaid.events import CasePaid, Event, SettlementPosted
from medaid.ids import OrderId
from medaid.instants import from_stored
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import PayOrder, SourceKind
from medaid.regions import Region
from medaid.settlement import service as settlement
from medaid.settlement.model import ClauseGroup, TracedPayment
from medaid.settlement.tracing import store

Clauses = tuple[tuple[str, str], ...]
StepsOfCase = Callable[[str], tuple[str, tuple[Step, ...]]]
"""case_id → the region whose case it is, and the steps of its pricing; none before it is priced."""


def clauses_of(steps: Iterable[Step]) -> Clauses:
    """Document and article of every clause that a step rests on, each once, in order."""
    return tuple(sorted({(one.document, one.article) for step in steps for one in step.cites}))


def hear(event: Event, at: str, steps_of: StepsOfCase) -> None:
    """A payment that became final, under its clauses; `at` is the stored instant of the event.
    Raises Unavailable: the event comes again."""
    match event:
        case SettlementPosted():
            project(event)
        case CasePaid():
            project_case(event, at, steps_of)


def project(event: SettlementPosted) -> None:
    """Notes a settlement or its reversal under its clauses, for each region whose funds paid. Done
    again it changes nothing; what was never settled rests on no clause. Raises Unavailable: the
    event comes again."""
    try:
        steps = settlement.get_settlement(event.setl_id).decision.steps
    except Refused:
        return
    payment = TracedPayment(
        f"{event.setl_id}R" if event.refd else event.setl_id,
        "reversal" if event.refd else "settlement",
        event.institution,
        event.setl_time,
        event.fund_pay_sumamt,
    )
    for region in {event.insured_region, event.assisting_region} - {""}:
        _note(region, ClauseGroup(clauses_of(steps)), payment)


def project_case(event: CasePaid, at: str, steps_of: StepsOfCase) -> None:
    """Notes a paid manual case; `at` is the stored instant of the event. Raises Unavailable."""
    region, steps = steps_of(event.case_id)
    paid = TracedPayment(event.case_id, "case", "", from_stored(at), event.amount)
    _note(region, ClauseGroup(clauses_of(steps)), paid)


def _note(region: str, group: ClauseGroup, payment: TracedPayment) -> None:
    if not group.clauses:
        return
    month = Month.of(payment.at)
    _note_group(region, month, group)
    store.put_payment(region, month, group, payment)


@lru_cache(maxsize=4096)
def _note_group(region: str, month: str, group: ClauseGroup) -> None:
    """Once a process: a group serves thousands of payments."""
    store.put_group(region, month, group)


# ---- from a clause -------------------------------------------------------------------------------


class Payments(NamedTuple):
    """One page; `after` is (group, sort key) of its last row, None on the last page."""

    rows: list[TracedPayment]
    after: tuple[str, str] | None


def list_clauses(region: Region, month: Month) -> Clauses:
    """All clauses on which payments of the region's month rest. Raises Unavailable."""
    groups = store.list_groups(region, month)
    return tuple(sorted({one for _, group in groups for one in group.clauses}))


def list_payments(
    region: Region, month: Month, clause: tuple[str, str], limit: int, after: tuple[str, str]
) -> Payments:
    """Payments of a region's month that rest on a clause, group by group. Reads the month's groups
    and, of the payments, the page alone. Raises Unavailable."""
    groups = [name for name, one in store.list_groups(region, month) if clause in one.clauses]
    rows: list[TracedPayment] = []
    for name in groups:
        if name < after[0]:
            continue
        behind = after[1] if name == after[0] else ""
        for sk, payment in store.list_payments(region, month, name, behind, limit - len(rows)):
            rows.append(payment)
            if len(rows) == limit:
                return Payments(rows, (name, sk))
    return Payments(rows, None)


# ---- from a pay order ----------------------------------------------------------------------------


class TracedOrder(NamedTuple):
    """A pay order, and of what it pays one page: clearing's items, each with the clauses of its
    settlement. A case's order has its clauses and no items."""

    order: PayOrder
    clauses: Clauses
    items: list[tuple[Item, Clauses]]
    after: str


def trace_order(
    order_id: OrderId, limit: int, after: str, check: Callable[[Region], None], of_case: StepsOfCase
) -> TracedOrder:
    """What a bank line paid, down to the clauses; `check` refuses another region's order before
    anything else is read. Raises Refused NOT_FOUND, Forbidden, BadInput, Unavailable."""
    order = payments.get_order(order_id)
    check(order.region)
    match order.source.kind:
        case SourceKind.STATEMENT:
            items, behind = hospital.list_statement_items(order.source.id, after, limit)
            traced = [(one, _clauses_of(one.setl_id)) for one in items]
            return TracedOrder(order, (), traced, behind)
        case SourceKind.CASE:
            _, steps = of_case(order.source.id)
            return TracedOrder(order, clauses_of(steps), [], "")
    raise BadInput("FIELD_FORMAT", field="order", rule="账单和退费的付款单不以个人结算为依据")


def _clauses_of(setl_id: str) -> Clauses:
    return clauses_of(settlement.get_settlement(setl_id).decision.steps)
