"""The routes of manual reimbursement."""

from medaid.reimbursement.api import acts, cases, printed, year_end
from medaid.reimbursement.api.common import ROUTES

__all__ = ["ROUTES", "acts", "cases", "printed", "year_end"]
