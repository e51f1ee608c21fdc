"""The hospital's door: POST /fsi takes the national envelope, GET
/settlements/{setl_id}/explanation tells why."""

from __future__ import annotations

import gc

# what is imported stays: collecting in between finds nothing and is an eighth of the cold start
gc.disable()

from typing import Any  # noqa: E402  # after the line above

from aws_lambda_powertools import Logger  # noqa: E402  # same

from medaid.aws import web  # noqa: E402  # same
from medaid.aws.clock import now  # noqa: E402  # same
from medaid.errors import MedaidError, Unavailable  # noqa: E402  # same
from medaid.settlement import service  # noqa: E402  # same

logger = Logger()
service.warm()
gc.freeze()
gc.enable()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0). Answers always: an envelope, or the
    explanation, or a refusal."""
    national = str(event.get("routeKey", "")).startswith("POST")
    try:
        answer = _national(event) if national else _explanation(event)
    except MedaidError as error:
        answer = web.refusal(error)
    except (
        Exception
    ) as error:  # a fault nobody foresaw: the hospital is told to send the same message again
        number = web.incident(error, event)
        answer = _fault(number) if national else web.fault(error, event)
    logger.info(
        "answered",
        extra={
            "route": event.get("routeKey", ""),
            "status": answer["statusCode"],
            "request": getattr(context, "aws_request_id", ""),
        },
    )
    return answer


def _national(event: dict[str, Any]) -> dict[str, Any]:
    began = now()
    try:
        caller = web.caller(event)
        body = web.body_bytes(event)
    except MedaidError as error:
        return web.answer(200, service.refused(error, began, now()))
    status, envelope = service.answer(body, caller.institution, began, now)
    return web.answer(
        status, envelope, {"Retry-After": str(web.RETRY_AFTER)} if status == 503 else None
    )


def _explanation(event: dict[str, Any]) -> dict[str, Any]:
    caller = web.caller(event)
    return web.answer(
        200,
        service.explain(
            str(event.get("pathParameters", {}).get("setl_id", "")), caller.institution
        ),
    )


def _fault(number: str) -> dict[str, Any]:
    began = now()
    return web.answer(
        503,
        service.refused(Unavailable("UNAVAILABLE", rule=f"事件号 {number}"), began, began),
        {"Retry-After": str(web.RETRY_AFTER)},
    )
