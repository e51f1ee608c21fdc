"""Where settlements lie.

Table `settlement`

| key | item | pattern |
| --- | --- | --- |
| pk `S#<setl_id>`, sk `SETTLEMENT` | one settlement, final or taken back | 5203, reversal, explanation: get by id |
| pk `M#<institution>#<msgid>`, sk `MESSAGE` | what a sender's message led to | a retry, 2601: get by sender and msgid |
| pk `V#<mdtrt_id>`, sk `B#<batch>` | what settled a visit's charge batch, and the visit as it was | second batch, double settlement: query |
| pk `K#<pack id>@<version>`, sk `PACK` | a policy pack as published | replay: get by version |
| pk `I#<fixmedins_code>`, sk `INSTITUTION` | a contracted institution | kept in memory for ten minutes |

Nothing here is shared between persons or visits: no settlement waits for another's key.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, connection, table_meta
from medaid.aws.transaction import Delete, Put, Update, Write, item_or_none, reading
from medaid.errors import Refused
from medaid.instants import from_stored, stored
from medaid.people.model import Visit
from medaid.settlement.model import Institution, Known, Settlement
from medaid.settlement.record import from_data, to_data, visit_from_data, visit_to_data

INSTITUTION_SECONDS: Final = 600.0
"""How long a running function keeps what it knows of an institution."""


class SettlementItem(Model):
    """`state` is settled or reversed; `body` is the decision, packed."""

    Meta = table_meta("settlement")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SETTLEMENT")
    institution = UnicodeAttribute()
    msgid = UnicodeAttribute()
    infno = UnicodeAttribute()
    at = UnicodeAttribute()
    clearing_type = UnicodeAttribute()
    state = UnicodeAttribute(default="settled")
    reversed_at = UnicodeAttribute(default="")
    reversed_by = UnicodeAttribute(default="")
    body = PackedAttribute()


class MessageItem(Model):
    Meta = table_meta("settlement")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="MESSAGE")
    infno = UnicodeAttribute()
    kind = UnicodeAttribute()
    psn_no = UnicodeAttribute()
    result = UnicodeAttribute()
    at = UnicodeAttribute()
    digests = PackedAttribute()


class BatchItem(Model):
    Meta = table_meta("settlement")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    setl_id = UnicodeAttribute()
    visit = PackedAttribute()


class InstitutionItem(Model):
    Meta = table_meta("settlement")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="INSTITUTION")
    name = UnicodeAttribute()
    admdvs = UnicodeAttribute()
    level = UnicodeAttribute()
    active = UnicodeAttribute(default="1")


class PackItem(Model):
    Meta = table_meta("settlement")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="PACK")
    file = UnicodeAttribute()
    text = PackedAttribute()


def settled(settlement: Settlement) -> list[Write]:
    """A settlement comes into being, and holds its visit's charge batch."""
    decision = settlement.decision
    item = SettlementItem(
        f"S#{settlement.setl_id}",
        "SETTLEMENT",
        institution=decision.institution,
        msgid=settlement.msgid,
        infno=settlement.infno,
        at=stored(settlement.settled_at),
        clearing_type=settlement.clearing_type,
        body=to_data(decision),
    )
    batch = BatchItem(
        f"V#{decision.visit.mdtrt_id}",
        f"B#{decision.batch}",
        setl_id=settlement.setl_id,
        visit=visit_to_data(decision.visit),
    )
    return [
        Put(item, SettlementItem.pk.does_not_exist(), "settlement"),
        Put(batch, BatchItem.pk.does_not_exist(), "batch"),
    ]


def taken_back(settlement: Settlement, at: datetime, msgid: str) -> list[Write]:
    """The settlement turns from settled to reversed, and lets its batch go. Nothing else of it ever
    changes."""
    key = SettlementItem(f"S#{settlement.setl_id}", "SETTLEMENT")
    actions = [
        SettlementItem.state.set("reversed"),
        SettlementItem.reversed_at.set(stored(at)),
        SettlementItem.reversed_by.set(msgid),
    ]
    batch = BatchItem(f"V#{settlement.decision.visit.mdtrt_id}", f"B#{settlement.decision.batch}")
    return [
        Update(key, actions, SettlementItem.state == "settled", "settlement"),
        Delete(batch, BatchItem.setl_id == settlement.setl_id, "batch"),
    ]


def known(message: Known) -> list[Write]:
    """What a message led to; loses by `message` where the sender used that msgid before."""
    item = MessageItem(
        f"M#{message.institution}#{message.msgid}",
        "MESSAGE",
        infno=message.infno,
        kind=message.kind,
        psn_no=message.psn_no,
        result=message.result,
        at=stored(message.at),
        digests=dict(message.digests),
    )
    return [Put(item, MessageItem.pk.does_not_exist(), "message")]


def settlement(setl_id: str) -> Settlement | None:
    """The settlement, or None. Raises Unavailable."""
    item = item_or_none(SettlementItem, f"S#{setl_id}", "SETTLEMENT")
    if item is None:
        return None
    return Settlement(
        setl_id=setl_id,
        msgid=item.msgid,
        infno=item.infno,
        settled_at=from_stored(item.at),
        clearing_type=item.clearing_type,
        decision=from_data(item.body),
        reversed_at=from_stored(item.reversed_at) if item.reversed_at else None,
        reversed_by=item.reversed_by or "",
    )


def message(institution: str, msgid: str) -> Known | None:
    """What the sender's message led to, or None. Raises Unavailable."""
    item = item_or_none(MessageItem, f"M#{institution}#{msgid}", "MESSAGE")
    if item is None:
        return None
    return Known(
        institution,
        msgid,
        item.infno,
        item.kind,
        item.psn_no,
        item.result,
        item.digests,
        from_stored(item.at),
    )


def batches(mdtrt_id: str) -> dict[str, tuple[str, Visit]]:
    """By charge batch, the settlement that holds it and the visit as it was. Raises Unavailable."""
    return {item.sk[2:]: (item.setl_id, visit_from_data(item.visit)) for item in _batches(mdtrt_id)}


def _batches(mdtrt_id: str) -> Iterator[Any]:
    return iter(reading(lambda: list(BatchItem.query(f"V#{mdtrt_id}", consistent_read=True))))


def published(name: str, file: str, text: str) -> list[Write]:
    """A pack version is kept once and never changed."""
    return [
        Put(
            PackItem(f"K#{name}", "PACK", file=file, text=text),
            PackItem.pk.does_not_exist(),
            "pack",
        )
    ]


def pack(name: str) -> tuple[str, str] | None:
    """File name and text of a published pack, or None. Raises Unavailable."""
    item = item_or_none(PackItem, f"K#{name}", "PACK")
    return None if item is None else (item.file, item.text)


_institutions: dict[str, tuple[float, Institution]] = {}


def institution(code: str) -> Institution:
    """The institution, from memory where it was read in the last ten minutes. Raises Refused
    INSTITUTION_UNKNOWN, Unavailable."""
    held = _institutions.get(code)
    if held is not None and time.monotonic() - held[0] < INSTITUTION_SECONDS:
        return held[1]

    item = item_or_none(InstitutionItem, f"I#{code}", "INSTITUTION")
    found = (
        None
        if item is None
        else Institution(code, item.name, item.admdvs, item.level, item.active == "1")
    )
    if found is None or not found.active:
        raise Refused(
            "INSTITUTION_UNKNOWN", field="fixmedins_code", rule="该机构未签订定点协议或已中止"
        )
    _institutions[code] = (time.monotonic(), found)
    return found


def contracted(one: Institution) -> list[Write]:
    """An institution as the agency contracted it; a later contract replaces an earlier one."""
    item = InstitutionItem(
        f"I#{one.code}",
        "INSTITUTION",
        name=one.name,
        admdvs=one.admdvs,
        level=one.level,
        active="1" if one.active else "0",
    )
    return [Put(item, None, "institution")]


def connect() -> None:
    """Makes the storage client, which pynamodb would otherwise make on first use."""
    assert connection().client is not None


def forget() -> None:
    """Drops what is kept in memory."""
    _institutions.clear()
