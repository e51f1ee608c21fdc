"""The web edge for handlers with many routes: powertools' resolver, answering errors as
`medaid.aws.web` does.

app = resolver()

@app.post("/reimbursement/cases")
def accept() -> Response[str]:
    return reply(201, service.accept(caller(app), sent(app), now()))

def handler(event, context):
    return app.resolve(event, context)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from medaid.aws import web
from medaid.aws.rest.bodies import FileSent
from medaid.aws.web import LARGEST_BODY, Answer, Caller
from medaid.errors import MedaidError, Refused


def resolver() -> APIGatewayHttpResolver:
    """A resolver whose errors are answered as everywhere: refused with code and field, faults with
    an incident id."""
    app = APIGatewayHttpResolver()

    # powertools leaves it untyped
    @app.exception_handler(MedaidError)  # type: ignore[untyped-decorator]
    def refuse(error: MedaidError) -> Response[str]:
        return _response(web.refusal(error))

    # powertools leaves it untyped
    @app.exception_handler(NotFoundError)  # type: ignore[untyped-decorator]
    def not_found(_error: NotFoundError) -> Response[str]:
        return _response(web.refusal(Refused("NOT_FOUND", field="path", rule="无此接口")))

    # powertools leaves it untyped
    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def fail(error: Exception) -> Response[str]:
        return _response(web.fault(error, app.current_event.raw_event))

    return app


def caller(app: APIGatewayHttpResolver) -> Caller:
    """Who makes the present request. Raises Forbidden without a proven token."""
    return web.caller(app.current_event.raw_event)


def sent(app: APIGatewayHttpResolver, largest: int = LARGEST_BODY) -> dict[str, Any]:
    """The JSON object of the present request. Raises BadInput where there is none, or it is longer
    than `largest` bytes."""
    return web.json_object(web.body_bytes(app.current_event.raw_event, largest))


def reply(status: int, body: Mapping[str, Any]) -> Response[str]:
    """An answer with a JSON body."""
    return _response(web.answer(status, body))


def file_reply(status: int, file: FileSent) -> Response[bytes]:
    """An answer that is a file; like personal data, never kept by what lies between."""
    headers: dict[str, str | list[str]] = dict(web.file_headers(file.name))
    return Response(status_code=status, content_type=file.media, body=file.content, headers=headers)


def _response(answer: Answer) -> Response[str]:
    headers: dict[str, str | list[str]] = dict(answer["headers"])
    return Response(
        status_code=answer["statusCode"],
        content_type=str(headers.pop("Content-Type")),
        body=answer["body"],
        headers=headers,
    )
