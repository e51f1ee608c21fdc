"""Budget and pools: /fund/…"""

from __future__ import annotations

from medaid.aws.rest.bodies import (
    DayText,
    Page,
    Shown,
    YuanText,
)
from medaid.aws.rest.pages import whole
from medaid.aws.rest.table import READERS, Call
from medaid.fund import finance, interest, year_figures
from medaid.fund.api.common import ROUTES
from medaid.fund.model.chart import accounts, funds
from medaid.fund.model.provisions import provisions_on
from medaid.months import Month, Year
from medaid.regions import Region


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
    return whole(
        ProvisionShown.of(
            one,
            fund=fund,
            fund_name=funds()[fund].name,
            beside=sorted(one.beside),
            since=one.begin,
        )
        for fund, one in provisions_on(month.last).items()
    )


class InterestShown(Shown):
    """`least` is what the rates give at least, `booked` what was entered; `short` warns, nothing is
    posted. `held_back`: interest of the expenditure account that has not gone back yet."""

    fund: str
    fund_name: str
    account: str
    account_name: str
    least: YuanText
    booked: YuanText
    held_back: YuanText
    short: bool


@ROUTES.get("/fund/{admdvs}/interest/{year}", "利息测算核对", roles=READERS)
def check_interest(call: Call[None, None], admdvs: Region, year: Year) -> Page[InterestShown]:
    return whole(
        InterestShown.of(
            one,
            fund_name=funds()[one.fund].name,
            account_name=interest.account_name(one.fund, one.account),
        )
        for one in interest.check_interest(admdvs, year, call.now)
    )


class CashRowShown(Shown):
    """`booked` as the books keep it, `paid` on the cash basis that `cite` asks for."""

    code: str
    name: str
    booked: YuanText
    paid: YuanText
    provision: str
    cite: str
    trust: str


@ROUTES.get("/fund/{admdvs}/cash-basis/{year}", "收付实现制收支", roles=READERS)
def list_cash_rows(call: Call[None, None], admdvs: Region, year: Year) -> Page[CashRowShown]:
    return whole(
        CashRowShown.of(
            one,
            name=accounts()[one.code].name,
            provision=one.provision.id,
            cite=one.provision.cite,
            trust=one.provision.trust,
        )
        for one in year_figures.cash_rows(admdvs, year)
    )
