"""Routes of what is followed up: lists by kind, department and region, their export as a workbook,
what was answered, and the cross-checks. Every person that a list shows has a record in the
trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import (
    Body,
    Decision,
    FileSent,
    InstantText,
    ListQuery,
    Long,
    NameOf,
    Page,
    Shown,
    YuanText,
)
from medaid.aws.rest.pages import page_of, paged, whole
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.aws.rest.two_people import ApprovedShown
from medaid.errors import BadInput
from medaid.followup import cross_check, messages, service
from medaid.followup.kinds import kinds
from medaid.followup.model import CrossCheck, Matter, MatterKind, MatterReply, MatterState
from medaid.instants import aware, beijing_text
from medaid.people import service as people
from medaid.people.model import CATEGORIES, Person
from medaid.regions import Region
from medaid.workbook import XLSX, workbook

ROUTES: Final[Routes[None]] = Routes("followup", "预警、比对与转介")
_READERS: Final = ("intake", "auditor", "reviewer", "manager", "inspector")
_CLERKS: Final = ("intake", "manager")
_ROLL_UP: Final = "苏医保办发〔2023〕27号 art. 6: a city reads the register of its counties"
_GATEWAY: Final = "/followup/{admdvs}/message-gateway"
_LIST: Final = "/followup/{admdvs}/matters/{kind}"
LONGEST: Final = 10_000
"""Rows of one workbook: more than a county's list of a year, and less than an answer may hold."""


class MatterQuery(ListQuery):
    """Of which state and department; of all departments where it is empty."""

    state: MatterState = MatterState.OPEN
    department: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")] = ""


class ExportQuery(Body):
    """The same, for a workbook."""

    state: MatterState = MatterState.OPEN
    department: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")] = ""


class AnswerBody(Body):
    """What the receiver answered, and the number of the paper it stands in."""

    answer: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    document: Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)] = ""
    note: Long = ""


class ReplyShown(Shown):
    answer: str
    answer_name: str
    document: str
    note: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: InstantText


class MatterShown(Shown):
    """A matter with all that was answered. `burden` and `limit` are of burdens alone."""

    matter_id: str
    kind: str
    psn_no: str
    name: str
    region: str
    department: str
    period: str
    category: str
    about: str
    cite: str
    burden: YuanText | None = None
    limit: YuanText | None = Field(None)
    state: str
    found_at: InstantText
    replies: list[ReplyShown]


class CrossCheckShown(Shown):
    """A run: how far it is and what it found. It read the register as known at `begun`."""

    region: str
    month: str
    begun: InstantText
    by: str
    by_name: Annotated[str, NameOf("by", "begun")] = ""
    read: int
    found: dict[str, int]
    ended: InstantText


class GatewayBody(Body):
    """Where a region's text messages are handed over, and with what secret (it is not shown
    again)."""

    url: Annotated[str, StringConstraints(min_length=9, max_length=300)]
    secret: Annotated[str, StringConstraints(max_length=200)] = ""


class GatewayShown(ApprovedShown):
    """A gateway, without its secret; `refused` says why it was not approved."""

    region: str
    url: str
    refused: str


@ROUTES.get(
    _LIST, "待办事项清单", roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP, query=MatterQuery
)
def list_matters(call: Call[None, None], admdvs: Region, kind: MatterKind) -> Page[MatterShown]:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    asked = call.query
    of = (admdvs, kind, asked.state, asked.department)
    rows, cursor = page_of(asked, ("matters", *of), partial(service.page_of_matters, *of))
    total = None if asked.cursor else service.total_of_matters(*of)
    return Page(rows=_with_names(call, rows), cursor=cursor, total=total)


@ROUTES.get(
    f"{_LIST}/export", "待办事项清单导出", roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP,
    query=ExportQuery,
)  # fmt: skip
def export_matters(call: Call[None, None], admdvs: Region, kind: MatterKind) -> FileSent:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    rows = list(_all(admdvs, kind, call.query.state, call.query.department))
    if len(rows) > LONGEST:
        rule = f"清单超过 {LONGEST} 行,请按部门或下级地区分别导出"
        raise BadInput("FIELD_TOO_LONG", field="department", rule=rule)
    _record(call, rows)
    names, title = _persons(rows), kinds()[kind].name
    sheet = [_HEADINGS, *(_cells(one, names.get(one.psn_no)) for one in rows)]
    made = workbook(f"{title} {admdvs}", {title: sheet}, call.now)
    return FileSent(name=f"{kind}-{admdvs}.xlsx", media=XLSX, content=made)


@ROUTES.post(f"{_LIST}/{{matter_id}}/answer", "登记部门反馈", roles=_CLERKS)
def answer_matter(
    call: Call[None, AnswerBody], admdvs: Region, kind: MatterKind, matter_id: str
) -> MatterShown:
    sent = call.body
    reply = MatterReply(sent.answer, sent.note, sent.document, call.by, aware(call.now))
    (shown,) = _with_names(call, [service.answer(matter_id, kind, admdvs, reply)])
    return shown


@ROUTES.get(
    "/followup/{admdvs}/persons/{psn_no}", "某人的预警与比对事项",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP, query=ListQuery,
)  # fmt: skip
def list_matters_of_person(
    call: Call[None, None], admdvs: Region, psn_no: str
) -> Page[MatterShown]:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    file, here = people.load_within(psn_no, admdvs, call.now)
    access.record(call.caller, psn_no, here, Purpose.REGISTER, call.now)
    show = partial(_shown, name=file.person.name)
    read = partial(service.page_of_person, psn_no)
    return paged(call.query, ("matters of", psn_no), read, show)


@ROUTES.get(_GATEWAY, "短信网关", roles=("manager", "reviewer", "auditor"))
def show_gateway(_call: Call[None, None], admdvs: Region) -> GatewayShown:
    return GatewayShown.of(messages.get_gateway(admdvs))


@ROUTES.post(_GATEWAY, "登记短信网关(待复核)", roles=("manager",), status=201)
def propose_gateway(call: Call[None, GatewayBody], admdvs: Region) -> GatewayShown:
    sent = call.body
    return GatewayShown.of(messages.propose_gateway(admdvs, sent.url, sent.secret, *call.signing))


@ROUTES.post(f"{_GATEWAY}/decision", "复核短信网关", roles=("manager", "reviewer"))
def decide_gateway(call: Call[None, Decision], admdvs: Region) -> GatewayShown:
    sent = call.body
    made = messages.decide_gateway(admdvs, sent.approved, sent.reason, *call.signing)
    return GatewayShown.of(made)


@ROUTES.post("/followup/{admdvs}/cross-checks", "发起数据比对", roles=_CLERKS, status=201)
def begin_cross_check(call: Call[None, None], admdvs: Region) -> CrossCheckShown:
    return _run(cross_check.begin(admdvs, call.by, call.now))


@ROUTES.get(
    "/followup/{admdvs}/cross-checks", "数据比对进度",
    roles=_READERS, owner=Owner.WITHIN, cite=_ROLL_UP,
)  # fmt: skip
def list_cross_checks(call: Call[None, None], admdvs: Region) -> Page[CrossCheckShown]:
    return whole(_run(one) for one in cross_check.list_runs(admdvs))


def _run(one: CrossCheck) -> CrossCheckShown:
    return CrossCheckShown.of(one, found=dict(one.found))


def _all(region: Region, kind: MatterKind, state: MatterState, department: str) -> Iterator[Matter]:
    """The whole list, at most one row more than a workbook takes."""
    after, read = "", 0
    while read <= LONGEST:
        rows, after = service.page_of_matters(region, kind, state, department, after, 500)
        yield from rows
        read += len(rows)
        if not after:
            return


def _persons(rows: Sequence[Matter]) -> Mapping[str, Person]:
    return people.persons(one.psn_no for one in rows)


def _record(call: Call[None, Any], rows: Sequence[Matter]) -> None:
    seen = sorted({(one.psn_no, str(one.region)) for one in rows})
    access.record_all(call.caller, seen, Purpose.REGISTER, call.now)


def _with_names(call: Call[None, Any], rows: Sequence[Matter]) -> list[MatterShown]:
    names = _persons(rows)
    _record(call, rows)
    return [_shown(one, names[one.psn_no].name if one.psn_no in names else "") for one in rows]


def _shown(one: Matter, name: str) -> MatterShown:
    answers = kinds()[one.kind].answers
    replies = [ReplyShown.of(r, answer_name=answers[r.answer].name) for r in one.replies]
    limit, burden = one.amounts.get("limit"), one.amounts.get("burden")
    return MatterShown.of(one, name=name, replies=replies, limit=limit, burden=burden)


_HEADINGS: Final = (
    "事项编号", "姓名", "证件号码", "联系电话", "所在地区", "责任部门", "救助类型", "所属期",
    "情况", "个人负担(元)", "标准(元)", "依据", "状态", "最近反馈", "反馈时间",
)  # fmt: skip


def _cells(one: Matter, who: Person | None) -> tuple[object, ...]:
    last = one.replies[-1] if one.replies else None
    answers = kinds()[one.kind].answers
    return (
        one.matter_id,
        who.name if who else "",
        who.certno if who else "",
        who.mobile if who else "",
        str(one.region),
        one.department,
        CATEGORIES.get(one.category, ""),
        one.period,
        one.about,
        one.amounts.get("burden", ""),
        one.amounts.get("limit", ""),
        one.cite,
        "待办" if one.state is MatterState.OPEN else "办结",
        answers[last.answer].name if last else "",
        _time(last.at) if last else "",
    )


def _time(at: datetime) -> str:
    return beijing_text(at)
