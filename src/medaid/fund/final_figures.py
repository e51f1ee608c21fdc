"""What a version of the final accounts says, by the books as they are: its rows, annexes and
digest, and what must agree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from medaid.aws import codec
from medaid.aws.table import packed_text
from medaid.fund import current_accounts, layouts, periods, service, statements, year_figures
from medaid.fund.current_accounts import OpenItem
from medaid.fund.final_records import FinalAccounts, FinalRow, Notes
from medaid.fund.model.chart import accounts
from medaid.fund.model.provisions import accounts_beside, cash_statements
from medaid.fund.movements import is_current
from medaid.fund.statement_forms import StatementForm
from medaid.money import Fen
from medaid.months import Month


def checks(
    fund: str, forms: tuple[StatementForm, ...], figures: Mapping[str, Fen], year: int
) -> list[statements.Footing]:
    """What must agree in a fund's statements and between it and another fund's."""
    found = list(statements.footings(forms, statements.amounts(fund, forms, figures)))
    others = {side.fund for one in layouts.layouts().identities for side in (one.left, one.right)}
    if fund in others:
        by_fund = {
            other: statements.amounts(other, layouts.forms_of(other, year), figures)
            for other in others
        }
        found += statements.identities(by_fund)
    return found


def compute(
    admdvs: str, year: int, fund: str, number: int, notes: Notes, figures: Mapping[str, Fen]
) -> FinalAccounts:
    """What a version says by the year's `figures` as they are now, without its trail. Raises
    BadInput FUND_UNKNOWN, Conflict PERIOD_OPEN while a month before December is open."""
    forms = layouts.forms_of(fund, year)
    december = Month(f"{year:04d}-12")
    periods.opening(admdvs, december)
    provision = cash_statements(year).get(fund)
    now = statements.amounts(fund, forms, figures)
    last = statements.amounts(fund, forms, year_figures.figures(admdvs, year - 1))
    begin = statements.amounts(fund, forms, year_figures.opening_figures(admdvs, year))
    at_begin = {row.key for one in forms if one.form == "balance_sheet" for row in one.rows}
    items, beside = _open_items(admdvs, december, fund, provision is not None)
    mine = [
        (one.code, one.counterpart, one.amount)
        for one in items
        if is_current(accounts()[one.code]) or one.month.year == year
    ]
    made = FinalAccounts(
        year,
        fund,
        number,
        "",
        tuple(FinalRow(key, (begin if key in at_begin else last)[key], now[key]) for key in now),
        _scheduled(items, december),
        tuple(
            (one.row, one.counterpart, one.amount)
            for one in statements.between_regions(forms, mine, provision is not None)
        ),
        notes,
        (),
        provision.id if provision else "",
        begin["opening_fund"] - last["closing_fund"],
        _scheduled(beside, december),
    )
    names = {key: row.name for key, row in layouts.rows_of(forms).items()}
    text = packed_text([admdvs, codec.encode(made), names])
    return replace(made, digest=hashlib.sha256(text.encode()).hexdigest())


def _open_items(
    admdvs: str, december: Month, fund: str, on_cash: bool
) -> tuple[list[OpenItem], list[OpenItem]]:
    """A fund's open items that stand in its statements, and those that the cash basis keeps beside
    them. What was not paid yet for other regions' people is theirs once it is."""
    items = [
        one for one in service.open_items(admdvs, december) if accounts()[one.code].fund == fund
    ]
    if not on_cash:
        return items, []
    beside = [one for one in items if one.code in accounts_beside()]
    unpaid = year_figures.basis_at(admdvs, december).unpaid_for_regions
    standing = [one for one in items if one.code not in accounts_beside()]
    return current_accounts.less(standing, unpaid), beside


def _scheduled(
    items: Sequence[OpenItem], december: Month
) -> tuple[tuple[str, str, Fen, Fen, Fen, Fen], ...]:
    return tuple(
        (one.account.code, one.counterpart, *one.by_age)
        for one in current_accounts.schedule(items, december)
    )
