"""Who runs critical-illness insurance in a region, by contract and date: entered by one person,
agreed to by another.

An insurer gets the premium (划转保费支出) and owes the benefits; an agency that runs it pays them
itself (社会保险基金会计制度补充规定, 财政部2026-01-12公布, 四).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.clearing.insurer import store
from medaid.clearing.insurer.deciding import decided
from medaid.clearing.insurer.model import (
    CarrierKind,
    ContractState,
    CriticalContract,
    Signed,
)
from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.ids import OfficerId
from medaid.regions import Region

CRITICAL_FUND: Final = "critical_resident"
State = ContractState


def critical_contract(region: Region, day: date) -> CriticalContract | None:
    """The contract by which critical illness is run on `day`: the approved one of the region, or of
    the nearest above it, that began last. None where nobody entered any: the agency runs it."""
    for above in region.chain:
        begun = [
            one
            for one in store.list_critical(above)
            if one.state is State.IN_FORCE and one.begin <= day
        ]
        if begun:
            return begun[-1]
    return None


def critical_carrier(region: Region, day: date) -> str:
    """The name of the insurer that owes what `CRITICAL_FUND` grants the region's own people on
    `day`; empty where the agency runs critical illness and pays it."""
    running = critical_contract(region, day)
    if running is None or running.run_by is not CarrierKind.INSURER:
        return ""
    return running.name


def list_critical(region: Region) -> list[CriticalContract]:
    """All that a region entered, the earliest first."""
    return store.list_critical(region)


def propose_critical(contract: CriticalContract, by: OfficerId, now: datetime) -> CriticalContract:
    """Enters who runs critical illness from a month on; somebody else has to agree. What was
    rejected may be entered anew.

    Raises BadInput DATE_ORDER for a day that begins no month, FIELD_REQUIRED for an insurer's
    contract without its code and name, FIELD_UNKNOWN for an insurer where the agency runs it;
    Conflict DUPLICATE for a second one of that day.
    """
    _check(contract)
    proposed = Signed("propose", by, now)

    def decide() -> Decided[CriticalContract]:
        row, held = store.held_critical(contract.region, contract.begin)
        if held is not None and held.state is not State.REJECTED:
            rule = f"{contract.region} {contract.begin} 起的承办方式已登记"
            raise Conflict("DUPLICATE", field="begin", rule=rule)
        trail = (*(held.trail if held else ()), proposed)
        after = replace(contract, state=State.PROPOSED, trail=trail)
        return Decided(after, [store.save_critical(row, after, now)])

    return transact(decide, refuse_as_changed)


def decide_critical(
    region: Region, begin: date, approved: bool, reason: str, by: OfficerId, now: datetime
) -> CriticalContract:
    """Second of the two. Statements that are released from now on go by it; what was released
    stays.

    Raises BadInput for a no without a reason, Refused NOT_FOUND, Conflict STATE where nothing
    waits, Forbidden SEPARATION for the one who entered it.
    """
    check_said(approved, reason)

    def decide() -> Decided[CriticalContract]:
        row, held = store.held_critical(region, begin)
        if row is None or held is None:
            rule = f"{region} {begin} 无大病保险承办登记"
            raise Refused("NOT_FOUND", field="begin", rule=rule)
        after = decided(
            held, approved, reason, by, region, now,
            field="begin", nothing="没有待复核的承办登记", two="录入与复核不得为同一人",
        )  # fmt: skip
        return Decided(after, [store.save_critical(row, after, now)])

    return transact(decide, refuse_as_changed)


def _check(contract: CriticalContract) -> None:
    if contract.begin.day != 1:
        raise BadInput("DATE_ORDER", field="begin", rule="自某月一日起:一个月的费用只由一方承担")
    for name in ("insurer", "name"):
        said = getattr(contract, name)
        if contract.run_by is CarrierKind.INSURER and not said:
            raise BadInput("FIELD_REQUIRED", field=name, rule="由保险机构承办的须填写")
        if contract.run_by is CarrierKind.AGENCY and said:
            raise BadInput("FIELD_UNKNOWN", field=name, rule="由经办机构自办的不填写")
