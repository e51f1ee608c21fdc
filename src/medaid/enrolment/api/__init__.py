"""Routes of subsidised enrolment."""

from medaid.enrolment.api import claims, contributions, figures, plans
from medaid.enrolment.api.table import ROUTES

__all__ = ["ROUTES", "claims", "contributions", "figures", "plans"]
