"""A year's budget (J30, Q2.2): prepared by the agency from history, enrolment and policy, reviewed
by finance, approved by the county government; three people. Versions are kept and readable: what
replaces a line says why and goes the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, transact
from medaid.errors import BadInput, Conflict, Refused
from medaid.fund import analysis, keys, store, usage
from medaid.fund.hands import check_another
from medaid.fund.model.chart import accounts
from medaid.fund.records import BudgetItem, BudgetState, BudgetVersion, Signature
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import LARGEST, Fen, split
from medaid.months import Month
from medaid.papers.service import word
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
from medaid.policy.model import PublishedFigure
from medaid.policy.service import library
from medaid.regions import Region

SUBSIDY = ("410101", "410102", "410103", "410104")
"""财政补贴收入 of the central, provincial, city and county level."""
_RESIDENT = "390100"


def draft_budget(
    admdvs: str,
    year: int,
    items: Sequence[BudgetItem],
    reason: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> BudgetVersion:
    """The agency's version of a year's budget; the same again is the version that stands.

    Raises BadInput ACCOUNT_UNKNOWN, AMOUNT_NEGATIVE, AMOUNT_TOO_LONG, FIELD_REQUIRED naming the
    item, and `reason` where a version is replaced; FIELD_FORMAT for a year that is over or not the
    next one; Forbidden SEPARATION.
    """
    if year - civil_date(now).year not in (0, 1):
        raise BadInput("FIELD_FORMAT", field="year", rule="只编制本年度和下一年度的预算")
    _check(items)

    def decide() -> Decided[BudgetVersion]:
        held = list_versions(admdvs, year)
        if held and (held[-1].items, held[-1].reason) == (tuple(items), reason):
            return Decided(held[-1])
        if held and not reason.strip():
            raise BadInput("FIELD_REQUIRED", field="reason", rule="调整预算须说明原因")
        act = Signature("编制", by, now, reason)
        version = BudgetVersion(len(held) + 1, tuple(items), reason, (act,))
        key = keys.of_budget(admdvs, year, version.number)
        write = store.FundItem.create(key, version, "budget", state=version.state, at=now)
        duty = claim_duty(Region(admdvs), OfficerId(by), roles, Duty.ACCOUNT, now)
        return Decided(version, [write, *duty])

    return transact(decide)


def _check(items: Sequence[BudgetItem]) -> None:
    if not items:
        raise BadInput("FIELD_REQUIRED", field="items", rule="至少一行")
    for number, item in enumerate(items):
        where = f"items.{number}"
        one = accounts().get(item.account)
        if one is None or one.kind not in ("income", "expense"):
            rule = "须为收入或支出科目编码"
            raise BadInput("ACCOUNT_UNKNOWN", field=f"{where}.account", rule=rule)
        for field in ("base", "heads", "rate"):
            if getattr(item, field) < 0:
                raise BadInput("AMOUNT_NEGATIVE", field=f"{where}.{field}", rule="不得为负")
        if not item.source.strip():
            raise BadInput("FIELD_REQUIRED", field=f"{where}.source", rule="须注明数据来源")
        if item.amount >= LARGEST:
            raise BadInput("AMOUNT_TOO_LONG", field=where, rule="基数、人数与系数之积超长(N16,2)")


def review_budget(admdvs: str, year: int, number: int, by: str, now: datetime) -> BudgetVersion:
    """Finance has reviewed it. Raises Refused NOT_FOUND, Conflict STATE, Forbidden SEPARATION."""
    return _step(admdvs, year, number, (BudgetState.DRAFTED,), Signature("财政审核", by, now))


def approve_budget(
    admdvs: str, year: int, number: int, document: str, by: str, now: datetime
) -> BudgetVersion:
    """The county government approves it, by a document: from then on it is in force. Raises as
    `review_budget`, BadInput FIELD_REQUIRED."""
    if not document.strip():
        raise BadInput("FIELD_REQUIRED", field="document", rule="须填写批复文号")
    act = Signature("政府批准", by, now, document)
    return _step(admdvs, year, number, (BudgetState.REVIEWED,), act)


def return_budget(
    admdvs: str, year: int, number: int, reason: str, by: str, now: datetime
) -> BudgetVersion:
    """Finance or the government sends it back and says why. Raises as `review_budget`."""
    if not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="退回须说明原因")
    act = Signature("退回", by, now, reason)
    return _step(admdvs, year, number, (BudgetState.DRAFTED, BudgetState.REVIEWED), act)


def _step(
    admdvs: str, year: int, number: int, before: Sequence[BudgetState], act: Signature
) -> BudgetVersion:
    def decide() -> Decided[BudgetVersion]:
        item = store.find(keys.of_budget(admdvs, year, number))
        if item is None:
            raise Refused("NOT_FOUND", field="number", rule=f"{year} 年度没有第 {number} 版预算")
        held = item.record(BudgetVersion)
        last = held.trail[-1]
        if (last.act, last.by, last.why) == (act.act, act.by, act.why):
            return Decided(held)
        if held.state not in before:
            raise Conflict("STATE", field="number", rule=f"当前为{word('budget', held.state)}")
        if store.find(keys.of_budget(admdvs, year, number + 1)) is not None:
            raise Conflict("STATE", field="number", rule="已有更新的版本")
        check_another(admdvs, held.trail, act, "编制、审核与批准")
        after = replace(held, trail=(*held.trail, act))
        return Decided(after, [item.replace(after, "budget", state=after.state, at=act.at)])

    return transact(decide)


def list_versions(admdvs: str, year: int) -> list[BudgetVersion]:
    """All versions of a year's budget, the first one first."""
    found = store.listed(keys.of_region(admdvs), keys.budgets_of(year))
    return [item.record(BudgetVersion) for item in found]


def budget_in_force(admdvs: str, year: int) -> BudgetVersion | None:
    """The last approved version, None where none is."""
    approved = [v for v in list_versions(admdvs, year) if v.state is BudgetState.APPROVED]
    return approved[-1] if approved else None


def budget_use(admdvs: str, year: int) -> tuple[analysis.BudgetLine, ...]:
    """The budget in force and its use, by account."""
    held = budget_in_force(admdvs, year)
    used = usage.used_through(admdvs, Month(f"{year:04d}-12"))
    return analysis.budget_use(held.lines if held else {}, used)


# ---- the preparation -----------------------------------------------------------------------------


def propose_budget(
    admdvs: str, year: int, residents: int, counted: str, now: datetime
) -> tuple[BudgetItem, ...]:
    """What a budget may begin from: the use of the last twelve whole months by account; for
    residents the enrolment (`residents` heads, as `counted` says) by the standards of policy. Every
    assumption is an item's own and may be changed.

    Raises BadInput FIELD_REQUIRED for a count without its source.
    """
    if residents and not counted.strip():
        raise BadInput("FIELD_REQUIRED", field="counted", rule="参保人数须注明来源")
    last = Month.of(now).previous
    first = last.later(-11)
    used = {code: fen for code, fen in usage.used_between(admdvs, first, last).items() if fen > 0}
    source = f"{first}至{last}账册执行数"
    items = {code: [BudgetItem(code, fen, source)] for code, fen in used.items()}
    if residents:
        figures = library().figures(admdvs, civil_date(now))
        personal = _standard(figures.get("resident_personal", ()), year)
        if personal is not None:
            code = f"{_RESIDENT}-400101"
            items[code] = [_by_heads(code, Fen(personal.value), residents, personal, counted)]
        subsidy = _standard(figures.get("resident_subsidy", ()), year)
        if subsidy is not None:
            items |= _subsidies(subsidy, used, residents, counted)
    return tuple(item for code in accounts() for item in items.get(code, ()))


def _standard(figures: Sequence[PublishedFigure], year: int) -> PublishedFigure | None:
    """The standard of the year, or the last one before it."""
    held = [one for one in figures if one.cover_year is not None and one.cover_year <= year]
    return max(held, key=lambda one: one.cover_year or 0) if held else None


def _by_heads(
    code: str, base: Fen, heads: int, figure: PublishedFigure, counted: str
) -> BudgetItem:
    says = f"{figure.says}{Fen(figure.value)}元({figure.cover_year}年,{figure.row.cite.text})"
    return BudgetItem(code, base, f"{says};人数:{counted}", heads)


def _subsidies(
    figure: PublishedFigure, used: dict[str, Fen], heads: int, counted: str
) -> dict[str, list[BudgetItem]]:
    """The standard per head, shared between the levels as their subsidies were; all of it the
    county's where there is no history."""
    codes = [f"{_RESIDENT}-{number}" for number in SUBSIDY]
    weights = [int(used.get(code, Fen(0))) for code in codes]
    shares = split(Fen(figure.value), weights if any(weights) else [0, 0, 0, 1])
    return {
        code: [_by_heads(code, share, heads, figure, f"{counted};各级分担按上年到账比例")]
        for code, share in zip(codes, shares, strict=True)
        if share
    }
