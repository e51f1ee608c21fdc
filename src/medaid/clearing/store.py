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
| pk `O#<order>`, sk `ORDER` | region of a pay order | the bank's answer |
| pk `R#<job>#<admdvs>`, sk `<period>` | state of a scheduled run | run of a period |
| pk `B#<creditor>`, sk `<yyyy-mm>#<kind>#<debtor>` | bill between regions | bills a region is owed by |
| pk `b#<debtor>`, sk `<yyyy-mm>#<kind>#<creditor>` | pointer to it | bills a region owes |
| pk `W#<treatment>`, sk `<home>#<id>` | what is taken off or put on the next bill to a home region | adjustments of a treatment region |
| pk `P#<home>`, sk `<treatment>` | prepayment held there | prepayments of a home region |
| pk `S#<region>`, sk `STATE` | whether direct settlement of its people is suspended, and its history | one read a settlement away |
| pk `V#<city>`, sk `CONTRACT#<yyyy>` | the insurer that runs assistance for a city | one read a payment |
| pk `V#<city>`, sk `BILL#<yyyy>#<period>#<district>` | an insurer's bill to a district | bills of a city and year |
| pk `REGIONS`, sk `<admdvs>` | a pooling region that settled | regions the scheduled jobs go through |

Bodies are packed JSON; state, version and instants stand beside them, for conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, WholeAttribute, table_meta
from medaid.aws.transaction import Put, Write, item_or_none, reading
from medaid.clearing.model import FUND_FIELDS, OUTSIDE, Item
from medaid.events import SettlementPosted
from medaid.instants import BEIJING, from_stored, stored
from medaid.money import Fen
from medaid.regions import Region


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
    return item_or_none(ClearingItem, pk, sk)


def query(pk: str, prefix: str = "") -> Iterator[ClearingItem]:
    """Items under `pk` whose sk starts with `prefix`, in order, streamed and read consistently.
    Raises Unavailable."""
    condition = ClearingItem.sk.startswith(prefix) if prefix else None
    found = iter(reading(lambda: ClearingItem.query(pk, condition, consistent_read=True)))
    while (item := reading(lambda: next(found, None))) is not None:
        yield item


def create(
    pk: str, sk: str, body: Any, label: str, *, state: str = "", at: datetime | None = None
) -> Write:
    """The write of an item that must not exist yet; its version is 1."""
    item = ClearingItem(pk, sk, state=state, version=1, at=stored(at) if at else "", body=body)
    return Put(item, ClearingItem.pk.does_not_exist(), label)


def replace(
    before: ClearingItem, body: Any, label: str, *, state: str, at: datetime | None = None
) -> Write:
    """The write of the next version of an item; it loses where another version is there."""
    item = ClearingItem(
        before.pk,
        before.sk,
        state=state,
        version=before.version + 1,
        at=stored(at) if at else before.at,
        body=body,
    )
    return Put(item, ClearingItem.version == before.version, label)


def listed(admdvs: str, institution: str, now: datetime) -> Write:
    """The write that puts an institution on the list of the current month, for what waits for its
    next statement."""
    return Put(
        ClearingItem(f"N#{admdvs}#{now.astimezone(BEIJING):%Y-%m}", institution), None, "listed"
    )


def adjustment(
    treatment: str, home: str, number: str, amounts: Mapping[str, Fen], at: datetime
) -> Write:
    """The write of what the next bill of `treatment` to `home` takes off (negative) or puts on
    again (positive), fen by fund."""
    body = {fund: int(fen) for fund, fen in sorted(amounts.items())}
    return create(f"W#{treatment}", f"{home}#{number}", body, "adjustment", state="open", at=at)


def place(admdvs: str, institution: str, month: str) -> str:
    """The key under which an institution's month lies."""
    return f"I#{admdvs}#{institution}#{month}"


def item_key(item: Item) -> tuple[str, str]:
    return place(
        item.treatment, item.institution, item.month
    ), f"ITEM#{stored(item.setl_time)}#{item.key}"


def item_body(item: Item) -> list[Any]:
    """The packed form of an item."""
    amounts = {name: int(fen) for name, fen in item.amounts.items() if fen}
    return [
        item.mdtrt_id,
        item.msgid,
        item.home,
        item.district,
        item.insutype,
        item.clr_type,
        item.med_type,
        item.psn_no,
        int(item.refd),
        item.days,
        amounts,
        item.institution,
        item.treatment,
    ]


def item_of(found: ClearingItem) -> Item:
    """The settlement item that was projected."""
    (
        mdtrt_id,
        msgid,
        home,
        district,
        insutype,
        clr_type,
        med_type,
        psn_no,
        refd,
        days,
        amounts,
        institution,
        treatment,
    ) = found.body
    *_, setl_time, key = found.sk.split("#")
    return Item(
        key.removesuffix("R") if refd else key,
        mdtrt_id,
        msgid,
        institution,
        home,
        district,
        treatment,
        insutype,
        clr_type,
        med_type,
        from_stored(setl_time),
        psn_no,
        {"fund_pay_sumamt": Fen(0), **{name: Fen(fen) for name, fen in amounts.items()}},
        bool(refd),
        days,
        from_stored(found.at),
    )


def items(admdvs: str, institution: str, month: str) -> Iterator[Item]:
    """Items of an institution's month in the order of their settlement time, streamed."""
    return (item_of(found) for found in query(place(admdvs, institution, month), "ITEM#"))


def regions() -> list[str]:
    """admdvs of all pooling regions that settled or whose people were settled, sorted."""
    return [found.sk for found in query("REGIONS")]


def late(admdvs: str) -> list[tuple[str, str, datetime]]:
    """(month, institution, latest arrival) of a region where items came after their month had
    ended."""
    # two parts by make
    return [(*found.sk.split("#", 1), from_stored(found.at)) for found in query(f"L#{admdvs}")]  # type: ignore[misc]


def institutions(admdvs: str, month: str) -> list[str]:
    """fixmedins_code of all institutions of a region that have items in `month`, sorted."""
    return [found.sk for found in query(f"N#{admdvs}#{month}")]


def items_of(event: SettlementPosted) -> tuple[Item, ...]:
    """The items of a settlement that was posted or reversed.

    One, or two where another region than the insurance's pays the assistance (J24): the second
    holds that part alone and is not counted. Within a city the region that pays owes the
    institution itself; elsewhere the treatment region does, and is owed by it.
    """
    funds = {
        name: int(fen)
        for name, fen in event.by_fund.items()
        if name in FUND_FIELDS and name not in OUTSIDE
    }
    home, assisting = event.insured_region, event.assisting_region or event.insured_region
    part = funds.pop("maf_pay", 0) if assisting != home else 0
    whole = int(event.fund_pay_sumamt)
    main = {
        **funds,
        "medfee_sumamt": int(event.medfee_sumamt),
        "acct_pay": 0,
        "psn_cash_pay": int(event.psn_cash_pay),
        "fund_pay_sumamt": whole,
        "paid_elsewhere": whole - sum(funds.values()),
    }
    found = [_item(event, event.setl_id, home, main)]
    if part:
        amounts = {"maf_pay": part, "fund_pay_sumamt": 0, "paid_elsewhere": -part}
        found.append(_item(event, f"{event.setl_id}-{assisting}", assisting, amounts))
    return tuple(found)


def _item(event: SettlementPosted, setl_id: str, home: str, amounts: Mapping[str, int]) -> Item:
    treatment = event.treatment_region
    days = max(1, (event.end - event.begin).days)
    return Item(
        setl_id,
        event.mdtrt_id,
        event.msgid,
        event.institution,
        home,
        home,
        home if Region(home).pools_with(Region(treatment)) else treatment,
        event.insutype,
        event.clr_type,
        event.med_type,
        event.setl_time,
        event.psn_no,
        {name: Fen(fen) for name, fen in amounts.items()},
        event.refd,
        -days if event.refd else days,
    )
