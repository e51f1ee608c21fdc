"""Contracts and bills as they lie in table `clearing`. Keys: `keys`."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from medaid.aws.transaction import Write
from medaid.clearing.insurer import keys
from medaid.clearing.insurer.model import (
    Contract,
    CriticalContract,
    InsurerAssessment,
    InsurerBill,
    Survey,
)
from medaid.clearing.store import ClearingItem


class HeldInsurerBill(NamedTuple):
    """A bill with the version that was read."""

    row: ClearingItem
    bill: InsurerBill


def held_contract(city: str, year: int) -> tuple[ClearingItem | None, Contract | None]:
    """A city's contract of a year in whatever state, with its version."""
    return ClearingItem.held(keys.contract_key(city, year), Contract)


def find_contract(city: str, year: int) -> Contract | None:
    """The contract of a year that two people agreed to."""
    _, contract = held_contract(city, year)
    return contract if contract is not None and contract.in_force else None


def save_contract(row: ClearingItem | None, contract: Contract, now: datetime) -> Write:
    """The write of a contract, in the place of what was read (`row`)."""
    key = keys.contract_key(contract.city, contract.year)
    return ClearingItem.create_or_replace(
        row, key, contract, "contract", state=contract.state, at=now
    )


def list_surveys(city: str, year: int) -> tuple[Survey, ...]:
    """All surveys of a city's year. Raises Unavailable."""
    rows = ClearingItem.list_under(keys.city_key(city), keys.surveys_prefix(year))
    return tuple(row.record(Survey) for row in rows)


def create_survey(city: str, year: int, survey: Survey) -> Write:
    """The write of a survey."""
    at = survey.signed.at
    return ClearingItem.create(keys.survey_key(city, year, at), survey, "survey", at=at)


def find_bill(city: str, year: int, period: str, district: str) -> HeldInsurerBill | None:
    """A bill with its version, or None. Raises Unavailable."""
    row = ClearingItem.find(keys.bill_key(city, year, period, district))
    return HeldInsurerBill(row, row.record(InsurerBill)) if row else None


def list_bills(city: str, year: int) -> list[InsurerBill]:
    """All bills of a city's year."""
    rows = ClearingItem.list_under(keys.city_key(city), keys.bills_prefix(year))
    return [row.record(InsurerBill) for row in rows]


def create_bill(bill: InsurerBill, now: datetime) -> Write:
    """The write of a new bill."""
    return ClearingItem.create(keys.key_of(bill), bill, "bill", state=bill.state, at=now)


def replace_bill(held: HeldInsurerBill, after: InsurerBill, now: datetime) -> Write:
    """The write of what was done with a bill."""
    return held.row.replace(after, "bill", state=after.state, at=now)


def held_critical(region: str, begin: date) -> tuple[ClearingItem | None, CriticalContract | None]:
    """Who runs critical illness from `begin` on, in whatever state, with its version."""
    return ClearingItem.held(keys.critical_key(region, begin), CriticalContract)


def list_critical(region: str) -> list[CriticalContract]:
    """All contracts on critical illness that a region ever entered, the earliest first."""
    rows = ClearingItem.list_under(keys.city_key(region), keys.CRITICAL)
    return [row.record(CriticalContract) for row in rows]


def save_critical(row: ClearingItem | None, one: CriticalContract, now: datetime) -> Write:
    """The write of a contract, in the place of what was read (`row`)."""
    key = keys.critical_key(one.region, one.begin)
    return ClearingItem.create_or_replace(row, key, one, "critical", state=one.state, at=now)


def held_assessment(city: str, year: int) -> tuple[ClearingItem | None, InsurerAssessment | None]:
    """A year's evaluation in whatever state, with its version."""
    return ClearingItem.held(keys.assessment_key(city, year), InsurerAssessment)


def save_assessment(row: ClearingItem | None, one: InsurerAssessment, now: datetime) -> Write:
    """The write of an evaluation, in the place of what was read (`row`)."""
    key = keys.assessment_key(one.city, one.year)
    return ClearingItem.create_or_replace(row, key, one, "assessment", state=one.state, at=now)
