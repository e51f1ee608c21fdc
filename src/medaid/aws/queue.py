"""Work handed to a queue, for functions that take it one by one."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from medaid.errors import Unavailable


@cache
def client() -> Any:
    """One SQS client of the process, with time limits."""
    return boto3.client(
        "sqs",
        config=Config(
            connect_timeout=1, read_timeout=5, retries={"max_attempts": 3, "mode": "standard"}
        ),
    )


def send(url: str, body: str) -> None:
    """Puts one message on the queue at `url`. Raises Unavailable where it cannot be; the same may
    then be sent again."""
    try:
        client().send_message(QueueUrl=url, MessageBody=body)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
