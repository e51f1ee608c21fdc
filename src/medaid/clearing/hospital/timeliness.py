"""How many of a year's statements were paid by their day (J34, J36)."""

from __future__ import annotations

from datetime import date

from medaid.clearing.hospital import rules
from medaid.clearing.hospital.model import StatementState
from medaid.clearing.hospital.monthly import list_year
from medaid.regions import Region
from medaid.workdays import Calendar

_NEVER_PAID = (StatementState.NOTHING_DUE, StatementState.TIME_BARRED)


def paid_in_time(region: Region, year: int, calendar: Calendar, today: date) -> tuple[int, int]:
    """Statements that the bank paid by the day on which the institution's money was due, and all
    whose day has passed and that owe something. One that the institution has not agreed to counts
    as not paid."""
    in_time = due = 0
    for one in list_year(region, year):
        last = rules.paid_by(one.month, region, calendar).day
        if last >= today or one.state in _NEVER_PAID:
            continue
        due += 1
        in_time += one.paid_on is not None and one.paid_on <= last
    return in_time, due
