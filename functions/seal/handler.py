"""Seals the books: asked for one region's month, it writes the seals of that month and anchors
them. Its role can write seals and nothing else, so that nobody who posts entries can seal them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.fund import sealing

logger = Logger(service="seal")


@without_text
def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """`admdvs` and `month` (yyyy-mm). Asked again, it seals only what came since."""
    done = sealing.seal_and_anchor(event["admdvs"], event["month"], now())
    logger.info("sealed", extra={"region": event["admdvs"], "month": event["month"], "new": done})
    return {"sealed": done}
