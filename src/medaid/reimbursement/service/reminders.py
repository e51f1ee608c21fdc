"""Persons who were treated and whose assistance was not settled: found, prepared for, reminded
(J27; art. 27 提醒工作)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from medaid.aws import outbox
from medaid.aws.transaction import commit, commit_once
from medaid.events import AssistanceNotSettled, SettlementPosted
from medaid.people import service as people
from medaid.policy.model import NO_CATEGORY
from medaid.reimbursement import store
from medaid.reimbursement.following import draft_of
from medaid.reimbursement.model import Case
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.intake import case_id, prepare
from medaid.settlement.model import Settlement


def note_settlement(event: SettlementPosted) -> None:
    """Takes note of a settlement: as a possible duplicate of a case, and as one that may lack
    assistance.

    Taking note twice changes nothing. Raises Unavailable, TransactionConflict: the stream brings
    the event again.
    """
    who, begin, end = event.psn_no, event.begin, event.end
    commit(
        [
            store.alike_pointer(who, begin, end, event.medfee_sumamt, event.setl_id),
            store.settlement_pointer(who, begin, end, event.setl_id, event.category),
        ]
    )


def remind(
    context: Context, psn_no: str, settlement: Callable[[str], Settlement], now: datetime
) -> list[Case]:
    """Prepares a case for every settlement of the person that was settled without an identity that
    now stands, and reminds the person, once each.

    `settlement` is the settlement room's record. Called when an identity is recorded; calling it
    again prepares nothing twice.
    """
    prepared = []
    for seen in store.settlements_of(psn_no):
        file = people.load(psn_no, seen.end.year)
        standing = [i for i in file.identities if i.stands_during(seen.begin, seen.end)]
        if seen.category != NO_CATEGORY or not standing or store.supplement_of(seen.setl_id):
            continue
        found = settlement(seen.setl_id)
        if found.reversed_at is not None:
            continue
        region = standing[0].admdvs
        case = prepare(
            context, draft_of(found, case_id(region, "system", seen.setl_id), region, now), now
        )
        _reminded(case, now)
        prepared.append(case)
    return prepared


def _reminded(case: Case, now: datetime) -> None:
    event = AssistanceNotSettled(case.case_id, case.psn_no, case.admdvs, case.settled)
    commit_once([outbox.publish(event, case.settled, now)])
