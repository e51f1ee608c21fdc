"""What is cleared between regions, as values: bills and their steps, prepayment, deposits,
suspension. Frozen; amounts are fen."""

from __future__ import annotations

from medaid.clearing.regions.model.bills import (
    IN_WRITING,
    BillAct,
    BillKind,
    BillStep,
    CityFiling,
    Dispute,
    Pair,
    Part,
    Prepayment,
    PrepaymentUse,
    RegionBill,
    Suspension,
    Switch,
    by_pair,
    parts_of,
)
from medaid.clearing.regions.model.deposits import (
    Deposit,
    DepositWithdrawal,
    Received,
    Return,
    ReturnState,
)
from medaid.clearing.regions.model.fixing import Fixing, FixingState

__all__ = [
    "IN_WRITING",
    "BillAct",
    "BillKind",
    "BillStep",
    "CityFiling",
    "Deposit",
    "DepositWithdrawal",
    "Dispute",
    "Fixing",
    "FixingState",
    "Pair",
    "Part",
    "Prepayment",
    "PrepaymentUse",
    "Received",
    "RegionBill",
    "Return",
    "ReturnState",
    "Suspension",
    "Switch",
    "by_pair",
    "parts_of",
]
