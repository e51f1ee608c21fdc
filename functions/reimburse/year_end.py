"""The year's end: the schedule asks for it slice by slice, the queue brings each slice back."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from medaid.aws.clock import now
from medaid.aws.faults import failed, without_text
from medaid.reimbursement import jobs, wiring

logger = Logger(service="year-end")
metrics = Metrics(namespace="medaid", service="year-end")
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def one(record: SQSRecord) -> None:
    """One slice. What it raises brings it again."""
    try:
        at = now()
        done = jobs.year_end_slice(wiring.context(at), record.body, at)
    except Exception as error:
        raise failed(error, "year-end") from None
    metrics.add_metric("YearEndCases", MetricUnit.Count, done.cases)
    metrics.add_metric("YearEndRefused", MetricUnit.Count, done.refused)
    logger.info("slice", extra={"read": done.read, "cases": done.cases, "refused": done.refused})


@metrics.log_metrics
@without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """The schedule's job, or slices: then the ids of those that failed, so that only they come
    again."""
    if "Records" in event:
        return process_partial_response(
            event=event, record_handler=one, processor=processor, context=context
        )
    at = now()
    begun = jobs.begin_year_end(wiring.context(at), at)
    told = {"regions": len(begun.slices), "undetermined": len(begun.undetermined)}
    metrics.add_metric("RefundsDone", MetricUnit.Count, 1)
    logger.info("begun", extra={"job": event.get("job", ""), **told})
    return told
