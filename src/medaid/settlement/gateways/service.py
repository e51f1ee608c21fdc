"""One HTTP request of an institution's program: its address read, its sender proven, the message
answered. Whatever comes in, the national envelope goes out, in Chinese (docs/adr/0093)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

from medaid.aws import web
from medaid.aws.web import Caller
from medaid.errors import MedaidError, Unavailable
from medaid.settlement import service
from medaid.settlement.gateways.addresses import Address, check_media, read_address
from medaid.settlement.gateways.proving import prove
from medaid.settlement.gateways.requests import HospitalRequest, ProvenSender
from medaid.settlement.national import answers

LONGEST_FORM: Final = 2_000
"""Bytes of what is posted to the token address."""
_HEADERS: Final = {
    401: {"WWW-Authenticate": "Bearer"},
    405: {"Allow": "GET, POST"},
    503: {"Retry-After": str(web.RETRY_AFTER)},
}


class HospitalAnswer(NamedTuple):
    """The HTTP answer, and for the log whose request it was: no authorizer has proven it."""

    http: web.Answer
    subject: str = ""
    institution: str = ""


def answer(event: web.Event, clock: Callable[[], datetime]) -> HospitalAnswer:
    """The answer to one request. Never raises."""
    began, sender = clock(), list[ProvenSender]()
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
    if status == 503:
        _release(sender)
    http = web.answer(status, envelope, _HEADERS.get(status))
    who = [(one.caller.subject, one.caller.institution) for one in sender] or [("", "")]
    return HospitalAnswer(http, *who[0])


def _release(sender: list[ProvenSender]) -> None:
    """What was not answered may come again as it is: programs send a 503 again by themselves."""
    for one in sender:
        with suppress(MedaidError):
            one.release()


def _answered(
    event: web.Event, began: datetime, clock: Callable[[], datetime], sender: list[ProvenSender]
) -> tuple[int, dict[str, Any]]:
    """Status and envelope; puts into `sender` who has proven itself. Raises MedaidError."""
    request = HospitalRequest.of(event)
    address = read_address(request.method, request.path)
    check_media(request.headers.get("content-type", ""), address.media)
    if address.token:
        from medaid.settlement.gateways.by_secret import give_token  # once in half an hour

        return 200, give_token(request, web.body_bytes(event, LONGEST_FORM), began)
    sender.append(prove(request, began))
    if address.message or address.visit:
        return 200, _asked(address, event, sender[0].caller, began, clock)
    body = web.body_bytes(event)
    return service.answer(body, sender[0].caller, began, clock, address.infno)


def _asked(
    address: Address,
    event: web.Event,
    caller: Caller,
    began: datetime,
    clock: Callable[[], datetime],
) -> dict[str, Any]:
    """What became of a message or a visit. Raises as `outcomes` does."""
    from medaid.settlement import outcomes  # no settlement waits for it

    if address.message:
        reply = outcomes.outcome_of_message(address.message, caller, began)
    else:
        psn_no = str((event.get("queryStringParameters") or {}).get("psn_no", ""))
        reply = outcomes.state_of_visit(address.visit, psn_no, caller, began)
    return answers.envelope(None, began, clock(), reply.output, reply.warnings)
