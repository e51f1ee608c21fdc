"""Another function of the stack, asked and waited for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from medaid.errors import Unavailable


@cache
def client() -> Any:
    """One Lambda client of the process. What is asked may take its time, and is asked once: asking
    again is the caller's to decide."""
    limits = Config(connect_timeout=1, read_timeout=120, retries={"max_attempts": 0})
    return boto3.client("lambda", config=limits)


def call(name: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of function `name`. Raises Unavailable where there is none or it failed."""
    try:
        answer = client().invoke(FunctionName=name, Payload=json.dumps(dict(event)).encode())
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("UNAVAILABLE") from error
    if "FunctionError" in answer:
        raise Unavailable("UNAVAILABLE")
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told
