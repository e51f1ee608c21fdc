"""What clearing and the register count of a region's year, for its performance indicators (J36)."""

from __future__ import annotations

from datetime import date, datetime

from medaid.aws import calendars
from medaid.clearing.hospital import service as hospital
from medaid.clearing.insurer import service as insurer
from medaid.fund.performance.model import Measure, Measures
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.regions import Region

_PAGE = 1000
_NOT_KEPT = "部分月结算单生成时未记政策范围内费用,不能计算"
_NO_SURVEY = "本年度没有登记满意度调查"


def year_measures(admdvs: Region, year: int, now: datetime) -> Measures:
    """Numerator and denominator by indicator, or in words why there are none. Raises
    Unavailable."""
    grouped, pool = hospital.drg_share(admdvs, year)
    calendar = calendars.current(now, admdvs)
    in_time, due = hospital.paid_in_time(admdvs, year, calendar, civil_date(now))
    return {
        "drg_dip_share": Measure(int(grouped), int(pool)),
        "paid_in_time": Measure(in_time, due),
        **_within_policy(admdvs, year),
        "registered_persons": Measure(_registered(admdvs, year, now)),
        "satisfaction": _satisfaction(admdvs, year),
    }


def _registered(admdvs: Region, year: int, now: datetime) -> int:
    """Persons of the region with an identity that stands at the end of the year, or today before
    it ends."""
    day = min(date(year, 12, 31), civil_date(now))
    persons: set[str] = set()
    after = ""
    while True:
        page, after = people.register_page(admdvs, day, now, after, _PAGE)
        persons.update(psn_no for psn_no, _ in page)
        if not after:
            return len(persons)


def _within_policy(admdvs: Region, year: int) -> Measures:
    found = hospital.within_policy(admdvs, year)
    if found is None:
        return dict.fromkeys(("in_policy_ratio", "own_payment"), _NOT_KEPT)
    return {
        "in_policy_ratio": Measure(int(found.funds), int(found.in_policy)),
        "own_payment": Measure(int(found.own), int(found.assisted)),
    }


def _satisfaction(admdvs: Region, year: int) -> Measure | str:
    surveys = insurer.list_surveys(admdvs.city, year)
    asked = sum(one.persons_asked for one in surveys)
    return Measure(sum(one.persons_satisfied for one in surveys), asked) if asked else _NO_SURVEY
