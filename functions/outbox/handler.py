"""The outbox: each new event once to each of its listeners (`medaid.events.LISTENERS`)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import batch
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from medaid.aws import clock, delivery
from medaid.aws.outbox import OutboxItem, event_of
from medaid.aws.stream import new_item
from medaid.clearing import service as clearing
from medaid.events import LISTENERS, CasePaid, Event, IdentityRecorded, Listener, SettlementPosted
from medaid.reimbursement import service as reimbursement
from medaid.reimbursement import wiring
from medaid.settlement import service as settlement

logger = Logger(service="outbox")
metrics = Metrics(namespace="medaid", service="outbox")
processor = batch.BatchProcessor(event_type=batch.EventType.DynamoDBStreams)


def tell(listener: Listener, message: OutboxItem, event: Event | None) -> None:
    now = clock.now()
    match listener, event:
        case Listener.CLEARING, SettlementPosted():
            clearing.project(event, now)
        case Listener.REIMBURSEMENT, SettlementPosted():
            reimbursement.note_settlement(event)
        case Listener.REIMBURSEMENT, IdentityRecorded(psn_no=psn_no):
            reimbursement.remind(wiring.context(now), psn_no, settlement.get_settlement, now)
        case Listener.DELIVERY, _:
            sender = delivery.sender()
            delivery.deliver(message, sender, now)
            if isinstance(event, CasePaid) and not isinstance(sender, delivery.Kept):
                reimbursement.delivered(wiring.context(now), event.case_id, now)


def one(record: DynamoDBRecord) -> None:
    """One event. What it raises makes the stream bring this record again."""
    message = new_item(OutboxItem, record.raw_event)
    if message is None or message.sk != "MESSAGE":
        return  # what became of a delivery
    try:
        event = event_of(message) if "version" in message.body else None
        for listener in LISTENERS[type(event)] if event else [Listener.DELIVERY]:
            tell(listener, message, event)
    except Exception:
        metrics.add_metric(name="OutboxFailed", unit=MetricUnit.Count, value=1)
        logger.exception("message not handled", extra={"kind": message.kind})
        raise


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Answers the sequence numbers of what failed, so that only that comes again."""
    logger.info("outbox", extra={"records": len(event.get("Records", []))})
    return batch.process_partial_response(event, one, processor, context)
