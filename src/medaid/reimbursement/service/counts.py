"""What a region's year came to, for its performance indicators (J36)."""

from __future__ import annotations

from datetime import datetime

from medaid.fund.performance.model import Measure, Measures
from medaid.regions import Region
from medaid.reimbursement import store


def year_measures(admdvs: Region, year: int, _now: datetime) -> Measures:
    """How many cases of those that were done with in a year were in time (J28). One query. Raises
    Unavailable."""
    in_time, handled = store.handled_in(admdvs, year)
    return {"manual_in_time": Measure(in_time, handled)}
