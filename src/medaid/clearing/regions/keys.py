"""Keys of clearing between regions, in table `clearing`.

Each line: key: item; pattern.

- pk `B#<creditor>`, sk `<yyyy-mm>#<kind>#<debtor>`: bill between regions; bills a region is owed
  by.
- pk `b#<debtor>`, sk `<yyyy-mm>#<kind>#<creditor>`: pointer to it; bills a region owes.
- pk `O#<region>`, sk `<yyyy-mm>#<kind>#<creditor>#<debtor>`: a bill that has a step left, under
  both its ends; open bills of a region.
- pk `P#<paying>`, sk `<treatment>`: prepayment held there; prepayments of a paying region.
- pk `P#<paying>`, sk `<treatment>#<yyyy>`: a year's prepayment as it was proposed and decided;
  fixings of a pair.
- pk `D#<province>`, sk `<city>`: what the province collected from a city and has not used; deposits
  of a province.
- pk `S#<region>`, sk `STATE`: whether direct settlement of its people is suspended, and its
  history; one read a settlement away.
"""

from __future__ import annotations

from medaid.aws.items import Key
from medaid.clearing.regions.model import RegionBill


def owed_to_key(creditor: str) -> str:
    return f"B#{creditor}"


def owed_by_key(debtor: str) -> str:
    return f"b#{debtor}"


def month_prefix(month: str) -> str:
    return f"{month}#" if month else ""


def bill_key(creditor: str, debtor: str, month: str, kind: str) -> Key:
    return Key(owed_to_key(creditor), f"{month}#{kind}#{debtor}")


def key_of(bill: RegionBill) -> Key:
    return bill_key(bill.creditor, bill.debtor, bill.month, bill.kind)


def pointer_key(bill: RegionBill) -> Key:
    return Key(owed_by_key(bill.debtor), f"{bill.month}#{bill.kind}#{bill.creditor}")


def parse_pointer(debtor: str, sk: str) -> Key:
    """The key of the bill that a pointer of `debtor` leads to."""
    month, kind, creditor = sk.split("#")
    return bill_key(creditor, debtor, month, kind)


def open_bills_key(region: str) -> str:
    return f"O#{region}"


def open_bill_keys(bill: RegionBill) -> tuple[Key, Key]:
    """Where an open bill is listed: under its creditor, under its debtor."""
    sk = f"{bill.month}#{bill.kind}#{bill.creditor}#{bill.debtor}"
    return Key(open_bills_key(bill.creditor), sk), Key(open_bills_key(bill.debtor), sk)


def parse_open_bill(sk: str) -> Key:
    """The key of the bill that a row of the list means."""
    month, kind, creditor, debtor = sk.split("#")
    return bill_key(creditor, debtor, month, kind)


def parse_open_pair(sk: str) -> tuple[str, str, str]:
    """(kind, creditor, debtor) of a row of the list."""
    _, kind, creditor, debtor = sk.split("#")
    return kind, creditor, debtor


def prepayment_key(paying: str, treatment: str) -> Key:
    return Key(f"P#{paying}", treatment)


def fixings_prefix(treatment: str) -> str:
    return f"{treatment}#"


def fixing_key(paying: str, treatment: str, year: int) -> Key:
    return Key(f"P#{paying}", f"{fixings_prefix(treatment)}{year:04d}")


def deposits_key(province: str) -> str:
    return f"D#{province}"


def deposit_key(province: str, city: str) -> Key:
    return Key(deposits_key(province), city)


def suspension_key(region: str) -> Key:
    return Key(f"S#{region}", "STATE")
