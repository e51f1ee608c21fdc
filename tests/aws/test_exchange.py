"""A missing object is told apart from a forbidden one, though a role that may not list the whole
bucket hears of both that it is denied."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from medaid.aws import exchange
from medaid.errors import Refused, Unavailable


class Bucket:
    """Answers as S3 does to a role that reads `keys` and lists under their prefix."""

    def __init__(self, code: str, *keys: str) -> None:
        self.code, self.keys = code, keys

    def get_object(self, **_: Any) -> Any:
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "GetObject")
        return {"Body": io.BytesIO(b"content")}

    def list_objects_v2(self, Prefix: str, **_: Any) -> Any:
        found = [{"Key": key} for key in self.keys if key.startswith(Prefix)]
        return {"Contents": found} if found else {}


@pytest.mark.parametrize(
    ("bucket", "error"),
    [
        (Bucket("NoSuchKey"), Refused),
        (Bucket("AccessDenied"), Refused),
        (Bucket("AccessDenied", "a/b.txt.sig"), Refused),
        (Bucket("AccessDenied", "a/b.txt"), Unavailable),
        (Bucket("SlowDown"), Unavailable),
    ],
)
def test_what_is_missing_and_what_is_forbidden(
    monkeypatch: pytest.MonkeyPatch, bucket: Bucket, error: type[Exception]
) -> None:
    monkeypatch.setattr(exchange, "client", lambda: bucket)
    with pytest.raises(error):
        exchange.get("a/b.txt")


def test_an_object_that_is_there_is_read_with_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "client", lambda: Bucket(""))
    assert exchange.get("a/b.txt") == b"content"


def test_storage_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(Bucket):
        def list_objects_v2(self, Prefix: str, **_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://storage.invalid")

    monkeypatch.setattr(exchange, "client", lambda: Away("AccessDenied"))
    with pytest.raises(Unavailable):
        exchange.get("a/b.txt")


def test_a_stream_is_put_as_bytes_are(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}

    class Keeps:
        def put_object(self, Key: str, Body: Any, **_: Any) -> None:
            kept[Key] = Body if isinstance(Body, bytes) else Body.read()

    monkeypatch.setattr(exchange, "client", Keeps)
    for name, content in (("a", b"1"), ("b", io.BytesIO(b"1"))):
        assert exchange.put(name, content) == name
    assert kept == {"a": b"1", "b": b"1"}
