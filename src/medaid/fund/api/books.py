"""Trial balance, accounts, summaries and periods: /fund/…"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Final

from pydantic import Field

from medaid.aws import exchange
from medaid.aws.rest.bodies import (
    Body,
    ListQuery,
    MonthText,
    Page,
    Reason,
    Shown,
    YuanText,
)
from medaid.aws.rest.pages import among, paged, whole
from medaid.aws.rest.table import READERS, Call
from medaid.aws.rest.texts import Day
from medaid.errors import BadInput
from medaid.fund import (
    analysis,
    books,
    closing,
    finance,
    opening_amounts,
    periods,
    service,
)
from medaid.fund.api.common import ROUTES, SignatureShown, trail_shown
from medaid.fund.current_accounts import AGES, CurrentAccount
from medaid.fund.model import Account
from medaid.fund.model.chart import funds
from medaid.fund.opening_amounts import OpeningAmount
from medaid.instants import midnight
from medaid.months import Month, Year
from medaid.regions import Region
from medaid.workbook import XLSX, workbook

_LONGEST: Final = 366
"""Days of one trial balance."""
MOST_IN_A_BOOK: Final = 50_000
"""Entries of one workbook: it is made within the time of a request. More are read by page."""


class BalanceQuery(Body):
    begin: Day = Field(alias="from")
    end: Day = Field(alias="to")


def check_days(query: BalanceQuery) -> tuple[date, date]:
    """The two days of a trial balance. Raises BadInput DATE_ORDER."""
    begin, end = query.begin, query.end
    if end < begin or (end - begin).days > _LONGEST:
        raise BadInput("DATE_ORDER", field="to", rule="起止日期须先后有序且不超过一年")
    return begin, end


class BalanceRow(Shown):
    code: str
    name: str
    opening: YuanText
    debits: YuanText
    credits: YuanText
    closing: YuanText


class TrialBalanceShown(Shown):
    rows: list[BalanceRow]
    balanced: bool
    printed: str


def _balance(found: books.TrialBalance) -> TrialBalanceShown:
    rows = [BalanceRow.of(row, code=row.account.code, name=row.account.name) for row in found.rows]
    return TrialBalanceShown(rows=rows, balanced=not found.proof(), printed=books.printed(found))


@ROUTES.get("/fund/{admdvs}/trial-balance", "试算平衡表", roles=READERS, query=BalanceQuery)
def show_trial_balance(call: Call[None, None], admdvs: Region) -> TrialBalanceShown:
    return _balance(service.trial_balance(admdvs, *check_days(call.query)))


class CurrentAccountShown(Shown):
    """What is open with one counterpart: yuan by age, debit positive."""

    fund: str
    code: str
    name: str
    counterpart: str
    amount: YuanText
    by_age: dict[str, YuanText]


@ROUTES.get(
    "/fund/{admdvs}/current-accounts/{month}",
    "往来款明细(按单位和账龄)",
    roles=READERS,
    query=ListQuery,
)
def list_current_accounts(
    call: Call[None, None], admdvs: Region, month: Month
) -> Page[CurrentAccountShown]:
    found = service.list_current_accounts(admdvs, month)
    by_name = {f"{one.account.code}#{one.counterpart}": one for one in found}
    of = ("current accounts", admdvs, month)
    return paged(call.query, of, among(by_name), _current_account)


def _current_account(one: CurrentAccount) -> CurrentAccountShown:
    return CurrentAccountShown(
        fund=one.account.fund,
        code=one.account.code,
        name=one.account.name,
        counterpart=one.counterpart,
        amount=one.amount,
        by_age=dict(zip(AGES, one.by_age, strict=True)),
    )


class OpeningAmountShown(Shown):
    """What a counterpart was owed or owed when the books began: as entered, paid or received since
    (`opening_payment`, `opening_receipt`), left."""

    fund: str
    code: str
    name: str
    counterpart: str
    entered: YuanText
    settled: YuanText
    left: YuanText


@ROUTES.get(
    "/fund/{admdvs}/opening-amounts", "建账前应付应收款及办理情况", roles=READERS, query=ListQuery
)
def list_opening_amounts(call: Call[None, None], admdvs: Region) -> Page[OpeningAmountShown]:
    read = partial(opening_amounts.page_opening_amounts, admdvs)
    return paged(call.query, ("opening amounts", admdvs), read, _opening_amount)


def _opening_amount(one: tuple[Account, str, OpeningAmount]) -> OpeningAmountShown:
    account, counterpart, held = one
    return OpeningAmountShown.of(
        held,
        fund=account.fund,
        code=account.code,
        name=account.name,
        counterpart=counterpart,
        left=held.left,
    )


class FileShown(Shown):
    key: str


@ROUTES.post(
    "/fund/{admdvs}/accounts/{month}",
    "生成月度账册工作簿",
    roles=("accountant", "finance", "manager"),
)
def export_accounts(call: Call[None, None], admdvs: Region, month: Month) -> FileShown:
    entries = list(islice(service.entries(admdvs, month), MOST_IN_A_BOOK + 1))
    if len(entries) > MOST_IN_A_BOOK:
        rule = f"该月分录超过 {MOST_IN_A_BOOK} 条,不生成工作簿,请按页查询分录序时簿"
        raise BadInput("FIELD_TOO_LONG", field="month", rule=rule)
    balance = service.trial_balance(admdvs, month.first, month.last)
    sheets = analysis.account_sheets(balance, entries)
    made = midnight(month.last + timedelta(days=1))
    content = workbook(f"基金账册 {admdvs} {month}", sheets, made)
    return FileShown(key=exchange.put(f"clearing/{admdvs}/{month}/accounts.xlsx", content, XLSX))


class SummaryShown(Shown):
    fund: str
    name: str
    income: YuanText
    expense: YuanText
    left: YuanText
    structure: list[dict[str, str]]
    """Expense by account, largest first: name, amount, share in percent."""


class MonthsQuery(Body):
    first: MonthText
    last: MonthText


@ROUTES.get("/fund/{admdvs}/summaries", "收支结余与结构", roles=READERS, query=MonthsQuery)
def list_summaries(call: Call[None, None], admdvs: Region) -> Page[SummaryShown]:
    first, last = call.query.first, call.query.last
    if last < first or last > first.later(23):
        raise BadInput("DATE_ORDER", field="last", rule="起止月份须先后有序且不超过两年")
    return whole(
        SummaryShown.of(
            one,
            name=funds()[one.fund].name,
            structure=[
                {"name": name, "amount": fen.yuan(), "share": f"{share / 100:.2f}"}
                for name, fen, share in one.structure
            ],
        )
        for one in finance.summaries(admdvs, first, last)
    )


class PeriodShown(Shown):
    month: str
    state: str
    history: list[SignatureShown]


@ROUTES.get("/fund/{admdvs}/periods/{month}", "会计期间", roles=READERS)
def show_period(call: Call[None, None], admdvs: Region, month: Month) -> PeriodShown:
    state, trail = periods.status(admdvs, month), periods.history(admdvs, month)
    return PeriodShown(month=month, state=state, history=trail_shown(trail))


class CloseShown(TrialBalanceShown):
    """`state` is closed where the month is; closing where the queue was asked to close a month that
    a request cannot hold: the period then says when it is done, or why not."""

    state: str


def _closed(found: closing.Close) -> CloseShown:
    shown = _balance(found.balance)
    return CloseShown.of(shown, state="closed" if found.closed else "closing")


@ROUTES.post("/fund/{admdvs}/periods/{month}/close", "月度结账", roles=("accountant",))
def close_period(call: Call[None, None], admdvs: Region, month: Month) -> CloseShown:
    return _closed(closing.close_month(admdvs, month, *call.signing))


class Reopen(Body):
    reason: Reason


@ROUTES.post("/fund/{admdvs}/periods/{month}/reopen", "重新开账", roles=("manager",))
def reopen_period(call: Call[None, Reopen], admdvs: Region, month: Month) -> PeriodShown:
    periods.reopen(admdvs, month, call.by, call.body.reason, call.now)
    state, trail = periods.status(admdvs, month), periods.history(admdvs, month)
    return PeriodShown(month=month, state=state, history=trail_shown(trail))


@ROUTES.post("/fund/{admdvs}/years/{year}/close", "年终结转", roles=("accountant",))
def close_year(call: Call[None, None], admdvs: Region, year: Year) -> CloseShown:
    return _closed(closing.close_year(admdvs, year, *call.signing))
