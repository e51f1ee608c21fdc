"""What a gateway sees of a request. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HospitalRequest:
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
