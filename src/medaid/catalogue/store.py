"""The table of the catalogue: reads, and writes as values. Keys and access patterns: `keys.py`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final, TypeVar

from medaid.aws.items import Key, VersionedItem
from medaid.aws.table import table_meta
from medaid.aws.transaction import Write
from medaid.catalogue import keys
from medaid.catalogue.model.publishing import Release, Schemes
from medaid.regions import Region

T = TypeVar("T")
SECONDS: Final = 60.0
"""How long a running function keeps what it knows of a code: what is published counts everywhere
within."""
MOST_KEPT: Final = 50_000
"""Codes kept in memory at most."""
_kept: dict[Key, tuple[float, Any]] = {}


class CatalogueItem(VersionedItem):
    """Every item of the table."""

    Meta = table_meta("catalogue")


def find_many(wanted: Iterable[Key], kind: type[T]) -> dict[Key, T]:
    """Records by key, from memory where they were read in the last minute; a hundred with one call.
    A key without a record is left out. Raises Unavailable."""
    asked = list(dict.fromkeys(wanted))
    now = time.monotonic()
    held = {key: _kept[key][1] for key in asked if key in _kept and now - _kept[key][0] < SECONDS}
    missing = [key for key in asked if key not in held]
    if missing:
        held_items = CatalogueItem.find_held(missing)
        found = {key: item.record(kind) for key, item in held_items.items()}
        if len(_kept) + len(missing) > MOST_KEPT:
            _kept.clear()
        _kept.update({key: (now, found.get(key)) for key in missing})
        held |= found
    return {key: held[key] for key in asked if held.get(key) is not None}


def read_many(wanted: Iterable[Key]) -> dict[Key, CatalogueItem]:
    """Items by key as they are stored now. Raises Unavailable."""
    return CatalogueItem.find_held(wanted)


def find_schemes(region: Region) -> tuple[CatalogueItem | None, Schemes]:
    """The region's schemes as they are stored. Raises Unavailable."""
    item = CatalogueItem.find(keys.schemes_key(region))
    return item, Schemes() if item is None else item.record(Schemes)


def replace_schemes(region: Region, before: CatalogueItem | None, schemes: Schemes) -> Write:
    """The write that puts `schemes` in the place of what was read."""
    return CatalogueItem.create_or_replace(before, keys.schemes_key(region), schemes, "schemes")


def find_release(region: Region, release_id: str) -> tuple[CatalogueItem, Release] | None:
    """A release as it is stored, or None. Raises Unavailable."""
    item = CatalogueItem.find(keys.release_key(region, release_id))
    return None if item is None else (item, item.record(Release))


def list_releases(region: Region) -> list[Release]:
    """All releases of a region. Raises Unavailable."""
    found = CatalogueItem.list_under(keys.releases_partition(region))
    return [item.record(Release) for item in found]


def replace_release(before: CatalogueItem | None, release: Release) -> Write:
    """The write that puts `release` in the place of what was read."""
    key = keys.release_key(release.region, release.release_id)
    return CatalogueItem.create_or_replace(before, key, release, "release")


def forget() -> None:
    """Drops what is kept in memory."""
    _kept.clear()
