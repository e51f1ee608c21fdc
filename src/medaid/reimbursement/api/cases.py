"""Cases opened, read, listed and counted; files of a case; the procedure for pages."""

from __future__ import annotations

from functools import partial

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import Page
from medaid.aws.rest.pages import paged, whole
from medaid.aws.rest.table import Call, Owner
from medaid.errors import BadInput, Forbidden
from medaid.reimbursement import service
from medaid.reimbursement.api import answers, drafts
from medaid.reimbursement.api.bodies import CaseQuery, Open, UploadIn
from medaid.reimbursement.api.common import (
    CASES,
    READERS,
    ROUTES,
    officer_of,
    shown,
    shown_cases,
    why_of,
)
from medaid.reimbursement.api.shapes import (
    ApplicationOut,
    CaseOut,
    CountsOut,
    DownloadOut,
    ProcedureOut,
    QueueOut,
    RowOut,
    UploadOut,
)
from medaid.reimbursement.model import State
from medaid.reimbursement.service import CaseFilter, Context


@ROUTES.post(CASES, "登记申请", roles=("intake",), owner=Owner.OBJECT, status=201)
def open_case(call: Call[Context, Open]) -> CaseOut:
    draft = drafts.case(call.body, officer_of(call), call.now)
    why = why_of(call.body, "open", draft.case_id)
    service.open_case(call.context, officer_of(call), draft, call.now, why)
    return shown(call, draft.case_id)


@ROUTES.get(f"{CASES}/{{case_id}}", "申请详情、经过和计算说明", roles=READERS, owner=Owner.OBJECT)
def get_case(call: Call[Context, None], case_id: str) -> CaseOut:
    access.count_lookup(call.caller, Purpose.CASE, call.now)
    return shown(call, case_id)


@ROUTES.get(
    f"{CASES}/{{case_id}}/application",
    "申请全部内容,供修改",
    roles=("intake", "auditor"),
    owner=Owner.OBJECT,
)
def get_application(call: Call[Context, None], case_id: str) -> ApplicationOut:
    access.count_lookup(call.caller, Purpose.CASE, call.now)
    case = service.case_detail(call.context, officer_of(call), case_id, call.now).case
    access.record(call.caller, case.psn_no, case.admdvs, Purpose.CASE, call.now, case_id)
    return answers.application(case)


@ROUTES.get(
    f"{CASES}/{{case_id}}/files/{{sha256}}",
    "票据影像和证明材料的查看地址",
    roles=READERS,
    owner=Owner.OBJECT,
)
def get_file(call: Call[Context, None], case_id: str, sha256: str) -> DownloadOut:
    access.count_lookup(call.caller, Purpose.CASE, call.now)
    found = service.download(call.context, officer_of(call), case_id, sha256)
    access.record(
        call.caller, found.psn_no, officer_of(call).admdvs, Purpose.CASE, call.now, case_id
    )
    return DownloadOut(url=found.url, seconds=found.seconds)


@ROUTES.post(
    f"{CASES}/{{case_id}}/files", "取得票据影像上传地址", roles=("intake",), owner=Owner.OBJECT,
    status=201,
)  # fmt: skip
def create_upload(call: Call[Context, UploadIn], case_id: str) -> UploadOut:
    body = call.body
    found = service.upload(
        call.context, officer_of(call), case_id, body.sha256, body.size, body.content_type
    )
    return answers.uploaded(found)


@ROUTES.get(CASES, "申请列表", roles=READERS, owner=Owner.OBJECT, query=CaseQuery)
def list_cases(call: Call[Context, None]) -> Page[RowOut]:
    names = [name for name in call.query.state.split(",") if name] or [*State]
    if unknown := [name for name in names if name not in [*State]]:
        raise BadInput("CODE_UNKNOWN", field="state", rule=f"{len(unknown)} 个状态不在字典内")
    return _page(call, tuple(State(name) for name in dict.fromkeys(names)))


@ROUTES.get(
    "/reimbursement/queues/{role}", "岗位待办", roles=READERS, owner=Owner.OBJECT, query=CaseQuery
)
def list_queue(call: Call[Context, None], role: str) -> Page[RowOut]:
    if role not in call.caller.roles and "manager" not in call.caller.roles:
        raise Forbidden("FORBIDDEN", field="role", rule="只能查看本岗位的待办")
    return _page(call, service.states_for(call.context, role))


@ROUTES.get("/reimbursement/queues", "本人各岗位的待办件数", roles=READERS, owner=Owner.OBJECT)
def list_queues(call: Call[Context, None]) -> Page[QueueOut]:
    found = service.queues(call.context, officer_of(call))
    return whole(answers.queue(one, call.context.procedure) for one in found)


@ROUTES.get("/reimbursement/counts", "各状态件数", roles=READERS, owner=Owner.OBJECT)
def count_cases(call: Call[Context, None]) -> CountsOut:
    counts, more = service.counts(officer_of(call))
    return CountsOut(counts=counts, more=more)


@ROUTES.get("/reimbursement/procedure", "办理规程", roles=READERS, owner=Owner.OBJECT)
def get_procedure(call: Call[Context, None]) -> ProcedureOut:
    return answers.procedure_shown(call.context.procedure)


def _page(call: Call[Context, None], states: tuple[State, ...]) -> Page[RowOut]:
    query = call.query
    access.count_lookup(call.caller, Purpose.CASE_SEARCH, call.now)
    officer = officer_of(call)
    asked = CaseFilter(
        states, query.point, query.due_before.isoformat() if query.due_before else ""
    )
    of = ("cases", officer.admdvs, officer.point, query.psn_no, *states, asked[1:])
    if not query.psn_no:
        return shown_cases(call, of, partial(service.page_of_cases, officer, asked))
    access.record(call.caller, query.psn_no, officer.admdvs, Purpose.CASE_SEARCH, call.now)
    read = partial(service.page_of_person, call.context, officer, query.psn_no, asked)
    return paged(query, of, read, answers.row)
