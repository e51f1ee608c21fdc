"""What is cleared between regions, as values: bills and their steps, prepayment, deposits,
suspension. Frozen; amounts are fen."""

from __future__ import annotations

from medaid.clearing.regions.model.bills import (
    IN_WRITING,
    Bill,
    BillKind,
    BillStep,
    Dispute,
    Filing,
    Pair,
    Part,
    Prepayment,
    PrepaymentUse,
    Step,
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
    "Bill",
    "BillKind",
    "BillStep",
    "Deposit",
    "DepositWithdrawal",
    "Dispute",
    "Filing",
    "Fixing",
    "FixingState",
    "Pair",
    "Part",
    "Prepayment",
    "PrepaymentUse",
    "Received",
    "Return",
    "ReturnState",
    "Step",
    "Suspension",
    "Switch",
    "by_pair",
    "parts_of",
]
