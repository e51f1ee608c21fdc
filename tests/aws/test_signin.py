"""Tokens of the sign-in, proven by a function itself: what is let in, and all that is not. Held
against a library that everybody trusts. Issue: the hospital's door, 1."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st
from tests import tokens

from medaid.aws import signin
from medaid.aws.settings import settings
from medaid.aws.signin import PublicKey, claims_of, signed_by
from medaid.errors import Forbidden, Unavailable

NOW = 1_700_000_000
HOSPITAL = "H44090200001"


@pytest.fixture(autouse=True)
def _signed_in() -> Iterator[None]:
    tokens.known()
    yield
    signin.forget()


def claims(**more: Any) -> dict[str, Any]:
    return tokens.claims_for(HOSPITAL, NOW, **more)


def refused(token: str) -> str:
    with pytest.raises(Forbidden) as error:
        claims_of(token, NOW)
    assert (error.value.code, error.value.field) == ("UNAUTHENTICATED", "Authorization")
    return error.value.rule


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in claims().items() if key != name}


def test_a_token_of_the_sign_in_is_let_in() -> None:
    assert claims_of(tokens.signed(claims()), NOW)["custom:fixmedins_code"] == HOSPITAL
    listed = claims(aud=["other", "medaid-tests"])
    assert claims_of(tokens.signed(listed), NOW)["sub"]
    access = without("aud") | {"client_id": "medaid-tests"}
    assert claims_of(tokens.signed(access), NOW)["sub"]


WRONG: list[tuple[str, Callable[[], str], str]] = [
    ("none", lambda: "", "格式"),
    ("no token", lambda: "x.y.z", "格式"),
    ("two parts", lambda: ".".join(tokens.signed(claims()).split(".")[:2]), "格式"),
    ("long", lambda: "a" * 10_000 + ".b.c", "格式"),
    ("padded", lambda: tokens.signed(claims()) + "=", "格式"),
    ("not text", lambda: "é.b.c", "格式"),
    ("a list", lambda: f"{tokens.coded(b'[]')}.{tokens.coded(b'{}')}.{tokens.coded(b'x')}", "格式"),
    ("deep", lambda: f"{tokens.coded(b'[' * 5_000)}.e30.e30", "格式"),
    ("unsigned", lambda: tokens.signed(claims(), alg="none"), "RS256"),
    ("by a shared secret", lambda: tokens.signed(claims(), alg="HS256"), "RS256"),
    ("of no key", lambda: tokens.signed(claims(), kid="k2"), "签名不符"),
    ("no key id", lambda: tokens.signed(claims(), kid=None), "RS256"),
    ("another's key", lambda: tokens.signed(claims(), tokens.key(3072)), "签名不符"),
    ("another issuer", lambda: tokens.signed(claims(iss="https://other.example")), "签发"),
    ("no issuer", lambda: tokens.signed(without("iss")), "签发"),
    ("for another", lambda: tokens.signed(claims(aud="other")), "本接口"),
    ("for nobody", lambda: tokens.signed(without("aud")), "本接口"),
    ("ended now", lambda: tokens.signed(claims(exp=NOW)), "过期"),
    ("endless", lambda: tokens.signed(without("exp")), "过期"),
    ("end as text", lambda: tokens.signed(claims(exp="9999999999")), "过期"),
    ("end as truth", lambda: tokens.signed(claims(exp=True)), "过期"),
    ("not yet", lambda: tokens.signed(claims(nbf=NOW + 61)), "尚未"),
    ("to come", lambda: tokens.signed(claims(iat=NOW + 61)), "尚未"),
    ("nobody's", lambda: tokens.signed(claims(sub="")), "用户"),
]


@pytest.mark.parametrize(("token", "rule"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_any_other_is_not(token: Callable[[], str], rule: str) -> None:
    assert rule in refused(token())


def test_a_claim_changed_after_signing_is_noticed() -> None:
    head, _, signature = tokens.signed(claims()).split(".")
    other = tokens.coded(json.dumps(claims(**{"custom:fixmedins_code": "H1"})).encode())
    assert "签名不符" in refused(f"{head}.{other}.{signature}")


def public(of: rsa.RSAPrivateKey) -> PublicKey:
    numbers = of.public_key().public_numbers()
    return PublicKey(numbers.n, numbers.e)


@given(st.binary(max_size=300), st.integers(0, 2047))
def test_a_signature_counts_exactly_where_the_library_says_so(text: bytes, bit: int) -> None:
    private = tokens.key()
    good = private.sign(text, padding.PKCS1v15(), hashes.SHA256())
    spoiled = (int.from_bytes(good, "big") ^ (1 << bit)).to_bytes(256, "big")
    for signature in (good, spoiled, good[1:], good + b"\0", b"\0" + good):
        try:
            private.public_key().verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
            counts = True
        except (InvalidSignature, ValueError):
            counts = False
        assert signed_by(public(private), text, signature) == counts == (signature == good)


def test_a_number_above_the_modulus_is_no_second_signature() -> None:
    private = tokens.key()
    good = private.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
    more = int.from_bytes(good, "big") + public(private).modulus
    if more.bit_length() <= 2048:
        assert not signed_by(public(private), b"x", more.to_bytes(256, "big"))
    assert not signed_by(public(private), b"x", b"\0" * 256)


def test_the_block_is_compared_whole() -> None:
    """A block with fewer filling bytes, or with the digest elsewhere, is what forgeries are made
    of."""
    private = tokens.key()
    numbers = private.private_numbers()
    info = signin._SHA256 + hashlib.sha256(b"x").digest()
    blocks = [
        b"\x00\x01" + b"\xff" * 8 + b"\x00" + info + b"\x00" * (256 - 11 - len(info)),
        b"\x00\x01" + b"\xff" * (253 - len(info) - 1) + b"\x00" + info + b"\x00",
        b"\x00\x02" + b"\xff" * (253 - len(info)) + b"\x00" + info,
        b"\x00\x01" + b"\xfe" * (253 - len(info)) + b"\x00" + info,
    ]
    for block in blocks:
        forged = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
        assert not signed_by(public(private), b"x", forged.to_bytes(256, "big"))


# ---- the issuer's keys ---------------------------------------------------------------------------


class Issuer:
    """What the sign-in answers, and how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys: list[dict[str, Any]] = [tokens.jwk(tokens.key())]
        self.asked: list[str] = []
        self.away = False
        self.clock = 1_000_000.0
        monkeypatch.setattr(signin, "_fetched", self.answer)
        monkeypatch.setattr("medaid.aws.signin.time.monotonic", lambda: self.clock)
        signin.forget()

    def answer(self, address: str) -> dict[str, Any]:
        self.asked.append(address)
        if self.away:
            raise OSError("away")
        if address.endswith("openid-configuration"):
            return {"jwks_uri": "https://issuer.example/keys"}
        return {"keys": self.keys}


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    return Issuer(monkeypatch)


def test_the_keys_are_asked_for_where_the_issuer_says_and_then_kept(issuer: Issuer) -> None:
    for _ in range(3):
        claims_of(tokens.signed(claims()), NOW)
    assert issuer.asked == [
        "https://issuer.example/.well-known/openid-configuration",
        "https://issuer.example/keys",
    ]
    issuer.clock += signin.KEYS_SECONDS
    claims_of(tokens.signed(claims()), NOW)
    assert len(issuer.asked) == 4


def test_an_unknown_key_is_asked_for_once_a_minute(issuer: Issuer) -> None:
    claims_of(tokens.signed(claims()), NOW)
    new = tokens.signed(claims(), tokens.key(3072), kid="k2")
    for _ in range(3):
        refused(new)
    assert len(issuer.asked) == 2, "nobody makes the sign-in busy by tokens of made-up keys"
    issuer.keys.append(tokens.jwk(tokens.key(3072), "k2"))
    issuer.clock += signin.AGAIN_SECONDS
    assert claims_of(new, NOW)
    issuer.keys.pop(0)
    issuer.clock += signin.KEYS_SECONDS
    refused(tokens.signed(claims()))


def test_while_the_issuer_is_away_known_keys_serve_for_a_day(issuer: Issuer) -> None:
    claims_of(tokens.signed(claims()), NOW)
    issuer.away = True
    issuer.clock += signin.STALE_SECONDS - 1
    assert claims_of(tokens.signed(claims()), NOW)
    issuer.clock += signin.AGAIN_SECONDS
    with pytest.raises(Unavailable):
        claims_of(tokens.signed(claims()), NOW)
    signin.forget()
    with pytest.raises(Unavailable):
        claims_of(tokens.signed(claims()), NOW)


def test_weak_or_other_keys_sign_nothing(issuer: Issuer) -> None:
    small = rsa.generate_private_key(65537, 1024)
    three = rsa.generate_private_key(3, 2048)
    issuer.keys += [
        tokens.jwk(small, "small"),
        tokens.jwk(three, "three"),
        tokens.jwk(tokens.key(), "enc") | {"use": "enc"},
        {"kty": "oct", "kid": "oct", "k": base64.b64encode(b"secret").decode()},
    ]
    for name, private in (("small", small), ("three", three), ("enc", tokens.key())):
        assert "签名不符" in refused(tokens.signed(claims(), private, kid=name))
    assert "签名不符" in refused(tokens.signed(claims(), kid="oct"))


def test_keys_come_over_tls_alone() -> None:
    for address in ("http://issuer.example/keys", "file:///etc/passwd", "None"):
        with pytest.raises(ValueError, match="address"):
            signin._fetched(address)


@pytest.mark.parametrize("address", ["https://issuer.example/keys", "http://127.0.0.1:4566/keys"])
def test_what_the_issuer_answers_is_an_object(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one address without TLS is the one that the installation itself names."""
    given = settings()
    monkeypatch.setattr(
        signin, "settings", lambda: replace(given, token_keys="http://127.0.0.1:4566/keys")
    )
    answers = [b'{"keys": []}', b"[]", b"no JSON"]
    monkeypatch.setattr("urllib.request.urlopen", lambda _, timeout: BytesIO(answers.pop(0)))
    assert signin._fetched(address) == {"keys": []}
    for _ in range(2):
        with pytest.raises(ValueError):  # noqa: PT011  # of either kind
            signin._fetched(address)


def test_the_longest_token_is_read_and_a_longer_one_is_not() -> None:
    """The claims are made as long as the bound allows, to the letter."""
    spare = signin.LONGEST - len(tokens.signed(claims(x="")))
    sizes = {len(tokens.signed(claims(x="a" * n))): n for n in range(spare * 3 // 4 - 8, spare)}
    longest = tokens.signed(claims(x="a" * sizes[max(k for k in sizes if k <= signin.LONGEST)]))
    assert claims_of(longest, NOW)
    longer = tokens.signed(claims(x="a" * sizes[min(k for k in sizes if k > signin.LONGEST)]))
    assert "格式" in refused(longer)
