"""The outbox: each new event once to each of its listeners (`medaid.events.LISTENERS`)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities import batch

from medaid.aws import clock, delivery, faults, outbox, stream
from medaid.clearing import service as clearing
from medaid.events import LISTENERS, CasePaid, Event, IdentityRecorded, Listener, SettlementPosted
from medaid.reimbursement import service as reimbursement
from medaid.reimbursement import wiring
from medaid.settlement import service as settlement
from medaid.settlement.tracing import service as tracing

STREAMS = batch.EventType.DynamoDBStreams
logger = Logger(service="outbox")
metrics = Metrics(namespace="medaid", service="outbox")
processor = batch.BatchProcessor(STREAMS, raise_on_entire_batch_failure=False)


def tell(listener: Listener, message: outbox.OutboxItem, event: Event) -> None:
    now = clock.now()
    match listener, event:
        case Listener.CLEARING, _:
            clearing.hear(event, now)
        case Listener.REIMBURSEMENT, SettlementPosted():
            reimbursement.note_settlement(event)
        case Listener.REIMBURSEMENT, IdentityRecorded(psn_no=psn_no):
            reimbursement.remind(wiring.context(now), psn_no, settlement.get_settlement, now)
        case Listener.TRACES, _:
            tracing.hear(event, message.at, reimbursement.steps_of_case)
        case Listener.DELIVERY, _:
            delivery.deliver(message, sender := delivery.sender(), now)
            if isinstance(event, CasePaid) and not isinstance(sender, delivery.Kept):
                reimbursement.delivered(wiring.context(now), event.case_id, now)


def one(record: Any) -> None:
    """One event. What it raises makes the stream bring this record again."""
    message = stream.new_item(outbox.OutboxItem, record.raw_event)
    if message is None or message.sk != "MESSAGE":
        return  # what became of a delivery
    try:
        for listener in LISTENERS[type(event := outbox.event_of(message))]:
            tell(listener, message, event)
    except Exception as error:
        metrics.add_metric(name="OutboxFailed", unit="Count", value=1)
        raise faults.failed(error, message.kind) from None


@metrics.log_metrics
@faults.without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers the sequence numbers of what failed, so that only that comes again."""
    logger.info("outbox", extra={"records": len(event.get("Records", []))})
    return batch.process_partial_response(event, one, processor, context)
