"""Settlements come into clearing here: from the outbox, each once, under its institution and the
one month it belongs to.

The stream may bring an event twice; the item's key is made of what the event says, so the second
put loses and changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from medaid.aws.transaction import commit_once
from medaid.clearing import keys, store
from medaid.clearing.model import Item, items_of
from medaid.events import CaseFronted, Event, SettlementPosted
from medaid.months import Month


def project(event: SettlementPosted, now: datetime) -> bool:
    """Takes a settlement or its reversal in; `now` becomes its arrival. False where it was there
    already. Where two regions pay it, both items come at once or not at all.

    Raises Unavailable where storage does not answer: the stream brings the event again.
    """
    items = items_of(event)
    for item in items:
        _note_item(item, now)
    if len(items) == 1:
        return store.put_item(items[0], now)
    return commit_once(store.put_items(items, now))


def hear(event: Event, now: datetime) -> None:
    """What clearing does with an event that it listens to. A region of which an insurer paid a
    manual case is one for which the calendar makes bills, whether or not an institution was ever
    settled with. Raises Unavailable."""
    if isinstance(event, SettlementPosted):
        project(event, now)
    elif isinstance(event, CaseFronted):
        store.note(keys.REGIONS, event.assisting_region)


def _note_item(item: Item, now: datetime) -> None:
    for region in (item.owing_region, item.paying_region):
        _note(keys.REGIONS, region)
        _note(keys.months_key(region), item.month)
    _note(keys.institutions_key(item.owing_region, item.month), item.institution)
    if item.month < Month.of(now):
        store.note_late(item, now)


@lru_cache(maxsize=4096)
def _note(pk: str, sk: str) -> None:
    """Notes once per process that there is something: one cheap write for thousands of items."""
    store.note(pk, sk)
