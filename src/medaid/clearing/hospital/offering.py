"""The acts to which a statement's state leads an officer now, with what stands against each: asked
of the same checks that the acts make."""

from __future__ import annotations

from datetime import datetime

from medaid.aws.rest.offers import OpenAct, why_not
from medaid.clearing.hospital import agreements, correcting
from medaid.clearing.hospital.model import TO_APPROVE, TO_RELEASE, Statement, StatementState
from medaid.clearing.hospital.paying import check_not_approver
from medaid.errors import Refused
from medaid.instants import civil_date


def open_acts(statement: Statement, by: str, now: datetime) -> list[OpenAct]:
    """In the order of a statement's life. Raises Unavailable."""
    found = []
    if statement.state in TO_APPROVE:
        found.append(_approval(statement))
    if statement.state in TO_RELEASE:
        second = why_not(lambda: check_not_approver(statement, by, now))
        payee = why_not(lambda: agreements.get_payee(statement.institution, civil_date(now)))
        found += [OpenAct("release", second or payee), OpenAct("send_back", second)]
    if correcting.waits(statement):
        other = why_not(lambda: correcting.check_not_proposer(statement, by, now))
        found.append(OpenAct("correction/decision", other))
    elif correcting.may_be_corrected(statement):
        found.append(OpenAct("correction"))
    return found


def _approval(statement: Statement) -> OpenAct:
    if statement.state is StatementState.RETURNED:
        return OpenAct("approve")
    try:
        by_points = agreements.agreement_of(statement).mode.by_points
    except Refused as why:
        return OpenAct("approve", why.rule)
    return OpenAct("approve", needs=("points",) if by_points else ())
