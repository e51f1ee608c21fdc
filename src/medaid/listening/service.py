"""Each event to each of its listeners (`medaid.events.LISTENERS`): out of a stream, and anew where
a stream may have lost it. Every listener takes an event twice without harm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from medaid.aws import clock, delivery
from medaid.aws.outbox import OutboxItem, event_of
from medaid.clearing import service as clearing
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
from medaid.reimbursement import service as reimbursement
from medaid.settlement import service as settlement
from medaid.settlement.tracing import service as tracing

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


def tell_message(message: OutboxItem, context_at: ContextAt) -> None:
    """A message of the outbox, to all that listen to its event; `context_at` is what manual cases
    are decided in.

    Raises ValueError for an event that this program does not know, Unavailable, and what a gateway
    raises that did not take it.
    """
    event = event_of(message)
    for listener in LISTENERS[type(event)]:
        _tell(listener, message, event, context_at)


def _tell(listener: Listener, message: OutboxItem, event: Event, context_at: ContextAt) -> None:
    now = clock.now()
    match listener, event:
        case Listener.CLEARING, _:
            clearing.hear(event, now)
        case Listener.REIMBURSEMENT, IdentityRecorded(psn_no=psn_no):
            reimbursement.remind(context_at(now), psn_no, settlement.get_settlement, now)
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
