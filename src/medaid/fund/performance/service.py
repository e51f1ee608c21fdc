"""A year's performance of a region (J36, 苏医保办发〔2023〕27号第三十六条): computed from the books
and from what other packages count, kept in versions that one person makes, finance checks and a
third person signs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NamedTuple

from medaid.aws import codec
from medaid.aws.table import packed_text
from medaid.aws.transaction import commit_or_refuse
from medaid.errors import BadInput, Conflict, Refused
from medaid.fund import balances, budgets, keys, layouts, statements, store, versions, year_figures
from medaid.fund.final_records import FinalState
from medaid.fund.hands import check_another
from medaid.fund.model.chart import accounts
from medaid.fund.performance import rules
from medaid.fund.performance.model import (
    FUND,
    Indicator,
    IndicatorRow,
    ManagementNote,
    Measures,
    PerformanceStatement,
    indicators,
    management_topics,
)
from medaid.fund.records import Signature
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers.service import word
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
from medaid.regions import Region

OtherMeasures = Callable[[Region, int, datetime], Measures]
"""What packages above the books count of a region's year, by indicator."""
_MADE, _CHECKED, _SIGNED = "编制", "复核", "签署"
_LABEL: Final = "performance"


def together(*counts: OtherMeasures) -> OtherMeasures:
    """What several packages count, each its own indicators, as one."""

    def counted(admdvs: Region, year: int, now: datetime) -> Measures:
        return {key: one for count in counts for key, one in count(admdvs, year, now).items()}

    return counted


class Computed(NamedTuple):
    """A year as it can be computed now."""

    rows: tuple[IndicatorRow, ...]
    received: tuple[tuple[str, Fen], ...]


class HeldVersion(NamedTuple):
    """A version with its state, and whether what it says has changed since."""

    statement: PerformanceStatement
    state: FinalState


def asked_of(admdvs: Region) -> tuple[Indicator, ...]:
    """The indicators that documents ask of a region."""
    return tuple(one for one in indicators() if one.region in admdvs.chain)


def compute(admdvs: Region, year: int, others: OtherMeasures, now: datetime) -> Computed:
    """The year's indicators by the books and counts as they are now. Raises Unavailable."""
    booked = year_figures.booked(admdvs, year)
    figures = year_figures.on_own_basis(admdvs, year, booked)
    forms = layouts.forms_of(FUND, year)
    amounts = statements.amounts(FUND, forms, figures)
    granted = statements.amounts(FUND, forms, booked)
    found = balances.movements(admdvs, date(year, 1, 1), date(year, 12, 31))
    budgeted = _budgeted(admdvs, year)
    measured = {
        **rules.book_measures(amounts, granted, found, budgeted),
        **others(admdvs, year, now),
    }
    return Computed(rules.rows_of(asked_of(admdvs), measured), rules.received(figures))


def _budgeted(admdvs: str, year: int) -> Fen | None:
    version = budgets.budget_in_force(admdvs, year)
    if version is None:
        return None
    expense = (
        int(one.amount)
        for one in version.items
        if accounts()[one.account].fund == FUND and accounts()[one.account].kind == "expense"
    )
    return Fen(sum(expense))


def draft(
    admdvs: Region,
    year: int,
    reasons: Mapping[str, str],
    management: Mapping[str, ManagementNote],
    others: OtherMeasures,
    by: OfficerId,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> PerformanceStatement:
    """A further version, with the reason of each target that was not reached and how the money was
    managed, by topic; it takes the place of one that nobody signed.

    Raises Refused PERIOD_OPEN before the year is over; BadInput FIELD_REQUIRED for a reason or a
    topic that is missing, CODE_UNKNOWN for one of no missed target or no topic; Conflict STATE
    where a signed version says the same; Forbidden SEPARATION for who audits or pays there.
    """
    if civil_date(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    computed = compute(admdvs, year, others, now)
    _check_reasons(computed.rows, reasons)
    notes = _managed(management)
    last = versions.last_version(admdvs, keys.performance(year), PerformanceStatement)
    number = versions.next_number(last)
    made = PerformanceStatement(year, number, "", *computed, dict(reasons), notes)
    made = replace(made, digest=_digest(admdvs, made), trail=(Signature(_MADE, by, now),))
    key = keys.of_performance(admdvs, year, made.number)
    writes = [store.FundItem.create(key, made, _LABEL, state=FinalState.DRAFTED, at=now)]
    if last:
        item, before = last
        same = (_says(before), before.management) == (computed, notes)
        if item.state == FinalState.SIGNED and same:
            rule = f"{year} 绩效第 {before.number} 版已签署,数据和说明未变"
            raise Conflict("STATE", field="year", rule=rule)
        writes.append(item.replace(before, _LABEL, state=FinalState.REPLACED))
    duty = claim_duty(admdvs, by, roles, Duty.ACCOUNT, now)
    commit_or_refuse([*writes, *duty])
    return made


def check(
    admdvs: Region,
    year: int,
    number: int,
    digest: str,
    others: OtherMeasures,
    by: OfficerId,
    now: datetime,
) -> PerformanceStatement:
    """Finance has checked the last version, which `digest` names: the evaluation is held together
    with it (会同财政部门). Raises as `sign` does."""
    steps = FinalState.DRAFTED, FinalState.CHECKED
    return _turned(admdvs, year, number, digest, others, *steps, Signature(_CHECKED, by, now))


def sign(
    admdvs: Region,
    year: int,
    number: int,
    digest: str,
    others: OtherMeasures,
    by: OfficerId,
    now: datetime,
) -> PerformanceStatement:
    """A third person signs the last version, which `digest` names and finance has checked.

    Raises Refused NOT_FOUND, Conflict STATE where it is not at this step or says something else,
    STALE where there is a later one or the figures have changed since, Forbidden SEPARATION for who
    made or checked it.
    """
    steps = FinalState.CHECKED, FinalState.SIGNED
    return _turned(admdvs, year, number, digest, others, *steps, Signature(_SIGNED, by, now))


def _turned(
    admdvs: Region,
    year: int,
    number: int,
    digest: str,
    others: OtherMeasures,
    begin: FinalState,
    to: FinalState,
    act: Signature,
) -> PerformanceStatement:
    prefix = keys.performance(year)
    item, one = versions.last_numbered(admdvs, prefix, PerformanceStatement, number, "绩效评价")
    if item.state != begin:
        raise Conflict("STATE", field="number", rule=f"当前为{word('final', item.state)}")
    versions.check_looked_at(number, one.digest, digest)
    check_another(admdvs, one.trail, act, "绩效评价的编制、复核与签署")
    if compute(admdvs, year, others, act.at) != _says(one):
        raise Conflict("STALE", field="number", rule=f"第 {number} 版编制后数据已变动,请重新编制")
    changed = replace(one, trail=(*one.trail, act))
    commit_or_refuse([item.replace(changed, _LABEL, state=to, at=act.at)])
    return changed


def list_versions(admdvs: Region, year: int) -> list[HeldVersion]:
    """Every version of a year, the first one first."""
    found = store.listed(keys.of_region(admdvs), keys.performance(year))
    return [_held(one) for one in found]


def get_version(admdvs: Region, year: int, number: int) -> HeldVersion:
    """One version. Raises Refused NOT_FOUND."""
    item = store.find(keys.of_performance(admdvs, year, number))
    if item is None:
        raise Refused("NOT_FOUND", field="number", rule="没有该版绩效评价")
    return _held(item)


def _held(item: store.FundItem) -> HeldVersion:
    return HeldVersion(item.record(PerformanceStatement), FinalState(item.state))


def _says(one: PerformanceStatement) -> Computed:
    return Computed(one.rows, one.received)


def _check_reasons(rows: tuple[IndicatorRow, ...], reasons: Mapping[str, str]) -> None:
    missed = [row.key for row in rows if row.reached is False]
    for key in missed:
        if not reasons.get(key, "").strip():
            rule = "未达目标的指标须说明原因"
            raise BadInput("FIELD_REQUIRED", field=f"reasons.{key}", rule=rule)
    for key in reasons:
        if key not in missed:
            where = f"reasons.{key[:32]}"
            raise BadInput("CODE_UNKNOWN", field=where, rule="不是未达目标的指标")


def _managed(told: Mapping[str, ManagementNote]) -> tuple[ManagementNote, ...]:
    topics = management_topics()
    for topic in told:
        if topic not in topics:
            where = f"management.{topic[:32]}"
            raise BadInput("CODE_UNKNOWN", field=where, rule="、".join(topics))
    for topic in topics:
        if topic not in told:
            rule = "资金管理情况须逐项说明"
            raise BadInput("FIELD_REQUIRED", field=f"management.{topic}", rule=rule)
    return tuple(told[topic] for topic in topics)


def _digest(admdvs: Region, one: PerformanceStatement) -> str:
    text = packed_text([admdvs, codec.encode(one)])
    return hashlib.sha256(text.encode()).hexdigest()
