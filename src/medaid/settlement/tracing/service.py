"""Traceable both ways: from a clause to the payments that rest on it, from a pay order to its
settlements and their clauses.

What rests on which clause is projected from the outbox, once and redone without harm; a settlement
itself writes nothing for it (docs/adr/0079).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from medaid.benefit.model import Step
from medaid.benefit.service import clauses_of
from medaid.clearing.hospital import service as hospital
from medaid.clearing.model import Item
from medaid.errors import BadInput, Refused
from medaid.events import CaseMoneyBack, CasePaid, Event, SettlementPosted
from medaid.ids import OrderId
from medaid.instants import from_stored
from medaid.money import Fen
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import PayOrder, SourceKind
from medaid.regions import Region
from medaid.settlement import service as settlement
from medaid.settlement.tracing import store
from medaid.settlement.tracing.model import ClauseGroup, TracedPayment

Clauses = tuple[tuple[str, str], ...]
StepsOfCase = Callable[[str], tuple[str, tuple[Step, ...]]]
"""case_id → the region whose case it is, and the steps of its pricing; none before it is priced."""


def hear(event: Event, at: str, steps_of: StepsOfCase) -> None:
    """A payment that became final, under its clauses; `at` is the stored instant of the event.
    Raises Unavailable: the event comes again."""
    match event:
        case CasePaid():
            project_case(event, at, steps_of)
        case CaseMoneyBack():
            project_money_back(event, at)


def project(event: SettlementPosted) -> None:
    """Notes a settlement or its reversal under its clauses, for each region whose funds paid. Done
    again it changes nothing; what was never settled rests on no clause. Raises Unavailable: the
    event comes again."""
    try:
        steps = settlement.get_settlement(event.setl_id).decision.steps
    except Refused:
        return
    name, kind = (f"{event.setl_id}R", "reversal") if event.refd else (event.setl_id, "settlement")
    for region, amount in event.paid_by().items():
        payment = TracedPayment(name, kind, event.institution, event.setl_time, amount)
        _note(region, ClauseGroup(clauses_of(steps)), payment)


def project_case(event: CasePaid, at: str, steps_of: StepsOfCase) -> None:
    """Notes a paid manual case; `at` is the stored instant of the event. Raises Unavailable."""
    region, steps = steps_of(event.case_id)
    paid = TracedPayment(event.case_id, "case", "", from_stored(at), event.amount)
    _note(region, ClauseGroup(clauses_of(steps)), paid)


def project_money_back(event: CaseMoneyBack, at: str) -> None:
    """Notes what came back of a manual case beside what was paid, so that both sum up to what was
    borne; `at` is the stored instant of the event. Raises Unavailable."""
    kind = "recovered" if event.recovered else "returned"
    back = TracedPayment(event.case_id, kind, "", from_stored(at), Fen(-event.amount))
    _note(event.insu_admdvs, ClauseGroup(event.clauses), back)


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


def list_clauses(region: Region, month: Month) -> Clauses:
    """All clauses on which payments of the region's month rest. Raises Unavailable."""
    groups = store.list_groups(region, month)
    return tuple(sorted({one for _, group in groups for one in group.clauses}))


def page_of_payments(
    region: Region, month: Month, clause: tuple[str, str], after: str, limit: int
) -> tuple[list[TracedPayment], str]:
    """Payments of a region's month that rest on a clause, group by group, behind `after`
    (`<group>/<sort key>`); and behind what the next page begins, empty at the end. Reads the
    month's groups and, of the payments, the page alone. Raises Unavailable."""
    at, _, behind = after.partition("/")
    groups = [name for name, one in store.list_groups(region, month) if clause in one.clauses]
    rows: list[TracedPayment] = []
    for name in groups:
        if name < at:
            continue
        if len(rows) == limit:
            return rows, f"{name}/"
        begin = behind if name == at else ""
        page, end = store.page_of_payments(region, month, name, begin, limit - len(rows))
        rows += page
        if end:
            return rows, f"{name}/{end}"
    return rows, ""


# ---- from a pay order ----------------------------------------------------------------------------


class TracedOrder(NamedTuple):
    """A pay order, and the clauses of the case that it pays; a statement's stand with its items."""

    order: PayOrder
    clauses: Clauses


def order_of(
    order_id: OrderId, check: Callable[[Region], None], of_case: StepsOfCase
) -> TracedOrder:
    """The order of a bank line; `check` refuses another region's before anything else is read.
    Raises Refused NOT_FOUND, Forbidden, BadInput, Unavailable."""
    order = payments.get_order(order_id)
    check(order.region)
    match order.source.kind:
        case SourceKind.STATEMENT:
            return TracedOrder(order, ())
        case SourceKind.CASE:
            _, steps = of_case(order.source.id)
            return TracedOrder(order, clauses_of(steps))
    raise BadInput("FIELD_FORMAT", field="order", rule="账单和退费的付款单不以个人结算为依据")


def page_of_items(
    order: PayOrder, after: str, limit: int
) -> tuple[list[tuple[Item, Clauses]], str]:
    """What an order paid, at most `limit` of clearing's items behind `after`, each with the clauses
    of its settlement; and behind what the next page begins, empty at the end. Of a case there are
    none. Raises Unavailable."""
    if order.source.kind is not SourceKind.STATEMENT:
        return [], ""
    items, end = hospital.list_statement_items(order.source.id, after, limit)
    settlements = settlement.list_settlements([one.setl_id for one in items])
    return [
        (item, clauses_of(one.decision.steps)) for item, one in zip(items, settlements, strict=True)
    ], end
