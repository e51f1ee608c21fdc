"""The finance office's routes: /fund/…"""

from medaid.fund.api import (
    allocations,
    books,
    budgets,
    entries,
    final_accounts,
    finance,
    performance,
    printed,
    reconciliations,
    statements,
    vouchers,
)
from medaid.fund.api.budgets import PROPOSAL
from medaid.fund.api.common import ROUTES
from medaid.fund.api.performance import PERFORMANCE
from medaid.fund.performance.service import together

__all__ = [
    "PERFORMANCE",
    "PROPOSAL",
    "ROUTES",
    "allocations",
    "books",
    "budgets",
    "entries",
    "final_accounts",
    "finance",
    "performance",
    "printed",
    "reconciliations",
    "statements",
    "together",
    "vouchers",
]
