"""Persons who were treated and whose assistance was not settled: found, prepared for, reminded
(J27; art. 27 提醒工作)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from medaid.aws import outbox
from medaid.aws.transaction import commit_once, put_each
from medaid.errors import Conflict, Refused
from medaid.events import AssistanceNotSettled, SettlementPosted
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.people.model import Identity, PersonFile
from medaid.policy.model import NO_CATEGORY
from medaid.reimbursement import store
from medaid.reimbursement.following import (
    draft_of,
    granted_by,
    is_ground,
    original_of,
    still_decided,
    with_supplements,
)
from medaid.reimbursement.model import Case, OriginalSettlement
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.intake import case_id, prepare
from medaid.reimbursement.service.review import priced_on
from medaid.settlement.model import Settlement

PAGE: Final = 100
"""Settlements of which the records are read in one call."""


def note_settlement(event: SettlementPosted) -> None:
    """Takes note of a settlement: as a possible duplicate of a case, as one that may lack
    assistance, and of the person as one whom the year's end may refund. One that was reversed is
    none of the first two any more.

    Taking note twice changes nothing. Raises Unavailable: the stream brings the event
    again.
    """
    who, begin, end, at = event.psn_no, event.begin, event.end, event.setl_time
    if event.refd:
        total = abs(event.medfee_sumamt)
        commit_once(store.settlement_forgotten(who, begin, end, total, event.setl_id))
        return
    put_each(
        [
            store.alike_pointer(who, begin, end, event.medfee_sumamt, event.setl_id, at),
            store.settlement_pointer(
                who, begin, end, event.setl_id, event.category, event.care, settled_at=at
            ),
            *(
                store.treated(event.insured_region, year, event.insutype, who)
                for year in {end.year, civil_date(at).year}
            ),
        ]
    )


def remind(
    context: Context,
    psn_no: str,
    since: date,
    settlements: Callable[[Sequence[str]], Sequence[Settlement]],
    now: datetime,
) -> list[Case]:
    """Prepares a case for every settlement and every case of the person that was granted without an
    identity that now stands, or with a poorer one, and reminds the person, once each. A better one
    recognised after that was paid prepares the next.

    Called when an identity is recorded, which stands from `since`: what ended before is not looked
    at. Calling it again prepares nothing twice. `settlements` brings the records of the settlement
    package, a page in one read. Person, cases and settlements are read at once, however many there
    are.
    """
    file = people.load(psn_no, min(since, civil_date(now)).year)
    cases = [one for one in store.cases(store.of_person(psn_no)) if one is not None]
    grounds, prepared = list(_grounds(psn_no, since, cases, file.identities)), []
    for begin in range(0, len(grounds), PAGE):
        page = grounds[begin : begin + PAGE]
        names = [one.name for one in page if not one.case]
        held = dict(zip(names, settlements(names) if names else (), strict=True))
        for ground in page:
            case = _prepared(context, file, ground, held.get(ground.name), now)
            if case is not None:
                prepared.append(case)
    return prepared


def _prepared(
    context: Context,
    file: PersonFile,
    ground: _Ground,
    settlement: Settlement | None,
    now: datetime,
) -> Case | None:
    """The case that adds to `ground` for the first region whose identity grants more; `settlement`
    where the ground is none of our cases."""
    original, standing, earlier = settlement or ground.case[0], ground.standing, ground.earlier
    if isinstance(original, Settlement):
        if original.reversed_at is not None or original.decision.goes_on:
            return None  # what is settled next of a stay that goes on counts for all of it
        known = original.decision.categories
        standing = tuple(i for i in standing if i.category not in known)

    def granted() -> OriginalSettlement:
        if isinstance(original, Settlement):
            return with_supplements(original_of(original), earlier)
        return with_supplements(granted_by(original), earlier[1:])

    for region in dict.fromkeys(i.admdvs for i in standing):
        number = f"{ground.name}.{len(earlier) + 1}" if earlier else ground.name
        draft = draft_of(original, case_id(region, "system", number), region, now)
        certain = ground.without_identity and not earlier
        if certain or _adds(context, draft, file, granted, now):
            event = AssistanceNotSettled(draft.case_id, draft.psn_no, region, draft.settled)
            return prepare(context, draft, now, outbox.publish(event, number, now))
    return None


@dataclass(frozen=True, slots=True)
class _Ground:
    """What supplements may follow: a settlement at the counter, or a case (`case` holds it); the
    identities that it may lack, and the case itself with all that added to either."""

    name: str
    begin: date
    end: date
    without_identity: bool = False
    case: tuple[Case, ...] = ()
    standing: tuple[Identity, ...] = ()
    earlier: tuple[Case, ...] = ()


def _grounds(
    psn_no: str, since: date, cases: Sequence[Case], identities: Sequence[Identity]
) -> Iterator[_Ground]:
    """All of a person, as they stand, that lack something and on which nothing is open."""
    found = [
        *(
            _Ground(one.setl_id, one.begin, one.end, one.category == NO_CATEGORY)
            for one in store.settlements_of(psn_no, since)
        ),
        *(
            _Ground(one.case_id, one.care.begin, one.care.end, case=(one,))
            for one in cases
            if one.care.end >= since and is_ground(one)
        ),
    ]
    adding: dict[str, list[Case]] = {}
    for one in cases:
        adding.setdefault(one.settled, []).append(one)
    for ground in found:
        earlier = (*ground.case, *adding.get(ground.name, ()))
        standing = tuple(i for i in identities if i.stands_during(ground.begin, ground.end))
        if earlier:  # the last one was priced with all that was recorded before it
            standing = tuple(i for i in standing if i.recorded >= earlier[-1].created)
        if standing and not still_decided(earlier):
            yield replace(ground, standing=standing, earlier=earlier)


def _adds(
    context: Context,
    draft: Case,
    file: PersonFile,
    granted: Callable[[], OriginalSettlement],
    now: datetime,
) -> bool:
    """Whether the identities that stand now grant more than was settled. Where the policy gives no
    single answer a person has to look, so the case is prepared."""
    try:
        return bool(priced_on(context, draft, file, granted(), now).granted)
    except Conflict:
        return False  # nothing is left to add
    except Refused:
        return True
