"""The year's end: what a person is refunded and why, and the cases it made."""

from __future__ import annotations

from functools import partial
from typing import Any

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import Body, ListQuery, Page, Short, Shown, YuanText
from medaid.aws.rest.table import Call
from medaid.benefit.service import category_name, sentences, steps_to_data
from medaid.money import Fen
from medaid.months import Year
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.api.common import READERS, ROUTES, officer_of, shown_cases
from medaid.reimbursement.api.shapes import RowOut
from medaid.reimbursement.service import Context


class YearEndQuery(Body):
    insutype: Short = "390"


class YearEndOut(Shown):
    """`assisting_region` is the region whose identities count; steps are of the year's end."""

    psn_no: str
    year: int
    assisting_region: str
    category: str
    category_name: str
    by_fund: dict[str, str]
    granted: YuanText
    packs: list[str]
    sentences: list[str]
    steps: list[dict[str, Any]]


@ROUTES.get(
    "/reimbursement/{admdvs}/year-end/{year}",
    "年终结算生成的申请列表",
    roles=READERS,
    query=ListQuery,
)
def list_year_end(call: Call[Context, None], admdvs: Region, year: Year) -> Page[RowOut]:
    access.count_lookup(call.caller, Purpose.CASE_SEARCH, call.now)
    officer = officer_of(call)
    read = partial(service.page_of_year_end, call.context, officer, year)
    return shown_cases(call, ("year end", admdvs, officer.point, year), read)


@ROUTES.get(
    "/reimbursement/{admdvs}/year-end/{year}/{psn_no}",
    "年终结算的待遇和计算说明",
    roles=READERS,
    query=YearEndQuery,
)
def show_year_end(call: Call[Context, None], admdvs: Region, year: Year, psn_no: str) -> YearEndOut:
    access.count_lookup(call.caller, Purpose.CASE, call.now)
    found = service.show_year_end(call.context, admdvs, psn_no, year, call.query.insutype, call.now)
    access.record(call.caller, psn_no, admdvs, Purpose.CASE, call.now, f"year-end-{year}")
    priced = found.priced
    return YearEndOut(
        psn_no=psn_no,
        year=year,
        assisting_region=found.candidate.assisting_region,
        category=priced.category,
        category_name=category_name(priced.category),
        by_fund={fund: fen.yuan() for fund, fen in priced.by_fund.items()},
        granted=Fen(sum(map(int, priced.by_fund.values()))),
        packs=list(found.candidate.policy.packs),
        sentences=list(sentences(priced.steps)),
        steps=steps_to_data(priced.steps),
    )
