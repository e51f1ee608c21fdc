"""Counts that are kept beside what they count: each write that adds or takes away an item changes
its counts in the same transaction, so that no list is read to be counted.

A count is an item of the package's own table: its `version` is the number. Writes that change one
count several times are one change (`merged`), since storage takes one write on one item.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeGuard

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
        if not _is_count(write):
            rest.append(write)
            continue
        item = write.item
        assert isinstance(item, VersionedItem), "a count is a versioned item"
        key = (item.Meta.table_name, item.pk, item.sk)
        before = changes[key][1] if key in changes else 0
        changes[key] = (item, before + item.version, write.label.removesuffix(_LABEL))
    return [*rest, *(added(item, by, package) for item, by, package in changes.values() if by)]


def in_lane(writes: Iterable[Write], lane: int) -> list[Write]:
    """The same writes with their counts in the items of `lane`: writers that go on side by side
    change an item each, and all of them together are the count."""
    if not lane:
        return list(writes)
    return [_moved(write, lane) if _is_count(write) else write for write in writes]


def _is_count(write: Write) -> TypeGuard[Update]:
    return isinstance(write, Update) and write.label.endswith(_LABEL)


def _moved(write: Update, lane: int) -> Write:
    item = write.item
    assert isinstance(item, VersionedItem), "a count is a versioned item"
    other = type(item)(item.pk, f"{item.sk}#{lane}")
    return added(other, item.version, write.label.removesuffix(_LABEL))


def total(counts: Sequence[VersionedItem]) -> int:
    """What the counts come to together."""
    return sum(one.version for one in counts)
