"""What of the books may change, kept apart from the journal: periods, seals, roll-ups, finance.
Table `clearing`.

| key | item | pattern |
| --- | --- | --- |
| pk `F#<admdvs>`, sk `PERIOD#<yyyy-mm>` | period: open, closing or closed, its closing balances, its history | periods of a region |
| pk `F#<admdvs>`, sk `YEAR#<yyyy>` | closed year | |
| pk `F#<admdvs>`, sk `BUDGET#<yyyy>` | budget by fund and account number | budget of a year |
| pk `F#<admdvs>`, sk `REQUEST#<yyyy-Qn>#<id>` | allocation request | requests of a region, by quarter |
| pk `F#<admdvs>`, sk `RECONCILIATION#<yyyy-Qn>` | reconciliation with finance and its two signatures | |
| pk `E#<entry_id>`, sk `POSTED` | an entry that was posted outside a settlement: once only | |
| pk `SEAL#<admdvs>#<fund>`, sk `<yyyy-mm>#<nnnn>` | a seal of the hash chain | seals of a fund, or of its month |
| pk `ROLL#<admdvs>#<yyyy-mm>`, sk `<recorded day>#<account>` | debits and credits of an account | roll-ups of a month |
| pk `ROLLED#<entry_id>`, sk `ENTRY` | this entry is in the roll-ups | |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from medaid.aws.table import (
    FenAttribute,
    Model,
    PackedAttribute,
    UnicodeAttribute,
    WholeAttribute,
    table_meta,
)
from medaid.aws.transaction import Check, Put, Write, item_or_none, reading
from medaid.instants import stored


class BookItem(Model):
    """One item of the table above but for roll-ups."""

    Meta = table_meta("clearing")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute(default="")
    version = WholeAttribute(default=0)
    at = UnicodeAttribute(default="")
    body = PackedAttribute(null=True)


class RollItem(Model):
    """Debits and credits of one account in one month, by the day they were recorded; whole fen."""

    Meta = table_meta("clearing")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    debits = FenAttribute()
    credits = FenAttribute()
    lines = WholeAttribute()


def get(pk: str, sk: str) -> BookItem | None:
    """The item, read consistently, or None. Raises Unavailable."""
    return item_or_none(BookItem, pk, sk)


def query(pk: str, prefix: str = "") -> Iterator[BookItem]:
    """Items under `pk` whose sk starts with `prefix`, in order. Raises Unavailable."""
    condition = BookItem.sk.startswith(prefix) if prefix else None
    yield from reading(lambda: list(BookItem.query(pk, condition, consistent_read=True)))


def rolled(admdvs: str, month: str) -> Iterator[RollItem]:
    """Roll-ups of a region's month."""
    yield from reading(lambda: list(RollItem.query(f"ROLL#{admdvs}#{month}", consistent_read=True)))


def saved(
    before: BookItem | None, key: tuple[str, str], body: Any, label: str, state: str, at: datetime
) -> Write:
    """The write of an item's next version (its first where `before` is None); it loses where
    somebody else was faster."""
    item = BookItem(
        *key, state=state, version=(before.version if before else 0) + 1, at=stored(at), body=body
    )
    return Put(
        item, BookItem.version == before.version if before else BookItem.pk.does_not_exist(), label
    )


def posted(entry_id: str, at: datetime) -> Write:
    """The write that lets an entry be posted once."""
    return Put(
        BookItem(f"E#{entry_id}", "POSTED", at=stored(at), body=None),
        BookItem.pk.does_not_exist(),
        f"posted:{entry_id}",
    )


def still_open(admdvs: str, month: str) -> Write:
    """The check that a period is neither closing nor closed."""
    return Check(
        BookItem,
        (f"F#{admdvs}", f"PERIOD#{month}"),
        (BookItem.pk.does_not_exist()) | (BookItem.state == "open"),
        f"period:{month}",
    )
