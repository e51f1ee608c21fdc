"""A small item with money, kept in the outbox table: what the tests of tables and transactions
write."""

from __future__ import annotations

from medaid.aws.table import (
    FenAttribute,
    Model,
    PackedAttribute,
    UnicodeAttribute,
    WholeAttribute,
    table_meta,
)


class Thing(Model):
    Meta = table_meta("outbox")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="THING")
    paid = FenAttribute(null=True)
    version = WholeAttribute(default=1)
    body = PackedAttribute(null=True)
