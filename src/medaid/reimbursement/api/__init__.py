"""The routes of manual reimbursement."""

from medaid.reimbursement.api import acts, cases
from medaid.reimbursement.api.common import ROUTES

__all__ = ["ROUTES", "acts", "cases"]
