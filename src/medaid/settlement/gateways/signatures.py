"""Signed headers of provinces' gateways: read, time checked, signature worked out. Pure.

Neither signature covers the body: what protects the message on its way is TLS, and what a copied
request can do is to ask for the first answer again, within the window and, in Guangdong's form,
not even that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

from medaid.errors import Forbidden
from medaid.settlement.gateways.model import Gateway
from medaid.settlement.gateways.requests import API_HEADERS, TIF_HEADERS

WINDOW: Final[Mapping[Gateway, int]] = {Gateway.TIF: 300, Gateway.API: 1_800}
"""Seconds by which a request's time may differ from ours. Hunan's specification says 30 minutes;
Guangdong's says nothing."""
_LONGEST: Final = 200
"""Characters of a header."""
_NONCE: Final = re.compile(r"[0-9A-Za-z._:+/=-]{1,64}", re.ASCII)
_TIME: Final = {
    Gateway.TIF: re.compile(r"[0-9]{10}", re.ASCII),
    Gateway.API: re.compile(r"[0-9]{13}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What the headers say, and what their signature should be for a secret."""

    gateway: Gateway
    access_id: str
    seconds: int
    """Since 1970, as the sender's clock has it."""
    nonce: str
    """Used once only; empty where the form has none."""
    signature: str
    expected: Callable[[str], str]

    def signed_with(self, secret: str) -> bool:
        return hmac.compare_digest(self.signature.encode(), self.expected(secret).encode())

    def check_time(self, now: datetime) -> None:
        """Raises Forbidden TIMESTAMP where the clocks differ by more than the window."""
        if abs(now.timestamp() - self.seconds) > WINDOW[self.gateway]:
            rule = f"签名时间戳超时:与平台时间相差不得超过 {WINDOW[self.gateway]} 秒"
            name = TIF_HEADERS[1] if self.gateway is Gateway.TIF else API_HEADERS[2]
            raise Forbidden("TIMESTAMP", field=name, rule=rule)


def read_signed(headers: Mapping[str, str]) -> SignedRequest:
    """The signed headers of a request that has some. Raises Forbidden UNAUTHENTICATED
    naming the header that is missing or cannot be read."""
    tif = any(name in headers for name in TIF_HEADERS)
    api = any(name in headers for name in API_HEADERS)
    if tif + api + ("authorization" in headers) > 1:
        _refuse("Authorization", "只能以一种方式证明身份")
    if tif:
        return _tif(headers)
    return _api(headers)


def _tif(headers: Mapping[str, str]) -> SignedRequest:
    access_id, stamp, nonce, signature = (_filled(headers, name) for name in TIF_HEADERS)
    if not _NONCE.fullmatch(nonce):
        _refuse("x-tif-nonce", "随机数须为至多 64 个字母、数字")
    seconds = _seconds(Gateway.TIF, stamp, "x-tif-timestamp")

    def expected(secret: str) -> str:
        return hashlib.sha256(f"{stamp}{secret}{nonce}{stamp}".encode()).hexdigest()

    return SignedRequest(Gateway.TIF, access_id, seconds, nonce, signature.lower(), expected)


def _api(headers: Mapping[str, str]) -> SignedRequest:
    sent = {name: _filled(headers, name) for name in API_HEADERS}
    signature = sent.pop("_api_signature")
    seconds = _seconds(Gateway.API, sent["_api_timestamp"], "_api_timestamp") // 1_000
    text = "&".join(f"{name}={value}" for name, value in sorted(sent.items()))

    def expected(secret: str) -> str:
        made = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(made).decode()

    return SignedRequest(Gateway.API, sent["_api_access_key"], seconds, "", signature, expected)


def _filled(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value or len(value) > _LONGEST:
        _refuse(name, "缺少服务网关的请求头" if not value else "请求头过长")
    return value


def _seconds(gateway: Gateway, stamp: str, name: str) -> int:
    if not _TIME[gateway].fullmatch(stamp):
        _refuse(
            name, "时间戳须为 10 位秒数" if gateway is Gateway.TIF else "时间戳须为 13 位毫秒数"
        )
    return int(stamp)


def _refuse(name: str, rule: str) -> NoReturn:
    raise Forbidden("UNAUTHENTICATED", field=name, rule=rule)
