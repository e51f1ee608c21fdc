"""The one versioned item: a record with a state, a version that every change raises, and its body.

A package declares its table in `store.py` and takes the rest from here:

    class FundItem(VersionedItem):
        Meta = table_meta("fund")

Keys come from the package's `keys.py`, bodies from `medaid.aws.codec`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self, TypeVar

from pynamodb.expressions.condition import Condition

from medaid.aws import codec
from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, WholeAttribute
from medaid.aws.transaction import Check, Delete, Put, Write, item_or_none, reading
from medaid.errors import BadInput
from medaid.instants import stored

T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Key(NamedTuple):
    """Where an item lies: partition and sort key."""

    pk: str
    sk: str


def page_of_index(
    query: Callable[..., Iterable[M]],
    place: Sequence[str],
    partition: str,
    after: str,
    limit: int,
    condition: Condition | None = None,
    **more: Any,
) -> tuple[list[M], str]:
    """One page of a partition in one query by `query`, of a table or an index: at most `limit`
    items behind `after`, and where the next page begins, empty at the end.

    `place` names the key attributes with which storage goes on, the index's partition last. Raises
    BadInput for an `after` of another partition, Unavailable.
    """
    start = _place(place, partition, after)

    def read() -> list[M]:
        found = query(partition, condition, limit=limit + 1, last_evaluated_key=start, **more)
        return list(found)

    found: list[M] = reading(read)
    if len(found) <= limit:
        return found, ""
    return found[:limit], json.dumps([getattr(found[limit - 1], name) for name in place])


def _place(names: Sequence[str], partition: str, after: str) -> dict[str, dict[str, str]] | None:
    if not after:
        return None
    try:
        values = json.loads(after)
    except ValueError:
        values = None
    texts = isinstance(values, list) and all(isinstance(one, str) and one for one in values)
    if not texts or len(values) != len(names) or values[-1] != partition:
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    return {name: {"S": value} for name, value in zip(names, values, strict=True)}


class VersionedItem(Model):
    """A record that changes by whole versions. `at` is the instant of the present version;
    `expires` is there for what only machines read (`medaid.aws.expiry`)."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute(default="")
    version = WholeAttribute(default=0)
    at = UnicodeAttribute(default="")
    body = PackedAttribute(null=True)
    expires = WholeAttribute(null=True)

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
    def list_between(cls, pk: str, first: str, last: str) -> Iterator[Self]:
        """Items under `pk` from `first` to `last`, both included, as `list_under` lists them."""
        return cls._list(pk, cls.sk.between(first, last))

    @classmethod
    def page_under(cls, pk: str, prefix: str, after: str, limit: int) -> tuple[list[Self], str]:
        """One page in one query: at most `limit` of what `list_under` lists, behind the sort key
        `after`; and the sort key of its last item, empty where none follows.

        An `after` of another prefix reads nothing outside of this one. Raises Unavailable.
        """
        low, high = max(prefix, f"{after}\x00") if after else prefix, f"{prefix}\uffff"
        within = cls.sk.between(low, high) if low < high else cls.sk == high
        condition = within if prefix or after else None

        def read() -> list[Self]:
            return list(cls.query(pk, condition, limit=limit + 1, consistent_read=True))

        found: list[Self] = reading(read)
        return found[:limit], found[limit - 1].sk if len(found) > limit else ""

    @classmethod
    def find_held(cls, keys: Iterable[Key]) -> dict[Key, Self]:
        """The items of `keys` that are there, by key; read consistently, a hundred in one call.
        Raises Unavailable."""
        wanted = list(dict.fromkeys(keys))

        def read() -> list[Self]:
            return list(cls.batch_get(wanted, consistent_read=True)) if wanted else []

        found: list[Self] = reading(read)
        return {Key(one.pk, one.sk): one for one in found}

    @classmethod
    def find_all(cls, keys: Sequence[Key]) -> list[Self | None]:
        """The items of `keys` as `find_held` reads them, each in its place, None where there is
        none. Raises Unavailable."""
        held = cls.find_held(keys)
        return [held.get(key) for key in keys]

    @classmethod
    def _list(cls, pk: str, condition: Condition | None) -> Iterator[Self]:
        found = iter(reading(lambda: cls.query(pk, condition, consistent_read=True)))
        while (item := reading(lambda: next(found, None))) is not None:
            yield item

    @classmethod
    def create(
        cls,
        key: Key,
        record: Any,
        label: str,
        *,
        state: str = "",
        at: datetime | None = None,
        expires: int | None = None,
    ) -> Write:
        """The write of version 1, which loses where the item exists."""
        body = codec.encode(record)
        item = cls(*key, state=state, version=1, at=_text(at), body=body, expires=expires)
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

    @classmethod
    def held(cls, key: Key, kind: type[T]) -> tuple[Self | None, T | None]:
        """The item, read consistently, and its record; None both where there is none. Raises
        Unavailable."""
        item = cls.find(key)
        return item, None if item is None else item.record(kind)

    @classmethod
    def create_or_replace(
        cls,
        before: Self | None,
        key: Key,
        record: Any,
        label: str,
        *,
        state: str = "",
        at: datetime | None = None,
    ) -> Write:
        """The write that puts `record` in the place of what was read: of `before`, or of nothing
        under `key`. It loses where something else is there."""
        if before is None:
            return cls.create(key, record, label, state=state, at=at)
        return before.replace(record, label, state=state, at=at)

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
