"""The papers of a case, as files; that they were read is recorded like every look at a case."""

from __future__ import annotations

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import FileSent
from medaid.aws.rest.table import Call, Owner
from medaid.papers import service as papers
from medaid.papers.service import Form
from medaid.reimbursement import service
from medaid.reimbursement.api.common import CASES, READERS, ROUTES, officer_of
from medaid.reimbursement.printouts import CasePaper, case_paper
from medaid.reimbursement.service import Context


@ROUTES.get(
    f"{CASES}/{{case_id}}/papers/{{paper}}/{{form}}",
    "受理单、告知书(打印)",
    roles=READERS,
    owner=Owner.OBJECT,
)
def print_case(call: Call[Context, None], case_id: str, paper: CasePaper, form: Form) -> FileSent:
    access.count_lookup(call.caller, Purpose.CASE, call.now)
    found = service.case_detail(call.context, officer_of(call), case_id, call.now)
    case = found.case
    made = case_paper(found, paper, call.context.procedure)
    access.record(call.caller, case.psn_no, case.admdvs, Purpose.CASE, call.now, case_id)
    return papers.sent(made, form)
