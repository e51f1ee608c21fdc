"""One HTTP request and its reply, and the standard library's way of sending it."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from medaid.client.errors import NoAnswer

SECONDS: Final = 35.0
"""How long one attempt waits: the platform answers within 29 seconds or not at all."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent. `body` None is a GET."""

    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came back."""

    status: int
    body: bytes


Transport = Callable[[HttpRequest], HttpReply]
"""Sends once. Raises NoAnswer where no whole reply came, whatever was done with the request."""


def post_once(request: HttpRequest) -> HttpReply:
    """`request`, sent once. Raises NoAnswer."""
    sent = urllib.request.Request(  # noqa: S310  # the address is the hospital's own setting
        request.url, data=request.body, headers=dict(request.headers)
    )
    try:
        with urllib.request.urlopen(sent, timeout=SECONDS) as reply:  # noqa: S310  # same
            return HttpReply(reply.status, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return HttpReply(error.code, error.read())
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(str(error)) from error
