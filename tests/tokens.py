"""The sign-in for tests: tokens signed by a key of its own, which the package is told of."""

from __future__ import annotations

import base64
import json
import time
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from medaid.aws import signin
from medaid.aws.settings import settings

KID = "k1"


@cache
def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def coded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def jwk(of: rsa.RSAPrivateKey, kid: str = KID) -> dict[str, str]:
    """The public key as the sign-in publishes it."""
    numbers = of.public_key().public_numbers()
    n, e = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in (
        numbers.n, numbers.e
    ))  # fmt: skip
    return {"kty": "RSA", "use": "sig", "kid": kid, "alg": "RS256", "n": coded(n), "e": coded(e)}


def signed(claims: dict[str, Any], by: rsa.RSAPrivateKey | None = None, **head: Any) -> str:
    """A token with exactly these claims."""
    parts = [{"alg": "RS256", "kid": KID} | head, claims]
    text = ".".join(coded(json.dumps(part).encode()) for part in parts)
    signature = (by or key()).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{coded(signature)}"


def claims_for(institution: str, now: float, **more: Any) -> dict[str, Any]:
    names = settings()
    return {
        "iss": names.token_issuer,
        "aud": names.token_audience,
        "sub": f"his-{institution}",
        "iat": int(now) - 10,
        "exp": int(now) + 900,
        names.institution_claim: institution,
        **more,
    }


def bearer(institution: str, now: float, **more: Any) -> dict[str, str]:
    """The headers of a hospital's program that has signed in."""
    return {"authorization": f"Bearer {signed(claims_for(institution, now, **more))}"}


def known() -> None:
    """The package knows the key, as after it asked the sign-in."""
    clock = time.monotonic()
    read = signin._rsa(jwk(key()))
    assert read is not None
    signin.hold(signin.Held(clock, clock, {KID: read}))


def posted(
    body: bytes | str, headers: dict[str, str], path: str = "/fsi", method: str = "POST"
) -> dict[str, Any]:
    """An event of the HTTP API as the settle function gets it."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "headers": {"content-type": "application/json"} | headers,
        "requestContext": {
            "requestId": "r1",
            "http": {"method": method, "path": path, "sourceIp": "10.0.0.8"},
        },
        "body": body if isinstance(body, str) else body.decode(),
        "isBase64Encoded": False,
    }
