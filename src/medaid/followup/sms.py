"""The text-message gateway of a region, over HTTP: one POST of JSON for each message.

    {"key": "<the message's id>", "mobile": "138…", "text": "【医保局】…"}

The gateway answers 200 with `{"state": "taken"}` or `{"state": "delivered"}`; the key comes with
every try, so that it can drop a second one. Anything else is a failure.
"""

from __future__ import annotations

import json
from typing import Final

_WAIT: Final = 10
_STATES: Final = ("taken", "delivered")


class GatewayFailed(Exception):
    """The gateway did not take the message; nothing of what was sent stands in the text."""


def post(url: str, secret: str, key: str, mobile: str, text: str) -> str:
    """Hands one message over: `taken` or `delivered`. Raises GatewayFailed."""
    from urllib.error import URLError
    from urllib.request import Request, urlopen  # only who sends needs them

    body = json.dumps({"key": key, "mobile": mobile, "text": text}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    request = Request(url, body, headers, method="POST")  # noqa: S310  # https: two people approved
    try:
        with urlopen(request, timeout=_WAIT) as answer:  # noqa: S310  # as above
            said = json.loads(answer.read(10_000))
    except (URLError, OSError, ValueError) as error:
        raise GatewayFailed(type(error).__name__) from None
    state = said.get("state") if isinstance(said, dict) else None
    if state not in _STATES:
        raise GatewayFailed("answer")
    return str(state)
