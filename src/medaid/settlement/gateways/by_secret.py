"""Who sends, by a secret of the institution: by signed headers, or by a token of the token
address."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from medaid.aws.secrets import read_secret
from medaid.aws.web import Caller
from medaid.errors import Forbidden
from medaid.settlement.gateways import passes, store
from medaid.settlement.gateways.model import ACCESS_ID, Gateway
from medaid.settlement.gateways.requests import HospitalRequest, ProvenSender
from medaid.settlement.gateways.signatures import WINDOW, read_signed

_AFTERWARDS = 60
"""Seconds for which a nonce is kept beyond the time in which its request would be taken."""


class _Fitting(NamedTuple):
    institution: str
    number: int
    secret: str


def prove_signed(request: HospitalRequest, now: datetime) -> ProvenSender:
    """Who sends a request with signed headers. The clock first, as it costs nothing; the nonce
    last, as it is a write. Raises Forbidden UNAUTHENTICATED, TIMESTAMP, NONCE_REUSED; Unavailable.
    """
    signed = read_signed(request.headers)
    signed.check_time(now)
    fitting = _fitting(signed.gateway, signed.access_id, signed.signed_with)
    if isinstance(fitting, str):
        name = "x-tif-signature" if signed.gateway is Gateway.TIF else "_api_signature"
        _refuse(name, fitting)
    caller = _caller(signed.gateway, signed.access_id, fitting, request)
    if not signed.nonce:
        return ProvenSender(caller)
    until = int(now.timestamp()) + 2 * WINDOW[signed.gateway] + _AFTERWARDS
    if not store.use_nonce(signed.access_id, signed.nonce, until):
        rule = "请以新的随机数签名后重发,报文ID不变"
        raise Forbidden("NONCE_REUSED", field="x-tif-nonce", rule=rule)
    return ProvenSender(caller, (signed.access_id, signed.nonce))


def prove_by_pass(token: str, request: HospitalRequest, now: datetime) -> ProvenSender:
    """Who sends with a token of the token address. Raises as `prove_signed`."""
    read = passes.read_token(token)
    if read is None:
        _refuse("Authorization", "令牌格式不对")
    fitting = _fitting(Gateway.CLIENT, read.access_id, read.sealed_with)
    if isinstance(fitting, str) or fitting.number != read.number:
        _refuse("Authorization", "令牌签名不符,或其密钥已停用")
    if read.ends <= now.timestamp():
        _refuse("Authorization", "令牌已过期,请重新获取")
    return ProvenSender(_caller(Gateway.CLIENT, read.access_id, fitting, request))


def give_token(request: HospitalRequest, body: bytes, now: datetime) -> dict[str, Any]:
    """The answer of the token address (RFC 6749, 4.4): a token for the client that the request
    names. Raises Forbidden UNAUTHENTICATED; Unavailable."""
    from urllib.parse import parse_qs  # a token in half an hour

    form = {name: found[0] for name, found in parse_qs(body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        _refuse("grant_type", "须为 client_credentials")
    client, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    fitting = _fitting(Gateway.CLIENT, client, lambda held: _same(held, secret))
    if isinstance(fitting, str):
        _refuse("Authorization", "客户端编号或密钥不对")
    token = passes.make_token(client, fitting.number, fitting.secret, int(now.timestamp()))
    return {"access_token": token, "token_type": "Bearer", "expires_in": passes.LIFE}


def _basic(request: HospitalRequest) -> tuple[str, str] | None:
    kind, _, given = request.headers.get("authorization", "").strip().partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except ValueError:
        _refuse("Authorization", "须为 Basic 客户端编号和密钥")
    return client, secret


def _same(one: str, other: str) -> bool:
    from hmac import compare_digest  # as above

    return compare_digest(one.encode(), other.encode())


def _fitting(gateway: Gateway, access_id: str, fits: Callable[[str], bool]) -> _Fitting | str:
    """The credential in force whose secret `fits`; else why there is none. Two of one access id may
    be in force at once, so that a secret is changed without a stop."""
    held = store.find_credentials(access_id) if ACCESS_ID.fullmatch(access_id) else None
    counting = held.counting(gateway, access_id) if held is not None else []
    if held is None or not counting:
        return "非法用户:没有生效的接入凭证"
    for one in counting:
        secret = read_secret(f"{held.institution}/{one.number}")
        if secret is not None and fits(secret):
            return _Fitting(held.institution, one.number, secret)
    return "签名不一致"


def _caller(
    gateway: Gateway, access_id: str, fitting: _Fitting, request: HospitalRequest
) -> Caller:
    return Caller(f"{gateway}:{access_id}", fitting.institution, source=request.source)


def _refuse(name: str, rule: str) -> NoReturn:
    raise Forbidden("UNAUTHENTICATED", field=name, rule=rule)
