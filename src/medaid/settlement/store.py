"""The table of settlements: reads, and writes as values. Keys and access patterns: `keys.py`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from medaid.aws import expiry
from medaid.aws.items import VersionedItem
from medaid.aws.table import connection, table_meta
from medaid.aws.transaction import Put, Write
from medaid.regions import Region
from medaid.settlement import keys
from medaid.settlement.model import (
    InstitutionRecord,
    MessageAct,
    MessageRecord,
    PublishedPack,
    SettledBatch,
    Settlement,
    batches_of,
)

T = TypeVar("T")
INSTITUTION_SECONDS: Final = 600.0
"""How long a running function keeps what it knows of an institution."""

SETTLED: Final = "settled"
REVERSED: Final = "reversed"
"""States of a settlement's item; that of any other message has none."""


class SettlementItem(VersionedItem):
    """Every item of the table. A settlement is version 1 and, once reversed, version 2."""

    Meta = table_meta("settlement")

    @classmethod
    def anew(cls, key: keys.Key, version: int, record: Any, label: str) -> Write:
        """`record` in the place of the one of `version`, of nothing where that is 0; loses where
        another is there."""
        if not version:
            return cls.create(key, record, label)
        return cls(*key, version=version).replace(record, label)


def create_settlement(one: Settlement) -> list[Write]:
    """A settlement comes into being, and holds its message's key and its visit's charge batch;
    loses by `message` where the sender used that msgid before."""
    decision = one.decision
    held = SettledBatch(one.setl_id, decision.psn_no, replace(decision.visit, lines={}))
    key = keys.settlement_key(one.setl_id)
    return [
        SettlementItem.create(key, one, "message", state=SETTLED),
        *(SettlementItem.create(batch, held, "batch") for batch in _batch_keys(one)),
    ]


def reverse_settlement(one: Settlement) -> list[Write]:
    """The settlement, reversed as `one` says, releases its batch. Nothing else of it ever changes.

    A settlement that stands holds its batch: the condition on the one is proof for the other.
    """
    before = SettlementItem(*keys.settlement_key(one.setl_id), version=1)
    return [
        before.replace(one, "settlement", state=REVERSED),
        *(SettlementItem(*key, version=1).remove("batch") for key in _batch_keys(one)),
    ]


def _batch_keys(one: Settlement) -> list[keys.Key]:
    mdtrt_id = one.decision.visit.mdtrt_id
    return [keys.batch_key(mdtrt_id, batch) for batch in batches_of(one.decision)]


def find_settlement(setl_id: str) -> Settlement | None:
    """The settlement, or None. Raises Unavailable."""
    return _settlement_of(SettlementItem.find(keys.settlement_key(setl_id)), setl_id)


def find_settlements(setl_ids: Sequence[str]) -> list[Settlement | None]:
    """Several at once, each in its place. Raises Unavailable."""
    items = SettlementItem.find_all([keys.settlement_key(one) for one in setl_ids])
    return [_settlement_of(item, one) for item, one in zip(items, setl_ids, strict=True)]


def _settlement_of(item: SettlementItem | None, setl_id: str) -> Settlement | None:
    """What lies under the key of a setl_id may be another message, or settled elsewhere."""
    if item is None or item.state not in (SETTLED, REVERSED):
        return None
    found = item.record(Settlement)
    return found if found.setl_id == setl_id else None


def create_message(record: MessageRecord, label: str = "message") -> Write:
    """What a message led to; loses by `label` where the sender used that msgid before.

    Nobody is in doubt about it any more once its year is barred from clearing (20 January,
    秦安县84号(2018)五(二)): it goes with the end of that next year. What 2601 blocked stays so.
    """
    key = keys.message_key(record.institution, record.msgid)
    blocked = record.act is MessageAct.BLOCKED
    expires = None if blocked else expiry.end_of_year(record.at, 1)
    return SettlementItem.create(key, record, label, at=record.at, expires=expires)


def find_message(institution: str, msgid: str) -> MessageRecord | None:
    """What the sender's message led to, or None. Raises Unavailable."""
    item = SettlementItem.find(keys.message_key(institution, msgid))
    if item is None:
        return None
    if item.state in (SETTLED, REVERSED):
        return item.record(Settlement).message
    return item.record(MessageRecord)


def keep_sent(institution: str, msgid: str, upload: Any) -> Write:
    """What was uploaded stays with its message."""
    return SettlementItem.create(keys.sent_key(institution, msgid), upload, "sent")


def find_sent(institution: str, msgid: str, kind: type[T]) -> T | None:
    """What was kept with a message, or None. Raises Unavailable."""
    return SettlementItem.held(keys.sent_key(institution, msgid), kind)[1]


def find_list(setl_id: str, kind: type[T]) -> tuple[int, T | None]:
    """The settlement list of a settlement with its version; 0 and None where there is none. Raises
    Unavailable."""
    item = SettlementItem.find(keys.list_key(setl_id))
    return (0, None) if item is None else (item.version, item.record(kind))


def write_list(setl_id: str, version: int, one: Any) -> Write:
    """The list in the place of the one of `version`, of nothing where that is 0."""
    return SettlementItem.anew(keys.list_key(setl_id), version, one, "list")


def list_batches(mdtrt_id: str) -> dict[str, SettledBatch]:
    """The settled charge batches of a visit, by number. Raises Unavailable."""
    found = SettlementItem.list_under(keys.visit_partition(mdtrt_id))
    return {item.sk.removeprefix("B#"): item.record(SettledBatch) for item in found}


def create_pack(name: str, pack: PublishedPack) -> Write:
    """A pack version is kept once and never changed."""
    return SettlementItem.create(keys.pack_key(name), pack, "pack")


def find_pack(name: str) -> PublishedPack | None:
    """A pack as it was published, or None. Raises Unavailable."""
    return SettlementItem.held(keys.pack_key(name), PublishedPack)[1]


_institutions: dict[str, tuple[float, InstitutionRecord]] = {}


def find_institution(code: str) -> InstitutionRecord | None:
    """All versions of the institution, from memory where they were read in the last ten minutes;
    None where none was ever approved. Raises Unavailable."""
    held = _institutions.get(code)
    if held is not None and time.monotonic() - held[0] < INSTITUTION_SECONDS:
        return held[1]
    found = read_institution(code)[1]
    if found is None or not found.approved:
        return None
    _institutions[code] = (time.monotonic(), found)
    return found


def read_institution(code: str) -> tuple[int, InstitutionRecord | None]:
    """All versions of the institution as they are stored, and how often they were changed. Raises
    Unavailable."""
    item = SettlementItem.find(keys.institution_key(code))
    return (0, None) if item is None else (item.version, item.record(InstitutionRecord))


def replace_institution(version: int, one: InstitutionRecord) -> list[Write]:
    """All versions anew; loses where they are no longer those of `version`. With the row by which
    its region finds it."""
    listed = SettlementItem(*keys.listed_institution_key(one.admdvs, one.code))
    return [
        SettlementItem.anew(keys.institution_key(one.code), version, one, "institution"),
        Put(listed, None, "listed institution"),
    ]


def page_of_institutions(
    region: Region, after: str, limit: int
) -> tuple[list[InstitutionRecord], str]:
    """At most `limit` of a region's institutions behind `after`, those that pool with it included,
    and behind what the next page begins, empty at the end. Two reads; what has become another
    region's is left out. Raises Unavailable."""
    pk, prefix = keys.institutions_partition(region), keys.institutions_prefix(region)
    rows, end = SettlementItem.page_under(pk, prefix, after, limit)
    codes = [keys.parse_listed_institution(row.sk) for row in rows]
    items = SettlementItem.find_all([keys.institution_key(code) for code in codes])
    found = [item.record(InstitutionRecord) for item in items if item is not None]
    here = {row.sk for row in rows}
    return [one for one in found if f"{one.admdvs}#{one.code}" in here], end


def connect() -> None:
    """Makes the storage client, which pynamodb would otherwise make on first use."""
    client: Any = connection().client
    assert client is not None


def forget() -> None:
    """Drops what is kept in memory."""
    _institutions.clear()
