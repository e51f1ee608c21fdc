"""The finance office's routes: /fund/…"""

from medaid.fund.api import (
    allocations,
    books,
    budgets,
    final_accounts,
    finance,
    printed,
    reconciliations,
    statements,
    vouchers,
)
from medaid.fund.api.common import ROUTES

__all__ = [
    "ROUTES",
    "allocations",
    "books",
    "budgets",
    "final_accounts",
    "finance",
    "printed",
    "reconciliations",
    "statements",
    "vouchers",
]
