"""What a DynamoDB stream hands to a function, as a model's own item."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, TypeVar

from medaid.aws.table import Model

M = TypeVar("M", bound=Model)


def new_item(model: type[M], record: Mapping[str, Any]) -> M | None:
    """The item that a stream record says was inserted; None for a record that tells of no
    insertion.

    In an event binary values come as base64 text; the table's own answers carry bytes.
    """
    if record.get("eventName") != "INSERT":
        return None
    image = {name: _whole(value) for name, value in record["dynamodb"]["NewImage"].items()}
    item = model()
    item.deserialize(image)
    return item


def _whole(value: Mapping[str, Any]) -> dict[str, Any]:
    if "B" in value and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"])}
    return dict(value)
