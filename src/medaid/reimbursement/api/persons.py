"""A person's settlements, for the person's page; their cases are found under `/reimbursement/cases`
by the same number."""

from __future__ import annotations

from functools import partial
from typing import Final

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import DayText, ListQuery, Page, Shown
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call, Owner
from medaid.people import service as people
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.api.common import ROUTES
from medaid.reimbursement.service import Context

_READERS: Final = ("intake", "auditor", "reviewer", "manager", "inspector")


class PersonSettlement(Shown):
    """A settlement that stands, under which category; its explanation is asked for by its id."""

    setl_id: str
    begin: DayText
    end: DayText
    category: str
    care: str


@ROUTES.get(
    "/reimbursement/{admdvs}/persons/{psn_no}/settlements", "某人的结算记录",
    roles=_READERS, owner=Owner.WITHIN, query=ListQuery,
    cite="苏医保办发〔2023〕27号 art. 6: a city reads the register of its counties",
)  # fmt: skip
def list_settlements_of_person(
    call: Call[Context, None], admdvs: Region, psn_no: str
) -> Page[PersonSettlement]:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    _, here = people.load_within(psn_no, admdvs, call.now)
    access.record(call.caller, psn_no, here, Purpose.REGISTER, call.now)
    read = partial(service.page_of_settlements, psn_no)
    return paged(call.query, ("settlements of", psn_no), read, PersonSettlement.of)
