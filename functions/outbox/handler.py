"""What happened, each once to each of its listeners (`medaid.events.LISTENERS`): settlements out of
their table's stream, all other events out of the outbox's."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities import batch

from medaid.aws import clock, faults, outbox, stream
from medaid.event import SettlementPosted
from medaid.listening import service as listening
from medaid.reimbursement import wiring
from medaid.settlement import service as settlement

STREAMS = batch.EventType.DynamoDBStreams
logger = Logger(service="outbox")
metrics = Metrics(namespace="medaid", service="outbox")
processor = batch.BatchProcessor(STREAMS, raise_on_entire_batch_failure=False)


def one(record: Any) -> None:
    """One record of a stream. What it raises makes the stream bring this record again."""
    raw, kind = record.raw_event, SettlementPosted.KIND
    try:
        if stream.comes_from(raw, "settlement"):
            if (posted := settlement.posted_event(raw)) is not None:
                listening.tell_or_put_aside(posted)
            return
        message = stream.new_item(outbox.OutboxItem, raw)
        if message is not None and message.sk == "MESSAGE":  # else what became of a delivery
            kind = message.kind
            listening.tell_message(message, wiring.context)
    except Exception as error:
        metrics.add_metric(name="OutboxFailed", unit="Count", value=1)
        raise faults.failed(error, kind) from None


@metrics.log_metrics
@faults.without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers the sequence numbers of what failed, so that only that comes again. The calendar asks
    for what waits: told again, and counted."""
    if event.get("job") == "waiting":
        done, waiting = listening.tell_waiting(wiring.context, clock.now())
        metrics.add_metric(name="OutboxWaiting", unit="Count", value=waiting)
        metrics.add_metric(name="WaitingDone", unit="Count", value=1)
        logger.info("told again", extra={"done": done, "waiting": waiting})
        return {"done": done, "waiting": waiting}
    logger.info("outbox", extra={"records": len(event.get("Records", []))})
    return batch.process_partial_response(event, one, processor, context)
