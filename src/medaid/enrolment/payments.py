"""What a payment or a refund that the tax office reports makes of a contribution: planned,
collected, in treasury, refunded (J15, J17). Pure but for the figures of the packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from medaid.dropped.problem import Problem
from medaid.enrolment import eligibility, planning, rules
from medaid.enrolment.model import (
    PAID,
    Contribution,
    ContributionState,
    EnrolmentFacts,
    EnrolmentWay,
    NoWaiting,
    Payer,
    RefundGround,
    Reversal,
)
from medaid.instants import aware
from medaid.money import Fen
from medaid.papers.service import word
from medaid.people.model import PersonFile
from medaid.policy.service import library
from medaid.regions import Region

_NEWBORN = "1401"
_J17 = "苏医保办发〔2023〕27号 第十七条"


class Paid(NamedTuple):
    """One row of a tax list."""

    region: Region
    cover_year: int
    amount: Fen
    paid_on: date
    treasury_on: date | None
    receipt: str
    psn_type: str
    refund: bool


Taken = tuple[str, Contribution]
"""What the tax office is told, and the contribution after it."""


def taken(
    file: PersonFile, held: Contribution | None, paid: Paid, now: datetime, *, seen_before: bool
) -> Taken | Problem:
    """The contribution after a row, or why the row comes back. Raises Refused for a year or waiting
    period without figures."""
    if paid.refund:
        return _refunded(held, paid, now, seen_before=seen_before)
    if held is None:
        return _self_paid(file, paid, now)
    if seen_before:
        return _in_treasury(held, paid, now)
    if held.state in PAID:
        rule = f"该年度已缴费(税票 {held.receipt}),重复缴纳的依申请退费"
        return Problem("DUPLICATE", "参保年度", rule)
    if held.state is not ContributionState.PLANNED:
        return Problem(
            "STATE", "参保年度", f"该年度缴费记录当前为{word('contribution', held.state)}"
        )
    if paid.amount not in (held.parts.person, held.parts.total):
        rule = f"应缴 {held.parts.person} 元(个人缴费标准 {held.parts.total} 元)"
        return Problem("AMOUNT_SUM", "金额", rule)
    return "已登记", _collected(held, paid, now)


def _collected(held: Contribution, paid: Paid, now: datetime) -> Contribution:
    state = ContributionState.IN_TREASURY if paid.treasury_on else ContributionState.COLLECTED
    return replace(
        held, state=state, paid=paid.amount, paid_on=paid.paid_on, treasury_on=paid.treasury_on,
        receipt=paid.receipt, at=aware(now),
    )  # fmt: skip


def _in_treasury(held: Contribution, paid: Paid, now: datetime) -> Taken | Problem:
    """A receipt that is known: the same payment again, or that it has reached the treasury."""
    if held.receipt == paid.receipt and held.paid != paid.amount and not held.reversals:
        return Problem("AMOUNT_SUM", "金额", f"该税票已登记 {held.paid} 元")
    if paid.treasury_on and held.state is ContributionState.COLLECTED:
        state = ContributionState.IN_TREASURY
        return "已入库", replace(held, state=state, treasury_on=paid.treasury_on, at=aware(now))
    return "无变化", held


def _self_paid(file: PersonFile, paid: Paid, now: datetime) -> Taken | Problem:
    """Somebody who was not planned pays the contribution of the class."""
    figures = library().cover_figures(paid.region, paid.cover_year)
    kind = paid.psn_type or planning.psn_type(file)
    split = planning.split_of(figures, paid.cover_year, file, (), kind)
    if paid.amount != split.parts.total:
        rule = f"{paid.cover_year} 年度个人缴费标准为 {split.parts.total} 元"
        return Problem("AMOUNT_SUM", "金额", rule)
    if not date(paid.cover_year - 1, 1, 1) <= paid.paid_on <= date(paid.cover_year, 12, 31):
        return Problem("DATE_ORDER", "缴费日期", "不在该参保年度的缴费期内")
    begin, benefit = _begins(file, figures, paid, kind)
    after = Contribution(
        file.person.psn_no, paid.region, paid.cover_year, split.parts, EnrolmentWay.SELF, "",
        split.cites, ContributionState.COLLECTED, kind, begin, date(paid.cover_year, 12, 31),
        benefit,
    )  # fmt: skip
    return "已登记", _collected(after, paid, now)


def _begins(
    file: PersonFile, figures: rules.Figures, paid: Paid, kind: str
) -> tuple[date, date | None]:
    """From when the enrolment counts, and the first day of benefits where there is a wait: for who
    pays outside of the window or after years without cover."""
    window = eligibility.window_of(figures, paid.cover_year)
    begin = max(date(paid.cover_year, 1, 1), paid.paid_on)
    if kind == _NEWBORN:
        return max(date(paid.cover_year, 1, 1), file.person.birth or paid.paid_on), None
    standing = [one for one in file.identities if one.stands_on(paid.paid_on)]
    exempt = frozenset({NoWaiting.ASSISTED}) if standing else frozenset()
    facts = EnrolmentFacts(
        begin, paid.paid_on > window.end, _missed(file, paid.cover_year), 0, exempt
    )
    first = rules.waiting_for(figures, paid.region, facts).first_day
    return begin, first if first > begin else None


def _missed(file: PersonFile, cover_year: int) -> int:
    """Years in a row before the cover year in which the person had no cover of any kind, as far as
    the register knows: none where it knows of no earlier cover."""
    last = [min((one.end or date.max).year, cover_year) for one in file.insurances]
    return max(0, cover_year - 1 - max(last)) if last else 0


def _refunded(
    held: Contribution | None, paid: Paid, now: datetime, *, seen_before: bool
) -> Taken | Problem:
    """The person's own part went back: only once another person agreed and the subsidy is back."""
    if held is None:
        return Problem("NOT_FOUND", "参保年度", "该年度没有缴费记录")
    if seen_before:
        return "无变化", held
    request = held.refund
    if request is None or request.decided_at is None:
        rule = f"未经审核同意退费;享受资助的须先退回资助({_J17})"
        return Problem("STATE", "业务类型", rule)
    back = sum(int(one.amount) for one in held.reversals if one.payer is Payer.PERSON)
    if back or paid.amount != request.parts.person:
        return Problem("AMOUNT_SUM", "金额", f"应退个人 {request.parts.person} 元")
    reversal = Reversal(Payer.PERSON, paid.amount, aware(now), paid.receipt)
    state = held.state if request.ground is RefundGround.RECOGNISED else ContributionState.REFUNDED
    return "已退费", replace(
        held, state=state, paid=held.paid - paid.amount, reversals=(*held.reversals, reversal),
        at=aware(now),
    )  # fmt: skip
