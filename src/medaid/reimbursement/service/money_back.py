"""Telling that what was paid on a case came back, for who traces payments to their clauses."""

from __future__ import annotations

from medaid.benefit.service import clauses_of
from medaid.events import CaseMoneyBack
from medaid.money import Fen
from medaid.reimbursement.model import Case


def money_back(case: Case, amount: Fen, *, recovered: bool = False) -> CaseMoneyBack:
    """The event that `amount` of what was paid on a case came back."""
    assert case.pricing is not None, "what was paid is priced"
    clauses = clauses_of(case.pricing.steps)
    return CaseMoneyBack(case.case_id, case.psn_no, case.admdvs, amount, recovered, clauses)
