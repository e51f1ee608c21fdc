"""Matters found, listed and answered.

A matter is found when a settlement or a reimbursement raises the person's own burden of the year
over a threshold (the year's totals say it already: nothing more is kept in a settlement), or by the
cross-check. Found again it is the same matter: a person is told of once a year and threshold.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from medaid.aws.transaction import Decided, commit_once, refuse_as_changed, transact
from medaid.errors import Forbidden, Refused
from medaid.event import SettlementPosted
from medaid.events import CasePaid, Event
from medaid.followup import rules, store
from medaid.followup.model import Matter, MatterKind, MatterReply, MatterState
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


def keep(one: Matter) -> bool:
    """Keeps a matter; False where it is known. What was answered as mended and is found again in a
    later month is a new one. Raises Unavailable."""
    if commit_once(store.create_matter(one)):
        return True
    held = store.find_matter(one.matter_id)[1]
    again = rules.found_again(held, one) if held is not None else None
    return again is not None and commit_once(store.create_matter(again))


def page_of_matters(
    region: Region, kind: MatterKind, state: MatterState, department: str, after: str, limit: int
) -> store.MatterPage:
    """The page behind `after` of what was found in `region` and below, oldest first within each
    region; of one department where it is named. Raises BadInput, Unavailable."""
    return store.page_of_matters(region, kind, state, department, after, limit)


def total_of_matters(region: Region, kind: MatterKind, state: MatterState, department: str) -> int:
    """How many matters that list has, as it is kept. Raises Unavailable."""
    return store.total_of_matters(region, kind, state, department)


def page_of_person(psn_no: str, after: str, limit: int) -> store.MatterPage:
    """The matters of one person. Raises BadInput, Unavailable."""
    return store.page_of_person(psn_no, after, limit)


def answer(matter_id: str, kind: MatterKind, office: Region, reply: MatterReply) -> Matter:
    """Enters what the receiver answered; the same again changes nothing.

    Raises Refused NOT_FOUND, Forbidden from an office that is neither of the matter's region nor of
    its pooling region, as `rules.answered`, Conflict STATE where somebody was first, Unavailable.
    """

    def decide() -> Decided[Matter]:
        version, held = store.find_matter(matter_id)
        if held is None or held.kind is not kind:
            raise Refused("NOT_FOUND", field="matter_id", rule="没有该事项")
        if office not in (held.region, held.region.pooling):
            rule = f"事项属 {held.region},由其医保经办机构登记"
            raise Forbidden("FORBIDDEN", field="admdvs", rule=rule)
        after = rules.answered(held, reply)
        changed = after != held
        return Decided(after, store.replace_matter(version, held, after) if changed else [])

    return transact(decide, refuse_as_changed)
