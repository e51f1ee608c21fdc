"""Short-lived tokens of the token address: made of a client's secret, proven by the same. Pure.

Nothing of them is stored: a token names its credential and its end, and carries their HMAC-SHA256
under the credential's own secret. It ends with the credential.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Final, NamedTuple

from medaid.settlement.gateways.requests import MARK

LIFE: Final = 1_800
"""Seconds."""


class ClientToken(NamedTuple):
    """A token as it was sent, its seal unproven."""

    access_id: str
    number: int
    ends: int
    """Seconds since 1970."""
    payload: str
    seal: str

    def sealed_with(self, secret: str) -> bool:
        return hmac.compare_digest(self.seal.encode(), _seal(self.payload, secret).encode())


def make_token(access_id: str, number: int, secret: str, now: int) -> str:
    """A token that counts for `LIFE` seconds from `now`."""
    told = json.dumps([access_id, number, now + LIFE], separators=(",", ":")).encode()
    payload = base64.urlsafe_b64encode(told).decode()
    return f"{MARK}{payload}.{_seal(payload, secret)}"


def read_token(text: str) -> ClientToken | None:
    """What a token says; None for what is none."""
    payload, _, seal = text.removeprefix(MARK).partition(".")
    try:
        access_id, number, ends = json.loads(base64.urlsafe_b64decode(payload.encode()))
    except (ValueError, TypeError, RecursionError):
        return None
    if not (isinstance(access_id, str) and type(number) is int and type(ends) is int):
        return None
    return ClientToken(access_id, number, ends, payload, seal)


def _seal(payload: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"{MARK}{payload}".encode(), hashlib.sha256).hexdigest()
