"""The year's evaluation of the insurer (M三.3): scored by one person on the figures of the year,
agreed to by another, printed and signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.clearing.figures import figure
from medaid.clearing.insurer import store
from medaid.clearing.insurer.deciding import decided
from medaid.clearing.insurer.evaluation import evaluate
from medaid.clearing.insurer.model import Contract, ContractState, InsurerAssessment, Score, Signed
from medaid.clearing.store import ClearingItem
from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.regions import Region

State = ContractState
FULL = 100


def assess(
    city: Region,
    year: int,
    scores: Sequence[Score],
    conclusion: str,
    by: OfficerId,
    now: datetime,
) -> InsurerAssessment:
    """Scores the insurer's year by the criteria that the document names, with the figures as they
    stand; somebody else has to agree. What was rejected may be scored anew.

    Raises Refused NOT_FOUND without a contract in force, PERIOD_OPEN before its time is over;
    BadInput for criteria that are missing, foreign or named twice, weights that are no hundred in
    all, a score beyond its weight; Conflict DUPLICATE for a second evaluation.
    """
    contract = _over(city, year, now)
    check_scores(city, scores)
    figures = evaluate(city, year, now)
    scored = Signed("assess", by, now)

    def decide() -> Decided[InsurerAssessment]:
        row, held = store.held_assessment(city, year)
        if held is not None and held.state is not State.REJECTED:
            raise Conflict("DUPLICATE", field="scores", rule=f"{city} {year} 年度考核已登记")
        trail = (*(held.trail if held else ()), scored)
        after = InsurerAssessment(
            contract.city, year, tuple(scores), figures, conclusion, trail=trail
        )
        return Decided(after, [store.save_assessment(row, after, now)])

    return transact(decide, refuse_as_changed)


def decide_assessment(
    city: Region, year: int, approved: bool, reason: str, by: OfficerId, now: datetime
) -> InsurerAssessment:
    """Second of the two. Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict
    STATE where nothing waits, Forbidden SEPARATION for the one who scored."""
    check_said(approved, reason)

    def decide() -> Decided[InsurerAssessment]:
        row, held = _held(city, year)
        after = decided(
            held, approved, reason, by, city, now,
            field="assessment", nothing="没有待复核的考核评价", two="考核与复核不得为同一人",
        )  # fmt: skip
        return Decided(after, [store.save_assessment(row, after, now)])

    return transact(decide, refuse_as_changed)


def find_assessment(city: Region, year: int) -> InsurerAssessment:
    """A year's evaluation in whatever state. Raises Refused NOT_FOUND."""
    return _held(city, year)[1]


def _held(city: Region, year: int) -> tuple[ClearingItem, InsurerAssessment]:
    row, held = store.held_assessment(city, year)
    if row is None or held is None:
        raise Refused("NOT_FOUND", field="assessment", rule=f"{city} {year} 年度尚未考核")
    return row, held


def check_scores(city: Region, scores: Sequence[Score]) -> None:
    """Raises BadInput naming the criterion."""
    wanted = figure("insurer_criteria", city)
    named = [one.criterion for one in scores]
    if sorted(named) != sorted(wanted.value):
        rule = f"考核指标须为 {'、'.join(wanted.value)},各一次({wanted.cite})"
        raise BadInput("CODE_UNKNOWN", field="scores", rule=rule)
    if sum(one.weight for one in scores) != FULL:
        raise BadInput("AMOUNT_SUM", field="scores", rule="各指标分值之和须为 100")
    for one in scores:
        if not 0 <= one.score <= one.weight:
            where = f"scores.{one.criterion}"
            raise BadInput("AMOUNT_SUM", field=where, rule="得分不得低于零或高于分值")


def _over(city: Region, year: int, now: datetime) -> Contract:
    contract = store.find_contract(city, year)
    if contract is None:
        raise Refused("NOT_FOUND", field="contract", rule=f"{city} {year} 无承办合同")
    last = contract.last_day if contract.state is State.ENDED else None
    if civil_date(now) <= (last or date(year, 12, 31)):
        raise Refused("PERIOD_OPEN", field="year", rule="合同期满后方可考核评价")
    return contract
