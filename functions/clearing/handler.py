"""The handler of books and clearing: /fund/… and /clearing/… of the HTTP API, and what the calendar
drives ({"job": "daily"}, {"job": "monthly"}), step by step over the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from medaid.access.wiring import DESK
from medaid.aws import calendars, rest
from medaid.aws.clock import now
from medaid.aws.faults import Failed, failed, without_text
from medaid.aws.rest.app import answered, mount, plain
from medaid.clearing import api, jobs
from medaid.fund import api as fund_api
from medaid.settlement import service as settlement

logger = Logger(service="clearing")
metrics = Metrics(namespace="medaid", service="clearing")
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
ALARMS = {"tampered": "BooksTampered", "rollup_differs": "RollupDiffers"}
ALARMS |= dict.fromkeys(("overdue", "bills_late"), "ClearingLate")


def routes(clock: Callable[[], datetime]) -> APIGatewayHttpResolver:
    """Every route of this function, put together. `clock` answers this instant."""
    found = rest.resolver()
    for table in (fund_api.ROUTES, api.REGIONS, api.INSURER):
        mount(found, table, clock, plain, DESK)
    mount(found, fund_api.PERFORMANCE, clock, lambda _: api.year_measures, DESK)
    hospital = api.HospitalContext(settlement.institution_region)
    return mount(found, api.HOSPITAL, clock, lambda _: hospital, DESK)


app = routes(now)


def one(record: SQSRecord) -> None:
    """One step of a region. What it raises brings it again."""
    try:
        at = now()
        name, count = jobs.step(record.body, at, calendars.current(at))
    except Exception as error:
        raise failed(error, "clearing") from None
    if name in ALARMS:
        metrics.add_metric(ALARMS[name], MetricUnit.Count, count)
    logger.info("step", extra={"step": name, "count": count})


@metrics.log_metrics
@without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """One request of the HTTP API (payload format 2.0); one job; or steps of the queue, then the
    ids of those that failed, so that only they come again. A job of which part failed raises at its
    end, so that it is run again."""
    if "Records" in event:
        return process_partial_response(
            event=event, record_handler=one, processor=processor, context=context
        )
    if "job" not in event:
        return answered(app, logger, event, context)
    at = now()
    begin = jobs.monthly if event["job"] == "monthly" else jobs.daily
    done = begin(at, calendars.current(at))
    for name, metric in ALARMS.items():
        metrics.add_metric(metric, MetricUnit.Count, done.counts.get(name, 0))
    logger.info("job", extra={"job": event["job"], **done.counts, "failed": done.failed})
    if done.failed:
        raise Failed(f"{len(done.failed)} steps failed: {done.failed[:20]}")
    metrics.add_metric(f"{event['job'].capitalize()}Done", MetricUnit.Count, 1)
    return done.counts
