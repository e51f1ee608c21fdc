"""Work handed to a queue, for functions that take it one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from medaid.aws.clients import limited
from medaid.errors import Unavailable

TOGETHER: Final = 10
"""Messages that the queue takes in one call."""


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


def send_all(url: str, bodies: Sequence[str], seconds: int = 0) -> None:
    """Puts all messages on the queue, ten in one call, to be taken after `seconds` (at most 900).
    Raises Unavailable where one of them cannot be; all may then be sent again."""
    for begin in range(0, len(bodies), TOGETHER):
        entries = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": seconds}
            for number, body in enumerate(bodies[begin : begin + TOGETHER])
        ]
        try:
            answer = client().send_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("UNAVAILABLE") from error
        if answer.get("Failed"):
            raise Unavailable("UNAVAILABLE")
