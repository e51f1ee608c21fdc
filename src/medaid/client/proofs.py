"""How a program proves who sends, in each province's way: headers for one request.

A proof is asked anew for each attempt, so that a nonce is never used twice and a timestamp is
always the present one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from medaid.client.errors import NoAnswer, NotTaken
from medaid.client.transport import HttpRequest, Transport, post_once

Proof = Callable[[], Mapping[str, str]]
"""The headers of one attempt."""
Clock = Callable[[], float]
"""Seconds since 1970."""


def bearer(token: Callable[[], str]) -> Proof:
    """A token of the sign-in; `token` gives one that is still valid."""
    return lambda: {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}


def tif(access_id: str, secret: str, clock: Clock = time.time) -> Proof:
    """广东: SHA-256 of timestamp, secret, nonce, timestamp."""

    def headers() -> Mapping[str, str]:
        stamp, nonce = str(int(clock())), secrets.token_hex(16)
        text = f"{stamp}{secret}{nonce}{stamp}"
        return {
            "x-tif-paasid": access_id,
            "x-tif-timestamp": stamp,
            "x-tif-nonce": nonce,
            "x-tif-signature": hashlib.sha256(text.encode()).hexdigest(),
            "Content-Type": "application/json",
        }

    return headers


def api(access_id: str, secret: str, name: str = "fsi", clock: Clock = time.time) -> Proof:
    """湖南: base64 of HMAC-SHA1 over the sorted headers."""

    def headers() -> Mapping[str, str]:
        said = {
            "_api_access_key": access_id,
            "_api_name": name,
            "_api_timestamp": str(int(clock() * 1000)),
            "_api_version": "1.0.0",
        }
        text = "&".join(f"{key}={said[key]}" for key in sorted(said))
        digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
        signed = {"_api_signature": base64.b64encode(digest).decode()}
        return said | signed | {"Content-Type": "text/plain; charset=utf-8"}

    return headers


def client_credentials(
    address: str,
    access_id: str,
    secret: str,
    transport: Transport = post_once,
    clock: Clock = time.time,
) -> Proof:
    """吉林: a token from the address that ends in `/token`, kept until shortly before it ends. The
    headers raise NotTaken where the address gives none, NoAnswer."""
    given = base64.b64encode(f"{access_id}:{secret}".encode()).decode()
    request = HttpRequest(
        address,
        {
            "Authorization": f"Basic {given}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        urlencode({"grant_type": "client_credentials"}).encode(),
    )
    kept: dict[str, float] = {}

    def token() -> str:
        for known, until in kept.items():
            if clock() < until:
                return known
        reply = transport(request)
        if reply.status >= 500:
            raise NoAnswer(f"HTTP {reply.status} at the token address")
        if reply.status != 200:
            raise NotTaken("UNAUTHENTICATED", f"HTTP {reply.status} at the token address")
        found = json.loads(reply.body)
        kept.clear()
        kept[str(found["access_token"])] = clock() + 0.9 * float(found["expires_in"])
        return next(iter(kept))

    return bearer(token)
