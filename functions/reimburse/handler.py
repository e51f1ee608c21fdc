"""The operators' door of manual reimbursement: /reimbursement/… of the HTTP API. Roles and posts
are judged by the services (Q3.1)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from medaid.aws.clock import now
from medaid.reimbursement.api.routes import routes

logger = Logger()
metrics = Metrics()
app = routes(now)


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0)."""
    answer = app.resolve(event, context)
    metrics.add_metric("answers", MetricUnit.Count, 1)
    logger.info(
        "answered",
        extra={
            "route": event.get("routeKey", ""),
            "status": answer["statusCode"],
            "request": getattr(context, "aws_request_id", ""),
        },
    )
    return answer
