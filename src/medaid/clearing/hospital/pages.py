"""What of a hospital's months is open or waits, by page: no answer grows with a city."""

from __future__ import annotations

from functools import partial

from medaid.aws.rest.bodies import ListQuery, Page, cursor_key, cursor_text
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import READERS, Call, Owner
from medaid.clearing import runs
from medaid.clearing.hospital import service
from medaid.clearing.hospital.api import ROUTES, Context
from medaid.clearing.hospital.shapes import (
    MonthShown,
    OpenItemShown,
    PendingShown,
    pending_shown,
    statement_shown,
)
from medaid.months import Month
from medaid.regions import Region

__all__ = ["ROUTES"]


@ROUTES.get(
    "/clearing/{admdvs}/months/{month}", "一个月的对账与未付情况", roles=READERS, query=ListQuery
)
def show_month(call: Call[Context, None], admdvs: Region, month: Month) -> MonthShown:
    run = runs.find_run(runs.STATEMENTS, admdvs, month)
    of = {"region": admdvs, "month": str(month)}
    after = (cursor_key(call.query.cursor, **of) or {}).get("institution", "")
    page = service.page_of_month(admdvs, month, after, call.query.limit)
    return MonthShown(
        state=run.state if run else "",
        counts=dict(run.counts) if run else {},
        unpaid=[statement_shown(one) for one in page.unpaid],
        open=[OpenItemShown(**one) for one in page.open],
        cursor=cursor_text({**of, "institution": page.last}) if page.last else "",
    )


@ROUTES.get(
    "/clearing/{admdvs}/pending/{institution}",
    "待处理的争议、扣减与结转",
    owner=Owner.INSTITUTION,
    roles=(*READERS, "institution"),
    query=ListQuery,
)
def show_pending(call: Call[Context, None], admdvs: Region, institution: str) -> Page[PendingShown]:
    read = partial(service.page_of_pending, admdvs, institution)
    of = ("pending", admdvs, institution)
    return paged(call.query, of, read, lambda one: pending_shown(one.item, one.kind, one.state))
