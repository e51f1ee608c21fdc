"""The use cases of clearing with hospitals: what other packages and the routes call. The modules
beside hold them by subject."""

from __future__ import annotations

from medaid.clearing.hospital import applying, fsi
from medaid.clearing.hospital.agreeing import Asked, reconcile_lines, reconcile_totals
from medaid.clearing.hospital.agreements import (
    decide_agreement,
    get_agreement,
    get_payee,
    list_agreements,
    propose_agreement,
)
from medaid.clearing.hospital.barring import time_bar_statement
from medaid.clearing.hospital.correcting import decide_correction, propose_correction
from medaid.clearing.hospital.deductions import create_deduction
from medaid.clearing.hospital.disputing import resolve_dispute
from medaid.clearing.hospital.monthly import (
    apply_time_bar,
    begin_month,
    close_institution_month,
    close_month,
    create_supplements,
    drg_share,
    list_unfinished_months,
    make_up_months,
    make_up_part,
    page_of_month,
    page_of_month_items,
    report_overdue,
)
from medaid.clearing.hospital.offering import open_acts
from medaid.clearing.hospital.paying import (
    approve_statement,
    payment_heard,
    release_statement,
)
from medaid.clearing.hospital.prepaid import use_prepayment
from medaid.clearing.hospital.printouts import notice_paper, publish_payment, statement_paper
from medaid.clearing.hospital.retaining import return_retention
from medaid.clearing.hospital.rules import group_funds
from medaid.clearing.hospital.sending_back import send_back_statement
from medaid.clearing.hospital.statements import create_statement, line_file
from medaid.clearing.hospital.store import (
    get_statement,
    list_pending,
    list_statements,
    page_of_disputed,
    page_of_pending,
)
from medaid.clearing.hospital.timeliness import paid_in_time
from medaid.clearing.hospital.tracing import list_statement_items
from medaid.clearing.hospital.undoing import DEDUCTION, PREPAID, RETENTION, RULING, Way
from medaid.clearing.hospital.withdrawing import decide_withdrawal, request_withdrawal
from medaid.clearing.hospital.within_policy import within_policy

__all__ = [
    "DEDUCTION",
    "PREPAID",
    "RETENTION",
    "RULING",
    "Asked",
    "Way",
    "apply_time_bar",
    "applying",
    "approve_statement",
    "begin_month",
    "close_institution_month",
    "close_month",
    "create_deduction",
    "create_statement",
    "create_supplements",
    "decide_agreement",
    "decide_correction",
    "decide_withdrawal",
    "drg_share",
    "fsi",
    "get_agreement",
    "get_payee",
    "get_statement",
    "group_funds",
    "line_file",
    "list_agreements",
    "list_pending",
    "list_statement_items",
    "list_statements",
    "list_unfinished_months",
    "make_up_months",
    "make_up_part",
    "notice_paper",
    "open_acts",
    "page_of_disputed",
    "page_of_month",
    "page_of_month_items",
    "page_of_pending",
    "paid_in_time",
    "payment_heard",
    "propose_agreement",
    "propose_correction",
    "publish_payment",
    "reconcile_lines",
    "reconcile_totals",
    "release_statement",
    "report_overdue",
    "request_withdrawal",
    "resolve_dispute",
    "return_retention",
    "send_back_statement",
    "statement_paper",
    "time_bar_statement",
    "use_prepayment",
    "within_policy",
]
