"""The schedule's handler: statutory clocks swept, each step of escalation claimed once (J28), and
the policy packs that ship with the code kept, so that what they price can be replayed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from medaid.aws import calendars
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.followup import jobs as followup
from medaid.reimbursement import service, wiring
from medaid.settlement import service as settlement

logger = Logger()
metrics = Metrics()
MARGIN_MS = 60_000
"""Time left at which cross-checks stop; the next sweep goes on with them."""


@metrics.log_metrics
@without_text
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """One sweep. What it leaves (time, a fault) the next one finds again."""
    at = now()
    published = settlement.publish_packs()
    with_what = wiring.context(at)
    done = service.sweep(with_what, at)
    matters = followup.go_on(at, lambda: context.get_remaining_time_in_millis() > MARGIN_MS)
    metrics.add_metric("StepsClaimed", MetricUnit.Count, done.claimed)
    metrics.add_metric(
        "CalendarShort",
        MetricUnit.Count,
        int(done.days_left < with_what.procedure.limits.coverage_days),
    )
    spoiled = [file for file, _ in calendars.problems(at)]
    metrics.add_metric("CalendarFilesSpoiled", MetricUnit.Count, len(spoiled))
    metrics.add_metric("SweepDone", MetricUnit.Count, 1)
    told = {
        "read": done.read,
        "claimed": done.claimed,
        "corrected": done.corrected,
        "days_left": done.days_left,
        "matters_found": matters,
        "calendar_files_spoiled": len(spoiled),
        "packs_published": len(published),
    }
    logger.info("swept", extra={"job": event.get("job", ""), **told, "files": spoiled[:20]})
    return told
