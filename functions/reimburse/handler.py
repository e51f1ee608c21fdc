"""The operators' routes of manual reimbursement, receipts and traces: /reimbursement/…, /receipts/…
and /traces/… of the HTTP API."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from medaid.access.wiring import DESK
from medaid.aws import rest
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.aws.rest.app import answered, mount, plain
from medaid.receipts import api as receipts
from medaid.reimbursement import service, wiring
from medaid.reimbursement.api import ROUTES
from medaid.settlement.explained import api as explained
from medaid.settlement.tracing import api as tracing

logger = Logger()
app = mount(rest.resolver(), ROUTES, now, wiring.context, DESK)
mount(app, receipts.ROUTES, now, plain, DESK)
mount(app, explained.ROUTES, now, plain, DESK)
mount(app, tracing.ROUTES, now, lambda _: tracing.TracingContext(service.steps_of_case), DESK)


@without_text
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0)."""
    return answered(app, logger, event, context)
