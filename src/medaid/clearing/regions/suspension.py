"""Suspension of direct settlement (X7): where a region delays paying without cause, its people
elsewhere pay first and are reimbursed at home."""

from __future__ import annotations

from datetime import datetime

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.clearing.regions import store
from medaid.clearing.regions.model import Suspension, Switch
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId
from medaid.regions import Level, Region


def suspend_region(region: str, by: str, reason: str, now: datetime) -> Suspension:
    """Stops direct settlement of a region's people away from home. Raises Conflict where it is
    stopped, Refused without a reason."""
    return _switched(region, Switch(True, OfficerId(by), reason, now))


def lift_suspension(region: str, by: str, reason: str, now: datetime) -> Suspension:
    """Lets it go on. Raises Conflict where it was not stopped, Refused without a reason."""
    return _switched(region, Switch(False, OfficerId(by), reason, now))


def _switched(region: str, switch: Switch) -> Suspension:
    if not switch.reason.strip():
        raise Refused("FIELD_REQUIRED", field="reason", rule="须说明原因")

    def decide() -> Decided[Suspension]:
        row, present = store.find_suspension(region)
        if present.active == switch.suspended:
            raise Conflict("STATE", field="region", rule=f"{region} 已是该状态")
        after = Suspension((*present.history, switch))
        return Decided(after, [store.save_suspension(row, region, after, switch.at)])

    return transact(decide, refuse_as_changed)


def get_suspension(region: str) -> Suspension:
    """Whether a region is suspended, and since when and why."""
    return store.find_suspension(region)[1]


def check_open(insured: str, treatment: str) -> None:
    """Raises Conflict REGION_SUSPENDED where direct settlement of `insured`'s people in `treatment`
    is stopped; the hospital is told why and what to do.

    A suspension is of a region and all that lies in it: a county's people are its city's and its
    province's too. It stops at the region's own border: inside it nothing is between regions. Costs
    nothing at home; away it is a small read for each region above.
    """
    home, there = Region(insured), Region(treatment)
    if home.pools_with(there):
        return
    for region in home.chain:
        if region.level is Level.NATION or region.contains(there):
            return
        _, found = store.find_suspension(region)
        if found.active:
            raise Conflict(
                "REGION_SUSPENDED",
                field="insuplc_admdvs",
                rule=f"{region} 异地直接结算已暂停({found.history[-1].reason}),"
                "请患者先行垫付后回参保地手工报销",
            )
