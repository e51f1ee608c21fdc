"""What of a hospital's months is open or waits, by page: no answer grows with a city."""

from __future__ import annotations

from functools import partial

from medaid.aws.rest.bodies import DayText, InstantText, ListQuery, Page, Shown
from medaid.aws.rest.pages import page_of, paged
from medaid.aws.rest.table import READERS, Call, Owner
from medaid.clearing import runs
from medaid.clearing.hospital import service
from medaid.clearing.hospital.api import ROUTES, STATEMENT, HospitalContext
from medaid.clearing.hospital.model import (
    CLOSED,
    InstitutionMonth,
    MonthItem,
    StatementState,
)
from medaid.clearing.hospital.pending_shapes import ByFundShown, PendingShown, pending_shown
from medaid.clearing.hospital.store import Pending
from medaid.months import Month
from medaid.regions import Region

__all__ = ["ROUTES"]


class ListedStatementShown(Shown):
    """A statement of a month in a few numbers; `closed` where nothing is to be done with it."""

    number: int
    state: StatementState
    closed: bool
    cut: InstantText
    items: int
    by_fund: ByFundShown
    due: ByFundShown
    disputed: int


class InstitutionMonthShown(Shown):
    """`late` is the latest arrival of what came after the month had ended and waits for a
    supplement. Before the month is closed there is no statement."""

    institution: str
    statements: list[ListedStatementShown]
    late: InstantText


class MonthShown(Shown):
    """The month's run, and some of its institutions; with `cursor` the next ones are asked for."""

    state: str
    counts: dict[str, int]
    rows: list[InstitutionMonthShown]
    cursor: str


class MonthItemShown(Shown):
    """A settlement or reversal of the month. `statement` is the number of the one that holds it; 0
    where none does, and `why` says why."""

    setl_id: str
    setl_time: InstantText
    refd: bool
    amounts: ByFundShown
    arrived: InstantText
    statement: int
    why: str


def institution_month_shown(one: InstitutionMonth) -> InstitutionMonthShown:
    statements = [
        ListedStatementShown.of(made.figures, state=made.state, closed=made.state in CLOSED)
        for made in one.statements
    ]
    return InstitutionMonthShown.of(one, statements=statements)


def month_item_shown(one: MonthItem) -> MonthItemShown:
    amounts = dict(one.item.amounts)
    return MonthItemShown.of(one.item, amounts=amounts, statement=one.statement, why=one.why)


def pending_of(one: Pending) -> PendingShown:
    return pending_shown(one.item, one.kind, one.state)


class MorningStepShown(Shown):
    """When a step of the morning's work was done last for a region, and what it counted."""

    step: str
    day: DayText
    count: int


class MorningShown(Shown):
    """The region's steps of the morning's work: one whose day stays behind has failed or waits."""

    steps: list[MorningStepShown]


@ROUTES.get("/clearing/{admdvs}/morning", "每日批处理各步骤最近完成情况", roles=READERS)
def show_morning(_call: Call[HospitalContext, None], admdvs: Region) -> MorningShown:
    done = runs.list_steps(admdvs).items()
    return MorningShown(steps=[MorningStepShown.of(one, step=name) for name, one in done])


@ROUTES.get(
    "/clearing/{admdvs}/months/{month}", "一个月各机构的对账情况", roles=READERS, query=ListQuery
)
def show_month(call: Call[HospitalContext, None], admdvs: Region, month: Month) -> MonthShown:
    run = runs.find_run(runs.STATEMENTS, admdvs, month)
    read = partial(service.page_of_month, admdvs, month)
    rows, cursor = page_of(call.query, ("month", admdvs, month), read)
    return MonthShown(
        state=run.state if run else "",
        counts=dict(run.counts) if run else {},
        rows=[institution_month_shown(one) for one in rows],
        cursor=cursor,
    )


@ROUTES.get(
    "/clearing/{admdvs}/months/{month}/institutions/{institution}",
    "一个机构一个月的结算及其所在的对账单",
    owner=Owner.INSTITUTION,
    roles=(*READERS, "institution"),
    query=ListQuery,
)
def list_month_items(
    call: Call[HospitalContext, None], admdvs: Region, month: Month, institution: str
) -> Page[MonthItemShown]:
    read = partial(service.page_of_month_items, admdvs, month, institution)
    of = ("items of month", admdvs, month, institution)
    return paged(call.query, of, read, month_item_shown)


@ROUTES.get(
    f"{STATEMENT}/disputes",
    "一份对账单的争议及裁定",
    owner=Owner.INSTITUTION,
    roles=(*READERS, "institution"),
    query=ListQuery,
)
def list_disputes(
    call: Call[HospitalContext, None], admdvs: Region, institution: str, month: Month, number: int
) -> Page[PendingShown]:
    one = service.get_statement(admdvs, institution, month, number).statement
    of = ("disputes", admdvs, institution, month, str(number))
    return paged(call.query, of, partial(service.page_of_disputed, one), pending_of)


@ROUTES.get(
    "/clearing/{admdvs}/pending/{institution}",
    "待处理的争议、扣减与结转",
    owner=Owner.INSTITUTION,
    roles=(*READERS, "institution"),
    query=ListQuery,
)
def show_pending(
    call: Call[HospitalContext, None], admdvs: Region, institution: str
) -> Page[PendingShown]:
    read = partial(service.page_of_pending, admdvs, institution)
    of = ("pending", admdvs, institution)
    return paged(call.query, of, read, pending_of)
