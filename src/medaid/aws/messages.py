"""Messages of a queue, taken one by one: what fails comes again by itself, and in the end lies
among the dead letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from medaid.aws.faults import failed


def taken(event: dict[str, Any], context: Any, function: str, take: Callable[[str], object]) -> Any:
    """`take` for the body of each message of an event; answers the ids of those for which it
    raised, so that only they come again. Faults are logged under `function`, never by their
    text."""

    def one(record: SQSRecord) -> None:
        try:
            take(record.body)
        except Exception as error:
            raise failed(error, function) from None

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(
        event=event, record_handler=one, processor=processor, context=context
    )
