"""Who sends: by the sign-in's token, or by a secret of the institution (`by_secret`), which is
imported where somebody shows one."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from medaid.aws import signin, web
from medaid.errors import Forbidden
from medaid.settlement.gateways.requests import MARK, HospitalRequest, ProvenSender


def prove(request: HospitalRequest, now: datetime) -> ProvenSender:
    """Who sends. Raises Forbidden UNAUTHENTICATED, TIMESTAMP, NONCE_REUSED; Unavailable."""
    if request.signed:
        from medaid.settlement.gateways import by_secret  # as said above

        return by_secret.prove_signed(request, now)
    kind, _, token = request.headers.get("authorization", "").strip().partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token:
        _refuse("须以 Bearer 令牌或网关签名证明身份")
    if token.startswith(MARK):
        from medaid.settlement.gateways import by_secret  # as above

        return by_secret.prove_by_pass(token, request, now)
    claims = signin.claims_of(token, int(now.timestamp()))
    return ProvenSender(web.caller_of(claims, request.source))


def _refuse(rule: str) -> NoReturn:
    raise Forbidden("UNAUTHENTICATED", field="Authorization", rule=rule)
