"""The journal stream's handler: months that have new entries are moved forward."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.fund import rollups

logger = Logger(service="rollup")


@without_text
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The months of a batch are moved forward. What fails comes again; what never comes is rolled
    up with the next, or by the morning's job."""
    done = rollups.brought(event["Records"], now())
    logger.info("rolled up", extra={"records": len(event["Records"]), "new": done})
    return {"batchItemFailures": []}
