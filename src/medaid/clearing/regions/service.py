"""The use cases of clearing between regions: what other packages and the routes call (X7, X12, X14,
J35). The modules beside hold them by subject."""

from __future__ import annotations

from medaid.clearing.regions.billing import (
    advance_bill,
    bill_cities,
    bill_province,
    dispute_bill,
)
from medaid.clearing.regions.collecting import (
    collect,
    decide_deposit_withdrawal,
    request_deposit_withdrawal,
)
from medaid.clearing.regions.filing import file_city, file_province, list_filings
from medaid.clearing.regions.national import split as split_nation
from medaid.clearing.regions.prepayment import (
    decide_prepayment,
    find_prepayment,
    fix_prepayment,
    list_prepayment_bills,
    page_of_use,
    paid_in,
    report_use,
)
from medaid.clearing.regions.printouts import bill_paper
from medaid.clearing.regions.returning import decide_return, request_return
from medaid.clearing.regions.store import (
    get_bill,
    list_fixings,
    list_open,
    page_of_bills,
    page_of_deposits,
)
from medaid.clearing.regions.suspension import (
    check_open,
    get_suspension,
    lift_suspension,
    suspend_region,
)

__all__ = [
    "advance_bill",
    "bill_cities",
    "bill_paper",
    "bill_province",
    "check_open",
    "collect",
    "decide_deposit_withdrawal",
    "decide_prepayment",
    "decide_return",
    "dispute_bill",
    "file_city",
    "file_province",
    "find_prepayment",
    "fix_prepayment",
    "get_bill",
    "get_suspension",
    "lift_suspension",
    "list_filings",
    "list_fixings",
    "list_open",
    "list_prepayment_bills",
    "page_of_bills",
    "page_of_deposits",
    "page_of_use",
    "paid_in",
    "report_use",
    "request_deposit_withdrawal",
    "request_return",
    "split_nation",
    "suspend_region",
]
