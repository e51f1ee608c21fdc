"""Where clearing lies: table `clearing`.

| key | item | pattern |
| --- | --- | --- |
| pk `I#<treatment>#<institution>#<yyyy-mm>`, sk `ITEM#<setl_time>#<setl_id>` | one settlement or reversal, put once | items of an institution's month |
| same pk, sk `STATEMENT#<nn>` | a statement of that month | statements of an institution's month |
| pk `N#<treatment>#<yyyy-mm>`, sk `<institution>` | this institution has items in the month | institutions of a month |
| pk `H#<home>#<yyyy-mm>`, sk `ITEM#<setl_time>#<setl_id>` | the home region's copy (away, or billed by district) | items of a region's own people |
| pk `L#<treatment>`, sk `<yyyy-mm>#<institution>` | items came after their month had ended | months that may need a supplement |
| pk `C#<treatment>#<institution>`, sk `DISPUTE#<setl_id>`, `DEDUCTION#<id>`, `FORWARD#<fund>`, `CLAIM#<setl_id>` | what waits | by institution |
| pk `A#<institution>`, sk `AGREEMENT#<yyyy>` | how it is paid | agreement of a year |
| pk `R#<job>#<admdvs>`, sk `<period>` | state of a scheduled run | run of a period |
| pk `B#<creditor>` / `b#<debtor>`, sk `<yyyy-mm>#<level>#<other>` | bill between regions, as each side holds it | bills of a region |
| pk `P#<home>`, sk `<treatment>#<fund>` | prepayment held there | prepayments of a home region |
| pk `S#<region>`, sk `<from instant>` | suspension of direct settlement | suspensions of a region, latest first |
| pk `REGIONS`, sk `<admdvs>` | a pooling region that settled | regions the scheduled jobs go through |

Bodies are packed JSON; state, version and instants stand beside them, for conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, WholeAttribute, table_meta
from medaid.aws.transaction import Delete, Put, Write, reading
from medaid.clearing.model import Item
from medaid.instants import BEIJING, beijing_text, from_stored, parse_instant, stored
from medaid.money import Fen


class ClearingItem(Model):
    """One item of the table above."""

    Meta = table_meta("clearing")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute(default="")
    version = WholeAttribute(default=0)
    at = UnicodeAttribute(default="")
    body = PackedAttribute(null=True)


def get(pk: str, sk: str) -> ClearingItem | None:
    """The item, read consistently, or None. Raises Unavailable."""

    def read() -> ClearingItem | None:
        try:
            return ClearingItem.get(pk, sk, consistent_read=True)
        except ClearingItem.DoesNotExist:
            return None

    return reading(read)


def query(pk: str, prefix: str = "") -> Iterator[ClearingItem]:
    """Items under `pk` whose sk starts with `prefix`, in order, streamed and read consistently. Raises Unavailable."""
    condition = ClearingItem.sk.startswith(prefix) if prefix else None
    found = iter(reading(lambda: ClearingItem.query(pk, condition, consistent_read=True)))
    while (item := reading(lambda: next(found, None))) is not None:
        yield item


def create(pk: str, sk: str, body: Any, label: str, *, state: str = "", at: datetime | None = None) -> Write:
    """The write of an item that must not exist yet; its version is 1."""
    item = ClearingItem(pk, sk, state=state, version=1, at=stored(at) if at else "", body=body)
    return Put(item, ClearingItem.pk.does_not_exist(), label)


def replace(before: ClearingItem, body: Any, label: str, *, state: str, at: datetime | None = None) -> Write:
    """The write of the next version of an item; it loses where another version is there."""
    item = ClearingItem(before.pk, before.sk, state=state, version=before.version + 1, at=stored(at) if at else before.at, body=body)
    return Put(item, ClearingItem.version == before.version, label)


def remove(before: ClearingItem, label: str) -> Write:
    """The removal of an item as it was read."""
    return Delete(before, ClearingItem.version == before.version, label)


def listed(admdvs: str, institution: str, now: datetime) -> Write:
    """The write that puts an institution on the list of the current month, for what waits for its next statement."""
    return Put(ClearingItem(f"N#{admdvs}#{now.astimezone(BEIJING):%Y-%m}", institution), None, "listed")


def place(admdvs: str, institution: str, month: str) -> str:
    """The key under which an institution's month lies."""
    return f"I#{admdvs}#{institution}#{month}"


def item_key(item: Item) -> tuple[str, str]:
    return place(item.treatment, item.institution, item.month), f"ITEM#{stored(item.setl_time)}#{item.setl_id}"


def item_body(item: Item) -> list[Any]:
    """The packed form of an item."""
    amounts = {name: int(fen) for name, fen in item.amounts.items() if fen}
    return [
        item.mdtrt_id, item.msgid, item.home, item.district, item.insutype, item.clr_type, item.med_type, item.psn_no, int(item.refd), item.days, amounts,
        item.institution, item.treatment,
    ]  # fmt: skip


def item_of(found: ClearingItem) -> Item:
    """The settlement item that was projected."""
    mdtrt_id, msgid, home, district, insutype, clr_type, med_type, psn_no, refd, days, amounts, institution, treatment = found.body
    *_, setl_time, setl_id = found.sk.split("#")
    return Item(
        setl_id, mdtrt_id, msgid, institution, home, district, treatment, insutype, clr_type, med_type, from_stored(setl_time), psn_no,
        {"fund_pay_sumamt": Fen(0), **{name: Fen(fen) for name, fen in amounts.items()}}, bool(refd), days, from_stored(found.at),
    )  # fmt: skip


def items(admdvs: str, institution: str, month: str) -> Iterator[Item]:
    """Items of an institution's month in the order of their settlement time, streamed."""
    return (item_of(found) for found in query(place(admdvs, institution, month), "ITEM#"))


def home_items(home: str, month: str) -> Iterator[Item]:
    """Items of a home region's people that were settled elsewhere, or are billed by district, in `month`."""
    return (item_of(found) for found in query(f"H#{home}#{month}", "ITEM#"))


def regions() -> list[str]:
    """admdvs of all pooling regions that settled or whose people were settled, sorted."""
    return [found.sk for found in query("REGIONS")]


def late(admdvs: str) -> list[tuple[str, str, datetime]]:
    """(month, institution, latest arrival) of a region where items came after their month had ended."""
    return [(*found.sk.split("#", 1), from_stored(found.at)) for found in query(f"L#{admdvs}")]  # type: ignore[misc]  # two parts by make


def institutions(admdvs: str, month: str) -> list[str]:
    """fixmedins_code of all institutions of a region that have items in `month`, sorted."""
    return [found.sk for found in query(f"N#{admdvs}#{month}")]


def item_from_message(body: Mapping[str, Any]) -> Item:
    """The item in a `settled` or `reversed` message (docs/clearing.md has the form). Raises KeyError or BadInput for another form."""
    amounts = {name: Fen(fen) for name, fen in body["amounts"].items()}
    amounts.setdefault("fund_pay_sumamt", Fen(0))
    return Item(
        body["setl_id"], body["mdtrt_id"], body["msgid"], body["institution"], body["home"], body.get("district") or body["home"], body["treatment"],
        body["insutype"], body["clr_type"], body["med_type"], parse_instant(body["setl_time"], "setl_time"), body["psn_no"], amounts,
        bool(body.get("refd", False)), int(body.get("days", 0)),
    )  # fmt: skip


def message_of(item: Item) -> dict[str, Any]:
    """The message body that `item_from_message` reads: what a settlement writes to the outbox."""
    return {
        "setl_id": item.setl_id, "mdtrt_id": item.mdtrt_id, "msgid": item.msgid, "institution": item.institution, "home": item.home,
        "district": item.district, "treatment": item.treatment, "insutype": item.insutype, "clr_type": item.clr_type, "med_type": item.med_type,
        "setl_time": beijing_text(item.setl_time), "psn_no": item.psn_no, "amounts": {name: int(fen) for name, fen in item.amounts.items()},
        "refd": item.refd, "days": item.days,
    }  # fmt: skip
