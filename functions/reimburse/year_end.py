"""The year's end: the schedule asks for it slice by slice, the queue brings each slice back."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from medaid.aws import messages
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.reimbursement import jobs, wiring

logger = Logger(service="year-end")
metrics = Metrics(namespace="medaid", service="year-end")


def year_end_slice(body: str) -> None:
    """One slice. What it raises brings it again."""
    at = now()
    done = jobs.year_end_slice(wiring.context(at), body, at)
    metrics.add_metric("YearEndCases", MetricUnit.Count, done.cases)
    metrics.add_metric("YearEndRefused", MetricUnit.Count, done.refused)
    logger.info("slice", extra={"read": done.read, "cases": done.cases, "refused": done.refused})


@metrics.log_metrics
@without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """The schedule's job, or slices: then the ids of those that failed, so that only they come
    again."""
    if "Records" in event:
        return messages.taken(event, context, "year-end", year_end_slice)
    at = now()
    begun = jobs.begin_year_end(wiring.context(at), at)
    told = {"regions": len(begun.slices), "undetermined": len(begun.undetermined)}
    metrics.add_metric("RefundsDone", MetricUnit.Count, 1)
    logger.info("begun", extra={"job": event.get("job", ""), **told})
    return told
