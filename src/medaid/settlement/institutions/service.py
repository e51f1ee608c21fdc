"""Contracted institutions: proposed, decided on by somebody else, ended, read (J37, Q3.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.errors import Refused
from medaid.ids import OfficerId
from medaid.payments.service import check_second
from medaid.regions import Region
from medaid.settlement import store
from medaid.settlement.institutions import rules
from medaid.settlement.model import InstitutionRecord, InstitutionVersion

Record = InstitutionRecord | None


def propose_institution(code: str, region: Region, new: InstitutionVersion) -> InstitutionRecord:
    """Keeps a new institution, or a change of its name or level, until somebody else decides; the
    same again is the same proposal. `region` is where it lies. Raises as `rules.proposed`,
    Unavailable."""
    return _changed(code, lambda held: rules.proposed(held, code, region, new))


def end_institution(
    code: str, effective: date, document: str, by: OfficerId, office: Region, now: datetime
) -> InstitutionRecord:
    """Proposes that the agreement ends; `effective` is the first day without it. Raises as
    `rules.end_of` and `rules.proposed`, Unavailable."""

    def change(held: Record) -> InstitutionRecord:
        end = rules.end_of(held, effective, document, by, office, now)
        assert held is not None, "what ends is known"
        return rules.proposed(held, code, held.admdvs, end)

    return _changed(code, change)


def decide_institution(
    code: str, approved: bool, reason: str, by: OfficerId, office: Region, now: datetime
) -> InstitutionRecord:
    """Second person: the version that waits counts from its day on, or never; who proposed it may
    only take it back. Counters know within ten minutes.

    Raises as `rules.decided`, Forbidden SEPARATION for who proposed it or stands in for them,
    Unavailable.
    """

    def change(held: Record) -> InstitutionRecord:
        after = rules.decided(held, approved, reason, by, office, now)
        if approved and after != held:
            _check_other(after.versions[-1], by, office, now)
        return after

    return _changed(code, change)


def _check_other(one: InstitutionVersion, by: OfficerId, office: Region, now: datetime) -> None:
    for region in dict.fromkeys((office, one.proposed_in)):
        check_second(region, by, one.proposed_by, one.proposed_at, now, "录入与复核不得为同一人")


def get_record(code: str, office: Region) -> InstitutionRecord:
    """All versions of an institution of the office's region or pooling region. Raises Refused
    INSTITUTION_UNKNOWN, Forbidden, Unavailable."""
    found = store.read_institution(code)[1]
    if found is None:
        raise Refused("INSTITUTION_UNKNOWN", field="institution", rule="该机构未登记")
    rules.check_office(found.admdvs, office)
    return found


def page_of_institutions(
    office: Region, after: str, limit: int
) -> tuple[list[InstitutionRecord], str]:
    """At most `limit` institutions of the office's region, and of those that pool with it, behind
    `after`; and behind what the next page begins, empty at the end. Raises Unavailable."""
    return store.page_of_institutions(office, after, limit)


def _changed(code: str, change: Callable[[Record], InstitutionRecord]) -> InstitutionRecord:
    def decide() -> Decided[InstitutionRecord]:
        version, before = store.read_institution(code)
        after = change(before)
        return Decided(after, [] if after == before else store.replace_institution(version, after))

    return transact(decide, refuse_as_changed)
