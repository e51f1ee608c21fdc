"""Enrolment's worker: slices of runs out of the queue, the tax office's lists out of the bucket,
and each day the newly recognised."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from medaid.aws import messages
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.dropped.problem import FileRefused
from medaid.enrolment import jobs

logger = Logger(service="enroll-worker")


def _list(key: str) -> None:
    try:
        report = jobs.take_list(key, now())
    except FileRefused as refused:
        logger.info("list refused", extra={"codes": [one.code for one in refused.problems]})
    else:
        logger.info("list taken", extra={"rows": report.rows, "counts": report.counts})


@without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """The schedule's day; objects laid down by the tax office; or slices: then the ids of those
    that failed, so that only they come again."""
    records = event.get("Records", [])
    if not records:
        silent = jobs.begin_days(now())
        logger.info("daily enrolment begun", extra={"not_begun": silent})
        return None
    if records[0].get("eventSource") == "aws:sqs":
        slice_of = partial(jobs.take_message, now=now())
        return messages.taken(event, context, "enroll-worker", slice_of)
    for record in records:
        _list(unquote_plus(record["s3"]["object"]["key"]))
    return None
