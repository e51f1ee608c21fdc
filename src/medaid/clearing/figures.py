"""The cited figures of `figures.toml`: what a document fixes in days, months, shares and amounts,
by region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from medaid.errors import BadInput, PolicyUndetermined
from medaid.fund.model.chart import read
from medaid.money import Ratio
from medaid.regions import Region
from medaid.workdays import Calendar, WorkingDays

_HOLIDAY: Final = ("as_stated", "previous_working_day", "next_working_day")


@dataclass(frozen=True, slots=True)
class Figure:
    """One value that a document fixes. `holiday` says what a date does that falls on a day off:
    nothing, or move."""

    key: str
    region: Region
    value: Any
    unit: str
    cite: str
    trust: str
    holiday: str

    @property
    def whole(self) -> int:
        assert isinstance(self.value, int), self.key
        return self.value

    @property
    def ratio(self) -> Ratio:
        return Ratio.of(str(self.value))

    @property
    def days(self) -> WorkingDays:
        return WorkingDays(self.whole)

    def on(self, day: date, calendar: Calendar) -> date:
        """`day` itself, or the working day before or after it where the figure says so."""
        if self.holiday == "as_stated" or calendar.is_workday(day):
            return day
        step = timedelta(days=-1 if self.holiday == "previous_working_day" else 1)
        while not calendar.is_workday(day):
            day += step
        return day


@cache
def _figures() -> tuple[Figure, ...]:
    found = []
    for row in read("figures.toml", "medaid.clearing")["figure"]:
        if (
            not row.get("cite")
            or not row.get("unit")
            or row.get("trust") not in ("S", "G", "N", "R")
        ):
            raise ValueError(f"figure {row['key']} carries no citation, unit or trust")
        holiday = row.get("holiday", "as_stated")
        assert holiday in _HOLIDAY, holiday
        found.append(
            Figure(
                row["key"],
                Region(row["region"]),
                row["value"],
                row["unit"],
                row["cite"],
                row["trust"],
                holiday,
            )
        )
    assert len({(f.key, f.region) for f in found}) == len(found), "a figure twice"
    return tuple(found)


def figure(key: str, region: str) -> Figure:
    """The figure that holds in `region` (admdvs): its own, or that of the nearest region above.
    Raises PolicyUndetermined FIGURE_MISSING."""
    by_region = {found.region: found for found in _figures() if found.key == key}
    for above in Region(region).chain:
        if above in by_region:
            return by_region[above]
    raise PolicyUndetermined("FIGURE_MISSING", field=key, rule=f"{region} 无此标准")


@cache
def care_class(clr_type: str) -> str:
    """`inpatient` or `outpatient` for a clr_type: a code as listed, else by its first two digits
    unless it is a local one (99…).

    Raises BadInput CODE_UNKNOWN.
    """
    table = read("figures.toml", "medaid.clearing")["care"]
    for code in (clr_type, clr_type[:2] if clr_type[:2] != "99" else ""):
        for care in ("inpatient", "outpatient"):
            if code in table[care]:
                return care
    raise BadInput("CODE_UNKNOWN", field="clr_type", rule=f"清算类别 {clr_type} 未登记")
