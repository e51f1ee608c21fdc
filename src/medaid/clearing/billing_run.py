"""Bills between regions, made up for month by month: cities file, their province sums up, the
nation splits, bills follow. What one province cannot do stops nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from medaid.aws.faults import Failed
from medaid.aws.settings import settings
from medaid.clearing import runs, store
from medaid.clearing.regions import service as regions
from medaid.errors import MedaidError, Refused
from medaid.months import Month
from medaid.regions import Level, Region

BILLED: Final = "region_bills"
CATCH_UP: Final = 24
"""Months back for which bills between regions are still made up for."""


@dataclass
class JobDone:
    """What a job or a step did: its name, counts by name, and what failed (never personal data)."""

    counts: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    name: str = ""

    def checked(self) -> dict[str, int]:
        """The counts. Raises Failed where a part of it failed, so that it is run again."""
        if self.failed:
            raise Failed(f"{len(self.failed)} steps failed: {self.failed[:20]}")
        return self.counts

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
