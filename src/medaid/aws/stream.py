"""What a DynamoDB stream hands to a function, as a model's own item."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, TypeVar

from medaid.aws.settings import settings
from medaid.aws.table import Model

M = TypeVar("M", bound=Model)


def new_item(model: type[M], record: Mapping[str, Any]) -> M | None:
    """The item that a stream record says was inserted; None for a record that tells of no
    insertion."""
    return written_item(model, record) if record.get("eventName") == "INSERT" else None


def written_item(model: type[M], record: Mapping[str, Any]) -> M | None:
    """The item that a stream record says was inserted or changed, as it is since; None for one that
    was taken away.

    In an event binary values come as base64 text; the table's own answers carry bytes.
    """
    if record.get("eventName") not in ("INSERT", "MODIFY"):
        return None
    image = {name: _whole(value) for name, value in record["dynamodb"]["NewImage"].items()}
    item = model()
    item.deserialize(image)
    return item


def comes_from(record: Mapping[str, Any], table: str) -> bool:
    """Whether the record is of the stack's table `table` (a name of
    `medaid.aws.settings.TABLES`): its stream's name says so."""
    return f":table/{settings().tables[table]}/stream/" in str(record.get("eventSourceARN", ""))


def _whole(value: Mapping[str, Any]) -> dict[str, Any]:
    if "B" in value and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"])}
    return dict(value)
