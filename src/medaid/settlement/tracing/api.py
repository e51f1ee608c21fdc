"""Routes by which inspectors and auditors follow money to the clauses it rests on, and back. No
person is shown: who needs one opens the settlement or the case, which leaves its trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import (
    InstantText,
    ListQuery,
    Page,
    Shown,
    YuanText,
    cursor_key,
    cursor_text,
)
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
    asked = call.query
    of = {"region": str(admdvs), "month": str(month), "document": asked.document}
    at = cursor_key(asked.cursor, **of, article=asked.article) or {}
    after = (at.get("group", ""), at.get("sk", ""))
    found = service.list_payments(
        admdvs, month, (asked.document, asked.article), asked.limit, after
    )
    cursor = ""
    if found.after:
        group, sk = found.after
        cursor = cursor_text({**of, "article": asked.article, "group": group, "sk": sk})
    return Page[PaymentShown](rows=[PaymentShown.of(one) for one in found.rows], cursor=cursor)


@ROUTES.get(
    "/traces/{admdvs}/orders/{order}", "付款单所付的结算和所依据的条款", roles=_READERS,
    query=ListQuery,
)  # fmt: skip
def trace_order(call: Call[TracingContext, None], admdvs: Region, order: str) -> TracedOrderShown:
    at = cursor_key(call.query.cursor, order=order) or {}
    steps_of = call.context.steps_of_case
    limit, after = min(call.query.limit, 50), at.get("sk", "")
    found = service.trace_order(OrderId(order), limit, after, call.check_owner, steps_of)
    one = found.order
    return TracedOrderShown.of(
        one,
        source_kind=one.source.kind,
        source=one.source.id,
        clauses=_shown(found.clauses),
        rows=[
            TracedItemShown.of(item, amounts=dict(item.amounts), clauses=_shown(clauses))
            for item, clauses in found.items
        ],
        cursor=cursor_text({"order": order, "sk": found.after}) if found.after else "",
    )


def _shown(clauses: Clauses) -> list[ClauseShown]:
    return [ClauseShown(document=document, article=article) for document, article in clauses]
