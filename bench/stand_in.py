"""Storage below pynamodb, in memory: counts calls, items, bytes and capacity units of what the
product's own code asks for. A month's journal is made as it is read, so that a hundred million
entries need no room.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PAGE_BYTES = 1_000_000
"""What one page of a query holds at most."""
Made = Callable[[str, str, str], tuple[list[dict[str, Any]], bool]]
"""(partition, first and last sort key) → the items of a page, and whether more follow."""


@dataclass
class Cost:
    """What was asked of storage."""

    calls: Counter[str] = field(default_factory=Counter)
    items: int = 0
    bytes: int = 0
    read_units: float = 0.0
    write_units: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.calls.values())


def size(item: dict[str, Any]) -> int:
    """Bytes of an item: names and values."""
    found = 0
    for name, value in item.items():
        (held,) = value.values()
        found += len(name) + len(held)
    return found


class StandIn:
    """The tables. `made` answers partitions that are made as they are read, by their prefix."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
        self.made: dict[str, Made] = {}
        self.cost = Cost()

    def __call__(self, operation: str, asked: dict[str, Any], *_: Any) -> dict[str, Any]:
        self.cost.calls[operation] += 1
        done = {
            "GetItem": self._get_item,
            "BatchGetItem": self._batch_get,
            "Query": self._query,
            "PutItem": self._put_item,
            "TransactWriteItems": self._transact,
        }
        return done[operation](asked)

    def _get_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self._held(asked["TableName"], asked["Key"])
        self._read([found] if found else [])
        return {"Item": found} if found else {}

    def _batch_get(self, asked: dict[str, Any]) -> dict[str, Any]:
        answers = {}
        for table, wanted in asked["RequestItems"].items():
            found = [one for key in wanted["Keys"] if (one := self._held(table, key))]
            self._read(found, each=True)
            answers[table] = found
        return {"Responses": answers, "UnprocessedKeys": {}}

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        values = asked["ExpressionAttributeValues"]
        words = asked["KeyConditionExpression"]
        pk, low, high = _text(values[":0"]), "", "\U0010ffff"
        if "begins_with" in words:
            low = _text(values[":1"])
            high = f"{low}\U0010ffff"
        elif "BETWEEN" in words:
            low, high = _text(values[":1"]), _text(values[":2"])
        elif re.search(r" > :1", words):
            low = f"{_text(values[':1'])}\x00"
        elif re.search(r" < :1", words):
            high = _text(values[":1"])[:-1] + chr(ord(_text(values[":1"])[-1]) - 1) + "\U0010ffff"
        start = asked.get("ExclusiveStartKey", {}).get("sk", {}).get("S", "")
        backward = asked.get("ScanIndexForward") is False
        low = max(low, f"{start}\x00") if start and not backward else low
        most = int(asked.get("Limit") or 1_000_000)
        rows, more = self._rows(asked["TableName"], pk, low, high)
        rows = rows[::-1] if backward else rows
        more, rows = more or len(rows) > most, rows[:most]
        self._read(rows)
        answer: dict[str, Any] = {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}
        if more and rows:
            answer["LastEvaluatedKey"] = {name: rows[-1][name] for name in ("pk", "sk")}
        return answer

    def _rows(self, table: str, pk: str, low: str, high: str) -> tuple[list[dict[str, Any]], bool]:
        for prefix, made in self.made.items():
            if pk.startswith(prefix):
                return made(pk, low, high)
        held = self.tables.get(table, {}).get(pk, {})
        names = sorted(held)
        first, last = bisect_right(names, low), bisect_right(names, high)
        if low in held:
            first -= 1
        return [held[name] for name in names[first:last]], False

    def _put_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._put(asked["TableName"], asked["Item"], 1)
        return {}

    def _transact(self, asked: dict[str, Any]) -> dict[str, Any]:
        for one in asked["TransactItems"]:
            for kind, write in one.items():
                if kind == "Put":
                    self._put(write["TableName"], write["Item"], 2)
                else:
                    self.cost.write_units += 2
        return {}

    def _put(self, table: str, item: dict[str, Any], units: int) -> None:
        pk, sk = _text(item["pk"]), _text(item["sk"])
        self.tables.setdefault(table, {}).setdefault(pk, {})[sk] = item
        self.cost.write_units += units * -(-size(item) // 1024)

    def _held(self, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
        return self.tables.get(table, {}).get(_text(key["pk"]), {}).get(_text(key["sk"]))

    def _read(self, rows: list[dict[str, Any]], *, each: bool = False) -> None:
        sizes = [size(one) for one in rows]
        self.cost.items += len(rows)
        self.cost.bytes += sum(sizes)
        units = (-(-one // 4096) for one in sizes) if each else [-(-sum(sizes) // 4096)]
        self.cost.read_units += max(1, sum(units))


def _text(value: dict[str, Any]) -> str:
    return str(next(iter(value.values())))
