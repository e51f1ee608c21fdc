"""What happened, each once to each of its listeners (`medaid.events.LISTENERS`): settlements out of
their table's stream, all other events out of the outbox's; and /events/…, what waits."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities import batch

from medaid.access.wiring import DESK
from medaid.aws import clock, faults, outbox, rest, stream
from medaid.aws.rest.app import answered, mount
from medaid.event import SettlementPosted
from medaid.listening import api, service
from medaid.reimbursement import wiring
from medaid.settlement import service as settlement

STREAMS, MARGIN_MS = batch.EventType.DynamoDBStreams, 20_000
logger = Logger(service="outbox")
metrics = Metrics(namespace="medaid", service="outbox")
processor = batch.BatchProcessor(STREAMS, raise_on_entire_batch_failure=False)
app = mount(rest.resolver(), api.ROUTES, clock.now, lambda _: wiring.context, DESK)


def one(record: Any) -> None:
    """One record of a stream. What it raises makes the stream bring this record again."""
    raw, kind = record.raw_event, SettlementPosted.KIND
    try:
        if stream.comes_from(raw, "settlement"):
            if posted := settlement.posted_event(raw):
                service.tell_or_put_aside(posted)
            return
        message = stream.new_item(outbox.OutboxItem, raw)
        if message is not None and message.sk == "MESSAGE":  # else what became of a delivery
            kind = message.kind
            service.tell_or_leave(message, wiring.context, clock.now())
    except Exception as error:
        metrics.add_metric(name="OutboxFailed", unit="Count", value=1)
        raise faults.failed(error, kind) from None


@metrics.log_metrics
@faults.without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """Of a stream, the sequence numbers of what failed: only that comes again. Of the calendar, how
    much of what waited is done. Or one request of the HTTP API (payload format 2.0)."""
    if event.get("job") == "waiting":
        done, waiting = service.tell_waiting(
            wiring.context, clock.now(), lambda: context.get_remaining_time_in_millis() > MARGIN_MS
        )
        for name, value in (("OutboxWaiting", waiting), ("WaitingDone", 1)):
            metrics.add_metric(name, "Count", value)
        logger.info("told again", extra={"done": done, "waiting": waiting})
        return {"done": done, "waiting": waiting}
    if "Records" not in event:
        return answered(app, logger, event, context)
    logger.info("outbox", extra={"records": len(event["Records"])})
    return batch.process_partial_response(event, one, processor, context)
