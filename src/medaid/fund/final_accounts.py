"""Final accounts (决算) of a region, fund and year: drafted by the agency, checked by finance,
signed by medical security, approved by the county government: four people (Q2.2, Q3.1). Every
version stays; a signature names one.

A version says what the books said when it was drafted. Where they say something else now it is
stale and cannot be checked or signed; it is signed once the year is closed, and then nothing is
posted into it any more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import commit_or_refuse
from medaid.errors import BadInput, Conflict, Refused
from medaid.fund import final_figures, keys, layouts, store, versions, year_figures
from medaid.fund.final_records import FinalAccounts, FinalState, Notes
from medaid.fund.hands import check_another
from medaid.fund.records import Signature
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.papers.service import word
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
from medaid.regions import Region

_CHECKED, _SIGNED, _RETURNED = "复核", "签署", "退回"
APPROVED: Final = "批准"
_UNSIGNED: Final = (FinalState.DRAFTED, FinalState.CHECKED)
_DONE: Final = (FinalState.SIGNED, FinalState.APPROVED)


def draft(
    admdvs: str,
    year: int,
    fund: str,
    notes: Notes,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> FinalAccounts:
    """A further version from the books. Raises as `final_figures.compute` does; Refused PERIOD_OPEN
    before the year is over, AMOUNT_SUM where funds do not agree and nothing explains it; Conflict
    STATE where a signed version stands."""
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    last = versions.last_version(admdvs, keys.final_accounts(year, fund), FinalAccounts)
    number = versions.next_number(last)
    figures = year_figures.figures(admdvs, year)
    made = final_figures.compute(admdvs, year, fund, number, notes, figures)
    for one in final_figures.checks(fund, layouts.forms_of(fund, year), figures, year):
        if one.difference and not notes.explanation.strip():
            rule = f"{one.name} 相差 {one.difference} 元,须在说明中解释({one.cite})"
            raise Refused("AMOUNT_SUM", field="notes.explanation", rule=rule)
    made = replace(made, trail=(Signature("编制", by, now),))
    key = keys.of_final_accounts(admdvs, year, fund, number)
    writes = [store.FundItem.create(key, made, "final", state=FinalState.DRAFTED, at=now)]
    if last:
        item, before = last
        if item.state in _DONE and _figures(before) == _figures(made):
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
    steps = FinalState.DRAFTED, FinalState.CHECKED
    return _turned(admdvs, year, fund, number, *steps, digest, act)


def sign(
    admdvs: str, year: int, fund: str, number: int, digest: str, by: str, now: datetime
) -> FinalAccounts:
    """Medical security signs the version that `digest` names. Raises as `check` does; Refused
    PERIOD_OPEN until the year is closed."""
    if store.find(keys.of_year(admdvs, year)) is None:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结转,不得签署决算")
    act = Signature(_SIGNED, by, now, digest)
    steps = FinalState.CHECKED, FinalState.SIGNED
    return _turned(admdvs, year, fund, number, *steps, digest, act)


def approve(
    admdvs: str,
    year: int,
    fund: str,
    number: int,
    digest: str,
    document: str,
    by: str,
    now: datetime,
) -> FinalAccounts:
    """The county government approves the signed version that `digest` names, by a document
    (秦安县84号 二(二)). Raises as `check` does; BadInput FIELD_REQUIRED."""
    if not document.strip():
        raise BadInput("FIELD_REQUIRED", field="document", rule="须填写批复文号")
    act = Signature(APPROVED, by, now, document)
    return _turned(admdvs, year, fund, number, FinalState.SIGNED, FinalState.APPROVED, digest, act)


def send_back(
    admdvs: str,
    year: int,
    fund: str,
    number: int,
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> FinalAccounts:
    """Who checks or signs sends it back and says why; what is signed, the government alone. Raises
    as `check` does."""
    item, held = _last(admdvs, year, fund, number)
    signed = "government" in roles
    if item.state not in ([FinalState.SIGNED] if signed else _UNSIGNED):
        raise Conflict("STATE", field="number", rule=f"当前为{word('final', item.state)}")
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
        return _figures(final_figures.compute(admdvs, year, fund, 0, Notes(), figures))
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
    digest: str,
    act: Signature,
) -> FinalAccounts:
    item, held = _last(admdvs, year, fund, number)
    if item.state != begin:
        raise Conflict("STATE", field="number", rule=f"当前为{word('final', item.state)}")
    versions.check_looked_at(number, held.digest, digest)
    if _stale(admdvs, held):
        rule = f"第 {number} 版编制后账册已变动,请重新编制"
        raise Conflict("STALE", field="number", rule=rule)
    return _written(admdvs, item, held, to, act)


def _written(
    admdvs: str, item: store.FundItem, held: FinalAccounts, to: FinalState, act: Signature
) -> FinalAccounts:
    check_another(admdvs, held.trail, act, "编制、复核、签署与批准")
    changed = replace(held, trail=(*held.trail, act))
    commit_or_refuse([item.replace(changed, "final", state=to, at=act.at)])
    return changed
