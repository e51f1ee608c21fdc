"""Bills between regions, as files."""

from __future__ import annotations

from medaid.aws.rest.bodies import FileSent
from medaid.aws.rest.table import READERS, Call
from medaid.clearing.regions import service
from medaid.clearing.regions.api import ROUTES
from medaid.clearing.regions.model import BillKind
from medaid.errors import Forbidden
from medaid.months import Month, Year
from medaid.papers import service as papers
from medaid.papers.service import Form
from medaid.regions import Region

__all__ = ["ROUTES"]


@ROUTES.get(
    "/clearing/{admdvs}/bills/{month}/{kind}/{creditor}/{debtor}/paper/{form}",
    "清算单(打印)",
    roles=READERS,
)
def print_bill(
    call: Call[None, None],
    admdvs: Region,
    month: Month,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    form: Form,
) -> FileSent:
    return _printed(admdvs, month, kind, creditor, debtor, form)


@ROUTES.get(
    "/clearing/{admdvs}/prepayments/{year}/{kind}/{creditor}/{debtor}/paper/{form}",
    "预付单(打印)",
    roles=READERS,
)
def print_prepayment(
    call: Call[None, None],
    admdvs: Region,
    year: Year,
    kind: BillKind,
    creditor: Region,
    debtor: Region,
    form: Form,
) -> FileSent:
    return _printed(admdvs, f"{year:04d}-00", kind, creditor, debtor, form)


def _printed(
    admdvs: Region, month: str, kind: BillKind, creditor: Region, debtor: Region, form: Form
) -> FileSent:
    """For the two regions of the bill alone."""
    if admdvs not in (creditor, debtor):
        raise Forbidden("FORBIDDEN", field="admdvs", rule="清算单限收款地区和付款地区查看")
    _, bill = service.get_bill(creditor, debtor, month, kind)
    return papers.sent(service.bill_paper(bill), form)
