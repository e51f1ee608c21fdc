"""What the calendar drives: one morning's work and one month's, each step keyed by its period and
safe to run again.

A step that fails for one region does not keep the others from theirs: what failed is told at the
end, all at once, and the next run does it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from medaid.aws import queue
from medaid.aws.settings import settings
from medaid.clearing import runs, store
from medaid.clearing.figures import figure
from medaid.clearing.hospital import service as hospital
from medaid.clearing.insurer import service as insurer
from medaid.clearing.regions import service as regions
from medaid.errors import MedaidError, Refused
from medaid.fund import finance, rollups, sealing, seals
from medaid.instants import civil_date
from medaid.months import Month
from medaid.regions import Level, Region
from medaid.workdays import Calendar

BILLED: Final = "region_bills"
CATCH_UP: Final = 24
"""Months back for which bills between regions are still made up for."""


@dataclass
class JobDone:
    """What a job did: counts by name, findings of the books by name, and what failed (never
    personal data)."""

    counts: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def add(self, name: str, number: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def attempt(self, name: str, admdvs: str, step: Callable[[], int]) -> bool:
        """Runs one step for one region; a refusal or storage failure is noted, a fault of the
        program is not hidden. Answers whether it was done."""
        try:
            self.add(name, step())
        except MedaidError as error:
            self.failed.append(f"{name} {admdvs} {error.code}")
            return False
        return True


def monthly(now: datetime) -> JobDone:
    """On the first: last month's statements of every institution of every region, over the queue
    where there is one (J34); months that were missed before it first."""
    done, month = JobDone(), Month.of(now).previous
    for region in store.list_regions():
        done.attempt("statements", region, partial(_close, region, month, now))
    return done


def _close(region: Region, month: Month, now: datetime) -> int:
    for missed in hospital.list_unfinished_months(region, now):
        if missed < month:
            hospital.close_month(region, missed, now)
    url = settings().clearing_queue
    if not url:
        return hospital.close_month(region, month, now)["institutions"]
    cut = hospital.begin_month(region, month, now)
    found = store.list_institutions(region, month)
    for institution in found:
        message = {
            "admdvs": region,
            "institution": institution,
            "month": month,
            "cut": cut.isoformat(),
        }
        queue.send(url, json.dumps(message, sort_keys=True))
    return len(found)


def task(body: str) -> None:
    """One institution's month, as the queue brings it: twice changes nothing."""
    message = json.loads(body)
    hospital.close_institution_month(
        Region(message["admdvs"]),
        message["institution"],
        Month(message["month"]),
        datetime.fromisoformat(message["cut"]),
    )


def daily(now: datetime, calendar: Calendar) -> JobDone:
    """Each morning: books sealed, verified and compared; late items, deadlines, the year's bar,
    bills, prepayments and the insurer's bills."""
    done, today = JobDone(), civil_date(now)
    running = Month.of(now)
    months = (running.previous, running)
    found = store.list_regions()
    for region in found:
        step = partial(hospital.make_up_months, region, now)
        done.attempt("late_statements", region, step)
    bill_regions(done, found, now)
    provinces = {
        region.province for region in found
    }  # they owe and are owed, with books of their own
    for region in sorted({*found, *provinces}):
        steps: Mapping[str, Callable[[Region], int]] = {
            "sealed": lambda a: sum(sealing.sealed(a, month, now) for month in months),
            "tampered": lambda a: sum(len(seals.verify(a, month, now)) for month in months),
            "rollup_differs": lambda a: sum(
                len(rollups.recompute(a, month, today, now)) for month in months
            ),
            "overdue": lambda a: len(hospital.report_overdue(a, now, calendar)),
            "barred": lambda a: hospital.apply_time_bar(a, now, calendar).barred,
            "prepayment_alerts": lambda a: len(regions.report_use(a, now)),
            "bills_late": lambda a: late_bills(a, now, calendar),
            "insurer_bills": lambda a: insurer.create_due_bills(a, now),
            "interest_due": lambda a: finance.remind_of_interest(a, now),
            "short_of_reserve": lambda a: _reserve(a, now),
        }
        for name, act in steps.items():
            done.attempt(name, region, partial(act, region))
    for city in sorted({region.city for region in found}):
        step = partial(insurer.report_reserve, city, now)
        done.attempt("insurer_reserve_exceeded", city, step)
    return done


def late_bills(region: Region, now: datetime, calendar: Calendar) -> int:
    """Bills that a region owes and whose next step is overdue."""
    mine = (bill.due(calendar) for bill in regions.list_open(region) if bill.debtor == region)
    return sum(due is not None and civil_date(now) > due for due in mine)


def _reserve(admdvs: str, now: datetime) -> int:
    """On the first of a month: funds whose surplus covers less than three months (N7)."""
    if civil_date(now).day != 1:
        return 0
    wanted = figure("reserve_warning", admdvs)
    return finance.warn_of_reserve(admdvs, Month.of(now).previous, wanted.whole, wanted.cite, now)


# -------------------------------------------------------------------------------------------------
# between regions


def bill_regions(done: JobDone, found: list[Region], now: datetime) -> None:
    """Filings, splits and bills of every past month that is not billed yet, as far as they can go
    today. A file that does not read stops its own province, and nobody else."""
    cities = [region for region in found if region.level not in (Level.PROVINCE, Level.NATION)]
    began = {city: (store.list_months(city) or [Month.of(now)])[0] for city in cities}
    first = max(min(began.values(), default=Month.of(now)), Month.of(now).later(-CATCH_UP))
    for month in first.through(Month.of(now).previous):
        provinces: dict[Region, list[str]] = {}
        for city in cities:
            if began[city] <= month:
                provinces.setdefault(city.province, []).append(city)
        _bill_month(done, month, provinces, now)


def _bill_month(
    done: JobDone, month: Month, provinces: Mapping[Region, list[str]], now: datetime
) -> None:
    """One month's way through cities, provinces and the nation. On one machine the national level
    is ours (MEDAID_NATIONAL=local)."""
    waiting = {
        province: members
        for province, members in provinces.items()
        if not _is_billed(province, month)
    }
    if not waiting:
        return
    ready: list[Region] = []
    for province, members in waiting.items():
        if _file_cities(done, month, members, now):
            step = partial(_file_province, province, month, members)
            if done.attempt(BILLED, province, step):
                ready.append(province)
    local = settings().national_level == "local"
    if local and len(ready) == len(waiting):
        step = partial(_split, month, sorted(provinces))
        done.attempt(BILLED, "", step)
    for province in ready:
        done.attempt(BILLED, province, partial(_bill, province, month, provinces[province], now))


def _is_billed(province: str, month: str) -> bool:
    run = runs.find_run(BILLED, province, month)
    return run is not None and run.state is runs.RunState.DONE


def _file_cities(done: JobDone, month: Month, cities: list[str], now: datetime) -> bool:
    """Files each city's month; whether all have. A refusal or storage failure of one is noted."""
    filed = []
    for city in cities:
        try:
            regions.file_city(city, month, now)
        except MedaidError as error:
            if error.code != "PERIOD_OPEN":
                done.failed.append(f"{BILLED} {city} {error.code}")
        else:
            filed.append(city)
    return filed == cities


def _file_province(province: str, month: str, members: list[str]) -> int:
    regions.file_province(province, month, members)
    return 0


def _split(month: str, participants: list[Region]) -> int:
    regions.split_nation(month, participants)
    return 0


def _bill(province: str, month: str, members: list[str], now: datetime) -> int:
    """Bills of a province's month; done once the national level has answered too."""
    found = len(regions.bill_cities(province, month, members, now))
    try:
        found += len(regions.bill_province(province, month, members, now))
    except Refused as error:
        if error.code != "NOT_FOUND":
            raise
        return found  # the national level has not answered yet
    runs.begin_run(BILLED, province, month, now)
    runs.end_run(BILLED, province, month, {"bills": found}, now)
    return found
