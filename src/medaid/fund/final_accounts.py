"""Final accounts (决算) of a region, fund and year: drafted by the agency, checked by finance,
signed by medical security: three people (Q2.2, Q3.1). Every version stays; a signature names one.

A version says what the books said when it was drafted. Where they say something else now it is
stale and cannot be checked or signed; it is signed once the year is closed, and then nothing is
posted into it any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws import codec
from medaid.aws.table import packed_text
from medaid.aws.transaction import commit_or_refuse
from medaid.errors import Conflict, Refused
from medaid.fund import (
    current_accounts,
    keys,
    layouts,
    periods,
    service,
    statements,
    store,
    versions,
    year_figures,
)
from medaid.fund.current_accounts import OpenItem
from medaid.fund.final_records import FinalAccounts, FinalRow, FinalState, Notes
from medaid.fund.hands import check_another
from medaid.fund.model.chart import accounts
from medaid.fund.model.provisions import accounts_beside, cash_statements
from medaid.fund.movements import is_current
from medaid.fund.records import Signature
from medaid.fund.statement_forms import StatementForm
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
from medaid.regions import Region

_CHECKED, _SIGNED, _RETURNED = "复核", "签署", "退回"


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


def draft(
    admdvs: str,
    year: int,
    fund: str,
    notes: Notes,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> FinalAccounts:
    """A further version from the books. Raises as `compute` does; Refused PERIOD_OPEN before the
    year is over, AMOUNT_SUM where funds do not agree and nothing explains it; Conflict STATE where
    a signed version stands."""
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    last = versions.last_version(admdvs, keys.final_accounts(year, fund), FinalAccounts)
    number = versions.next_number(last)
    figures = year_figures.figures(admdvs, year)
    made = compute(admdvs, year, fund, number, notes, figures)
    for one in checks(fund, layouts.forms_of(fund, year), figures, year):
        if one.difference and not notes.explanation.strip():
            rule = f"{one.name} 相差 {one.difference} 元,须在说明中解释({one.cite})"
            raise Refused("AMOUNT_SUM", field="notes.explanation", rule=rule)
    made = replace(made, trail=(Signature("编制", by, now),))
    key = keys.of_final_accounts(admdvs, year, fund, number)
    writes = [store.FundItem.create(key, made, "final", state=FinalState.DRAFTED, at=now)]
    if last:
        item, before = last
        if item.state == FinalState.SIGNED and _figures(before) == _figures(made):
            raise Conflict("STATE", field="year", rule=f"{year} 决算第 {before.number} 版已签署")
        writes.append(item.replace(before, "final", state=FinalState.REPLACED))
    duty = claim_duty(Region(admdvs), OfficerId(by), roles, Duty.ACCOUNT, now)
    commit_or_refuse([*writes, *duty])
    return made


def check(
    admdvs: str, year: int, fund: str, number: int, digest: str, by: str, now: datetime
) -> FinalAccounts:
    """Finance has checked the version that `digest` names. Raises Refused NOT_FOUND; Conflict
    STATE, STALE; Forbidden SEPARATION for who drafted it."""
    act = Signature(_CHECKED, by, now, digest)
    return _turned(admdvs, year, fund, number, FinalState.DRAFTED, FinalState.CHECKED, act)


def sign(
    admdvs: str, year: int, fund: str, number: int, digest: str, by: str, now: datetime
) -> FinalAccounts:
    """Medical security signs the version that `digest` names. Raises as `check` does; Refused
    PERIOD_OPEN until the year is closed."""
    if store.find(keys.of_year(admdvs, year)) is None:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结转,不得签署决算")
    act = Signature(_SIGNED, by, now, digest)
    return _turned(admdvs, year, fund, number, FinalState.CHECKED, FinalState.SIGNED, act)


def send_back(
    admdvs: str, year: int, fund: str, number: int, reason: str, by: str, now: datetime
) -> FinalAccounts:
    """Who checks or signs sends it back and says why. Raises as `check` does."""
    item, held = _last(admdvs, year, fund, number)
    if item.state not in (FinalState.DRAFTED, FinalState.CHECKED):
        raise Conflict("STATE", field="number", rule=f"当前为 {item.state}")
    return _written(admdvs, item, held, FinalState.RETURNED, Signature(_RETURNED, by, now, reason))


def page_of_versions(
    admdvs: str, year: int, fund: str, after: str, limit: int
) -> tuple[list[tuple[FinalAccounts, FinalState, bool]], str]:
    """At most `limit` versions behind `after` with their states, and whether the books say
    something else now; and behind what the next page begins, empty at the end."""
    layouts.forms_of(fund, year)
    pk, prefix = keys.of_region(admdvs), keys.final_accounts(year, fund)
    found, end = store.page(pk, prefix, after, limit)
    return _told(admdvs, year, fund, found), end


def list_versions(
    admdvs: str, year: int, fund: str
) -> list[tuple[FinalAccounts, FinalState, bool]]:
    """All versions, as above."""
    layouts.forms_of(fund, year)
    return _told(admdvs, year, fund, _items(admdvs, year, fund))


def _told(
    admdvs: str, year: int, fund: str, items: list[store.FundItem]
) -> list[tuple[FinalAccounts, FinalState, bool]]:
    now = _figures_now(admdvs, year, fund) if items else None
    found = [(item.record(FinalAccounts), FinalState(item.state)) for item in items]
    return [(held, state, _figures(held) != now) for held, state in found]


def get_version(
    admdvs: str, year: int, fund: str, number: int
) -> tuple[FinalAccounts, FinalState, bool]:
    """One version, its state, and whether it is stale. Raises Refused NOT_FOUND."""
    item = store.find(keys.of_final_accounts(admdvs, year, fund, number))
    if item is None:
        raise Refused("NOT_FOUND", field="number", rule="没有该版决算")
    held = item.record(FinalAccounts)
    return held, FinalState(item.state), _stale(admdvs, held)


def _items(admdvs: str, year: int, fund: str) -> list[store.FundItem]:
    return list(store.listed(keys.of_region(admdvs), keys.final_accounts(year, fund)))


def _stale(admdvs: str, held: FinalAccounts) -> bool:
    return _figures(held) != _figures_now(admdvs, held.year, held.fund)


def _figures(one: FinalAccounts) -> tuple[object, ...]:
    return one.rows, one.current, one.between, one.beside, one.restated


def _figures_now(admdvs: str, year: int, fund: str) -> tuple[object, ...] | None:
    """What the books say now; None where a month was opened again, so that they say nothing."""
    try:
        figures = year_figures.figures(admdvs, year)
        return _figures(compute(admdvs, year, fund, 0, Notes(), figures))
    except Conflict:
        return None


def _last(admdvs: str, year: int, fund: str, number: int) -> tuple[store.FundItem, FinalAccounts]:
    prefix = keys.final_accounts(year, fund)
    return versions.last_numbered(admdvs, prefix, FinalAccounts, number, "决算")


def _turned(
    admdvs: str,
    year: int,
    fund: str,
    number: int,
    begin: FinalState,
    to: FinalState,
    act: Signature,
) -> FinalAccounts:
    item, held = _last(admdvs, year, fund, number)
    if item.state != begin:
        raise Conflict("STATE", field="number", rule=f"当前为 {item.state}")
    versions.check_looked_at(number, held.digest, act.why)
    if _stale(admdvs, held):
        rule = f"第 {number} 版编制后账册已变动,请重新编制"
        raise Conflict("STALE", field="number", rule=rule)
    return _written(admdvs, item, held, to, act)


def _written(
    admdvs: str, item: store.FundItem, held: FinalAccounts, to: FinalState, act: Signature
) -> FinalAccounts:
    check_another(admdvs, held.trail, act, "编制、复核与签署")
    changed = replace(held, trail=(*held.trail, act))
    commit_or_refuse([item.replace(changed, "final", state=to, at=act.at)])
    return changed
