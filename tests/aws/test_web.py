"""The web edge: who calls, what is let in, how errors are answered; nothing personal in a log
line."""

from __future__ import annotations

import base64
import contextlib
import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medaid.aws import rest, web
from medaid.errors import (
    BadInput,
    Conflict,
    Forbidden,
    MedaidError,
    PolicyUndetermined,
    Refused,
    Unavailable,
)


def event(
    claims: dict[str, Any] | None = None,
    body: str | None = None,
    path: str = "/fund/x",
    method: str = "POST",
    **more: Any,
) -> dict[str, Any]:
    context = {
        "requestId": "req-1",
        "routeKey": "ANY /fund/{proxy+}",
        "http": {"method": method, "path": path},
        "stage": "$default",
    }
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    return {
        "version": "2.0",
        "rawPath": path,
        "requestContext": context,
        "headers": {},
        "body": body,
        "isBase64Encoded": False,
        **more,
    }


HOSPITAL = {"sub": "s1", "custom:fixmedins_code": "H44090100001", "cognito:groups": "[institution]"}


def test_a_hospitals_token_says_for_which_institution_it_acts() -> None:
    assert web.caller(event(HOSPITAL)) == web.Caller(
        "s1", institution="H44090100001", roles=frozenset({"institution"})
    )


@pytest.mark.parametrize(
    "claim",
    [
        "[auditor intake]",
        "auditor intake",
        "auditor,intake",
        '["auditor","intake"]',
        ["auditor", "intake"],
    ],
)
def test_roles_are_read_as_any_issuer_writes_them(claim: Any) -> None:
    assert web.caller(event({"sub": "u", "cognito:groups": claim})).roles == {"auditor", "intake"}


@pytest.mark.parametrize(
    "sent", [event(None), event({}), event({"sub": ""}), {}, {"requestContext": {"authorizer": {}}}]
)
def test_without_a_proven_token_nobody_is_let_in(sent: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        web.caller(sent)


def test_a_role_that_is_missing_is_named() -> None:
    who = web.caller(event({"sub": "u", "cognito:groups": "[cashier]"}))
    who.require("accountant", "cashier")
    with pytest.raises(Forbidden, match="accountant"):
        who.require("accountant")


def test_amounts_come_as_exact_decimals() -> None:
    assert web.json_object(b'{"a": 0.1, "b": 12, "c": "0.10"}') == {
        "a": Decimal("0.1"),
        "b": 12,
        "c": "0.10",
    }


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1e99999999999999999999}',
        b'{"a": {"b": [1E-99999999999999999999]}}',
        b'{"a": 1e999999}',
        b'{"a": -1e-999999}',
        b'{"a": 0.' + b"1" * 100 + b"}",
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"\xff\xfe",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":"\\ud800"}',
    ],
)
def test_what_is_not_one_plain_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        web.json_object(raw)
    assert refused.value.code == "ENVELOPE"


@pytest.mark.parametrize(
    "raw", [b'{"a":' * 100_000, b'{"a":' + b"[" * 200_000, b'{"a":' + b"9" * 10_000 + b"}"]
)
def test_what_would_exhaust_the_parser_is_refused(raw: bytes) -> None:
    """Right money, 20."""
    with pytest.raises(BadInput):
        web.json_object(raw)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_edge_fail_otherwise(raw: bytes) -> None:
    with contextlib.suppress(BadInput):
        assert isinstance(web.json_object(raw), dict)


def test_a_body_may_come_encoded() -> None:
    assert (
        web.body_bytes(event(body=base64.b64encode("中文".encode()).decode(), isBase64Encoded=True))
        == "中文".encode()
    )
    assert web.body_bytes(event(body="中文")) == "中文".encode()
    assert web.body_bytes(event(body=None)) == b""


@pytest.mark.parametrize(("size", "code"), [(11, "BODY_TOO_LARGE"), (10_000_000, "BODY_TOO_LARGE")])
def test_a_body_over_the_limit_is_refused(size: int, code: str) -> None:
    assert web.body_bytes(event(body="x" * 10), 10)
    for sent in (
        event(body="x" * size),
        event(body=base64.b64encode(b"x" * size).decode(), isBase64Encoded=True),
    ):
        with pytest.raises(BadInput) as refused:
            web.body_bytes(sent, 10)
        assert refused.value.code == code


def test_a_body_that_is_not_what_it_says_is_refused() -> None:
    with pytest.raises(BadInput):
        web.body_bytes(event(body="no base64!", isBase64Encoded=True))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput("FIELD_REQUIRED", field="psn_no"), 400),
        (BadInput("BODY_TOO_LARGE", field="body"), 413),
        (PolicyUndetermined("NO_POLICY"), 422),
        (Conflict("ALREADY_SETTLED"), 409),
        (Forbidden("FORBIDDEN"), 403),
        (Refused("SETTLEMENT_UNKNOWN"), 404),
        (Unavailable("UNAVAILABLE"), 503),
    ],
)
def test_each_error_has_its_status_and_says_field_and_rule(error: MedaidError, status: int) -> None:
    told = web.refusal(error)
    body = json.loads(told["body"])
    assert told["statusCode"] == status
    assert (body["code"], body["message"], body["field"]) == (
        error.code,
        error.sentence,
        error.field,
    )
    assert ("Retry-After" in told["headers"]) == error.retry


def test_a_fault_is_answered_with_an_incident_id_and_logged_without_what_was_sent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "POWERTOOLS_SERVICE_NAME", "web-test"
    )  # a logger keeps the output of the test that first named its service
    try:
        try:
            int("no 440901199001011234")
        except ValueError as error:
            raise KeyError("440901199001011234") from error
    except KeyError as error:
        told = web.fault(error, event(HOSPITAL, path="/settlements/S1/explanation"))
    logged = capsys.readouterr().out
    assert told["statusCode"] == 503
    assert "req-1" in json.loads(told["body"])["message"]
    assert {
        word for word in ("req-1", "KeyError", "ValueError", "test_web.py") if word in logged
    } == {"req-1", "KeyError", "ValueError", "test_web.py"}
    assert "440901199001011234" not in logged + told["body"]
    assert "H44090100001" not in logged


CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="r"
)


def door() -> Any:
    app = rest.resolver()

    @app.post("/fund/<what>")
    def post(what: str) -> Any:
        if what == "broken":
            raise RuntimeError("440901199001011234")
        if what == "refused":
            raise Conflict("STATE", field="case", rule="已办结", blocking="C1")
        return rest.reply(
            201, {"what": what, "sent": str(rest.sent(app)["a"]), "by": rest.caller(app).subject}
        )

    return app


@pytest.mark.parametrize(
    ("path", "body", "claims", "status", "code"),
    [
        ("/fund/x", '{"a":1.10}', HOSPITAL, 201, None),
        ("/fund/x", "{", HOSPITAL, 400, "ENVELOPE"),
        ("/fund/x", '{"a":1}', None, 403, "FORBIDDEN"),
        ("/fund/refused", "{}", HOSPITAL, 409, "STATE"),
        ("/fund/broken", "{}", HOSPITAL, 503, "UNAVAILABLE"),
        ("/elsewhere", "{}", HOSPITAL, 404, "NOT_FOUND"),
    ],
)
def test_the_resolver_answers_in_the_same_way(
    path: str,
    body: str,
    claims: Any,
    status: int,
    code: str | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = door().resolve(event(claims, body, path), CONTEXT)
    assert told["statusCode"] == status
    assert json.loads(told["body"]).get("code") == code
    assert told["headers"]["Content-Type"] == "application/json; charset=utf-8"
    assert "440901199001011234" not in told["body"] + capsys.readouterr().out


def test_the_resolvers_refusal_names_what_stands_in_the_way() -> None:
    told = json.loads(door().resolve(event(HOSPITAL, "{}", "/fund/refused"), CONTEXT)["body"])
    assert (told["field"], told["rule"], told["facts"]) == ("case", "已办结", {"blocking": "C1"})
