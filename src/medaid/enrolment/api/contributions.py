"""Routes of plans, contributions and refunds. Every person that a list shows has a record in the
trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final

from pydantic import StringConstraints

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    DayText,
    Decision,
    FileSent,
    InstantText,
    ListQuery,
    Page,
    Reason,
    Shown,
    YuanText,
)
from medaid.aws.rest.pages import page_of
from medaid.aws.rest.table import Call, Owner
from medaid.enrolment import service
from medaid.enrolment.api.table import READERS, ROLL_UP, ROUTES
from medaid.enrolment.model import (
    Contribution,
    ContributionState,
    EnrolmentWay,
    RefundGround,
)
from medaid.errors import BadInput
from medaid.months import Year
from medaid.papers.service import word
from medaid.people import service as people
from medaid.people.model import CATEGORIES, Person
from medaid.regions import Region
from medaid.workbook import XLSX, workbook

_CLERKS: Final = ("intake", "manager")
_LIST: Final = "/enrolment/{admdvs}/contributions/{cover_year}"
_ONE: Final = f"{_LIST}/{{psn_no}}"
LONGEST: Final = 10_000
"""Rows of one workbook, which is what an answer may hold."""
WAYS: Final = {
    EnrolmentWay.BATCH: "集中参保",
    EnrolmentWay.DAILY: "日常参保",
    EnrolmentWay.SELF: "自行缴费",
    EnrolmentWay.REFUND: "依申请退费",
    EnrolmentWay.AFTERWARDS: "事后资助",
}


class ContributionQuery(ListQuery):
    """Of one state."""

    state: ContributionState = ContributionState.PLANNED


class ContributionExportQuery(Body):
    """The same, for a workbook."""

    state: ContributionState = ContributionState.PLANNED


class ReversalShown(Shown):
    payer: str
    amount: YuanText
    at: InstantText
    document: str


class ContributionShown(Shown):
    """Who pays what of one contribution, and what became of it. `refund_…` are of a refund that was
    applied for."""

    psn_no: str
    name: str
    region: Admdvs
    cover_year: int
    total: YuanText
    person: YuanText
    assistance: YuanText
    treasury: YuanText
    way: str
    way_name: str
    category: str
    category_name: str
    cites: list[str]
    state: str
    state_name: str
    begin: DayText
    end: DayText
    benefit_begin: DayText
    run: str
    paid: YuanText
    paid_on: DayText
    treasury_on: DayText
    receipt: str
    overpaid: YuanText
    refund_ground: str
    refund_person: YuanText | None
    refund_document: str
    refund_decided_at: InstantText
    reversals: list[ReversalShown]


class RefundBody(Body):
    """Why money goes back, and the material that is kept. `kept_region` where two places are
    concerned: the one that the person chose (J17)."""

    ground: RefundGround
    document: Reason
    kept_region: Annotated[str, StringConstraints(pattern=r"^(\d{6})?$")] = ""


class PauseBody(Body):
    """Of two places the one that the person chose to keep, and the material that is kept (J17)."""

    kept_region: Admdvs
    document: Reason


@ROUTES.get(
    _LIST, "参保缴费名单", roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP, query=ContributionQuery
)
def list_contributions(
    call: Call[None, None], admdvs: Region, cover_year: Year
) -> Page[ContributionShown]:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    of = (admdvs, cover_year, call.query.state)
    read = partial(service.page_of_contributions, *of)
    rows, cursor = page_of(call.query, ("contributions", *of), read)
    names = _recorded(call, rows)
    return Page(rows=[_shown(one, names) for one in rows], cursor=cursor)


@ROUTES.get(
    f"{_LIST}/export", "参保缴费名单导出", roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP,
    query=ContributionExportQuery,
)  # fmt: skip
def export_contributions(call: Call[None, None], admdvs: Region, cover_year: Year) -> FileSent:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    rows = list(_all(admdvs, cover_year, call.query.state))
    if len(rows) > LONGEST:
        rule = f"名单超过 {LONGEST} 行,请按下级地区分别导出"
        raise BadInput("FIELD_TOO_LONG", field="admdvs", rule=rule)
    names = _recorded(call, rows)
    sheet = [_HEADINGS, *(_cells(one, names.get(one.psn_no)) for one in rows)]
    made = workbook(f"{cover_year} 年度参保缴费名单 {admdvs}", {"名单": sheet}, call.now)
    return FileSent(name=f"enrolment-{admdvs}-{cover_year}.xlsx", media=XLSX, content=made)


@ROUTES.get(_ONE, "某人的参保缴费", roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP)
def show_contribution(
    call: Call[None, None], admdvs: Region, cover_year: Year, psn_no: str
) -> ContributionShown:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    return _one(call, service.get_contribution(admdvs, cover_year, psn_no))


@ROUTES.post(f"{_ONE}/refund", "受理退费申请", roles=_CLERKS)
def apply_for_refund(
    call: Call[None, RefundBody], admdvs: Region, cover_year: Year, psn_no: str
) -> ContributionShown:
    sent = call.body
    held = service.apply_for_refund(
        admdvs, psn_no, cover_year, sent.ground, sent.kept_region, sent.document, call.by, call.now
    )
    return _one(call, held)


@ROUTES.post(f"{_ONE}/refund/decision", "审核退费申请", roles=("auditor",))
def decide_refund(
    call: Call[None, Decision], admdvs: Region, cover_year: Year, psn_no: str
) -> ContributionShown:
    sent = call.body
    held = service.decide_refund(
        admdvs, psn_no, cover_year, sent.approved, sent.reason, call.by, call.now
    )
    return _one(call, held)


@ROUTES.post(f"{_ONE}/pause", "两地参保暂停本地参保关系", roles=("manager",))
def pause_enrolment(
    call: Call[None, PauseBody], admdvs: Region, cover_year: Year, psn_no: str
) -> ContributionShown:
    sent = call.body
    held = service.pause_enrolment(
        admdvs, psn_no, cover_year, sent.kept_region, sent.document, call.by, call.now
    )
    return _one(call, held)


def _all(region: Region, cover_year: int, state: ContributionState) -> Iterator[Contribution]:
    """The whole list, at most a page more than a workbook takes."""
    after, read = "", 0
    while read <= LONGEST:
        rows, after = service.page_of_contributions(region, cover_year, state, after, 500)
        yield from rows
        read += len(rows)
        if not after:
            return


def _recorded(call: Call[None, Any], rows: Sequence[Contribution]) -> Mapping[str, Person]:
    """The persons of rows, each look at one noted in the trail."""
    seen = sorted({(one.psn_no, str(one.region)) for one in rows})
    access.record_all(call.caller, seen, Purpose.REGISTER, call.now)
    return people.persons(one.psn_no for one in rows)


def _one(call: Call[None, Any], held: Contribution) -> ContributionShown:
    return _shown(held, _recorded(call, [held]))


def _shown(one: Contribution, names: Mapping[str, Person]) -> ContributionShown:
    refund = one.refund
    return ContributionShown.of(
        one, one.parts,
        name=names[one.psn_no].name if one.psn_no in names else "",
        way_name=WAYS[one.way],
        category_name=CATEGORIES.get(one.category, ""),
        state_name=word("contribution", one.state),
        cites=list(one.cites),
        refund_ground=refund.ground if refund else "",
        refund_person=refund.parts.person if refund else None,
        refund_document=refund.document if refund else "",
        refund_decided_at=refund.decided_at if refund else None,
        reversals=[ReversalShown.of(back) for back in one.reversals],
    )  # fmt: skip


_HEADINGS: Final = (
    "人员编号", "姓名", "证件号码", "联系电话", "所在地区", "参保年度", "参保方式", "救助类型",
    "个人缴费标准(元)", "个人(元)", "医疗救助(元)", "财政(元)", "依据", "状态", "实缴(元)",
    "缴费日期", "入库日期", "税票号",
)  # fmt: skip


def _cells(one: Contribution, who: Person | None) -> tuple[object, ...]:
    return (
        one.psn_no,
        who.name if who else "",
        who.certno if who else "",
        who.mobile if who else "",
        str(one.region),
        one.cover_year,
        WAYS[one.way],
        CATEGORIES.get(one.category, ""),
        one.parts.total,
        one.parts.person,
        one.parts.assistance,
        one.parts.treasury,
        ";".join(one.cites),
        word("contribution", one.state),
        one.paid,
        one.paid_on or "",
        one.treasury_on or "",
        one.receipt,
    )
