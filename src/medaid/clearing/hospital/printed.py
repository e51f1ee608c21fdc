"""The papers of clearing with hospitals, as files: /clearing/…/paper/{form} and …/notice/{form}."""

from __future__ import annotations

from collections.abc import Callable

from medaid.aws.rest.bodies import FileSent
from medaid.aws.rest.table import READERS, Call, Owner
from medaid.clearing.hospital import service
from medaid.clearing.hospital.api import STATEMENT, HospitalContext
from medaid.clearing.hospital.model import Statement
from medaid.clearing.hospital.withdrawal_api import ROUTES
from medaid.months import Month
from medaid.papers import service as papers
from medaid.papers.model import Paper
from medaid.papers.service import Form
from medaid.regions import Region

__all__ = ["ROUTES"]


def _print(name: str, part: str, says: str, paper: Callable[[Statement], Paper]) -> None:
    """The route `name` by which `paper` of a statement is printed."""

    def route(
        call: Call[HospitalContext, None],
        admdvs: Region,
        institution: str,
        month: Month,
        number: int,
        form: Form,
    ) -> FileSent:
        _, statement = service.get_statement(admdvs, institution, month, number)
        return papers.sent(paper(statement), form)

    route.__name__ = name
    roles = (*READERS, "institution")
    ROUTES.get(f"{STATEMENT}/{part}/{{form}}", says, owner=Owner.INSTITUTION, roles=roles)(route)


_print("print_statement", "paper", "对账单(打印)", service.statement_paper)
_print("print_notice", "notice", "拨付通知单(打印)", service.notice_paper)
