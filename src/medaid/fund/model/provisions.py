"""Which accounting provisions hold for a fund on a day, and which regions are filed for what only
filed ones may do; from provisions.toml. Pure."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from medaid.fund.model.chart import account, funds, read
from medaid.regions import Region


class Provision(NamedTuple):
    """`basis` is accrual or cash; `beside` the accounts by number that the cash basis keeps beside
    the books; `statements` the first year whose final accounts follow it. `trust` as in the
    reference: R a reposted text was read, N news reports only."""

    id: str
    basis: str
    beside: frozenset[str]
    begin: date
    statements: int
    cite: str
    trust: str


class EarlyPayRegion(NamedTuple):
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
        one = Provision(
            row["id"],
            row["basis"],
            beside,
            row["from"],
            row["statements"],
            row["cite"],
            row["trust"],
        )
        if one.statements < one.begin.year or bool(beside) != (one.basis == "cash"):
            raise ValueError(f"provision {one.id}: statements or accounts beside do not fit it")
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
def accounts_beside() -> frozenset[str]:
    """Codes of all accounts that the cash basis of their fund leaves out, whenever it holds: what
    is owed at the switch was caused before it. Raises ValueError for a fund of two rules."""
    found: dict[str, frozenset[str]] = {}
    for named, one in _provisions():
        for fund in named if one.basis == "cash" else ():
            if found.setdefault(fund, one.beside) != one.beside:
                raise ValueError(f"the cash basis leaves out other accounts of {fund} by {one.id}")
    return frozenset(account(fund, number).code for fund, row in found.items() for number in row)


def provision_named(name: str) -> Provision:
    """The provisions with that id."""
    return next(one for _, one in _provisions() if one.id == name)


def cash_statements(year: int) -> dict[str, Provision]:
    """The funds whose final accounts of `year` are on the cash basis, with the provision."""
    held = provisions_on(date(year, 12, 31)).items()
    return {fund: one for fund, one in held if one.basis == "cash" and one.statements <= year}


@cache
def filings() -> tuple[EarlyPayRegion, ...]:
    """Regions that are filed. An uncited row does not load."""
    rows = read("provisions.toml").get("filing", ())
    if any(not row["cite"].strip() for row in rows):
        raise ValueError("a filing carries no citation")
    return tuple(EarlyPayRegion(Region(row["region"]), row["from"], row["cite"]) for row in rows)


def is_filed(region: Region, day: date) -> bool:
    """Whether the region, or one above it, is filed on `day`."""
    return any(one.region in region.chain and one.begin <= day for one in filings())
