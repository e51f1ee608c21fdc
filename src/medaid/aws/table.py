"""What every table of ours has in common: keys, time limits, and attributes that keep money whole.

Only `store.py` modules import this. pynamodb's own number attribute answers floats and its query
hides subclasses that were not imported, so each store declares flat models with `FenAttribute` and
reads kinds by their sort-key prefix.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import BINARY, NUMBER
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, Projection
from pynamodb.models import Model as PlainModel

from medaid.aws.packing import pack, unpack
from medaid.aws.settings import settings
from medaid.money import Fen


class FenAttribute(Attribute[Fen]):
    """Whole fen. Anything that is not `Fen` is refused on the way in; only whole numbers come
    back."""

    attr_type = NUMBER

    def serialize(self, value: Any) -> str:
        if not isinstance(value, Fen):
            raise TypeError(f"only Fen is stored as money, not {type(value).__name__}")
        return str(int(value))

    def deserialize(self, value: Any) -> Fen:
        return Fen(int(value))


class WholeAttribute(Attribute[int]):
    """A whole number that is not money: a version, a count."""

    attr_type = NUMBER

    def serialize(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"a whole number, not {type(value).__name__}")
        return str(int(value))

    def deserialize(self, value: Any) -> int:
        return int(value)


class PackedAttribute(Attribute[Any]):
    """A JSON value kept compact (sorted keys, packed): records and messages. Holds ints, text,
    lists and dicts, never floats."""

    attr_type = BINARY
    legacy_encoding = False

    def serialize(self, value: Any) -> bytes:
        return pack(packed_text(value))

    def deserialize(self, value: Any) -> Any:
        return _whole(unpack(value))


def packed_text(value: Any) -> str:
    """Canonical JSON: the same value always gives the same text. Raises TypeError for what holds a
    float or has no JSON form."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_refuse
    )
    _whole(text)  # json writes floats without asking: what could not be read again is not written
    return text


def _whole(text: str | bytes) -> Any:
    return json.loads(text, parse_float=_no_float, parse_constant=_no_float)


def _refuse(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} is not stored as JSON")


def _no_float(text: str) -> Any:
    raise TypeError(f"a float ({text}) in a stored value")


class Meta:
    """Connection settings shared by all models; `table_name` is given by `table_meta`."""

    region = settings().region
    host = settings().storage_endpoint
    connect_timeout_seconds = 1
    read_timeout_seconds = 3
    max_retry_attempts = 2
    max_pool_connections = 10


@cache
def connection() -> Connection:
    """The one connection of the process: its client serves every table and every transaction."""
    return Connection(
        region=Meta.region,
        host=Meta.host,
        connect_timeout_seconds=Meta.connect_timeout_seconds,
        read_timeout_seconds=Meta.read_timeout_seconds,
        max_retry_attempts=Meta.max_retry_attempts,
        max_pool_connections=Meta.max_pool_connections,
    )


class Model(PlainModel):
    """A table's item. pynamodb makes a session and a client for each model, some 50 ms apiece; ours
    all share one."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        before = cls._connection
        table = super()._get_connection()
        if table is not before:
            table.connection._client = connection().client
        return table


def index_by(
    name: str, hash_key: str, range_key: str, holds: Projection | None = None, **more: Any
) -> GlobalSecondaryIndex[Any]:
    """The index `name` over two texts of an item. It holds whole items, or what `holds` says, whose
    attributes beside the keys are `more`."""
    meta = type("Meta", (), {"index_name": name, "projection": holds or AllProjection()})
    more |= {hash_key: UnicodeAttribute(hash_key=True), range_key: UnicodeAttribute(range_key=True)}
    made: GlobalSecondaryIndex[Any] = type(name, (GlobalSecondaryIndex,), {"Meta": meta, **more})()
    return made


def table_meta(table: str) -> Any:
    """The `Meta` class of a model in the stack's table `table` (a name of
    `medaid.aws.settings.TABLES`)."""
    return type("Meta", (Meta,), {"table_name": settings().tables[table]})


__all__ = [
    "FenAttribute",
    "Model",
    "PackedAttribute",
    "UnicodeAttribute",
    "WholeAttribute",
    "connection",
    "packed_text",
    "table_meta",
]
