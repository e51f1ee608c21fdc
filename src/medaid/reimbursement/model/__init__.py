"""The values of manual reimbursement."""

from medaid.reimbursement.model.application import (
    NOTHING,
    Account,
    Care,
    FeeLine,
    Fees,
    Hardship,
    Officer,
    OtherPayment,
    Receipt,
)
from medaid.reimbursement.model.case import (
    ENDED,
    STANDS,
    Act,
    Case,
    OriginalSettlement,
    PayOrder,
    Pricing,
    State,
)

__all__ = [
    "ENDED",
    "NOTHING",
    "STANDS",
    "Account",
    "Act",
    "Care",
    "Case",
    "FeeLine",
    "Fees",
    "Hardship",
    "Officer",
    "OriginalSettlement",
    "OtherPayment",
    "PayOrder",
    "Pricing",
    "Receipt",
    "State",
]
