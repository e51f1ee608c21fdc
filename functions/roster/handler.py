"""The departments' handler: a manifest laid down under drop/<sender>/ has its file taken in and
answered under feedback/<sender>/."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.people import intake, manifest

logger = Logger()
metrics = Metrics()
MARGIN_MS = 30_000
"""Time left at which an attempt stops between two chunks of rows; the event is then delivered again
and goes on."""


@metrics.log_metrics
@without_text
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """S3 ObjectCreated of manifests. What it raises (storage away, time up) has the event delivered
    again; taken-in rows stay."""
    for record in event.get("Records", []):
        key = unquote_plus(record["s3"]["object"]["key"])
        try:
            sender, _ = manifest.parse_key(key)
        except ValueError:  # the key is not logged: a file name may hold a person's name
            logger.warning("not the place of a manifest")
            metrics.add_metric("DropsMisplaced", MetricUnit.Count, 1)
            intake.refuse_misplaced(key)
            continue
        _one(key, sender, context)


def _one(key: str, sender: str, context: LambdaContext) -> None:
    try:
        report = intake.take_in(
            key, now(), lambda: context.get_remaining_time_in_millis() > MARGIN_MS
        )
    except intake.Unfinished:
        metrics.add_metric("DropsUnfinished", MetricUnit.Count, 1)
        logger.warning("drop not finished in time", extra={"sender": sender})
        raise
    taken = report.state == "taken_in"
    for outcome, count in report.counts.items():
        name = f"Rows{outcome.capitalize()}"
        metrics.add_metric(name, MetricUnit.Count, count if taken else 0)
    metrics.add_metric("DropsRefused", MetricUnit.Count, int(report.state == "refused"))
    logger.info("drop answered", extra=asdict(report))
