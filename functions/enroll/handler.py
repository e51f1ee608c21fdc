"""The operators' handler of subsidised enrolment: /enrolment/… of the HTTP API."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from medaid.access.wiring import DESK
from medaid.aws import rest
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.aws.rest.app import answered, mount, plain
from medaid.enrolment import api

logger = Logger(service="enroll")
app = mount(rest.resolver(), api.ROUTES, now, plain, DESK)


@without_text
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0)."""
    return answered(app, logger, event, context)
