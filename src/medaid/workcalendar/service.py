"""How the working calendar changes: one person proposes, another publishes, and both stay named.

What is everybody's (the State Council's notices) is the installation's to publish; a region adds
days off of its own, each with its citation, and changes nothing else. Where the files lie:
`medaid.aws.calendars`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from medaid.aws import calendars, codec, exchange
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import content_hash
from medaid.instants import aware
from medaid.payments.service import check_second
from medaid.regions import NATION, Region

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class CalendarProposal:
    """A calendar file that one person proposed; published once another one has agreed."""

    proposal_id: str
    """`<year>-<digest>`: the same text proposed again is the same proposal."""
    scope: str
    """The region whose days they are; the nation for everybody's."""
    year: int
    toml: str
    proposed_by: str
    proposed_at: datetime
    published_by: str = ""
    published_at: datetime | None = None


def propose(scope: Region, toml: str, by: str, now: datetime) -> CalendarProposal:
    """Checks a file and keeps it until somebody else publishes it. Raises BadInput naming what is
    wrong with it, Unavailable."""
    year = _checked(scope, toml, now)
    proposal_id = f"{year}-{content_hash(scope, toml)[:12]}"
    try:
        known = _proposal(scope, proposal_id)
    except Refused:
        known = CalendarProposal(proposal_id, scope, year, toml, by, aware(now))
        _put(_key("proposed", scope, proposal_id), known)
    return known


def publish(scope: Region, proposal_id: str, by: str, now: datetime) -> CalendarProposal:
    """Puts a proposal into force. A second time it answers as the first.

    Raises Refused NOT_FOUND, Forbidden SEPARATION for who proposed it or stands in for them,
    BadInput, Unavailable.
    """
    proposal = _proposal(scope, proposal_id)
    if proposal.published_by:
        return proposal
    first, proposed = proposal.proposed_by, proposal.proposed_at
    check_second(scope, by, first, proposed, now, "提出与发布不得为同一人", "by")
    if scope == NATION:
        calendars.add(proposal.toml)
    else:
        calendars.add_local(proposal.toml, scope)
    done = replace(proposal, published_by=by, published_at=aware(now))
    _put(_key("trail", scope, proposal_id), done)
    _put(_key("proposed", scope, proposal_id), done)
    return done


def find_proposal(scope: Region, proposal_id: str) -> CalendarProposal:
    """A proposal with who proposed and who published it. Raises Refused NOT_FOUND, Unavailable."""
    return _proposal(scope, proposal_id)


def _checked(scope: Region, toml: str, now: datetime) -> int:
    if scope == NATION:
        return calendars.checked(toml).year
    days = calendars.checked_local(toml, scope)
    worked = frozenset().union(*(year.worked for year in calendars.current(now).years))
    if taken := days.off & worked:
        rule = f"{min(taken)} 为国务院办公厅通知的调休上班日,地方假日不得占用"
        raise BadInput("FIELD_FORMAT", field="calendar", rule=rule)
    return days.year


def _key(folder: str, scope: Region, proposal_id: str) -> str:
    return f"{calendars.PREFIX}{folder}/{scope}/{proposal_id}.json"


def _proposal(scope: Region, proposal_id: str) -> CalendarProposal:
    try:
        data = json.loads(exchange.get(_key("proposed", scope, proposal_id)))
    except Refused:
        raise Refused("NOT_FOUND", field="proposal", rule="没有该项提议") from None
    found = codec.decode(CalendarProposal, data)
    if found.proposal_id != proposal_id or found.scope != scope:
        raise Conflict("STATE", field="proposal", rule="提议内容与编号不符")
    return found


def _put(key: str, proposal: CalendarProposal) -> None:
    text = json.dumps(codec.encode(proposal), ensure_ascii=False, sort_keys=True)
    exchange.put(key, text.encode(), _JSON)
