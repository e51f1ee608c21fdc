"""The table of enrolment's routes, and what all of them name."""

from __future__ import annotations

from typing import Final

from medaid.aws.rest.table import Routes

ROUTES: Final[Routes[None]] = Routes("enrolment", "资助参保")
READERS: Final = ("intake", "auditor", "reviewer", "manager", "accountant", "finance", "inspector")
ROLL_UP: Final = "苏医保办发〔2023〕27号 art. 6: a city reads what its counties keep"
