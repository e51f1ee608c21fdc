"""What a month keeps by counterpart, in parts: one item holds 400 KB, and a region has thousands of
institutions. The first part lies under the month's own key and is always there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from medaid.aws.items import Key
from medaid.aws.transaction import Write
from medaid.fund import keys, store

T = TypeVar("T")


def of_part(first: Key, counterpart: str) -> Key:
    """The part in which a counterpart lies, by its hash."""
    shard = keys.shard(counterpart)
    return first if shard == "00" else Key(first.pk, f"{first.sk}#{shard}")


def kept(first: Key, kind: type[T]) -> list[T] | None:
    """All parts, None where nothing is kept. Raises Unavailable."""
    rows = list(store.listed(first.pk, first.sk))
    if not rows or rows[0].sk != first.sk:
        return None
    return [row.record(kind) for row in rows]


def keeping(
    first: Key, parts: Mapping[Key, T], nothing: T, label: str, now: datetime
) -> list[Write]:
    """The writes that keep `parts` in the place of what was kept: at most sixteen."""
    held = {Key(item.pk, item.sk): item for item in store.listed(first.pk, first.sk)}
    wanted = {first: nothing, **dict.fromkeys(held, nothing), **parts}
    return [
        store.FundItem.create_or_replace(held.get(key), key, record, label, at=now)
        for key, record in wanted.items()
    ]
