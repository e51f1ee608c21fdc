"""The journal stream's door: each new entry is rolled up once."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from medaid.aws.stream import new_item
from medaid.fund import rollups
from medaid.fund.store import JournalItem, entry_of

logger = Logger(service="rollup")


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """A batch is rolled up as one; if it fails, all of it comes again, and what was rolled up already changes nothing."""
    items = [item for record in event["Records"] if (item := new_item(JournalItem, record)) is not None]
    done = rollups.roll_up([entry_of(item) for item in items])
    logger.info("rolled up", extra={"entries": len(items), "new": done})
    return {"batchItemFailures": []}
