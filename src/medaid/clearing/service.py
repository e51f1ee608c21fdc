"""What other packages call of clearing: settlements come in, hospitals reconcile (3201, 3202),
a region's suspension is asked. Operators' routes and jobs use the services of hospital, regions and
insurer."""

from __future__ import annotations

from medaid.clearing.insurer.service import find_contract, front
from medaid.clearing.projector import hear, project
from medaid.clearing.regions.suspension import check_open
from medaid.clearing.store import list_regions

__all__ = ["check_open", "find_contract", "front", "hear", "list_regions", "project"]
