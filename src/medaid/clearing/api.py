"""All routes of clearing, by whom it is cleared with."""

from __future__ import annotations

from medaid.clearing.hospital.api import HospitalContext
from medaid.clearing.hospital.printed import ROUTES as HOSPITAL
from medaid.clearing.insurer.assessing_api import ROUTES as INSURER
from medaid.clearing.measures import year_measures
from medaid.clearing.regions.printed import ROUTES as REGIONS

__all__ = ["HOSPITAL", "INSURER", "REGIONS", "HospitalContext", "year_measures"]
