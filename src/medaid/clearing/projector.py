"""Settlements come into clearing here: from the outbox, each once, under its institution and the
one month it belongs to.

The stream may bring a message twice; the item's key is made of what the message says, so the second
put loses and changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from medaid.aws.transaction import put_once, reading
from medaid.clearing import store
from medaid.clearing.model import Item
from medaid.clearing.store import ClearingItem
from medaid.events import SettlementPosted
from medaid.instants import BEIJING, stored


def project(event: SettlementPosted, now: datetime) -> bool:
    """Takes a settlement or its reversal in; `now` becomes its arrival. False where it was there
    already.

    Raises Unavailable where storage does not answer: the stream brings the event again.
    """
    # all of them, not up to the first
    return sum(_projected(item, now) for item in store.items_of(event)) > 0


def _projected(item: Item, now: datetime) -> bool:
    _listed("REGIONS", item.treatment)
    _listed("REGIONS", item.home)
    _listed(f"N#{item.treatment}#{item.month}", item.institution)
    if item.month < f"{now.astimezone(BEIJING):%Y-%m}":
        reading(
            lambda: ClearingItem(
                f"L#{item.treatment}", f"{item.month}#{item.institution}", at=stored(now)
            ).save()
        )
    if item.away or item.district != item.home:
        _put(
            f"H#{item.home}#{item.month}",
            f"ITEM#{stored(item.setl_time)}#{item.key}",
            now,
            store.item_body(item),
        )
    return _put(*store.item_key(item), now, store.item_body(item))


def _put(pk: str, sk: str, now: datetime, body: Any) -> bool:
    """One put of something that is not there yet; False where it was."""
    return put_once(ClearingItem(pk, sk, at=stored(now), body=body))


@lru_cache(maxsize=4096)
def _listed(pk: str, institution: str) -> None:
    """Notes once per process that an institution has items in a month: one cheap write for
    thousands of items."""
    reading(lambda: ClearingItem(pk, institution).save())
