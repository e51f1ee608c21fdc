"""What a treatment city files of a month: made of its hospitals' statements, so that what regions
clear is what hospitals were owed (X12, J35).

A statement is filed with its own month if its cut lies no later than that month's, else with the
first later month whose cut it does not exceed; an adjustment with the first month whose cut it does
not exceed. So each is filed exactly once, whenever and however often it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from medaid.aws import exchange
from medaid.clearing import runs
from medaid.clearing import store as items
from medaid.clearing.amounts import added
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Statement
from medaid.clearing.regions import files, national
from medaid.clearing.regions.model import CityFiling
from medaid.errors import Refused
from medaid.money import Fen
from medaid.regions import Region

_SETTLED: Final = timedelta(hours=1)
"""A run of statements ends within its function's quarter of an hour; an hour later nothing with an
earlier cut can appear."""


def _cuts(treatment: str, month: str, now: datetime) -> dict[str, datetime]:
    """The cuts of a region's months up to `month`. Raises Refused PERIOD_OPEN."""
    held = runs.list_runs(runs.STATEMENTS, treatment)
    mine = held.get(month)
    ended = mine is not None and mine.state is runs.RunState.DONE and mine.cut is not None
    if mine is None or mine.cut is None or not ended or now < mine.cut + _SETTLED:
        raise Refused("PERIOD_OPEN", field="month", rule=f"{treatment} {month} 尚未生成对账单")
    return {period: run.cut for period, run in held.items() if period <= month and run.cut}


def _filed_with(own: str, at: datetime, cuts: Mapping[str, datetime]) -> str:
    """The month with which something of month `own` (empty: of none) is filed; empty while it waits
    for a later one."""
    return next((m for m, cut in sorted(cuts.items()) if m >= own and at <= cut), "")


def _statements(treatment: str, month: str, cuts: Mapping[str, datetime]) -> Iterator[Statement]:
    late = (one for one in items.list_late_months(treatment) if one < month)
    for period in sorted({month, *late}):
        for institution in items.list_institutions(treatment, period):
            for statement in hospital.list_statements(treatment, institution, period):
                if _filed_with(period, statement.cut, cuts) == month:
                    yield statement


def list_filings(treatment: str, month: str, now: datetime) -> list[CityFiling]:
    """What a treatment city files for `month`: by paying region, its statements' groups and the
    adjustments. The same whenever it is asked. Raises Refused PERIOD_OPEN."""
    cuts = _cuts(treatment, month, now)
    counts: dict[Region, int] = {}
    own: dict[Region, dict[str, Fen]] = {}
    for statement in _statements(treatment, month, cuts):
        for group, totals in statement.groups.items():
            paying = group.paying_region
            if paying != treatment:
                counts[paying] = counts.get(paying, 0) + totals.count
                own[paying] = added(own.get(paying, {}), hospital.group_funds(group, totals))
    adjusted: dict[Region, dict[str, Fen]] = {}
    for one in items.list_adjustments(treatment):
        if _filed_with("", one.at, cuts) == month:
            adjusted[one.paying] = added(adjusted.get(one.paying, {}), one.by_fund)
    return [
        CityFiling(
            Region(treatment),
            paying,
            counts.get(paying, 0),
            own.get(paying, {}),
            adjusted.get(paying, {}),
        )
        for paying in sorted({*own, *adjusted})
    ]


def file_city(treatment: str, month: str, now: datetime) -> str:
    """Writes a city's filing for its province; answers the key. Raises Refused PERIOD_OPEN."""
    content = files.filed(month, list_filings(treatment, month, now))
    return exchange.put(_city_key(treatment, month), content, "application/zip")


def _city_key(treatment: str, month: str) -> str:
    province = Region(treatment).province
    return f"clearing/regions/{month}/{province}/in/{treatment}.zip"


def list_province_filings(month: str, cities: Sequence[str]) -> list[CityFiling]:
    """What the cities of a province filed. Raises Refused NOT_FOUND while one has not, BadInput
    naming the row."""
    found = []
    for city in cities:
        key = _city_key(city, month)
        found += files.filings(month, exchange.get(key), key)
    return found


def list_away(province: str, month: str, cities: Sequence[str]) -> list[CityFiling]:
    """What of it concerns other provinces' people."""
    return [one for one in list_province_filings(month, cities) if one.paying.province != province]


def file_province(province: str, month: str, cities: Sequence[str]) -> None:
    """Hands the national level what the province's cities filed of other provinces' people. Raises
    Refused NOT_FOUND while a city has not filed."""
    national.file(month, province, files.filed(month, list_away(province, month, cities)))
