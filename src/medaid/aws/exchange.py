"""The exchange bucket: files for hospitals, banks, finance and other regions."""

from __future__ import annotations

import base64
from functools import cache
from itertools import count
from typing import Any, BinaryIO, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws.clients import limited
from medaid.aws.settings import settings
from medaid.errors import BadInput, Refused, Unavailable

_DENIED: Final = ("AccessDenied", "403")


@cache
def client() -> Any:
    """One S3 client of the process, with time limits."""
    return limited("s3")


def put(key: str, content: bytes | BinaryIO, content_type: str = "application/octet-stream") -> str:
    """Writes `content`, of a stream what is left, under `key`, over what was there; answers the
    key. Raises Unavailable."""
    try:
        client().put_object(
            Bucket=settings().bucket, Key=key, Body=content, ContentType=content_type
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    return key


class PresignedPut(NamedTuple):
    """Where a file is put: a PUT with exactly these headers."""

    url: str
    headers: dict[str, str]


def upload_address(
    key: str, content_type: str, size: int, seconds: int, digest: bytes = b""
) -> PresignedPut:
    """A presigned address under which one file of `size` bytes is put, good for `seconds`; with
    `digest`, its SHA-256, no other content is taken."""
    params: dict[str, Any] = {
        "Bucket": settings().bucket,
        "Key": key,
        "ContentType": content_type,
        "ContentLength": size,
    }
    headers = {"Content-Type": content_type, "Content-Length": str(size)}
    if digest:
        checksum = base64.b64encode(digest).decode()
        params["ChecksumSHA256"] = headers["x-amz-checksum-sha256"] = checksum
    url = client().generate_presigned_url("put_object", Params=params, ExpiresIn=seconds)
    return PresignedPut(str(url), headers)


def put_beside(base: str, suffix: str, content: bytes) -> str:
    """Writes text under `<base><suffix>`, or the first of `<base>.2<suffix>`, `<base>.3<suffix>` …
    that is free: nothing is written over. Answers the key. Raises Unavailable."""
    for number in count(1):
        key = f"{base}{suffix}" if number == 1 else f"{base}.{number}{suffix}"
        try:
            client().put_object(
                Bucket=settings().bucket,
                Key=key,
                Body=content,
                ContentType="text/plain; charset=utf-8",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in ("PreconditionFailed", "412"):
                continue
            raise Unavailable("UNAVAILABLE") from error
        except BotoCoreError as error:
            raise Unavailable("UNAVAILABLE") from error
        return key
    raise AssertionError("unreachable: count never ends")


def get(key: str, largest: int | None = None) -> bytes:
    """The content under `key`, of at most `largest` bytes. Raises Refused NOT_FOUND, BadInput
    BODY_TOO_LARGE before anything is read, Unavailable."""
    return get_typed(key, largest)[0]


def get_typed(key: str, largest: int | None = None) -> tuple[bytes, str]:
    """The content under `key` and the type it was put as. Raises as `get`."""
    try:
        found = client().get_object(Bucket=settings().bucket, Key=key)
        if largest is not None and found["ContentLength"] > largest:
            raise BadInput("BODY_TOO_LARGE", field="file", rule=f"至多 {largest} 字节")
        body: bytes = found["Body"].read()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("NoSuchKey", "404") or (code in _DENIED and not _is_there(key)):
            raise Refused("NOT_FOUND", field="key", rule="文件不存在") from error
        raise Unavailable("UNAVAILABLE") from error
    except BotoCoreError as error:
        raise Unavailable("UNAVAILABLE") from error
    return body, str(found.get("ContentType", ""))


def get_range(key: str, start: int, length: int) -> tuple[bytes, int]:
    """At most `length` bytes of the content under `key` from byte `start` on, and how many bytes it
    has; nothing behind its end. Raises Refused NOT_FOUND, Unavailable."""
    wanted = f"bytes={start}-{start + length - 1}"
    try:
        found = client().get_object(Bucket=settings().bucket, Key=key, Range=wanted)
        body: bytes = found["Body"].read()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("InvalidRange", "416"):
            return b"", start
        if code in ("NoSuchKey", "404") or (code in _DENIED and not _is_there(key)):
            raise Refused("NOT_FOUND", field="key", rule="文件不存在") from error
        raise Unavailable("UNAVAILABLE") from error
    except BotoCoreError as error:
        raise Unavailable("UNAVAILABLE") from error
    return body, int(found["ContentRange"].rpartition("/")[2])


def _is_there(key: str) -> bool:
    """Whether an object has this key, by listing: a role may list only where it reads, and whoever
    may not list the whole bucket is told of a missing object that it is denied."""
    try:
        found = client().list_objects_v2(Bucket=settings().bucket, Prefix=key, MaxKeys=1)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    return any(row["Key"] == key for row in found.get("Contents", ()))
