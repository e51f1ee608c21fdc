"""What the calendar drives: one morning's work and one month's, each step keyed by its period and
safe to run again.

A step that fails for one region does not keep the others from theirs: what failed is told at the
end, all at once, and the next run does it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from medaid.aws import queue
from medaid.aws.settings import settings
from medaid.clearing import bills, insurer, national, regions, runs, statements, store
from medaid.clearing.figures import figure
from medaid.errors import MedaidError, Refused
from medaid.fund import finance, rollups, seals
from medaid.fund import service as fund
from medaid.instants import civil_date, from_stored
from medaid.workdays import Calendar


@dataclass
class Done:
    """What a job did: counts by name, findings of the books by name, and what failed (never
    personal data)."""

    counts: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def add(self, name: str, number: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def attempt(self, name: str, admdvs: str, step: Callable[[], int]) -> None:
        """Runs one step for one region; a refusal or storage failure is noted, a fault of the
        program is not hidden."""
        try:
            self.add(name, step())
        except MedaidError as error:
            self.failed.append(f"{name} {admdvs} {error.code}")


def last_month(now: datetime) -> str:
    """The month before the one in which `now` falls in Beijing, `yyyy-mm`."""
    return f"{civil_date(now).replace(day=1) - timedelta(days=1):%Y-%m}"


def monthly(now: datetime) -> Done:
    """On the first: last month's statements of every institution of every region, over the queue
    where there is one (J34)."""
    done, period = Done(), last_month(now)
    for admdvs in store.regions():
        done.attempt("statements", admdvs, lambda admdvs=admdvs: _month(admdvs, period, now))  # type: ignore[misc]
    return done


def _month(admdvs: str, period: str, now: datetime) -> int:
    url = settings().clearing_queue
    if not url:
        return runs.month(admdvs, period, now)["institutions"]
    cut = runs.month_cut(admdvs, period, now)
    found = store.institutions(admdvs, period)
    for institution in found:
        task = {
            "admdvs": admdvs,
            "institution": institution,
            "month": period,
            "cut": cut.isoformat(),
        }
        queue.send(url, json.dumps(task, sort_keys=True))
    return len(found)


def task(body: str) -> None:
    """One institution's month, as the queue brings it: twice changes nothing."""
    told = json.loads(body)
    runs.institution_month(
        told["admdvs"], told["institution"], told["month"], datetime.fromisoformat(told["cut"])
    )


def daily(now: datetime, calendar: Calendar) -> Done:
    """Each morning: books sealed, verified and compared; late items, deadlines, the year's bar,
    bills, prepayments and the insurer's bills."""
    done = Done()
    today, period = civil_date(now), last_month(now)
    running = f"{today:%Y-%m}"
    for admdvs in store.regions():
        done.attempt(
            "late_statements",
            admdvs,
            lambda admdvs=admdvs: _statements_made_up(admdvs, period, now),  # type: ignore[misc]
        )
    for month in (
        last_month(runs.midnight(today.replace(day=1) - timedelta(days=1))),
        period,
    ):  # what a month left over, the next one still makes
        done.attempt("region_bills", "", lambda month=month: between_regions(month, now))  # type: ignore[misc]
    for admdvs in store.regions():
        steps: Mapping[str, Callable[[str], int]] = {
            "sealed": lambda a: sum(seals.seal(a, month, now) for month in (period, running)),
            "tampered": lambda a: sum(
                len(seals.verify(a, month, now)) for month in (period, running)
            ),
            "rollup_differs": lambda a: sum(
                len(rollups.recompute(a, month, today, now)) for month in (period, running)
            ),
            "overdue": lambda a: len(runs.overdue(a, now, calendar)),
            "barred": lambda a: runs.year_end(a, now, calendar)["barred"],
            "prepayment_alerts": lambda a: len(regions.usage(a, now)),
            "bills_late": lambda a: sum(
                int(_late(bill, now, calendar)) for bill in regions.owed_by(a)
            ),
            "insurer_bills": lambda a: _insurer(a, now),
            "short_of_reserve": lambda a: _reserve(a, now),
        }
        for name, step in steps.items():
            done.attempt(name, admdvs, lambda step=step, admdvs=admdvs: step(admdvs))  # type: ignore[misc]
    return done


def _statements_made_up(admdvs: str, period: str, now: datetime) -> int:
    """Ends the month's run where the queue has done its part, or makes up for one that never came;
    then supplements for what came late."""
    state, body = runs.state("month", admdvs, period)
    if not state:
        runs.month(admdvs, period, now)
    if state == "running":
        cut = from_stored(body["cut"])
        for institution in store.institutions(admdvs, period):
            made = statements.made(admdvs, institution, period)
            if not made or made[-1].cut < cut:
                runs.institution_month(admdvs, institution, period, cut)
        runs.ended("month", admdvs, period, {}, now)
    return len(runs.supplements(admdvs, now))


def _late(bill: bills.Bill, now: datetime, calendar: Calendar) -> bool:
    due = bill.due(calendar)
    return due is not None and civil_date(now) > due


def _insurer(admdvs: str, now: datetime) -> int:
    """July's and December's bills and March's true-up, in their months (M二.5)."""
    today, made = civil_date(now), 0
    for year in (today.year - 1, today.year):
        if insurer.contract(admdvs, year) is None:
            continue
        months = figure("insurer_bill_months", admdvs).value
        periods = [f"{month:02d}" for month in months if (year, month) <= (today.year, today.month)]
        if (today.year, today.month) >= (year + 1, figure("insurer_true_up_month", admdvs).whole):
            periods.append("true_up")
        for period in periods:
            insurer.bill(admdvs, year, period, now)
            made += 1
    return made


def _reserve(admdvs: str, now: datetime) -> int:
    """On the first of a month: funds whose surplus covers less than three months (N7)."""
    today = civil_date(now)
    if today.day != 1:
        return 0
    end = today - timedelta(days=1)
    balances = fund.balance(admdvs, end)
    return len(finance.short_funds(admdvs, end, balances, figure("reserve_warning", admdvs).whole))


def between_regions(period: str, now: datetime) -> int:
    """The month's filings, splits and bills, as far as they can go today. On one machine the
    national level is ours (MEDAID_NATIONAL=local)."""
    cities = [region for region in store.regions() if region[2:] != "0000"]
    filed = [city for city in cities if _filed(city, period, now)]
    provinces: dict[str, list[str]] = {}
    for city in cities:
        provinces.setdefault(bills.province(city), []).append(city)
    ready = {p: members for p, members in provinces.items() if set(members) <= set(filed)}
    for province, members in ready.items():
        regions.file_province(province, period, members)
    if settings().national_level == "local" and set(ready) == set(provinces) and provinces:
        national.split(period, sorted(provinces))
    return sum(len(_billed(province, period, members, now)) for province, members in ready.items())


def _filed(city: str, period: str, now: datetime) -> bool:
    try:
        regions.file_city(city, period, now)
    except Refused as error:
        if error.code != "PERIOD_OPEN":
            raise
        return False
    return True


def _billed(province: str, period: str, members: list[str], now: datetime) -> list[bills.Bill]:
    found = regions.bill_cities(province, period, members, now)
    try:
        return [*found, *regions.bill_province(province, period, now)]
    except Refused as error:
        if error.code != "NOT_FOUND":
            raise
        return found  # the national level has not answered yet
