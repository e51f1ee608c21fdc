"""The queue's handler: one institution's month per message, safe to bring again (J34)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from medaid.aws.faults import failed, without_text
from medaid.clearing import jobs

logger = Logger(service="clearing-worker")
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def one(record: SQSRecord) -> None:
    """One message. What it raises brings it again."""
    try:
        jobs.task(record.body)
    except Exception as error:
        raise failed(error, "clearing-worker") from None


@without_text
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Answers the ids of the messages that failed, so that only they come again."""
    logger.info("statements", extra={"records": len(event.get("Records", []))})
    return process_partial_response(
        event=event, record_handler=one, processor=processor, context=context
    )
