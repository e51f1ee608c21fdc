"""Routes by which inspectors and auditors follow money to the clauses it rests on, and back. No
person is shown: who needs one opens the settlement or the case, which leaves its trace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import FewQuery, InstantText, ListQuery, Page, Shown, YuanText
from medaid.aws.rest.pages import page_of, paged
from medaid.aws.rest.table import Call, Routes
from medaid.ids import OrderId
from medaid.months import Month
from medaid.regions import Region
from medaid.settlement.tracing import service
from medaid.settlement.tracing.service import Clauses, StepsOfCase

_READERS: Final = ("inspector", "auditor")
Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]


@dataclass(frozen=True)
class TracingContext:
    """How a manual case tells its steps."""

    steps_of_case: StepsOfCase


ROUTES: Final[Routes[TracingContext]] = Routes("traces", "资金与条款双向追溯")


class ClauseShown(Shown):
    document: str
    article: str


class ClausesShown(Shown):
    clauses: list[ClauseShown]


class ClauseQuery(ListQuery):
    """A clause by the words of its citation, as `…/clauses` lists them."""

    document: Words
    article: Words


class PaymentShown(Shown):
    payment_id: str
    kind: str
    institution: str
    at: InstantText
    amount: YuanText


class TracedItemShown(Shown):
    setl_id: str
    setl_time: InstantText
    refd: bool
    amounts: dict[str, YuanText]
    clauses: list[ClauseShown]


class TracedOrderShown(Shown):
    """`clauses` of a manual case; of a statement they stand with each settlement."""

    order_id: str
    amount: YuanText
    state: str
    batch_id: str
    source_kind: str
    source: str
    clauses: list[ClauseShown] = Field(default_factory=list)
    rows: list[TracedItemShown]
    cursor: str


@ROUTES.get("/traces/{admdvs}/months/{month}/clauses", "当月支付所依据的条款", roles=_READERS)
def list_clauses(call: Call[TracingContext, None], admdvs: Region, month: Month) -> ClausesShown:
    return ClausesShown(clauses=_shown(service.list_clauses(admdvs, month)))


@ROUTES.get(
    "/traces/{admdvs}/months/{month}/payments", "依据某条款的支付", roles=_READERS,
    query=ClauseQuery,
)  # fmt: skip
def list_payments(
    call: Call[TracingContext, None], admdvs: Region, month: Month
) -> Page[PaymentShown]:
    clause = (call.query.document, call.query.article)
    read = partial(service.page_of_payments, admdvs, month, clause)
    return paged(call.query, ("payments", admdvs, month, *clause), read, PaymentShown.of)


@ROUTES.get(
    "/traces/{admdvs}/orders/{order}", "付款单所付的结算和所依据的条款", roles=_READERS,
    query=FewQuery,
)  # fmt: skip
def trace_order(call: Call[TracingContext, None], admdvs: Region, order: str) -> TracedOrderShown:
    traced = service.order_of(OrderId(order), call.check_owner, call.context.steps_of_case)
    one = traced.order
    read = partial(service.page_of_items, one)
    rows, cursor = page_of(call.query, ("items of order", order), read)
    return TracedOrderShown.of(
        one,
        source_kind=one.source.kind,
        source=one.source.id,
        clauses=_shown(traced.clauses),
        rows=[
            TracedItemShown(
                setl_id=item.setl_id,
                setl_time=item.setl_time,
                refd=item.refd,
                amounts=dict(item.amounts),
                clauses=_shown(clauses),
            )
            for item, clauses in rows
        ],
        cursor=cursor,
    )


def _shown(clauses: Clauses) -> list[ClauseShown]:
    return [ClauseShown(document=document, article=article) for document, article in clauses]
