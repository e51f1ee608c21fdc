"""The web edge that all handlers share, as plain functions: who is calling, what was sent, how an
error is answered.

Nothing heavy is imported here, so that the hospital's handler stays light; those with many routes
take `medaid.aws.rest`, which answers in the same way.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from traceback import walk_tb
from typing import Any, Final, NoReturn

from medaid.aws.settings import settings
from medaid.errors import (
    BadInput,
    Conflict,
    Forbidden,
    MedaidError,
    PolicyUndetermined,
    Refused,
    Unavailable,
)

LARGEST_BODY: Final = 1_000_000
"""Bytes of a REST request. Lambda itself takes 6 MB with everything around it, API Gateway 10 MB
(docs/operations.md)."""
_LONGEST_NUMBER: Final = 64
"""Digits of a number in a body, and the most that its exponent may be."""
RETRY_AFTER: Final = 2
"""Seconds after which a caller may ask again where the fault is ours."""
_NOT_FOUND: Final = frozenset(
    {"NOT_FOUND", "PERSON_UNKNOWN", "VISIT_UNKNOWN", "SETTLEMENT_UNKNOWN"}
)
_BY_CODE: Final[Mapping[str, int]] = {
    "BODY_TOO_LARGE": 413,
    "UNAUTHENTICATED": 401,
    "TIMESTAMP": 401,
    "NONCE_REUSED": 401,
    "METHOD": 405,
    "MEDIA_TYPE": 415,
}
_STATUS: Final = (
    (BadInput, 400),
    (PolicyUndetermined, 422),
    (Conflict, 409),
    (Forbidden, 403),
    (Refused, 422),
    (Unavailable, 503),
)

Event = Mapping[str, Any]
"""What API Gateway hands over: payload format 2.0 of an HTTP API."""
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom the request acts, by its token. Empty where the token does not say."""

    subject: str
    """The user's own id (sub): what separation of duties (Q3.1) is held by."""
    institution: str = ""
    """fixmedins_code: a hospital acts and looks only there."""
    region: str = ""
    """admdvs, six digits: an operator's region."""
    roles: frozenset[str] = field(default_factory=frozenset)
    point: str = ""
    """The grassroots point (township, village) at which an operator sits (J18)."""
    source: str = ""
    """The address the request came from."""
    issued: int = 0
    """When the token was issued (iat), in seconds since 1970; 0 where it does not say."""

    def require(self, *roles: str) -> None:
        """Passes where the caller has one of `roles`. Raises Forbidden naming them."""
        if not self.roles.intersection(roles):
            raise Forbidden("FORBIDDEN", rule=f"需要角色之一: {'、'.join(roles)}")


def caller(event: Event) -> Caller:
    """The caller by the claims that the API's authorizer proved. Raises Forbidden where there are
    none."""
    context = event.get("requestContext", {})
    claims = context.get("authorizer", {}).get("jwt", {}).get("claims") or {}
    if not claims.get("sub"):
        raise Forbidden("FORBIDDEN", rule="须持有效令牌")
    return caller_of(claims, str(context.get("http", {}).get("sourceIp", "")))


def caller_of(claims: Mapping[str, Any], source: str) -> Caller:
    """The caller by claims that were proven; `source` is the address it calls from."""
    names = settings()
    return Caller(
        subject=str(claims["sub"]),
        institution=str(claims.get(names.institution_claim, "")),
        region=str(claims.get(names.region_claim, "")),
        roles=frozenset(_listed(claims.get(names.roles_claim, ""))),
        point=str(claims.get(names.point_claim, "")),
        source=source,
        issued=_seconds(claims.get("iat")),
    )


def _seconds(claim: object) -> int:
    text = str(claim)
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) else 0


def _listed(claim: object) -> list[str]:
    """A claim that lists: API Gateway hands a list over as the text `[a b]`, other issuers write `a
    b` or `a,b`."""
    if isinstance(claim, list):
        return [str(item) for item in claim]
    return re.findall(r'[^\s,\[\]"]+', str(claim))


def body_bytes(event: Event, largest: int = LARGEST_BODY) -> bytes:
    """What was sent. Raises BadInput where it is longer than `largest` bytes or not what it says it
    is."""
    body = event.get("body") or ""
    if len(body) > largest * 4 // 3 + 4:
        raise BadInput("BODY_TOO_LARGE", field="body", rule=f"至多 {largest} 字节")
    try:
        raw = (
            base64.b64decode(body, validate=True)
            if event.get("isBase64Encoded")
            else str(body).encode()
        )
    except (binascii.Error, UnicodeEncodeError):
        raise BadInput("ENVELOPE", field="body", rule="内容编码无效") from None
    if len(raw) > largest:
        raise BadInput("BODY_TOO_LARGE", field="body", rule=f"至多 {largest} 字节")
    return raw


def json_object(raw: bytes) -> dict[str, Any]:
    """The JSON object that `raw` holds. Numbers with a point come as Decimal: no binary fraction
    enters the product.

    Raises BadInput where it is not UTF-8, not JSON, not an object, names a field twice, or holds
    what has no text form.
    """
    try:
        text = raw.decode("utf-8-sig")
        value = json.loads(
            text, parse_float=_number, parse_constant=_not_a_number, object_pairs_hook=_once
        )
        if "\\ud" in text.lower():
            json.dumps(
                value, ensure_ascii=False, default=str
            ).encode()  # half of a surrogate pair is not text
    except (ValueError, RecursionError, ArithmeticError):
        raise BadInput("ENVELOPE", field="body", rule="须为 UTF-8 编码的 JSON") from None
    if not isinstance(value, dict):
        raise BadInput("ENVELOPE", field="body", rule="须为 JSON 对象")
    return value


def _number(text: str) -> Decimal:
    """A number with a point or an exponent. Raises ValueError for one that nobody can mean: its
    digits would take memory or time without end wherever they are written out."""
    number = Decimal(text) if len(text) <= _LONGEST_NUMBER else Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise ValueError("number")
    return number


def _not_a_number(text: str) -> NoReturn:
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadInput("ENVELOPE", field=twice[:64], rule="字段重复")
    return found


def answer(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Answer:
    """An HTTP answer with a JSON body. Personal data is never kept by what lies between."""
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }


def file_headers(name: str) -> dict[str, str]:
    """Of an answer that is a file: its name, and that nothing between may keep it."""
    from urllib.parse import quote  # files are rare, settlements are not

    return {
        "Cache-Control": "no-store",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
    }


def file_answer(name: str, media: str, content: bytes) -> Answer:
    """An HTTP answer that is a file."""
    return {
        "statusCode": 200,
        "headers": {"Content-Type": media, **file_headers(name)},
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }


def refusal(error: MedaidError) -> Answer:
    """How an error of ours is answered: `code` for programs, `message` in Chinese for people, the
    `field`, the `rule`, and its facts."""
    shown: dict[str, Any] = {
        "code": error.code,
        "message": error.sentence,
        "field": error.field,
        "rule": error.rule,
    }
    if error.facts:
        shown["facts"] = error.facts
    if isinstance(error, BadInput) and error.faults:
        shown["faults"] = [fault._asdict() for fault in error.faults]
    return answer(status(error), shown, {"Retry-After": str(RETRY_AFTER)} if error.retry else None)


def status(error: MedaidError) -> int:
    """The HTTP status of an error of ours."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    if error.code in _NOT_FOUND:
        return 404
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 503)


def fault(error: Exception, event: Event) -> Answer:
    """How a fault nobody foresaw is answered: 503 with an incident id, under which the log says
    where it happened."""
    number = incident(error, event)
    sentence = f"{Unavailable('UNAVAILABLE').sentence}(事件号 {number})"
    told = {"code": "UNAVAILABLE", "message": sentence, "field": "", "rule": "", "incident": number}
    return answer(503, told, {"Retry-After": str(RETRY_AFTER)})


def incident(error: BaseException, event: Event) -> str:
    """Logs where `error` happened and answers the incident id: the request's own id.

    Only kinds of errors and places in the program are logged: the text of an error may carry what a
    person sent.
    """
    from aws_lambda_powertools import Logger  # only imported where something went wrong

    context = event.get("requestContext", {})
    number = str(context.get("requestId", "") or "unknown")
    Logger(log_uncaught_exceptions=False).error(
        {
            "message": "incident",
            "incident": number,
            "route": str(context.get("routeKey", event.get("routeKey", ""))),
            "causes": _causes(error),
        }
    )
    return number


def _causes(error: BaseException | None) -> list[dict[str, Any]]:
    """The error and what caused it, from the outside in: kind, and the innermost eight places."""
    causes: list[dict[str, Any]] = []
    while error is not None and len(causes) < 5:
        places = [
            f"{Path(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(error.__traceback__)
        ]
        code = (
            (getattr(error, "response", None) or {}).get("Error", {}).get("Code", "")
        )  # AWS's own code, e.g. AccessDeniedException
        causes.append(
            {"kind": type(error).__name__, **({"code": code} if code else {}), "at": places[-8:]}
        )
        error = error.__cause__ or error.__context__
    return causes
