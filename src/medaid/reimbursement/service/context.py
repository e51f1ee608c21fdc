"""What every use case of manual reimbursement is decided with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from medaid.aws.transaction import RetryPolicy
from medaid.benefit.service import PersonGroup, PolicyFor
from medaid.errors import Refused
from medaid.policy.model import Policy
from medaid.reimbursement.model import OriginalSettlement
from medaid.reimbursement.procedure import Procedure
from medaid.workdays import Calendar


def no_settlement(setl_id: str) -> OriginalSettlement:
    """Without the settlement package there is nothing to add to. Raises Refused
    SETTLEMENT_UNKNOWN."""
    raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=setl_id)


@dataclass(frozen=True)
class Context:
    """Procedure, calendar, policies and settlements, as values: no use case reads a clock or a
    setting."""

    procedure: Procedure
    calendar: Calendar
    policy_for: Callable[[str, str, date], Policy]
    """(insured region, region that assists, last day of care) → policy."""
    original: Callable[[str], OriginalSettlement] = no_settlement
    """setl_id → what the settlement granted."""
    person_group: PersonGroup = lambda _psn_type, _age: None
    """psn_type and age → the group of persons that policies speak of."""
    unverified: Callable[[Policy], Sequence[str]] = lambda _policy: ()
    """Sentences on figures that were last verified before the policy's day."""
    entered: Callable[[PolicyFor, Collection[str]], PolicyFor] = lambda policy_for, _stated: (
        policy_for
    )
    """The same policies with what agencies have entered where a figure is missing, but for the
    amounts that a case states itself."""
    retry: RetryPolicy = field(default_factory=RetryPolicy)
