"""The hospitals' handler: /fsi and any prefix that ends in an infno take a message of the national
interface, GET /settlements/{setl_id}/explanation tells why, …/paper/{form} prints what the person
takes home."""

from __future__ import annotations

from medaid.aws.coldstart import importing

with importing():
    from typing import Any

    from aws_lambda_powertools import Logger

    from medaid.aws import web
    from medaid.aws.clock import now
    from medaid.errors import MedaidError
    from medaid.settlement import service
    from medaid.settlement.gateways import service as gateways

    service.warm()

logger = Logger()
EXPLANATION = "GET /settlements/{setl_id}/explanation"
PAPER = "GET /settlements/{setl_id}/paper/{form}"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0). Answers always: the explanation, the paper
    or a refusal, and for everything else the national envelope."""
    route = event.get("routeKey", "")
    told: dict[str, Any] = {"route": route}
    if route in (EXPLANATION, PAPER):
        answer = _looked_at(event, route)
    else:
        given = gateways.answer(event, now)
        answer = given.http
        told |= {"subject": given.subject, "institution": given.institution}
    told["status"] = answer["statusCode"]
    logger.info("answered", extra={**told, "request": getattr(context, "aws_request_id", "")})
    return answer


def _looked_at(event: dict[str, Any], route: str) -> dict[str, Any]:
    try:
        parts = event.get("pathParameters") or {}
        setl_id, caller, form = str(parts.get("setl_id", "")), web.caller(event), parts.get("form")
        if route == PAPER:
            return service.print_settlement(setl_id, str(form), caller, now())
        return web.answer(200, service.explain(setl_id, caller, now()))
    except MedaidError as error:
        return web.refusal(error)
    except Exception as error:  # nobody foresaw it
        return web.fault(error, event)
