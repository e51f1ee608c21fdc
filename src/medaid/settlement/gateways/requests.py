"""What is seen of a request of an institution's program, and who has proven to have sent it. Light
values: every settlement's cold start imports them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from medaid.aws.web import Caller

MARK: Final = "mt1."
"""What a token of the token address begins with; the sign-in's tokens never do."""
TIF_HEADERS: Final = ("x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature")
"""Guangdong's."""
API_HEADERS: Final = (
    "_api_name",
    "_api_version",
    "_api_timestamp",
    "_api_access_key",
    "_api_signature",
)
"""Hunan's."""


class HospitalRequest(NamedTuple):
    """An HTTP request of an institution's program. Names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    source: str
    """The address it came from."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> HospitalRequest:
        """Of an event of the HTTP API (payload format 2.0)."""
        http = event.get("requestContext", {}).get("http", {})
        headers = {str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()}
        path = str(event.get("rawPath", ""))
        return cls(str(http.get("method", "")), path, headers, str(http.get("sourceIp", "")))

    @property
    def signed(self) -> bool:
        """Whether it has a header of a gateway's signature."""
        return any(name in self.headers for name in (*TIF_HEADERS, *API_HEADERS))


class ProvenSender(NamedTuple):
    """Who sends, and the nonce that its request used up, with the access id; empty without."""

    caller: Caller
    nonce: tuple[str, str] = ("", "")

    def release(self) -> None:
        """The nonce may come again: nothing was answered. Raises Unavailable."""
        if self.nonce[1]:
            from medaid.settlement.gateways import store  # only for signed requests

            store.release_nonce(*self.nonce)
