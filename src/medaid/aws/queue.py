"""Work handed to a queue, for functions that take it one by one."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws.clients import limited
from medaid.errors import Unavailable


@cache
def client() -> Any:
    """One SQS client of the process, with time limits."""
    return limited("sqs", 5)


def send(url: str, body: str) -> None:
    """Puts one message on the queue at `url`. Raises Unavailable where it cannot be; the same may
    then be sent again."""
    try:
        client().send_message(QueueUrl=url, MessageBody=body)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
