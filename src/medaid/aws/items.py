"""The one versioned item: a record with a state, a version that every change raises, and its body.

A package declares its table in `store.py` and takes the rest from here:

    class FundItem(VersionedItem):
        Meta = table_meta("fund")

Keys come from the package's `keys.py`, bodies from `medaid.aws.codec`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, Self, TypeVar

from pynamodb.expressions.condition import Condition

from medaid.aws import codec
from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, WholeAttribute
from medaid.aws.transaction import Check, Delete, Put, Write, item_or_none, reading
from medaid.instants import stored

T = TypeVar("T")


class Key(NamedTuple):
    """Where an item lies: partition and sort key."""

    pk: str
    sk: str


class VersionedItem(Model):
    """A record that changes by whole versions. `at` is the instant of the present version."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute(default="")
    version = WholeAttribute(default=0)
    at = UnicodeAttribute(default="")
    body = PackedAttribute(null=True)

    @classmethod
    def find(cls, key: Key) -> Self | None:
        """The item, read consistently, or None. Raises Unavailable."""
        return item_or_none(cls, key.pk, key.sk)

    @classmethod
    def list_under(cls, pk: str, prefix: str = "") -> Iterator[Self]:
        """Items under `pk` whose sk starts with `prefix`, in order, streamed, read consistently.

        Raises Unavailable.
        """
        return cls._list(pk, cls.sk.startswith(prefix) if prefix else None)

    @classmethod
    def list_before(cls, pk: str, sk: str) -> Iterator[Self]:
        """Items under `pk` whose own sk comes before `sk`, as `list_under` lists them."""
        return cls._list(pk, cls.sk < sk)

    @classmethod
    def list_after(cls, pk: str, sk: str) -> Iterator[Self]:
        """Items under `pk` whose own sk comes after `sk`, as `list_under` lists them."""
        return cls._list(pk, cls.sk > sk if sk else None)

    @classmethod
    def _list(cls, pk: str, condition: Condition | None) -> Iterator[Self]:
        found = iter(reading(lambda: cls.query(pk, condition, consistent_read=True)))
        while (item := reading(lambda: next(found, None))) is not None:
            yield item

    @classmethod
    def create(
        cls, key: Key, record: Any, label: str, *, state: str = "", at: datetime | None = None
    ) -> Write:
        """The write of version 1, which loses where the item exists."""
        item = cls(*key, state=state, version=1, at=_text(at), body=codec.encode(record))
        return Put(item, cls.pk.does_not_exist(), label)

    def replace(
        self, record: Any, label: str, *, state: str | None = None, at: datetime | None = None
    ) -> Write:
        """The write of the next version, which loses where another version is there."""
        item = type(self)(
            self.pk,
            self.sk,
            state=self.state if state is None else state,
            version=self.version + 1,
            at=_text(at) or self.at,
            body=codec.encode(record),
        )
        return Put(item, type(self).version == self.version, label)

    def unchanged(self, label: str) -> Write:
        """The check that this version is still the present one."""
        kind = type(self)
        return Check(kind, (self.pk, self.sk), kind.version == self.version, label)

    def remove(self, label: str) -> Write:
        """The write that takes the item away, which loses where another version is there."""
        return Delete(self, type(self).version == self.version, label)

    def record(self, kind: type[T]) -> T:
        """The body as a value of `kind`. Raises KeyError, TypeError or ValueError for none."""
        return codec.decode(kind, self.body)


def _text(at: datetime | None) -> str:
    return stored(at) if at else ""
