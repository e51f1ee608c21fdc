"""Clients of AWS services with time limits: nothing waits for one longer than a request lasts."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config


def limited(service: str, read_seconds: int = 10) -> Any:
    """A new client of `service`, which tries three times."""
    retries = {"max_attempts": 3, "mode": "standard"}
    limits = Config(connect_timeout=1, read_timeout=read_seconds, retries=retries)
    return boto3.client(service, config=limits)
