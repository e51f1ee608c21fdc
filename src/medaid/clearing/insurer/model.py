"""Assistance run by an insurer (M二.5), as values: the contract and the bills. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from medaid.money import Fen
from medaid.regions import Region

FUND: Final = "assistance"
"""The one fund that an insurer fronts."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Who runs a city's assistance in a year, and the reserve it holds ready (结算备付金)."""

    city: Region
    year: int
    insurer: str
    name: str
    reserve: Fen


class Period(StrEnum):
    """What a bill covers: fronted to the end of June, of November, and the rest of the year."""

    JULY = "07"
    DECEMBER = "12"
    TRUE_UP = "true_up"


class BillState(StrEnum):
    MADE = "made"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class InsurerBill:
    """What one district owes the insurer (positive) or is owed (negative, at the true-up). `fee` is
    the year's service fee and stands on the true-up only.

    `payer` pays the fee: the district, or the city for persons of the city level.
    """

    city: Region
    district: Region
    year: int
    """Of the contract."""
    period: Period
    fronted: Fen
    fee: Fen
    payer: Region
    due: date
    cite: str
    insurer: str
    state: BillState = BillState.MADE
    paid_by: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures for the evaluation of the insurer (M三.3), fen."""

    fronted: Fen
    billed: Fen
    bills: int
    bills_paid: int
    reserve_in_use_per_mille: int
