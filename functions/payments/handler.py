"""Payments: /payments/… of the HTTP API, and the bank's answer files dropped under bank/in/."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from medaid.access.wiring import DESK
from medaid.aws import rest
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.aws.rest.app import answered, mount
from medaid.clearing.hospital import service as clearing
from medaid.clearing.insurer import service as insurer
from medaid.payments import reports, service
from medaid.payments.api import ROUTES
from medaid.payments.model import SourceKind
from medaid.reimbursement import service as reimbursement
from medaid.reimbursement import wiring

logger = Logger(service="payments")
metrics = Metrics(namespace="medaid", service="payments")


def listeners(at: datetime) -> service.Listeners:
    """Who hears what became of a payment, by what it was made for."""
    return {
        SourceKind.CASE: reimbursement.bank_listener(wiring.context(at)),
        SourceKind.STATEMENT: clearing.payment_heard,
        SourceKind.BILL: insurer.payment_heard,
    }


app = mount(rest.resolver(), ROUTES, now, listeners, DESK)


@metrics.log_metrics
@without_text
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request (payload format 2.0), or the objects of an S3 notification: each answer file is
    answered with a report of its own; the same file again changes nothing."""
    if "Records" not in event:
        return answered(app, logger, event, context)
    taken = refused = 0
    for record in event["Records"]:
        at = now()
        done = reports.take_dropped(unquote_plus(record["s3"]["object"]["key"]), listeners(at), at)
        taken, refused = taken + done.taken, refused + len(done.problems)
    metrics.add_metric("BankLinesRefused", MetricUnit.Count, refused)
    logger.info("bank", extra={"taken": taken, "refused": refused})
    return {"taken": taken, "refused": refused}
