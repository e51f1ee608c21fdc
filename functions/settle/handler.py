"""The hospitals' handler: POST /fsi takes a message of the national interface, GET
/settlements/{setl_id}/explanation tells why, …/paper/{form} prints what the person takes home."""

from __future__ import annotations

from medaid.aws.coldstart import importing

with importing():
    from typing import Any

    from aws_lambda_powertools import Logger

    from medaid.aws import web
    from medaid.aws.clock import now
    from medaid.errors import MedaidError, Unavailable
    from medaid.settlement import service

    service.warm()

logger = Logger()
EXPLANATION = "GET /settlements/{setl_id}/explanation"
PAPER = "GET /settlements/{setl_id}/paper/{form}"
AGAIN = {"Retry-After": str(web.RETRY_AFTER)}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0). Answers always: the explanation, the paper
    or a refusal, and for everything else the national envelope."""
    route = event.get("routeKey", "")
    answer = _looked_at(event, route) if route in (EXPLANATION, PAPER) else _national(event)
    told = {"route": route, "status": answer["statusCode"]}
    logger.info("answered", extra={**told, "request": getattr(context, "aws_request_id", "")})
    return answer


def _national(event: dict[str, Any]) -> dict[str, Any]:
    began = now()
    try:
        caller, body = web.caller(event), web.body_bytes(event)
        status, envelope = service.answer(body, caller, began, now)
    except MedaidError as error:
        status, envelope = 200, service.refused(error, began, now())
    except Exception as error:  # nobody foresaw it: the hospital sends the same message again
        fault = Unavailable("UNAVAILABLE", rule=f"事件号 {web.incident(error, event)}")
        status, envelope = 503, service.refused(fault, began, began)
    return web.answer(status, envelope, AGAIN if status == 503 else None)


def _looked_at(event: dict[str, Any], route: str) -> dict[str, Any]:
    try:
        parts = event.get("pathParameters") or {}
        setl_id, caller, form = str(parts.get("setl_id", "")), web.caller(event), parts.get("form")
        if route == PAPER:
            return service.print_settlement(setl_id, str(form), caller, now())
        return web.answer(200, service.explain(setl_id, caller, now()))
    except MedaidError as error:
        return web.refusal(error)
    except Exception as error:  # as above
        return web.fault(error, event)
