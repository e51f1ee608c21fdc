"""The queue's handler: one institution's month per message, safe to bring again (J34)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from medaid.aws import messages
from medaid.aws.faults import without_text
from medaid.clearing import jobs

logger = Logger(service="clearing-worker")


@without_text
def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers the ids of the messages that failed, so that only they come again."""
    logger.info("statements", extra={"records": len(event.get("Records", []))})
    return messages.taken(event, context, "clearing-worker", jobs.task)
