"""Books and clearing: /fund/… and /clearing/… of the HTTP API, {"job": "daily"}, and steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from medaid.access.wiring import DESK
from medaid.aws import calendars, messages, rest
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.aws.rest.app import answered, mount, plain
from medaid.clearing import api, jobs
from medaid.enrolment import service as enrolment
from medaid.followup import service as followup
from medaid.fund import api as fund_api
from medaid.reimbursement import service as reimbursement
from medaid.settlement import service as settlement

logger = Logger(service="clearing")
metrics = Metrics(namespace="medaid", service="clearing")
HOSPITAL = api.HospitalContext(settlement.institution_region)
MEASURES = fund_api.together(api.year_measures, reimbursement.year_measures, followup.year_measures)


def routes(clock: Callable[[], datetime]) -> APIGatewayHttpResolver:
    """Every route of this function, put together. `clock` answers this instant."""
    found = rest.resolver()
    for table in (fund_api.ROUTES, api.REGIONS, api.INSURER):
        mount(found, table, clock, plain, DESK)
    mount(found, fund_api.PERFORMANCE, clock, lambda _: MEASURES, DESK)
    mount(found, fund_api.PROPOSAL, clock, lambda _: enrolment.verified_heads, DESK)
    return mount(found, api.HOSPITAL, clock, lambda _: HOSPITAL, DESK)


app = routes(now)


def run(begin: Callable[..., jobs.JobDone], asked: str) -> dict[str, int]:
    """One job or step. What it raises, or what failed of it, brings it again."""
    done = begin(asked, at := now(), calendars.current(at))
    for metric, count in jobs.measured(done):
        metrics.add_metric(metric, "Count", count)
    logger.info("job", extra={"job": done.name, **done.counts, "failed": done.failed})
    return done.checked()


@metrics.log_metrics
@without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """One request of the HTTP API (payload format 2.0), one job, or steps of the queue."""
    if "Records" in event:
        return messages.taken(event, context, "clearing", lambda body: run(jobs.step, body))
    job = event.get("job")
    return run(jobs.begin, job) if job else answered(app, logger, event, context)
