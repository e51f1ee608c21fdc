"""One HTTP request of an institution's program: its address read, its sender proven, the message
answered. Whatever comes in, the national envelope goes out, in Chinese (docs/adr/0093)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from medaid.aws import signin, web
from medaid.aws.web import Caller
from medaid.errors import Forbidden, MedaidError, Unavailable
from medaid.settlement import service
from medaid.settlement.gateways.addresses import check_media, read_address
from medaid.settlement.gateways.model import HospitalRequest

_HEADERS: Final = {
    401: {"WWW-Authenticate": "Bearer"},
    405: {"Allow": "POST"},
    503: {"Retry-After": str(web.RETRY_AFTER)},
}


@dataclass(frozen=True, slots=True)
class HospitalAnswer:
    """The HTTP answer, and for the log whose request it was: no authorizer has proven it."""

    http: web.Answer
    subject: str = ""
    institution: str = ""


def answer(event: web.Event, clock: Callable[[], datetime]) -> HospitalAnswer:
    """The answer to one request. Never raises."""
    began, sender = clock(), list[Caller]()
    try:
        status, envelope = _answered(event, began, clock, sender)
    except MedaidError as error:
        status = 200 if sender and not error.retry else web.status(error)
        if error.retry:
            web.incident(error, event)
        envelope = service.refused(error, began, clock())
    except Exception as error:  # nobody foresaw it: the hospital sends the same message again
        fault = Unavailable("UNAVAILABLE", rule=f"事件号 {web.incident(error, event)}")
        status, envelope = 503, service.refused(fault, began, began)
    http = web.answer(status, envelope, _HEADERS.get(status))
    who = (sender[0].subject, sender[0].institution) if sender else ("", "")
    return HospitalAnswer(http, *who)


def _answered(
    event: web.Event, began: datetime, clock: Callable[[], datetime], sender: list[Caller]
) -> tuple[int, dict[str, Any]]:
    """Status and envelope; puts into `sender` who has proven itself. Raises MedaidError."""
    request = HospitalRequest.of(event)
    address = read_address(request.method, request.path)
    check_media(request.headers.get("content-type", ""))
    sender.append(prove(request, began))
    body = web.body_bytes(event)
    return service.answer(body, sender[0], began, clock, address.infno)


def prove(request: HospitalRequest, now: datetime) -> Caller:
    """Who sends. Raises Forbidden UNAUTHENTICATED, Unavailable."""
    kind, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Forbidden("UNAUTHENTICATED", field="Authorization", rule="须以 Bearer 令牌证明身份")
    claims = signin.claims_of(token.strip(), int(now.timestamp()))
    return web.caller_of(claims, request.source)
