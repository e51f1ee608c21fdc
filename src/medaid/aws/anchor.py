"""Where seals are anchored: a bucket in which nothing can be changed or removed for years, and a
key that only signs. Nothing of ours can write over what lies there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws.clients import limited
from medaid.aws.settings import settings
from medaid.errors import Unavailable

ALGORITHM = "ECDSA_SHA_256"


@cache
def client(service: str) -> Any:
    """One client of the process for `service`."""
    return limited(service)


def sign(content: bytes) -> bytes:
    """The signature (DER) of `content` by the key that only signs seals. Raises Unavailable."""
    try:
        signed = client("kms").sign(
            KeyId=settings().seal_key,
            Message=content,
            MessageType="RAW",  # up to 4,096 bytes, which a seal never reaches
            SigningAlgorithm=ALGORITHM,
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    found: bytes = signed["Signature"]
    return found


def put(key: str, content: bytes) -> None:
    """Writes what is not there yet. Raises Unavailable."""
    try:
        client("s3").put_object(
            Bucket=settings().anchor_bucket,
            Key=key,
            Body=content,
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",  # asked for by a bucket with a lock
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error


def listed(prefix: str) -> Iterator[str]:
    """Keys under `prefix`, in order. Raises Unavailable."""
    try:
        pages = client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=settings().anchor_bucket, Prefix=prefix):
            yield from (row["Key"] for row in page.get("Contents", []))
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error


def get(key: str) -> bytes:
    """What was first written under `key`: a later version of the same name is not it. Raises
    Unavailable."""
    try:
        bucket = settings().anchor_bucket
        versions = client("s3").list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
        *_, first = (v for v in versions if v["Key"] == key)  # S3 lists the newest one first
        body: bytes = (
            client("s3")
            .get_object(Bucket=bucket, Key=key, VersionId=first["VersionId"])["Body"]
            .read()
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    return body
