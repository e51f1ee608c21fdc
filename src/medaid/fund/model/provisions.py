"""Which accounting provisions hold for a fund on a day, and which regions are filed for what only
filed ones may do; from provisions.toml. Pure."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from medaid.fund.model.chart import funds, read
from medaid.regions import Region


class Provision(NamedTuple):
    """`basis` is accrual or cash; `beside` the accounts by number that the cash basis keeps beside
    the books. `trust` as in the reference: R a reposted text was read, N news reports only."""

    id: str
    basis: str
    beside: frozenset[str]
    begin: date
    cite: str
    trust: str


class Filing(NamedTuple):
    """A region filed for taking contributions of later years as 暂收款."""

    region: Region
    begin: date
    cite: str


@cache
def _provisions() -> tuple[tuple[frozenset[str], Provision], ...]:
    rows = []
    for row in read("provisions.toml")["provision"]:
        if row["basis"] not in ("accrual", "cash") or not row["cite"].strip() or not row["trust"]:
            raise ValueError(f"provision {row['id']} is not whole")
        unknown = {*row["funds"]} - {*funds()}
        if unknown:
            raise ValueError(f"provision {row['id']} names unknown funds {sorted(unknown)}")
        beside = frozenset(row["beside"])
        one = Provision(row["id"], row["basis"], beside, row["from"], row["cite"], row["trust"])
        rows.append((frozenset(row["funds"]), one))
    return tuple(rows)


def provisions_on(day: date) -> dict[str, Provision]:
    """The latest provisions of each fund that hold on `day`, by fund key; no text is known for a
    fund that is not there."""
    found: dict[str, Provision] = {}
    for named, one in sorted(_provisions(), key=lambda row: row[1].begin):
        if one.begin <= day:
            found |= dict.fromkeys(named, one)
    return {fund: found[fund] for fund in funds() if fund in found}


@cache
def filings() -> tuple[Filing, ...]:
    """Regions that are filed. An uncited row does not load."""
    rows = read("provisions.toml").get("filing", ())
    if any(not row["cite"].strip() for row in rows):
        raise ValueError("a filing carries no citation")
    return tuple(Filing(Region(row["region"]), row["from"], row["cite"]) for row in rows)


def is_filed(region: Region, day: date) -> bool:
    """Whether the region, or one above it, is filed on `day`."""
    return any(one.region in region.chain and one.begin <= day for one in filings())
