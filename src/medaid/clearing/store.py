"""Table `clearing`: its model, and what all of clearing reads and writes there. Keys: `keys`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from medaid.aws import codec
from medaid.aws.items import Key, VersionedItem
from medaid.aws.table import table_meta
from medaid.aws.transaction import Delete, Put, Write, put_if, put_once, reading
from medaid.clearing import keys
from medaid.clearing.amounts import Amounts
from medaid.clearing.model import Item
from medaid.instants import from_stored, stored
from medaid.months import Month
from medaid.regions import Region


class ClearingItem(VersionedItem):
    """One item of table clearing."""

    Meta = table_meta("clearing")


class LateMonth(NamedTuple):
    """Items of `month` came after it had ended, the last one at `latest`."""

    month: Month
    institution: str
    latest: datetime


class Adjustment(NamedTuple):
    """What the next bill to `paying` takes off (negative) or puts on again (positive)."""

    paying: Region
    at: datetime
    by_fund: Amounts


# -------------------------------------------------------------------------------------------------
# items


def new_item(item: Item, arrived: datetime) -> ClearingItem:
    """The row of an item, as it is put once."""
    return ClearingItem(*keys.item_key(item), at=stored(arrived), body=codec.encode(item))


def put_items(items: tuple[Item, ...], arrived: datetime) -> list[Write]:
    """The writes of a settlement's items, each of which loses where it is there already."""
    absent = ClearingItem.pk.does_not_exist()
    return [Put(new_item(item, arrived), absent, f"item:{item.item_id}") for item in items]


def put_item(item: Item, arrived: datetime) -> bool:
    """Puts one item; False where it is there already."""
    return put_once(new_item(item, arrived))


_ARRIVED: Final = [field.name for field in fields(Item)].index("arrived")


def _item(row: ClearingItem) -> Item:
    """The item of a row; its arrival stands beside the body. A row from before there were remarks
    has none."""
    before, after = row.body[:_ARRIVED], row.body[_ARRIVED + 1 :]
    return codec.decode(Item, [*before, row.at, *(after or [""])])


def list_items(owing: str, institution: str, month: str) -> Iterator[Item]:
    """Items of an institution's month in the order of their settlement time, streamed."""
    pk = keys.month_key(owing, institution, month)
    return (_item(row) for row in ClearingItem.list_under(pk, keys.ITEM))


def list_items_between(
    owing: str, institution: str, month: str, begin: date, end: date
) -> Iterator[Item]:
    """Those settled on the days from `begin` to `end`, both included; no other is read."""
    pk = keys.month_key(owing, institution, month)
    first, last = keys.item_from(begin), keys.item_from(end + timedelta(days=1))
    return (_item(row) for row in ClearingItem.list_between(pk, first, last))


def page_of_items(pk: str, after: str, limit: int) -> tuple[list[Item], str]:
    """At most `limit` items under a month's partition behind the sort key `after`, and behind what
    the next page begins, empty at the end. Raises Unavailable."""
    rows, end = ClearingItem.page_under(pk, keys.ITEM, after, limit)
    return [_item(row) for row in rows], end


def find_parts(mains: Sequence[Item]) -> list[Item]:
    """The assistance parts of settlements of which `mains` are the main items, in that order; a
    hundred in one call. Raises LookupError where one is not there, Unavailable."""
    rows = ClearingItem.find_all([_part_key(main) for main in mains])
    found = [_item(row) for row in rows if row is not None]
    if len(found) != len(mains):
        raise LookupError("a settlement's two items come at once or not at all")
    return found


def _part_key(main: Item) -> Key:
    where = main.part_owing, main.institution, main.month
    return keys.settlement_key(*where, main.setl_time, main.part_id)


# -------------------------------------------------------------------------------------------------
# what there is


def note(pk: str, sk: str) -> None:
    """Puts a row that says no more than that it is there."""
    reading(lambda: ClearingItem(pk, sk).save())


def note_late(item: Item, arrived: datetime) -> None:
    """Notes the latest arrival of an item after its month's end. Two at once keep the later one,
    in whatever order they end."""
    row = ClearingItem(
        *keys.late_row_key(item.owing_region, item.month, item.institution), at=stored(arrived)
    )
    put_if(row, ClearingItem.pk.does_not_exist() | (ClearingItem.at < row.at))


def list_regions() -> list[Region]:
    """All regions that owe institutions or whose funds pay, sorted."""
    return [Region(row.sk) for row in ClearingItem.list_under(keys.REGIONS)]


def list_institutions(owing: str, month: str) -> list[str]:
    """fixmedins_code of all institutions of a region that have something in `month`, sorted."""
    return [row.sk for row in ClearingItem.list_under(keys.institutions_key(owing, month))]


def page_of_institutions(owing: str, month: str, after: str, limit: int) -> tuple[list[str], str]:
    """At most `limit` of them behind `after`, and behind what the next page begins, empty at the
    end."""
    pk = keys.institutions_key(owing, month)
    rows, end = ClearingItem.page_under(pk, "", after, limit)
    return [row.sk for row in rows], end


def late_between(owing: str, month: str, first: str, last: str) -> dict[str, datetime]:
    """The latest arrival of what came after a month had ended and is known to lie in no statement,
    by institution from `first` to `last`."""
    bounds = (keys.late_row_key(owing, month, one).sk for one in (first, last))
    rows = ClearingItem.list_between(keys.late_key(owing), *bounds)
    return {keys.parse_late(row.sk)[1]: from_stored(row.at) for row in rows}


def list_months(owing: str) -> list[Month]:
    """Months in which a region has something to clear, in order."""
    return [Month(row.sk) for row in ClearingItem.list_under(keys.months_key(owing))]


def list_late(owing: str) -> list[LateMonth]:
    """Where items came after their month had ended and no supplement is known to hold them."""
    found = []
    for row in ClearingItem.list_under(keys.late_key(owing)):
        month, institution = keys.parse_late(row.sk)
        found.append(LateMonth(Month(month), institution, from_stored(row.at)))
    return found


def late_taken(owing: str, late: LateMonth) -> list[Write]:
    """The writes by which what came late is waited for no more, unless more has come since: then
    label `late` loses."""
    key = keys.late_row_key(owing, late.month, late.institution)
    same = ClearingItem.at == stored(late.latest)
    return [
        Delete(ClearingItem(*key), same, "late"),
        Put(ClearingItem(keys.supplemented_key(owing), late.month), None, "supplemented"),
    ]


def list_late_months(owing: str) -> list[Month]:
    """Months of which something came late, ever: waiting or in a supplement."""
    waiting = {one.month for one in list_late(owing)}
    taken = {Month(row.sk) for row in ClearingItem.list_under(keys.supplemented_key(owing))}
    return sorted(waiting | taken)


def listed(owing: str, institution: str, now: datetime) -> list[Write]:
    """The writes that put an institution on the list of the current month, for what waits for its
    next statement."""
    month = Month.of(now)
    return [
        Put(ClearingItem(keys.institutions_key(owing, month), institution), None, "listed"),
        Put(ClearingItem(keys.months_key(owing), month), None, "listed month"),
    ]


# -------------------------------------------------------------------------------------------------
# adjustments of bills between regions


def adjustment(owing: str, paying: str, number: str, amounts: Amounts, at: datetime) -> Write:
    """The write of an adjustment, fen by fund; `number` makes it once only."""
    return ClearingItem.create(
        keys.adjustment_key(owing, paying, number), dict(amounts), "adjustment", at=at
    )


def list_adjustments(owing: str) -> Iterator[Adjustment]:
    """Adjustments of a region of treatment, by paying region."""
    for row in ClearingItem.list_under(keys.adjustments_key(owing)):
        amounts: Amounts = codec.decode(Amounts, row.body)  # type: ignore[type-abstract]
        yield Adjustment(Region(keys.parse_adjustment(row.sk)), from_stored(row.at), amounts)
