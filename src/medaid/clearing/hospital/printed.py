"""The papers of clearing with hospitals, as files: /clearing/…/paper/{form} and …/notice/{form}."""

from __future__ import annotations

from medaid.aws.rest.bodies import FileSent
from medaid.aws.rest.table import READERS, Call, Owner
from medaid.clearing.hospital import service
from medaid.clearing.hospital.api import STATEMENT, HospitalContext
from medaid.clearing.hospital.withdrawal_api import ROUTES
from medaid.months import Month
from medaid.papers import service as papers
from medaid.papers.service import Form
from medaid.regions import Region

__all__ = ["ROUTES"]


@ROUTES.get(
    f"{STATEMENT}/paper/{{form}}",
    "对账单(打印)",
    owner=Owner.INSTITUTION,
    roles=(*READERS, "institution"),
)
def print_statement(
    call: Call[HospitalContext, None],
    admdvs: Region,
    institution: str,
    month: Month,
    number: int,
    form: Form,
) -> FileSent:
    _, statement = service.get_statement(admdvs, institution, month, number)
    return papers.sent(service.statement_paper(statement), form)


@ROUTES.get(
    f"{STATEMENT}/notice/{{form}}",
    "拨付通知单(打印)",
    owner=Owner.INSTITUTION,
    roles=(*READERS, "institution"),
)
def print_notice(
    call: Call[HospitalContext, None],
    admdvs: Region,
    institution: str,
    month: Month,
    number: int,
    form: Form,
) -> FileSent:
    _, statement = service.get_statement(admdvs, institution, month, number)
    return papers.sent(service.notice_paper(statement), form)
