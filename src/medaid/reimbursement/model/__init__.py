"""The values of manual reimbursement."""

from medaid.reimbursement.model.application import (
    NOTHING,
    CareFacts,
    FeeLine,
    Fees,
    Hardship,
    Officer,
    OtherPayment,
    Receipt,
    StatedAccount,
)
from medaid.reimbursement.model.case import (
    ENDED,
    STANDS,
    Act,
    Case,
    CaseOrder,
    OriginalSettlement,
    Pricing,
    State,
)

__all__ = [
    "ENDED",
    "NOTHING",
    "STANDS",
    "Act",
    "CareFacts",
    "Case",
    "CaseOrder",
    "FeeLine",
    "Fees",
    "Hardship",
    "Officer",
    "OriginalSettlement",
    "OtherPayment",
    "Pricing",
    "Receipt",
    "State",
    "StatedAccount",
]
