"""What is held against the insurer: the figures of its evaluation (M三.3), and its reserve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from medaid.aws import outbox
from medaid.aws.transaction import commit_once
from medaid.clearing import store as items
from medaid.clearing.insurer import rules, store
from medaid.clearing.insurer.model import BillState, Contract, Evaluation, InsurerBill
from medaid.events import InsurerReserveExceeded
from medaid.fund import service as fund
from medaid.fund.model import Entry
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region


def year_entries(district: str, year: int, now: datetime) -> Iterator[Entry]:
    """A district's entries that move what an insurer fronted, from the beginning of a year on."""
    for month in Month(f"{year}-01").through(Month.of(now)):
        yield from fund.listed_entries(district, month, "2104")


def evaluate(city: Region, year: int, now: datetime) -> Evaluation:
    """Figures for the evaluation of the insurer (M三.3), over all districts that it fronts for."""
    contract, bills = store.find_contract(city, year), store.list_bills(city, year)
    this, last = (_fronted(city, one, now) for one in (year, year - 1))
    in_use, reserve = _in_use(this, bills), int(contract.reserve) if contract else 0
    return Evaluation(
        this,
        last,
        Fen(sum(int(one.fronted) for one in bills)),
        len(bills),
        sum(one.state in (BillState.PAID, BillState.NOTHING_DUE) for one in bills),
        in_use,
        int(in_use) * 1000 // reserve if reserve else 0,
        Fen(max(0, int(in_use) - reserve) if contract else 0),
        store.list_surveys(city, year),
    )


def _fronted(city: Region, year: int, now: datetime) -> Fen:
    """What was fronted under the contract of a year for all districts of a city: reads that year's
    entries and later ones."""
    found = (rules.fronted(year_entries(one, year, now), year, None) for one in _districts(city))
    return Fen(sum(map(int, found)))


def _in_use(fronted: Fen, bills: Iterable[InsurerBill]) -> Fen:
    """What of `fronted` was not paid back."""
    return Fen(int(fronted) - sum(int(b.fronted) for b in bills if b.state is BillState.PAID))


def _districts(city: Region) -> list[Region]:
    return sorted(region for region in items.list_regions() if city.contains(region))


def report_reserve(city: Region, now: datetime) -> int:
    """Contracts of this year and last under which more is fronted, and not paid back, than their
    reserve; each is told once a month. Answers how many there are.

    What the books owe the insurer is looked at first, which a closed month keeps: the year's
    entries are read only where that is more than the reserve.
    """
    found = 0
    for year in (civil_date(now).year - 1, civil_date(now).year):
        contract = store.find_contract(city, year)
        if contract is None or _owed(contract, now) <= contract.reserve:
            continue
        in_use = _in_use(_fronted(city, year, now), store.list_bills(city, year))
        if in_use > contract.reserve:
            found += 1
            event = InsurerReserveExceeded(city, year, contract.insurer, in_use, contract.reserve)
            commit_once([outbox.publish(event, f"{city}-{year}-{Month.of(now)}", now)])
    return found


def _owed(contract: Contract, now: datetime) -> Fen:
    """What the funds of a city's districts owe an insurer now, under all its contracts."""
    return Fen(
        -sum(
            int(one.amount)
            for district in _districts(contract.city)
            for one in fund.list_current_accounts(district, Month.of(now))
            if one.account.number == "2104" and one.counterpart == contract.insurer
        )
    )
