"""Scheduled runs of hospital clearing, each keyed by its period: what it fixed at its first start
stays fixed, so that it may be run again.

State of a run: `running`, `done`; its body holds the cut and what it made. Nothing is lost where a
run dies: the next start goes on with the same cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from medaid.aws.outbox import message
from medaid.aws.steady import commit, commit_or_conflict
from medaid.aws.transaction import ConditionFailed
from medaid.clearing import papers, payments, rules, statements, store
from medaid.clearing.model import PAID, Statement
from medaid.errors import Refused
from medaid.instants import BEIJING, civil_date, from_stored, stored
from medaid.money import Fen
from medaid.workdays import Calendar

GRACE: Final = timedelta(minutes=15)
"""Longest time in which an item that says it arrived may not be readable yet: a projection ends
within its function's one minute."""


def midnight(day: date) -> datetime:
    """The instant at which `day` begins in Beijing: the date that papers of a finished month
    carry."""
    return datetime.combine(day, time(), BEIJING)


def begun(
    job: str, admdvs: str, period: str, facts: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The facts with which the run of `period` was first begun: those of the first start, whoever
    asks."""
    key = (f"R#{job}#{admdvs}", period)
    held = store.get(*key)
    if held is None:
        try:
            commit([store.create(*key, dict(facts), job, state="running", at=now)])
        except ConditionFailed:
            return begun(job, admdvs, period, facts, now)
        return dict(facts)
    return dict(held.body)


def ended(job: str, admdvs: str, period: str, made: Mapping[str, Any], now: datetime) -> None:
    """Marks a run as done with what it made."""
    held = store.get(f"R#{job}#{admdvs}", period)
    assert held is not None, "a run ends that never began"
    if held.state != "done":
        commit_or_conflict([store.replace(held, {**held.body, **made}, job, state="done", at=now)])


def state(job: str, admdvs: str, period: str) -> tuple[str, dict[str, Any]]:
    """State and body of a run; `("", {})` where it never began."""
    held = store.get(f"R#{job}#{admdvs}", period)
    return (held.state, dict(held.body)) if held else ("", {})


def month_cut(admdvs: str, month: str, now: datetime) -> datetime:
    """The cut of a month's statements, fixed at the first start. Raises Refused PERIOD_OPEN before
    the month and the grace are over."""
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    cut = now - GRACE
    if civil_date(cut) < after:
        raise Refused("PERIOD_OPEN", field="month", rule=f"{month} 尚未结束")
    return from_stored(begun("month", admdvs, month, {"cut": stored(cut)}, now)["cut"])


def institution_month(admdvs: str, institution: str, month: str, cut: datetime) -> Statement | None:
    """One institution's part of the monthly run: statement, line file, workbook."""
    statement = statements.make(admdvs, institution, month, cut)
    if statement is not None:
        papers.publish_statement(statement)
    return statement


def month(admdvs: str, period: str, now: datetime) -> dict[str, int]:
    """The whole monthly run of a region, one institution after the other. Answers counts of
    institutions and items, fen of the funds."""
    cut = month_cut(admdvs, period, now)
    counts = {"institutions": 0, "items": 0, "fund_pay": 0}
    for institution in store.institutions(admdvs, period):
        statement = institution_month(admdvs, institution, period, cut)
        if statement is not None:
            counts["institutions"] += 1
            counts["items"] += statement.lines
            counts["fund_pay"] += sum(int(fen) for fen in statement.by_fund.values())
    ended("month", admdvs, period, counts, now)
    return counts


def supplements(admdvs: str, now: datetime) -> list[Statement]:
    """Statements for what came after its month's statements were made: each item still lies in
    exactly one, that of its own month."""
    cut, made = now - GRACE, []
    for period, institution, latest in store.late(admdvs):
        if not state("month", admdvs, period)[0]:
            continue  # the month's own run will take it
        before = statements.made(admdvs, institution, period)
        if before and before[-1].cut >= latest:
            continue
        statement = institution_month(admdvs, institution, period, cut)
        if statement is not None and (not before or statement.number > before[-1].number):
            made.append(statement)
    return made


def unpaid(admdvs: str, period: str) -> Iterator[Statement]:
    """Statements of a month that are neither paid, barred nor without due."""
    for institution in store.institutions(admdvs, period):
        for statement in statements.made(admdvs, institution, period):
            if statement.state not in (*PAID, "barred"):
                yield statement


def overdue(admdvs: str, now: datetime, calendar: Calendar) -> list[Statement]:
    """Last month's statements that are unpaid on the day the money is due (J34): told once a
    statement."""
    today = civil_date(now)
    period = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    deadline = rules.paid_by(period, admdvs, calendar)
    if today < deadline.day:
        return []
    found = list(unpaid(admdvs, period))
    for one in found:
        body = {
            "institution": one.institution,
            "month": period,
            "state": one.state,
            "due": deadline.day.isoformat(),
            "cite": deadline.cite,
        }
        statements.once(message("clearing.overdue", one.statement_id, body, now))
    return found


def year_end(admdvs: str, now: datetime, calendar: Calendar) -> dict[str, int]:
    """Notices before the bar, and the bar itself (Q5.2), for the past year or, in its last weeks,
    the running one. Each happens once."""
    today = civil_date(now)
    counts = {"noticed": 0, "barred": 0}
    for year in (today.year - 1, today.year):
        bar = rules.barred_after(year, admdvs, calendar)
        due = [
            notice
            for notice in rules.bar_notices(year, admdvs, calendar)
            if notice.day <= today <= bar.day
        ]
        if not due and today <= bar.day:
            continue
        if state("bar", admdvs, str(year))[0] == "done":
            continue
        for number in range(1, 13):
            for one in list(unpaid(admdvs, f"{year}-{number:02d}")):
                if one.state not in ("draft", "barring"):
                    continue
                if today > bar.day:
                    counts["barred"] += (
                        payments.bar(admdvs, one.institution, one.month, one.number, now)
                        is not None
                    )
                else:
                    body = {
                        "institution": one.institution,
                        "month": one.month,
                        "bar": bar.day.isoformat(),
                        "items": one.lines,
                        "cite": bar.cite,
                    }
                    counts["noticed"] += statements.once(
                        message(
                            "clearing.bar_notice", f"{one.statement_id}-{due[-1].day}", body, now
                        )
                    )
        if today > bar.day:
            begun("bar", admdvs, str(year), {}, now)
            ended("bar", admdvs, str(year), counts, now)
    return counts


def drg_share(admdvs: str, year: int) -> tuple[Fen, Fen]:
    """Inpatient pool money of a year paid by DRG or DIP, and all of it (N5)."""
    found = []
    for number in range(1, 13):
        for institution in store.institutions(admdvs, f"{year}-{number:02d}"):
            made = statements.made(admdvs, institution, f"{year}-{number:02d}")
            if made:
                held = payments.agreement(institution, year)
                found += [(one, held) for one in made]
    return rules.shares(found)


def open_items(admdvs: str, period: str) -> list[dict[str, str]]:
    """What of a month is in no statement yet or not paid, each with its reason (for the operators'
    page and the year's list)."""
    found = []
    for institution in store.institutions(admdvs, period):
        made = statements.made(admdvs, institution, period)
        cut = made[-1].cut if made else None
        for item in store.items(admdvs, institution, period):
            assert item.arrived is not None
            if cut is None or item.arrived > cut:
                found.append(
                    {
                        "setl_id": item.key,
                        "institution": institution,
                        "reason": "未列入对账单:到达晚于对账截止"
                        if cut
                        else "未列入对账单:当月未生成",
                    }
                )
        for one in made:
            found += [
                {"setl_id": c.setl_id, "institution": institution, "reason": f"争议:{c.reason}"}
                for c in one.disputed
            ]
    return found
