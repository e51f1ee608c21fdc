"""The outbox's door: each new message once. Settlements go to clearing and to the duplicate checks
of manual cases, all else to people."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from medaid.aws import clock, delivery
from medaid.aws.outbox import OutboxItem
from medaid.aws.stream import new_item
from medaid.clearing import service as clearing
from medaid.reimbursement import service as reimbursement
from medaid.reimbursement.api.routes import office
from medaid.settlement import service as settlement

logger = Logger(service="outbox")
metrics = Metrics(namespace="medaid", service="outbox")
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


def one(record: DynamoDBRecord) -> None:
    """One message. What it raises makes the stream bring this record again."""
    message = new_item(OutboxItem, record.raw_event)
    if message is None or message.sk != "MESSAGE":
        return
    try:
        if message.kind in clearing.PROJECTED:
            clearing.project(message.body, clock.now())
            if message.kind == "settled":
                reimbursement.settlement_told(message.body)
        elif message.kind == "identity_recorded":
            reimbursement.remind(
                office(clock.now()), message.body["psn_no"], settlement.record, clock.now()
            )
        else:
            delivery.deliver(message, delivery.sender(), clock.now())
    except Exception:
        metrics.add_metric(name="OutboxFailed", unit=MetricUnit.Count, value=1)
        logger.exception("message not handled", extra={"kind": message.kind})
        raise


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Answers the sequence numbers of what failed, so that only that comes again."""
    logger.info("outbox", extra={"records": len(event.get("Records", []))})
    return process_partial_response(
        event=event, record_handler=one, processor=processor, context=context
    )
