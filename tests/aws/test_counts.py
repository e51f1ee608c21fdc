"""Counts that are kept beside what they count, by writers side by side."""

from __future__ import annotations

from medaid.aws import counts
from medaid.aws.transaction import Put, Update
from medaid.people.store.items import PeopleItem


def test_writers_side_by_side_change_a_count_each() -> None:
    """Other writes stay as they are, and the first lane is the count itself."""
    other = Put(PeopleItem("P#1", "x"), None, "people:person")
    writes = [other, counts.added(PeopleItem("T#44", "village#甲"), 3, "people")]
    assert counts.in_lane(writes, 0) == writes
    kept, moved = counts.in_lane(writes, 5)
    assert kept is other
    assert isinstance(moved, Update)
    assert isinstance(moved.item, PeopleItem)
    assert (moved.item.pk, moved.item.sk, moved.item.version) == ("T#44", "village#甲#5", 3)
    assert len(counts.merged([*counts.in_lane(writes, 5), *counts.in_lane(writes, 5)])) == 3
