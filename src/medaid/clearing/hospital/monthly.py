"""The scheduled runs of hospital clearing: last month's statements, supplements, deadlines, the bar
of the year (J34, Q5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from medaid.aws import outbox
from medaid.aws.transaction import commit_once
from medaid.clearing import runs
from medaid.clearing import store as items
from medaid.clearing.amounts import total
from medaid.clearing.hospital import barring, printouts, rules, statements, store
from medaid.clearing.hospital.model import (
    Deadline,
    InstitutionMonth,
    ListedStatement,
    MonthItem,
    Statement,
    StatementState,
)
from medaid.clearing.keys import month_key
from medaid.clearing.model import Item
from medaid.errors import Refused
from medaid.events import StatementOverdue, TimeBarNotice
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region
from medaid.workdays import Calendar

AT_ONCE: Final = 50
"""Institutions of a part: each of the largest, 60,000 items, six minutes (bench/scale.py)."""
GRACE: Final = timedelta(minutes=15)
"""Longest time in which an item that says it arrived may not be readable yet: a projection ends
within its function's one minute."""


def begin_month(region: str, month: Month, now: datetime) -> datetime:
    """The cut of a month's statements, fixed at the first start. Raises Refused PERIOD_OPEN before
    the month and the grace are over."""
    cut = now - GRACE
    if civil_date(cut) < month.next.first:
        raise Refused("PERIOD_OPEN", field="month", rule=f"{month} 尚未结束")
    begun = runs.begin_run(runs.STATEMENTS, region, month, now, cut).cut
    assert begun is not None, "a month's run has its cut"
    return begun


def close_institution_month(
    region: str, institution: str, month: str, cut: datetime
) -> list[Statement]:
    """One institution's part of the monthly run: statement, line file, workbook."""
    made = statements.create_statements(region, institution, month, cut)
    for statement in made:
        printouts.publish_statement(statement)
    return made


def close_month(region: str, month: Month, now: datetime) -> dict[str, int]:
    """The whole monthly run of a region, part after part. Answers counts of institutions and items,
    fen of the funds."""
    while (run := close_month_part(region, month, now)).state is not runs.RunState.DONE:
        pass
    return dict(run.counts)


def close_month_part(region: str, month: Month, now: datetime) -> runs.Run:
    """The next `AT_ONCE` institutions of a region's monthly run, one after the other; the run as it
    stands then. Broken off, those of one part are gone through again, and nothing is made twice."""
    cut = begin_month(region, month, now)
    before = runs.find_run(runs.STATEMENTS, region, month)
    assert before is not None, "it was begun"
    if before.state is runs.RunState.DONE:
        return before
    counts = {"institutions": 0, "items": 0, "fund_pay": 0, **before.counts}
    names, end = items.page_of_institutions(region, month, before.through, AT_ONCE)
    for institution in names:
        made = close_institution_month(region, institution, month, cut)
        counts["institutions"] += bool(made)
        for statement in made:
            counts["items"] += statement.lines
            counts["fund_pay"] += int(total(statement.by_fund))
    state = runs.RunState.RUNNING if end else runs.RunState.DONE
    after = replace(before, state=state, counts=counts, through=end)
    runs.advance_run(runs.STATEMENTS, region, month, before, after, now)
    return after


def list_unfinished_months(region: str, now: datetime) -> list[Month]:
    """Past months of a region whose run never came, or never ended: however many were missed.

    From its first month on without a gap: a month in which nothing happened is closed too.
    """
    known = items.list_months(region)
    if not known:
        return []
    done = {
        period
        for period, run in runs.list_runs(runs.STATEMENTS, region).items()
        if run.state is runs.RunState.DONE
    }
    last = Month.of(now - GRACE).previous
    return [month for month in known[0].through(last) if month not in done]


def make_up_months(region: str, now: datetime) -> int:
    """Ends what the queue or a missed run left over, then supplements for what came late. Answers
    how many supplements."""
    found, more = 0, True
    while more:
        made, more = make_up_part(region, now)
        found += made
    return found


def make_up_part(region: str, now: datetime) -> tuple[int, bool]:
    """The next part of it: some institutions of the first month that is left over, or some of the
    supplements. Answers how many supplements, and whether more is left."""
    for month in list_unfinished_months(region, now):
        close_month_part(region, month, now)
        return 0, True
    made = len(create_supplements(region, now))
    return made, made >= AT_ONCE


def create_supplements(region: str, now: datetime) -> list[Statement]:
    """Statements for what came after its month's statements were made, of `AT_ONCE` institutions
    and months at most: each item still lies in exactly one, that of its own month. Reads what
    waits, and not what is in a supplement."""
    cut = now - GRACE
    found: list[Statement] = []
    for late in items.list_late(region):
        if len(found) >= AT_ONCE:
            break
        if runs.find_run(runs.STATEMENTS, region, late.month) is None:
            continue  # the month's own run will take it
        before = store.list_statements(region, late.institution, late.month)
        if not before or before[-1].cut < late.latest:
            made = close_institution_month(region, late.institution, late.month, cut)
            found += [one for one in made if not before or one.number > before[-1].number]
            before = made
        if before and before[-1].cut >= late.latest:
            commit_once(items.late_taken(region, late))
    return found


# -------------------------------------------------------------------------------------------------
# deadlines


def report_overdue(region: Region, now: datetime, calendar: Calendar) -> list[store.OpenStatement]:
    """Statements that are unpaid on the day their money is due (J34), of any month; each told
    once."""
    due = partial(rules.paid_by, region=region, calendar=calendar)
    last = Month.of(now).previous
    if civil_date(now) < due(last).day:
        last = last.previous
    found = list(store.list_open_to(region, last))
    for one in found:
        deadline = due(one.month)
        event = StatementOverdue(one.institution, one.month, one.state, deadline.day, deadline.cite)
        commit_once([outbox.publish(event, one.statement_id, now)])
    return found


@dataclass
class YearEnd:
    """What one look at the bar of a year did."""

    noticed: int = 0
    barred: int = 0


def apply_time_bar(region: Region, now: datetime, calendar: Calendar) -> YearEnd:
    """Notices before the bar, and the bar itself (Q5.2), of every year whose bar has come. Each
    happens once.

    A statement that was made after the last notice is told of none in time: it stays payable.
    """
    today, done = civil_date(now), YearEnd()
    year = today.year
    while rules.bar_notices(year, region, calendar)[0].day > today:
        year -= 1
    for listed in store.list_open_to(region, Month(f"{year}-12")):
        if listed.state not in (StatementState.DRAFT, StatementState.TIME_BARRING):
            continue
        _, month, institution, number, _ = listed
        one = store.get_statement(region, institution, month, number).statement
        bar = rules.barred_after(month.year, region, calendar)
        notices = rules.bar_notices(month.year, region, calendar)
        if civil_date(one.cut) > notices[-1].day:
            continue
        if today > bar.day:
            barred = barring.time_bar_statement(region, institution, month, number, now)
            done.barred += barred is not None
            continue
        due = [notice.day for notice in notices if notice.day <= today]
        done.noticed += _notice(one, due[-1], bar, now)
    return done


def _notice(one: Statement, day: date, bar: Deadline, now: datetime) -> bool:
    event = TimeBarNotice(one.institution, one.month, bar.day, one.lines, bar.cite)
    return commit_once([outbox.publish(event, f"{one.statement_id}-{day:%m%d}", now)])


# -------------------------------------------------------------------------------------------------
# looked at


def list_year(region: str, year: int) -> Iterator[Statement]:
    """All statements of a region's year."""
    for month in Month(f"{year}-01").through(Month(f"{year}-12")):
        for institution in items.list_institutions(region, month):
            yield from store.list_statements(region, institution, month)


def drg_share(region: str, year: int) -> tuple[Fen, Fen]:
    """Inpatient pool money of our own insured paid by DRG or DIP, and all of it (N5)."""
    return rules.shares(list_year(region, year))


def page_of_month(
    region: str, month: str, after: str, limit: int
) -> tuple[list[InstitutionMonth], str]:
    """The month at up to `limit` institutions behind `after`, and behind what the next page begins,
    empty at the end. Three queries, however much the institutions settled."""
    names, end = items.page_of_institutions(region, month, after, limit)
    if not names:
        return [], ""
    made: dict[str, list[ListedStatement]] = {}
    for name, one in store.list_month(region, month, names[0], names[-1]):
        made.setdefault(name, []).append(one)
    late = items.late_between(region, month, names[0], names[-1])
    rows = [InstitutionMonth(name, tuple(made.get(name, ())), late.get(name)) for name in names]
    return rows, end


def page_of_month_items(
    region: str, month: str, institution: str, after: str, limit: int
) -> tuple[list[MonthItem], str]:
    """At most `limit` items of an institution's month behind `after`, each with the statement that
    holds it; and behind what the next page begins, empty at the end. Two queries."""
    made = [one for _, one in store.list_month(region, month, institution, institution)]
    found, end = items.page_of_items(month_key(region, institution, month), after, limit)
    return [_placed(item, made) for item in found], end


def _placed(item: Item, made: Sequence[ListedStatement]) -> MonthItem:
    assert item.arrived is not None, item.item_id
    holding = (one.figures.number for one in made if item.arrived <= one.figures.cut)
    number = next(holding, 0)
    why = "" if number else f"未列入对账单:{'到达晚于对账截止' if made else '当月未生成'}"
    return MonthItem(item, number, why)
