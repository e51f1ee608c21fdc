"""Each event to each of its listeners (`medaid.events.LISTENERS`): out of a stream, and anew where
a stream may have lost it. Every listener takes an event twice without harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from medaid import ids
from medaid.aws import clock, delivery, outbox
from medaid.aws.outbox import OutboxItem, event_of
from medaid.aws.transaction import commit_once
from medaid.aws.web import incident
from medaid.clearing import service as clearing
from medaid.errors import Refused
from medaid.events import (
    LISTENERS,
    CasePaid,
    Event,
    IdentityRecorded,
    Listener,
    MessageDelivered,
    SettlementPosted,
)
from medaid.followup import service as followup
from medaid.fund import service as fund
from medaid.instants import civil_date, from_stored, midnight, stored
from medaid.months import Month
from medaid.regions import Region
from medaid.reimbursement import service as reimbursement
from medaid.settlement import service as settlement
from medaid.settlement.tracing import service as tracing

LOOKED_BACK: Final = 40
"""Days: what waits longer has been told again a thousand times, and stays listed."""
AN_HOUR: Final = timedelta(hours=1)
"""Until then a message is the stream's own."""
TOGETHER: Final = 100
SETTLED: Final = "settlement"
"""The flow of entries that settlements post."""
ContextAt = Callable[[datetime], reimbursement.Context]


def tell_of_settlement(event: SettlementPosted) -> None:
    """A settlement or its reversal, to all that listen to it. Raises Unavailable."""
    for listener in LISTENERS[SettlementPosted]:
        match listener:
            case Listener.CLEARING:
                clearing.hear(event, clock.now())
            case Listener.REIMBURSEMENT:
                reimbursement.note_settlement(event)
            case Listener.TRACES:
                tracing.project(event)
            case Listener.FOLLOWUP:
                followup.hear(event, clock.now())


def tell_or_put_aside(event: SettlementPosted) -> bool:
    """A settlement or its reversal, to all that listen to it; where one cannot hear it, it becomes
    a message of the outbox that waits there, so that one settlement holds up no other. Answers
    whether all have heard it. Raises Unavailable where it cannot be put aside either: the stream
    brings it again."""
    try:
        tell_of_settlement(event)
    except Exception as error:
        incident(error, {"routeKey": event.KIND})
        name = ids.reversal_id(event.setl_id) if event.refd else event.setl_id
        commit_once([outbox.publish(event, name, clock.now())])
        return False
    return True


class ToldOfDay(NamedTuple):
    """What became of a page of a day: how many settlements and reversals it has, how many of them
    were put aside, and where the next page begins, empty at the end."""

    settlements: int
    put_aside: int
    cursor: str


def tell_of_day(region: Region, day: date, after: str, limit: int) -> ToldOfDay:
    """What a region's journal says was settled on a day, told anew as the stream would have, a page
    of entries behind the position `after`: for when the stream itself was lost. What all have heard
    is heard once. A settlement of which no fund pays has no entry, and clearing has nothing of it.
    Raises Unavailable."""
    begin, end = stored(midnight(day)), stored(midnight(day + timedelta(days=1)))
    found, cursor = fund.page_of_entries(region, Month.of(day), max(after, begin), limit)
    mine = [one for one in found if one.position < end]
    entries = [one.reverses or one.entry_id for one in mine if one.kind == SETTLED]
    names = dict.fromkeys(ids.source_of(one, SETTLED) for one in entries)
    heard = [tell_or_put_aside(event) for event in settlement.posted_events([*names])]
    more = cursor if len(mine) == len(found) else ""
    return ToldOfDay(len(heard), heard.count(False), more)


def tell_message(message: OutboxItem, context_at: ContextAt) -> None:
    """A message of the outbox, to all that listen to its event; `context_at` is what manual cases
    are decided in.

    Raises ValueError for an event that this program does not know, Unavailable, and what a gateway
    raises that did not take it.
    """
    event = event_of(message)
    if isinstance(event, SettlementPosted):
        tell_of_settlement(event)
        # Told late, it may come behind its own reversal, which is then told once more.
        if not event.refd and (since := settlement.reversal_event(event.setl_id)) is not None:
            tell_of_settlement(since)
    else:
        for listener in LISTENERS[type(event)]:
            _tell(listener, message, event, context_at)
    outbox.note_heard(message, clock.now())


def tell_or_leave(message: OutboxItem, context_at: ContextAt, now: datetime) -> None:
    """A message that the stream of the outbox brings. What it raises within the message's first
    hour makes the stream bring it again; behind that it waits for the sweep alone, so that it holds
    up no other of its stream any longer."""
    try:
        tell_message(message, context_at)
    except Exception as error:
        if from_stored(message.at) > now - AN_HOUR:
            raise
        incident(error, {"routeKey": message.kind})


def tell_waiting(
    context_at: ContextAt, now: datetime, in_time: Callable[[], bool] = lambda: True
) -> tuple[int, int]:
    """Messages of the last `LOOKED_BACK` days that not all have heard within the hour, told again,
    the last day's first, while `in_time`; answers how many are done now and how many were tried in
    vain. Raises Unavailable where they cannot be listed."""
    done = waiting = 0
    for back in range(LOOKED_BACK):
        for message in _older_than_an_hour(civil_date(now) - timedelta(days=back), now):
            if not in_time():
                return done, waiting
            if tell_again(message, context_at):
                waiting += 1
            else:
                done += 1
    return done, waiting


def tell_again(message: OutboxItem, context_at: ContextAt) -> str:
    """A message that waits, told once more by itself; answers the kind of error that kept it from
    being heard, which is noted with its place, and nothing where all have heard it now."""
    try:
        tell_message(message, context_at)
    except Exception as error:  # one that nobody can hear keeps none of the others
        incident(error, {"routeKey": message.kind})
        return type(error).__name__
    return ""


def list_waiting(days: Sequence[date], after: str, limit: int) -> tuple[list[OutboxItem], str]:
    """A page of the messages published on one of `days` that not all have heard yet, and where the
    next one begins. Raises BadInput for an `after` of other days, Unavailable."""
    return outbox.page_of_waiting(days, after, limit)


def get_messages(message_ids: Sequence[str]) -> list[OutboxItem]:
    """The messages of these ids. Raises Refused NOT_FOUND naming one that is not kept, and
    Unavailable."""
    found = {one: outbox.find(one) for one in message_ids}
    if missing := [one for one, item in found.items() if item is None]:
        raise Refused("NOT_FOUND", field="messages", rule=f"没有此事件:{missing[0]}")
    return [item for item in found.values() if item is not None]


def _older_than_an_hour(day: date, now: datetime) -> Iterator[OutboxItem]:
    after, read = "", True
    while read or after:
        page, after = outbox.page_of_waiting([day], after, TOGETHER, now - AN_HOUR)
        yield from page
        read = False


def _tell(listener: Listener, message: OutboxItem, event: Event, context_at: ContextAt) -> None:
    now = clock.now()
    match listener, event:
        case Listener.CLEARING, _:
            clearing.hear(event, now)
        case Listener.REIMBURSEMENT, IdentityRecorded(psn_no=psn_no, start=since):
            reimbursement.remind(context_at(now), psn_no, since, settlement.list_settlements, now)
        case Listener.TRACES, _:
            tracing.hear(event, message.at, reimbursement.steps_of_case)
        case Listener.FOLLOWUP, _:
            followup.hear(event, now)
        case Listener.REIMBURSEMENT, MessageDelivered(event=CasePaid.KIND, case_id=case_id):
            reimbursement.delivered(context_at(now), case_id, now)
        case Listener.MESSAGES, _:
            followup.send(event, message.pk, now)
        case Listener.DELIVERY, _:
            delivery.deliver(message, delivery.sender(), now)
