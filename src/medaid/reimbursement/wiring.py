"""Manual reimbursement put together with what it needs of other packages, for the functions that
deploy it."""

from __future__ import annotations

from datetime import datetime

from medaid.aws import calendars
from medaid.policy.service import library
from medaid.reimbursement.following import original_of
from medaid.reimbursement.procedure import procedure
from medaid.reimbursement.service import Context
from medaid.settlement import service as settlement
from medaid.settlement.figures import service as figures
from medaid.settlement.service import person_group


def context(now: datetime) -> Context:
    """What everything is decided with at `now`."""
    return Context(
        procedure(),
        calendars.current(now),
        library().policy_for,
        lambda setl_id: original_of(settlement.get_settlement(setl_id)),
        person_group,
        library().unverified,
        figures.policies,
    )
