"""The stack in the local cloud, and the package pointed at it from this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pynamodb.models import Model

from medaid.aws import exchange, queue
from medaid.aws.table import Meta, connection
from medaid.local.deploy import deployed
from medaid.local.errors import LocalError
from medaid.local.ministack import MiniStack, free_port
from medaid.local.stack import Stack

PARAMETERS = {"DeletionProtection": "false", "LogRetentionDays": "1"}


@contextmanager
def started(folder: Path, tries: int = 3) -> Iterator[Stack]:
    """A fresh local cloud on a free port with the stack deployed; ended afterwards."""
    for left in reversed(range(tries)):
        try:
            cloud = MiniStack.start(folder, free_port(), persist=False)
        except LocalError:
            if not left:
                raise
        else:
            break
    try:
        yield deployed(cloud.cloud, PARAMETERS)
    finally:
        cloud.stop()


@contextmanager
def working_in(stack: Stack) -> Iterator[None]:
    """The package, run in this process, reads and writes the tables of `stack`."""
    before = {name: os.environ.get(name) for name in stack.cloud.environ()}
    os.environ.update(stack.cloud.environ())
    _point_at(stack.cloud.endpoint)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        _point_at(None)


def _point_at(endpoint: str | None) -> None:
    Meta.host = endpoint
    forget_connections()


KEPT_IN_MEMORY = (
    "medaid.settlement.store",
    "medaid.settlement.figures.store",
    "medaid.settlement.gateways.store",
    "medaid.aws.secrets",
    "medaid.settlement.statements",
    "medaid.reimbursement.store.writes",
)
"""Modules that keep for minutes what they read: institutions, suspensions; or for ever what they
noted: regions of a year's end."""


def forget_connections() -> None:
    """Every table and the transactions connect anew on their next call, and nothing that was read
    from other tables is remembered."""
    for name in KEPT_IN_MEMORY:
        if name in sys.modules:
            sys.modules[name].forget()
    connection.cache_clear()
    exchange.client.cache_clear()
    queue.client.cache_clear()
    waiting = [Model]
    while waiting:
        model = waiting.pop()
        waiting.extend(model.__subclasses__())
        model._connection = None
