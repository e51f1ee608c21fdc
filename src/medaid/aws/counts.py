"""Counts that are kept beside what they count: each write that adds or takes away an item changes
its counts in the same transaction, so that no list is read to be counted.

A count is an item of the package's own table: its `version` is the number. Writes that change one
count several times are one change (`merged`), since storage takes one write on one item.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from medaid.aws.items import VersionedItem
from medaid.aws.transaction import Update, Write

_LABEL: Final = ":count"


def added(item: VersionedItem, by: int, package: str) -> Write:
    """The write that changes the count kept under the keys of `item` by `by`."""
    item.version = by
    return Update(item, [type(item).version.add(by)], None, f"{package}{_LABEL}")


def merged(writes: Iterable[Write]) -> list[Write]:
    """The same writes, with one change of each count; a count that does not change has none."""
    rest: list[Write] = []
    changes: dict[tuple[str, str, str], tuple[VersionedItem, int, str]] = {}
    for write in writes:
        if not (isinstance(write, Update) and write.label.endswith(_LABEL)):
            rest.append(write)
            continue
        item = write.item
        assert isinstance(item, VersionedItem), "a count is a versioned item"
        key = (item.Meta.table_name, item.pk, item.sk)
        before = changes[key][1] if key in changes else 0
        changes[key] = (item, before + item.version, write.label.removesuffix(_LABEL))
    return [*rest, *(added(item, by, package) for item, by, package in changes.values() if by)]


def total(counts: Sequence[VersionedItem]) -> int:
    """What the counts come to together."""
    return sum(one.version for one in counts)
