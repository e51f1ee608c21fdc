"""Route tables mounted on a function: powertools routes, this checks, reads, calls and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from medaid.aws import rest, web
from medaid.aws.rest.bodies import FileSent, read
from medaid.aws.rest.officers import NO_DESK, Desk, named
from medaid.aws.rest.table import Call, Owner, Route, Routes
from medaid.aws.web import Caller
from medaid.errors import BadInput

C = TypeVar("C")
NOBODY = Caller("")


def mount(
    app: APIGatewayHttpResolver,
    routes: Routes[C],
    clock: Callable[[], datetime],
    context: Callable[[datetime], C],
    desk: Desk = NO_DESK,
) -> APIGatewayHttpResolver:
    """Adds every route of a table. `clock` answers this instant, `context` what is decided with,
    `desk` the offices of regions: who is who and may do what."""
    for route in routes:
        path = route.path.replace("{", "<").replace("}", ">")
        app.route(path, method=route.method)(_answering(app, route, clock, context, desk))
    return app


def answered(
    app: APIGatewayHttpResolver, logger: Logger, event: dict[str, Any], context: Any
) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0), answered and logged: its route, status and
    request id, and nothing of what was sent."""
    answer = app.resolve(event, context)
    told = {"route": event.get("routeKey", ""), "status": answer["statusCode"]}
    logger.info("answered", extra={**told, "request": getattr(context, "aws_request_id", "")})
    return answer


def plain(_now: datetime) -> None:
    """The context of tables that need none."""


def _answering(
    app: APIGatewayHttpResolver,
    route: Route,
    clock: Callable[[], datetime],
    context: Callable[[datetime], Any],
    desk: Desk,
) -> Callable[..., Response[Any]]:
    def answer(**texts: str) -> Response[Any]:
        event = app.current_event.raw_event
        caller = NOBODY if route.owner is Owner.ANYBODY else web.caller(event)
        parts, now, name = route.read_path(texts), clock(), f"{route.method} {route.path}"
        desk.check_token(caller, now)
        caller = desk.admit(caller, name, route.roles, now)
        route.check(caller, parts)
        query = _query(route, event)
        body = None
        if route.body is not None:
            body = read(route.body, web.json_object(web.body_bytes(event)))
        shown = route.call(Call(caller, now, context(now), body, query, desk.admit), **parts)
        desk.note_act(caller, name, route.roles, now)
        if isinstance(shown, FileSent):
            return rest.file_reply(route.status, shown)
        region = parts.get("admdvs") or caller.region
        return rest.reply(route.status, named(shown, region, desk.titles))

    answer.__name__ = route.call.__name__
    return answer


def _query(route: Route, event: Mapping[str, Any]) -> Any:
    """The query as the route's model; a parameter that the route does not know is refused."""
    sent = dict(event.get("queryStringParameters") or {})
    if route.query is None:
        if sent:
            name = min(sent)
            raise BadInput("FIELD_UNKNOWN", field=name[:64], rule="接口没有此查询参数")
        return None
    return read(route.query, {name: value for name, value in sent.items() if value != ""})
