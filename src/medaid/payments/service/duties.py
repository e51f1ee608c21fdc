"""Who does what in a region's office (Q3.1): one rule over persons and time, for every act that
moves money, whichever package does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from medaid.aws.transaction import Decided, Write, transact
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.papers.model import SignaturePlace
from medaid.payments import officers, rules
from medaid.payments.keys import officer_key, officers_partition
from medaid.payments.model import Duty, OfficerName, RegisteredOfficer
from medaid.payments.separation import separation
from medaid.payments.store import PaymentItem
from medaid.regions import Region


def claim_duty(
    region: Region, officer_id: OfficerId, roles: frozenset[str], duty: Duty, at: datetime
) -> Sequence[Write]:
    """The writes by which an officer holds `duty` in the region from this act on, for the acting
    service's transaction; label `duty`. None where it is held already.

    `roles` are those of the token. Raises Forbidden SEPARATION where the officer holds, or has the
    role of, a duty that excludes it; Unavailable.
    """
    item, officer = load_officer(region, officer_id)
    rules.check_duty(officer, roles, duty, at, separation())
    after = rules.with_duty(officer, duty, at)
    return () if after == officer else [stored_officer(item, after, at)]


def name_officer(
    region: Region, officer_id: OfficerId, name: str, post: str, by: OfficerId, now: datetime
) -> RegisteredOfficer:
    """What an officer is called in the region's office from now on; earlier names stay for what was
    done under them. Raises BadInput, Unavailable."""

    def decide() -> Decided[RegisteredOfficer]:
        item, officer = load_officer(region, officer_id)
        after = officers.with_name(officer, name, post, by, now)
        return Decided(after, () if after == officer else [stored_officer(item, after, now)])

    return transact(decide)


def officer_titles(region: Region) -> Callable[[str, datetime | None], OfficerName | None]:
    """From a token's subject and an instant to the name and post of that time, for the officers of
    one region: what papers and trails print. One query. Raises Unavailable."""
    officers = {one.officer_id: one for one in list_officers(region)}

    def named(subject: str, at: datetime | None) -> OfficerName | None:
        officer = officers.get(OfficerId(subject))
        return officer.name_at(at) if officer else None

    return named


def signatures(
    region: Region, acts: Iterable[tuple[str, str, datetime | None]]
) -> tuple[SignaturePlace, ...]:
    """The places to sign of a paper: for each (act, subject, instant) the name and post of that
    time; a line to write on where none was entered or nobody has acted. The office is asked only
    where somebody has acted: who makes a paper nobody signed may read no officers. Raises
    Unavailable."""
    places, found = list(acts), []
    titles = officer_titles(region) if any(by for _, by, _ in places) else None
    for act, by, at in places:
        title = titles(by, at) if titles and by else None
        name, post = (title.name, title.post) if title else ("", "")
        found.append(SignaturePlace(act, name, post, civil_date(at) if at else None))
    return tuple(found)


def get_officer(region: Region, officer_id: OfficerId) -> RegisteredOfficer:
    """An officer as the region's office keeps them: by `RegisteredOfficer.is_one_hand_with` checks
    see that nobody checks their own work, nor that of whom they stand in for. Raises
    Unavailable."""
    return load_officer(region, officer_id)[1]


def check_second(
    region: Region,
    by: str,
    first: str,
    done: datetime | None,
    now: datetime,
    rule: str,
    field: str = "operator",
) -> None:
    """That the second of two is another person than `first`, who acted at `done`, and that neither
    stands in for the other, now or then: the one check for whatever two people do together.

    `done` is None where an old record does not tell. Raises Forbidden SEPARATION naming `field` and
    saying `rule`, Unavailable.
    """
    get_officer(region, OfficerId(by)).check_second(first, done, now, rule, field)


def list_officers(region: Region) -> list[RegisteredOfficer]:
    """Everybody who ever held a duty or was named in a region. Raises Unavailable."""
    return [
        item.record(RegisteredOfficer)
        for item in PaymentItem.list_under(officers_partition(region))
    ]


def page_of_officers(region: Region, after: str, limit: int) -> tuple[list[RegisteredOfficer], str]:
    """At most `limit` of them behind `after`, and behind what the next page begins, empty at the
    end. Raises Unavailable."""
    found, end = PaymentItem.page_under(officers_partition(region), "", after, limit)
    return [item.record(RegisteredOfficer) for item in found], end


def end_duty(
    region: Region, officer_id: OfficerId, duty: Duty, by: OfficerId, reason: str, now: datetime
) -> RegisteredOfficer:
    """A duty ended by another person, so that the officer may take up another one; the trail stays.
    Raises Conflict STATE, BadInput, Forbidden SEPARATION."""

    def decide() -> Decided[RegisteredOfficer]:
        item, officer = load_officer(region, officer_id)
        after = rules.without_duty(officer, duty, by, reason, now)
        return Decided(after, [stored_officer(item, after, now)])

    return transact(decide)


def load_officer(
    region: Region, officer_id: OfficerId
) -> tuple[PaymentItem | None, RegisteredOfficer]:
    """The stored item, if any, and the officer. Raises Unavailable."""
    item, officer = PaymentItem.held(officer_key(region, officer_id), RegisteredOfficer)
    return item, officer or RegisteredOfficer(officer_id, region)


def stored_officer(item: PaymentItem | None, officer: RegisteredOfficer, at: datetime) -> Write:
    """The write of the officer as they now are; label `duty`."""
    if item is None:
        key = officer_key(officer.region, officer.officer_id)
        return PaymentItem.create(key, officer, "duty", at=at)
    return item.replace(officer, "duty", at=at)
