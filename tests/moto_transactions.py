"""Makes moto's in-process DynamoDB keep its promise in transactions, and read one partition where
one is asked for.

moto 5.2.5 deep-copies each whole table once for every item of a transaction, and takes a cancelled
one back by putting the copies in place, with no lock: slow on a table of any size, and it loses
what others wrote meanwhile. Here one lock is held around each action, and only the items that a
transaction names are remembered and put back.

Its query sorts and walks the whole table whatever partition it asks for. Here it sees that one.
"""

from __future__ import annotations

import copy
import functools
import threading
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

_lock = threading.RLock()
_whole_table_copies = DynamoDBBackend.transact_write_items
_unlocked_action = DynamoHandler.call_action
_whole_table_query = Table.query
_whole_table_items = Table.all_items


def install() -> None:
    """Puts it in place, once; a second call changes nothing."""
    # so that mypy lets a method be replaced
    setattr(DynamoDBBackend, "transact_write_items", _all_or_nothing)  # noqa: B010
    setattr(DynamoHandler, "call_action", _one_at_a_time)  # noqa: B010  # same
    setattr(Table, "query", _of_one_partition)  # noqa: B010  # same
    setattr(Table, "all_items", _asked_items)  # noqa: B010  # same


@functools.wraps(_unlocked_action)
def _one_at_a_time(self: DynamoHandler) -> Any:
    with _lock:
        return _unlocked_action(self)


@functools.wraps(_whole_table_query)
def _of_one_partition(self: Table, hash_key: DynamoType, *args: Any, **named: Any) -> Any:
    index = args[6] if len(args) > 6 else named.get("index_name")
    if index:
        return _whole_table_query(self, hash_key, *args, **named)
    with _lock:
        setattr(self, "asked", hash_key)  # noqa: B010  # same
        try:
            return _whole_table_query(self, hash_key, *args, **named)
        finally:
            delattr(self, "asked")


@functools.wraps(_whole_table_items)
def _asked_items(self: Table) -> Any:
    asked = getattr(self, "asked", None)
    if asked is None:
        return _whole_table_items(self)
    held = self.items.get(asked)
    if held is None:
        return []
    return list(held.values()) if self.range_key_attr else [held]


@functools.wraps(_whole_table_copies)
def _all_or_nothing(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    with _lock:
        before = [_Before(self.tables[name], key) for name, key in _named(self, transact_items)]
        setattr(Table, "__deepcopy__", _itself)  # noqa: B010  # same
        try:
            _whole_table_copies(self, transact_items)
        except Exception:
            for item in before:
                item.restore()
            raise
        finally:
            delattr(Table, "__deepcopy__")


def _itself(table: Table, _memo: dict[int, Any]) -> Table:
    """moto's copy of the table for taking a transaction back: not needed, as the items are put back
    one by one."""
    return table


def _named(
    backend: DynamoDBBackend, transact_items: list[dict[str, Any]]
) -> list[tuple[str, dict[str, Any]]]:
    named = []
    for wrapped in transact_items:
        (operation,) = wrapped.values()
        table = backend.tables.get(operation["TableName"])
        if table is not None:
            source = operation.get("Key") or operation["Item"]
            named.append(
                (
                    table.name,
                    {a: source[a] for a in (table.hash_key_attr, table.range_key_attr) if a},
                )
            )
    return named


class _Before:
    """One item of a table as it was, and how long the table's stream was."""

    def __init__(self, table: Table, key: dict[str, Any]) -> None:
        self.table, self.hash = table, DynamoType(key[table.hash_key_attr])
        self.range = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
        held = table.items.get(self.hash)
        self.item = copy.deepcopy(held if self.range is None else (held or {}).get(self.range))
        self.streamed = len(table.stream_shard.items) if table.stream_shard else 0

    def restore(self) -> None:
        if self.range is None:
            self._put_back(self.table.items, self.hash)
        else:
            ranges = self.table.items[self.hash]
            self._put_back(ranges, self.range)
            if not ranges:
                del self.table.items[self.hash]
        if self.table.stream_shard:
            del self.table.stream_shard.items[self.streamed :]

    def _put_back(self, place: Any, key: Any) -> None:
        if self.item is None:
            place.pop(key, None)
        else:
            place[key] = self.item
