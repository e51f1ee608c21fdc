"""The operators' pages as they were built: which file a path answers, and the headers under which a
browser may run it. One origin serves pages and API, so nothing is allowed from elsewhere but the
sign-in's token address and the bucket that images of receipts lie in.
"""

from __future__ import annotations

import base64
import gzip
import json
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from medaid.aws.settings import settings
from medaid.aws.web import Answer, Event

PAGE: Final = "index.html"
SETTINGS: Final = "settings.json"
_ASSETS: Final = "assets"
"""Folder of files whose names carry a hash of their content."""
_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
_NEVER: Final = "no-store"
_MEDIA: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".json": "application/json; charset=utf-8",
}
_HTML: Final = {"Content-Type": _MEDIA[".html"], "Cache-Control": _NEVER}
_PLAIN: Final = frozenset({".png", ".woff2"})
"""Kinds that are compressed already."""
_NOT_BUILT: Final = "<!doctype html><meta charset=utf-8><title>medaid</title><p>页面尚未构建。</p>"


def answer(folder: Path, event: Event) -> Answer:
    """The file of the request's path within `folder`. A path that names none is answered with the
    page itself, but for a missing asset, which is not found: a page of yesterday asks anew."""
    path = str((event.get("pathParameters") or {}).get("proxy", ""))
    if not path:
        last = str(event.get("rawPath", "")).rsplit("/", 1)[-1]
        return _answer(302, b"", {"Location": f"{last}/{PAGE}".lstrip("/"), **_HTML})
    if path == SETTINGS:
        return _answer(200, _settings(), {"Content-Type": _MEDIA[".json"], "Cache-Control": _NEVER})
    name = PurePosixPath(path)
    safe = not name.is_absolute() and ".." not in name.parts and name.suffix in _MEDIA
    file = folder / name
    asset = name.parts[:1] == (_ASSETS,)
    if not safe or not file.is_file():
        if asset:
            return _answer(404, b"", _HTML)
        name, file = PurePosixPath(PAGE), folder / PAGE
        if not file.is_file():
            return _answer(503, _NOT_BUILT.encode(), _HTML)
    kept = _FOR_A_YEAR if asset else _NEVER
    headers = {"Content-Type": _MEDIA[name.suffix], "Cache-Control": kept}
    if name.suffix in _PLAIN or "gzip" not in _accepted(event):
        return _answer(200, file.read_bytes(), headers)
    return _answer(
        200, _compressed(file), headers | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    )


def _accepted(event: Event) -> str:
    return str((event.get("headers") or {}).get("accept-encoding", ""))


@cache
def _compressed(file: Path) -> bytes:
    """A built file never changes in the life of a process."""
    return gzip.compress(file.read_bytes(), compresslevel=9, mtime=0)


def _answer(status: int, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": headers | _protected(),
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _settings() -> bytes:
    """What a page must know before anybody has signed in. Nothing in it is secret."""
    names = settings()
    return json.dumps(
        {
            "authorize": names.sign_in,
            "token": names.sign_in_tokens,
            "sign_out": names.sign_in_end,
            "client": names.token_audience,
        }
    ).encode()


@cache
def _protected() -> dict[str, str]:
    names = settings()
    elsewhere = sorted({_origin(one) for one in (names.sign_in_tokens, names.files_address) if one})
    files = _origin(names.files_address) if names.files_address else ""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": " ".join(filter(None, ("'self' data: blob:", files))),
        "font-src": "'self'",
        "connect-src": " ".join(("'self'", *elsewhere)),
        "frame-src": "blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {says}" for name, says in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
    }


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
