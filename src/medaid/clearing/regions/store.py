"""Bills, prepayments and suspensions as they lie in table `clearing`. Keys: `keys`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from medaid.aws.items import Key
from medaid.aws.transaction import Delete, Put, Write
from medaid.clearing.amounts import Amounts
from medaid.clearing.regions import keys
from medaid.clearing.regions.model import (
    BillKind,
    Deposit,
    Fixing,
    Prepayment,
    RegionBill,
    Suspension,
)
from medaid.clearing.store import ClearingItem
from medaid.errors import Refused
from medaid.regions import Region


class HeldBill(NamedTuple):
    """A bill with the version that was read."""

    row: ClearingItem
    bill: RegionBill


def find_bill(creditor: str, debtor: str, month: str, kind: str) -> HeldBill | None:
    """A bill with its version, or None. Raises Unavailable."""
    row = ClearingItem.find(keys.bill_key(creditor, debtor, month, kind))
    return HeldBill(row, row.record(RegionBill)) if row else None


def get_bill(creditor: str, debtor: str, month: str, kind: str = "clearing") -> HeldBill:
    """One bill with its version. Raises Refused NOT_FOUND."""
    held = find_bill(creditor, debtor, month, kind)
    if held is None:
        raise Refused("NOT_FOUND", field="bill", rule=f"{creditor} {debtor} {month} 无清算单")
    return held


def create_bill(bill: RegionBill) -> list[Write]:
    """The writes of a new bill, the pointer from its debtor, and its place among the open ones."""
    return [
        ClearingItem.create(keys.key_of(bill), bill, "bill", state=bill.state, at=bill.made),
        ClearingItem.create(keys.pointer_key(bill), {}, "pointer", at=bill.made),
        *(Put(ClearingItem(*key), None, "open bill") for key in keys.open_bill_keys(bill)),
    ]


def replace_bill(held: HeldBill, after: RegionBill) -> list[Write]:
    """The writes of a bill's next version; one with no step left leaves the list of open ones."""
    writes: list[Write] = [held.row.replace(after, "bill", state=after.state)]
    if not after.next_steps:
        there = ClearingItem.pk.exists()
        writes += [
            Delete(ClearingItem(*key), there, "open bill") for key in keys.open_bill_keys(after)
        ]
    return writes


def list_open(region: str) -> list[RegionBill]:
    """Bills that a region owes or is owed by and that have a step left; a hundred in one read."""
    listed = ClearingItem.list_under(keys.open_bills_key(region))
    return _pointed(keys.parse_open_bill(one.sk) for one in listed)


def open_clearings_to(creditor: Region) -> dict[Region, list[Key]]:
    """The bills of clearing that are owed to a region and have a step left, by who owes them; of
    none more than its key is read."""
    found: dict[Region, list[Key]] = {}
    for row in ClearingItem.list_under(keys.open_bills_key(creditor)):
        kind, owed_to, debtor = keys.parse_open_pair(row.sk)
        if kind == BillKind.CLEARING and owed_to == creditor:
            found.setdefault(Region(debtor), []).append(keys.parse_open_bill(row.sk))
    return found


def list_bills(bills: Iterable[Key]) -> list[RegionBill]:
    """The bills of those keys that there are, in order."""
    return [row.record(RegionBill) for row in ClearingItem.find_all([*bills]) if row is not None]


def _pointed(bills: Iterable[Key]) -> list[RegionBill]:
    """The bills of keys that the table itself names: each is there."""
    wanted = [*bills]
    found = list_bills(wanted)
    assert len(found) == len(wanted), "a row that names a bill without the bill"
    return found


_OWED_TO, _OWED_BY = "to:", "by:"


def page_of_bills(region: str, month: str, after: str, limit: int) -> tuple[list[RegionBill], str]:
    """At most `limit` bills of a month behind `after`, those that the region is owed by before
    those that it owes; and behind what the next page begins, empty at the end."""
    prefix, found = keys.month_prefix(month), list[RegionBill]()
    if not after.startswith(_OWED_BY):
        pk, behind = keys.owed_to_key(region), after.removeprefix(_OWED_TO)
        rows, end = ClearingItem.page_under(pk, prefix, behind, limit)
        found = [row.record(RegionBill) for row in rows]
        if end or len(found) == limit:
            return found, f"{_OWED_TO}{end}" if end else _OWED_BY
    pk, behind = keys.owed_by_key(region), after.removeprefix(_OWED_BY)
    behind = behind if after.startswith(_OWED_BY) else ""
    pointers, end = ClearingItem.page_under(pk, prefix, behind, limit - len(found))
    owed = _pointed(keys.parse_pointer(region, one.sk) for one in pointers)
    return [*found, *owed], f"{_OWED_BY}{end}" if end else ""


def held_prepayments(regions: Iterable[Region], treatment: str) -> dict[Region, Amounts]:
    """What was paid in by each of the regions, where there is something; a hundred in one call."""
    wanted = {keys.prepayment_key(one, treatment): one for one in regions}
    rows = ClearingItem.find_held(wanted)
    return {wanted[key]: row.record(Prepayment).held for key, row in rows.items()}


def find_prepayment(paying: str, treatment: str) -> tuple[ClearingItem | None, Prepayment | None]:
    """What a region holds of a prepayment, with its version. Raises Unavailable."""
    return ClearingItem.held(keys.prepayment_key(paying, treatment), Prepayment)


def save_prepayment(
    row: ClearingItem | None, paying: str, treatment: str, after: Prepayment, now: datetime
) -> Write:
    """The write of a prepayment, in the place of what was read (`row`)."""
    key = keys.prepayment_key(paying, treatment)
    return ClearingItem.create_or_replace(row, key, after, "prepayment", state="fixed", at=now)


def find_fixing(
    paying: str, treatment: str, year: int
) -> tuple[ClearingItem | None, Fixing | None]:
    """A year's prepayment as it was proposed, with its version. Raises Unavailable."""
    return ClearingItem.held(keys.fixing_key(paying, treatment, year), Fixing)


def list_fixings(paying: str, treatment: str) -> list[Fixing]:
    """How a pair's prepayment was proposed and decided on, by year."""
    pk = keys.prepayment_key(paying, treatment).pk
    rows = ClearingItem.list_under(pk, keys.fixings_prefix(treatment))
    return [row.record(Fixing) for row in rows]


def save_fixing(
    row: ClearingItem | None, paying: str, treatment: str, after: Fixing, now: datetime
) -> Write:
    """The write of a fixing, in the place of what was read (`row`)."""
    key = keys.fixing_key(paying, treatment, after.year)
    return ClearingItem.create_or_replace(row, key, after, "fixing", state=after.state, at=now)


def find_deposit(province: str, city: str) -> tuple[ClearingItem | None, Deposit]:
    """What a province holds of a city, with its version. Raises Unavailable."""
    row, held = ClearingItem.held(keys.deposit_key(province, city), Deposit)
    return row, held or Deposit()


def page_of_deposits(
    province: str, after: str, limit: int
) -> tuple[list[tuple[Region, Deposit]], str]:
    """At most `limit` of them behind `after`, and behind what the next page begins, empty at the
    end."""
    rows, end = ClearingItem.page_under(keys.deposits_key(province), "", after, limit)
    return [(Region(row.sk), row.record(Deposit)) for row in rows], end


def save_deposit(
    row: ClearingItem | None, province: str, city: str, after: Deposit, now: datetime
) -> Write:
    """The write of a deposit, in the place of what was read (`row`)."""
    key = keys.deposit_key(province, city)
    return ClearingItem.create_or_replace(row, key, after, f"deposit:{city}", at=now)


def find_suspension(region: str) -> tuple[ClearingItem | None, Suspension]:
    """Whether a region is suspended, with its version. Raises Unavailable."""
    row, held = ClearingItem.held(keys.suspension_key(region), Suspension)
    return row, held or Suspension()


def save_suspension(
    row: ClearingItem | None, region: str, after: Suspension, now: datetime
) -> Write:
    """The write of a suspension, in the place of what was read (`row`)."""
    key, state = keys.suspension_key(region), "suspended" if after.active else "open"
    return ClearingItem.create_or_replace(row, key, after, "suspension", state=state, at=now)
