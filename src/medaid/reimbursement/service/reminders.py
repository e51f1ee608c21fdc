"""Persons who were treated and whose assistance was not settled: found, prepared for, reminded
(J27; art. 27 提醒工作)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from medaid.aws import outbox
from medaid.aws.transaction import commit_once, put_each
from medaid.errors import Conflict, Refused
from medaid.events import AssistanceNotSettled, SettlementPosted
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.policy.model import NO_CATEGORY
from medaid.reimbursement import store
from medaid.reimbursement.following import draft_of, is_ground, still_decided
from medaid.reimbursement.model import Case
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.intake import case_id, prepare
from medaid.reimbursement.service.review import priced
from medaid.settlement.model import Settlement


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
    context: Context, psn_no: str, settlement: Callable[[str], Settlement], now: datetime
) -> list[Case]:
    """Prepares a case for every settlement and every case of the person that was granted without an
    identity that now stands, or with a poorer one, and reminds the person, once each. A better one
    recognised after that was paid prepares the next.

    `settlement` is the settlement package's record. Called when an identity is recorded; calling it
    again prepares nothing twice.
    """
    identities = people.load(psn_no, civil_date(now).year).identities
    prepared = []
    for ground in _grounds(psn_no):
        standing = [i for i in identities if i.stands_during(ground.begin, ground.end)]
        earlier = (*ground.case, *store.supplements_of(ground.name)) if standing else ()
        if earlier:  # the last one was priced with all that was recorded before it
            standing = [i for i in standing if i.recorded >= earlier[-1].created]
        if not standing or still_decided(earlier):
            continue
        original = ground.case[0] if ground.case else settlement(ground.name)
        if isinstance(original, Settlement):
            if original.reversed_at is not None or original.decision.goes_on:
                continue  # what is settled next of a stay that goes on counts for all of it
            known = original.decision.categories
            standing = [i for i in standing if i.category not in known]
        certain = ground.without_identity and not earlier
        for region in dict.fromkeys(i.admdvs for i in standing):
            number = f"{ground.name}.{len(earlier) + 1}" if earlier else ground.name
            draft = draft_of(original, case_id(region, "system", number), region, now)
            if certain or _adds(context, draft, now):
                event = AssistanceNotSettled(draft.case_id, psn_no, region, draft.settled)
                message = outbox.publish(event, number, now)
                prepared.append(prepare(context, draft, now, message))
                break
    return prepared


@dataclass(frozen=True, slots=True)
class _Ground:
    """What supplements may follow: a settlement at the counter, or a case (`case` holds it)."""

    name: str
    begin: date
    end: date
    without_identity: bool = False
    case: tuple[Case, ...] = ()


def _grounds(psn_no: str) -> list[_Ground]:
    """All of a person, as they stand."""
    cases = (store.case(name) for name in store.of_person(psn_no))
    return [
        *(
            _Ground(one.setl_id, one.begin, one.end, one.category == NO_CATEGORY)
            for one in store.settlements_of(psn_no)
        ),
        *(
            _Ground(one.case_id, one.care.begin, one.care.end, case=(one,))
            for one in cases
            if one is not None and is_ground(one)
        ),
    ]


def _adds(context: Context, draft: Case, now: datetime) -> bool:
    """Whether the identities that stand now grant more than was settled. Where the policy gives no
    single answer a person has to look, so the case is prepared."""
    try:
        return bool(priced(context, draft, now).granted)
    except Conflict:
        return False  # nothing is left to add
    except Refused:
        return True
