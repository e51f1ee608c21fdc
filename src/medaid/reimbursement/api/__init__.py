"""The routes of manual reimbursement."""

from medaid.reimbursement.api import acts, cases, persons, printed, year_end
from medaid.reimbursement.api.common import ROUTES

__all__ = ["ROUTES", "acts", "cases", "persons", "printed", "year_end"]
