"""What the routes of manual reimbursement share: their table, the officer who calls, the request by
which a repetition is known."""

from __future__ import annotations

from typing import Any, Final

from medaid import ids
from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import Body, Page
from medaid.aws.rest.pages import ReadPage, paged
from medaid.aws.rest.table import Call, Routes
from medaid.aws.table import packed_text
from medaid.reimbursement import service
from medaid.reimbursement.api import answers
from medaid.reimbursement.api.bodies import ActBody
from medaid.reimbursement.api.shapes import CaseOut, RowOut
from medaid.reimbursement.model import Officer
from medaid.reimbursement.rules import SYSTEM, ActReason
from medaid.reimbursement.service import Context

CASES: Final = "/reimbursement/cases"
READERS: Final = tuple(sorted(service.READERS))
ROUTES: Routes[Context] = Routes("reimbursement", "手工(零星)报销")


def officer_of(call: Call[Context, Any]) -> Officer:
    """The officer by the token. The system's own role is never taken from a token."""
    caller = call.caller
    return Officer(caller.subject, caller.region, caller.roles - {SYSTEM}, caller.point)


def shown_cases(
    call: Call[Context, None], of: tuple[object, ...], read: ReadPage[dict[str, Any]]
) -> Page[RowOut]:
    """A page of cases by `read`; that the officer saw each person of it is recorded."""
    page = paged(call.query, of, read, answers.row)
    seen = {(row.psn_no, row.insu_admdvs) for row in page.rows}
    access.record_all(call.caller, sorted(seen), Purpose.CASE_SEARCH, call.now)
    return page


def why_of(body: Body, act: str, case_id: str) -> ActReason:
    """The words that came with an act, and the hash by which the same request is known again: of
    what it means, however it was written."""
    sent = packed_text(body.model_dump(mode="json"))
    reason, clause = (body.reason, body.clause) if isinstance(body, ActBody) else ("", "")
    return ActReason(reason, clause, ids.content_hash(act, case_id, sent))


def shown(call: Call[Context, Any], case_id: str) -> CaseOut:
    """The case as it stands now; that the officer saw it is recorded."""
    officer = officer_of(call)
    found = service.case_detail(call.context, officer, case_id, call.now)
    case, offers = found.case, service.offers(call.context, officer, found)
    access.record(call.caller, case.psn_no, case.admdvs, Purpose.CASE, call.now, case_id)
    return answers.detail(found, call.context.procedure, offers)
