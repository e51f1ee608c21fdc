"""Budget and pools: /fund/…"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    DayText,
    NameOf,
    Page,
    Shown,
    Yuan,
    YuanText,
)
from medaid.aws.rest.table import READERS, Call
from medaid.fund import finance
from medaid.fund.api.common import ROUTES
from medaid.fund.model.chart import accounts, funds
from medaid.fund.model.provisions import provisions_on
from medaid.fund.records import (
    BudgetVersion,
)
from medaid.instants import beijing_text
from medaid.money import Fen
from medaid.months import Month, Year
from medaid.regions import Region


class BudgetIn(Body):
    """Yuan by account code; a further version, earlier ones stay."""

    amounts: dict[str, Yuan] = Field(min_length=1)


class BudgetLineShown(Shown):
    code: str
    name: str
    budgeted: YuanText
    used: YuanText
    left: YuanText


class BudgetVersionShown(Shown):
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: str
    total: str


class BudgetShown(Shown):
    lines: list[BudgetLineShown]
    versions: list[BudgetVersionShown]


def _budget(admdvs: Region, year: Year) -> BudgetShown:
    held = finance.get_budget(admdvs, year)
    lines = [
        BudgetLineShown.of(one, name=accounts()[one.code].name)
        for one in finance.budget_use(admdvs, year)
    ]
    return BudgetShown(
        lines=lines, versions=[_version(one) for one in held.versions] if held else []
    )


def _version(one: BudgetVersion) -> BudgetVersionShown:
    total = Fen(sum(int(fen) for fen in one.lines.values()))
    return BudgetVersionShown(by=one.by, at=beijing_text(one.at), total=total.yuan())


@ROUTES.post("/fund/{admdvs}/budget/{year}", "编制预算", roles=("accountant",), body=BudgetIn)
def set_budget(call: Call[None, BudgetIn], admdvs: Region, year: Year) -> BudgetShown:
    finance.set_budget(admdvs, year, call.body.amounts, call.caller.subject, call.now)
    return _budget(admdvs, year)


@ROUTES.get("/fund/{admdvs}/budget/{year}", "预算执行", roles=READERS)
def show_budget(call: Call[None, None], admdvs: Region, year: Year) -> BudgetShown:
    return _budget(admdvs, year)


class PoolsShown(Shown):
    """Outpatient and inpatient pool: given by the cited shares, moved by document, used, left."""

    outpatient: dict[str, str]
    inpatient: dict[str, str]
    cite: str


@ROUTES.get("/fund/{admdvs}/pools/{year}", "门诊与住院统筹资金", roles=READERS)
def show_pools(call: Call[None, None], admdvs: Region, year: Year) -> PoolsShown:
    found, cite = finance.pools(admdvs, year)
    outpatient, inpatient = (
        {"given": given.yuan(), "moved_in": moved.yuan(), "used": used.yuan(), "left": left.yuan()}
        for given, moved, used, left in zip(
            found.given,
            (found.moved_to_outpatient, -found.moved_to_outpatient),
            found.used,
            found.left,
            strict=True,
        )
    )
    return PoolsShown(outpatient=outpatient, inpatient=inpatient, cite=cite)


class ProvisionShown(Shown):
    """`basis` accrual or cash; `beside` the accounts that stand beside the books on the cash basis;
    `trust` how the text was read (R reposted, N news reports)."""

    fund: str
    fund_name: str
    id: str
    basis: str
    beside: list[str]
    since: DayText
    cite: str
    trust: str


@ROUTES.get("/fund/{admdvs}/provisions/{month}", "适用的会计制度", roles=READERS)
def list_provisions(call: Call[None, None], admdvs: Region, month: Month) -> Page[ProvisionShown]:
    rows = [
        ProvisionShown.of(
            one,
            fund=fund,
            fund_name=funds()[fund].name,
            beside=sorted(one.beside),
            since=one.begin,
        )
        for fund, one in provisions_on(month.last).items()
    ]
    return Page(rows=rows, total=len(rows))
