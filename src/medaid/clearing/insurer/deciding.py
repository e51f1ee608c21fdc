"""The second of two people decides on what an office enters of an insurer: a contract or its early
end, who runs critical illness, a year's evaluation (Q3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from medaid.clearing.insurer.model import (
    Contract,
    ContractState,
    CriticalContract,
    InsurerAssessment,
    Signed,
)
from medaid.errors import Conflict
from medaid.ids import OfficerId
from medaid.payments.service import check_second
from medaid.regions import Region

Entered = TypeVar("Entered", Contract, CriticalContract, InsurerAssessment)
_DECIDED: Final[Mapping[ContractState, tuple[ContractState, ContractState]]] = {
    ContractState.PROPOSED: (ContractState.IN_FORCE, ContractState.REJECTED),
    ContractState.ENDING: (ContractState.ENDED, ContractState.IN_FORCE),
}
"""What waits, and what a yes and a no make of it."""


def decided(
    held: Entered,
    approved: bool,
    reason: str,
    by: OfficerId,
    office: Region,
    now: datetime,
    *,
    field: str,
    nothing: str,
    two: str,
) -> Entered:
    """What was entered, with the decision in its trail.

    Raises Conflict STATE on `field`, saying `nothing`, where nothing waits; Forbidden SEPARATION,
    saying `two`, for whoever entered it or stands in for them.
    """
    states = _DECIDED.get(held.state)
    if states is None:
        raise Conflict("STATE", field=field, rule=nothing)
    asked = held.trail[-1]
    check_second(office, by, asked.by, asked.at, now, two)
    act = Signed("approve" if approved else "reject", by, now, reason)
    return replace(held, state=states[0 if approved else 1], trail=(*held.trail, act))
