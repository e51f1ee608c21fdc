"""Tokens of the sign-in (OpenID Connect), proven by a function itself, where API Gateway does not.

What API Gateway's own authorizer holds a token to, no less: RS256 by a key of the issuer, issuer,
audience, begin and end (docs/adr/0093). No library for it is in the layer: verifying RSASSA-PKCS1-
v1_5 (RFC 8017, 8.2.2) is one power and one comparison of whole blocks, with public values alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NoReturn

from medaid.aws.settings import settings
from medaid.errors import Forbidden, Unavailable

LONGEST: Final = 8_192
"""Characters of a token. API Gateway takes 10,240 bytes of headers in all."""
KEYS_SECONDS: Final = 7_200.0
"""How long the issuer's keys are kept, as API Gateway keeps them."""
STALE_SECONDS: Final = 86_400.0
"""How long they serve while the issuer does not answer."""
AGAIN_SECONDS: Final = 60.0
"""How long after the issuer was asked it is not asked again for a key that nobody knows."""
LEEWAY: Final = 60
"""Seconds by which the issuer's clock may be ahead of ours."""
_SHA256: Final = bytes.fromhex("3031300d060960864801650304020105000420")
"""DigestInfo of SHA-256 (RFC 8017, 9.2)."""
_FEWEST_BITS: Final = 2_048
_WAIT: Final = 3.0


class PublicKey(NamedTuple):
    """An RSA public key of the issuer."""

    modulus: int
    exponent: int


class Held(NamedTuple):
    """The issuer's keys as they were read at `at`; it was last asked at `asked`."""

    at: float
    asked: float
    keys: Mapping[str, PublicKey]


_held: list[Held] = []
"""One at most."""


def claims_of(token: str, now: int) -> dict[str, Any]:
    """The claims of a token that the issuer signed for us and that counts at `now` (seconds since
    1970). Raises Forbidden UNAUTHENTICATED saying what is wrong, Unavailable where the issuer's
    keys cannot be read."""
    head, claims, signed, signature = _parts(token)
    if head.get("alg") != "RS256" or not isinstance(head.get("kid"), str):
        _refuse("令牌签名方式须为 RS256")
    key = _key(head["kid"])
    if key is None or not signed_by(key, signed, signature):
        _refuse("令牌签名不符")
    names = settings()
    if not names.token_issuer or claims.get("iss") != names.token_issuer:
        _refuse("令牌不是由本平台的登录系统签发")
    audience = claims.get("aud", claims.get("client_id"))
    meant = audience if isinstance(audience, list) else [audience]
    if not names.token_audience or names.token_audience not in meant:
        _refuse("令牌不是签发给本接口的")
    _check_times(claims, now)
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        _refuse("令牌没有用户标识")
    return claims


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    ends = claims.get("exp")
    if not isinstance(ends, (int, float)) or isinstance(ends, bool) or ends <= now:
        _refuse("令牌已过期,请重新登录")
    for name in ("nbf", "iat"):
        begins = claims.get(name, 0)
        if not isinstance(begins, (int, float)) or begins > now + LEEWAY:
            _refuse("令牌尚未生效")


def _refuse(rule: str) -> NoReturn:
    raise Forbidden("UNAUTHENTICATED", field="Authorization", rule=rule)


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Head, claims, what was signed, signature."""
    pieces = token.split(".")
    if len(token) > LONGEST or len(pieces) != 3 or not token.isascii():
        _refuse("令牌格式不对")
    try:
        head, claims = (json.loads(unpadded(piece)) for piece in pieces[:2])
        signature = unpadded(pieces[2])
    except (ValueError, RecursionError):
        _refuse("令牌格式不对")
    if not isinstance(head, dict) or not isinstance(claims, dict):
        _refuse("令牌格式不对")
    return head, claims, f"{pieces[0]}.{pieces[1]}".encode(), signature


def unpadded(text: str) -> bytes:
    """Base64 for addresses without its padding (RFC 7515). Raises ValueError for anything else."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("base64") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise ValueError("base64")  # other letters for the same bytes
    return raw


def signed_by(key: PublicKey, signed: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of RSASSA-PKCS1-v1_5 with SHA-256 over `signed` by `key`."""
    size = (key.modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= key.modulus:
        return False
    info = _SHA256 + hashlib.sha256(signed).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    opened = pow(number, key.exponent, key.modulus).to_bytes(size, "big")
    return hmac.compare_digest(opened, expected)


def _key(kid: str) -> PublicKey | None:
    """The issuer's key of that id; asked for anew where it is not known or was kept for long."""
    clock = time.monotonic()
    held = _held[0] if _held else None
    if held is not None:
        fresh = clock - held.at < KEYS_SECONDS
        if (fresh and kid in held.keys) or clock - held.asked < AGAIN_SECONDS:
            return held.keys.get(kid)
    try:
        held = Held(clock, clock, _read_keys())
    except (OSError, ValueError) as error:
        if held is None or clock - held.at >= STALE_SECONDS:
            raise Unavailable("UNAVAILABLE", rule="登录系统的公钥暂时读不到") from error
        held = held._replace(asked=clock)
    hold(held)
    return held.keys.get(kid)


def hold(held: Held) -> None:
    """Keeps these keys in memory instead of those before."""
    _held[:] = [held]


def _read_keys() -> dict[str, PublicKey]:
    """The issuer's keys. Raises OSError, ValueError where they cannot be read."""
    names = settings()
    address = names.token_keys or str(
        _fetched(f"{names.token_issuer.rstrip('/')}/.well-known/openid-configuration").get(
            "jwks_uri"
        )
    )
    listed = _fetched(address).get("keys")
    if not isinstance(listed, list):
        raise ValueError("keys")
    return {
        str(one["kid"]): key
        for one in listed
        if isinstance(one, dict) and "kid" in one and (key := _rsa(one)) is not None
    }


def _fetched(address: str) -> dict[str, Any]:
    from urllib.request import urlopen  # once in two hours

    if not address.startswith("https://") and address != settings().token_keys:
        raise ValueError("address")
    with urlopen(address, timeout=_WAIT) as answer:  # noqa: S310  # https, or as the template says
        found = json.loads(answer.read(1_000_000))
    if not isinstance(found, dict):
        raise ValueError("object")
    return found


def _rsa(one: Mapping[str, Any]) -> PublicKey | None:
    """A key of the list, None for one that signs no token of ours: another kind, or a weak one."""
    if one.get("kty") != "RSA" or one.get("use", "sig") != "sig":
        return None
    modulus, exponent = (
        int.from_bytes(unpadded(str(one.get(name, "")).rstrip("=")), "big") for name in ("n", "e")
    )
    weak = modulus.bit_length() < _FEWEST_BITS or exponent < 65_537 or exponent.bit_length() > 32
    return None if weak else PublicKey(modulus, exponent)


def forget() -> None:
    """Drops the keys kept in memory."""
    _held.clear()
