"""The exchange bucket: files for hospitals, banks, finance and other regions."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws.settings import settings
from medaid.errors import Refused, Unavailable


@cache
def client() -> Any:
    """One S3 client of the process, with time limits."""
    return boto3.client(
        "s3",
        config=Config(
            connect_timeout=1, read_timeout=10, retries={"max_attempts": 3, "mode": "standard"}
        ),
    )


def put(key: str, content: bytes, content_type: str = "application/octet-stream") -> str:
    """Writes `content` under `key`, over what was there; answers the key. Raises Unavailable."""
    try:
        client().put_object(
            Bucket=settings().bucket, Key=key, Body=content, ContentType=content_type
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    return key


def get(key: str) -> bytes:
    """The content under `key`. Raises Refused NOT_FOUND, Unavailable."""
    try:
        body: bytes = client().get_object(Bucket=settings().bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            raise Refused("NOT_FOUND", field="key", rule="文件不存在") from error
        raise Unavailable("UNAVAILABLE") from error
    except BotoCoreError as error:
        raise Unavailable("UNAVAILABLE") from error
    return body
