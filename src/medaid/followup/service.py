"""Matters found, listed and answered.

A matter is found when a settlement or a reimbursement raises the person's own burden of the year
over a threshold (the year's totals say it already: nothing more is kept in a settlement), or by the
cross-check. Found again it is the same matter: a person is told of once a year and threshold.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from medaid.event import SettlementPosted
from medaid.events import CasePaid, Event
from medaid.followup import rules
from medaid.followup.cross_check import year_measures as year_measures
from medaid.followup.matters import answer as answer
from medaid.followup.matters import keep
from medaid.followup.matters import page_of_matters as page_of_matters
from medaid.followup.matters import page_of_person as page_of_person
from medaid.followup.matters import total_of_matters as total_of_matters
from medaid.followup.messages import send as send
from medaid.followup.model import Matter
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.policy.service import library
from medaid.regions import Region


def hear(event: Event, now: datetime) -> list[Matter]:
    """What a settlement or a paid case says of the person's burden of its year; a reversal lowers
    it and finds nothing. Hearing it again finds the same. Raises PolicyUndetermined for a threshold
    that two documents give, Unavailable."""
    match event:
        case SettlementPosted(refd=False):
            year = civil_date(event.setl_time).year
            return find_burdens(
                event.psn_no, Region(event.insured_region), {event.end.year, year}, now
            )
        case CasePaid():
            year = civil_date(now).year
            return find_burdens(event.psn_no, Region(event.insu_admdvs), {year - 1, year}, now)
    return []


def find_burdens(psn_no: str, insured: Region, years: Iterable[int], now: datetime) -> list[Matter]:
    """The matters of the person's own burden in these years that are new (J13, N3). Raises as
    above."""
    today, asked = civil_date(now), sorted(years)
    limits = rules.thresholds(library().figures(insured, today))
    if not limits:
        return []
    file = people.load(psn_no, asked[0])
    found = [
        one
        for year in asked
        for one in rules.burdens(file, file.totals(year), limits, insured, today, now)
    ]
    return [one for one in found if keep(one)]
