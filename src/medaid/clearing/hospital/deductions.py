"""Deductions for breaches and audit findings (J39, Q7, N8): checked when they are entered, taken
from the next clearing, and taken back by two people where they were wrong (`withdrawing`)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from medaid.aws.transaction import (
    ConditionFailed,
    Decided,
    transact,
)
from medaid.clearing import store as items
from medaid.clearing.amounts import Amounts
from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import (
    STANDS,
    PendingItem,
    PendingKind,
    PendingState,
)
from medaid.errors import BadInput, Conflict
from medaid.fund.model.chart import check_funds
from medaid.ids import OfficerId
from medaid.months import Month
from medaid.payments.model import Duty, trail_line
from medaid.payments.service import claim_duty
from medaid.regions import Region

_KIND: Final = PendingKind.DEDUCTION


def create_deduction(
    region: Region,
    institution: str,
    deduction_id: str,
    amounts: Amounts,
    reason: str,
    paying: Region,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> None:
    """Enters a deduction. The same again changes nothing.

    `amounts` are fen by fund, positive; `paying` is the region whose funds it concerns. Raises
    BadInput as `check_funds` does, REGION_UNKNOWN, Conflict DUPLICATE for another deduction
    under the same id, STATE where it was taken back.
    """
    _check(region, amounts, paying)
    stated = (reason, dict(amounts), paying)
    item = PendingItem(
        deduction_id,
        Month.of(now),
        reason,
        dict(amounts),
        paying,
        "agency",
        trail=(trail_line(now, by, "录入"),),
    )

    def known(_lost: ConditionFailed) -> bool | None:
        held = store.find_pending(region, institution, _KIND, deduction_id)
        if held is None:
            return None
        entered = held.item
        if (entered.reason, dict(entered.by_fund), entered.paying_region) != stated:
            raise Conflict("DUPLICATE", field="deduction_id", rule="编号已用于内容不同的扣减")
        if held.state not in STANDS:
            rule = "该扣减已申请撤回或已撤回,请另用编号"
            raise Conflict("STATE", field="deduction_id", rule=rule)
        return True

    waits = store.create_pending(region, institution, _KIND, item, PendingState.DUE, now)
    listed = items.listed(region, institution, now)

    def decide() -> Decided[bool]:
        claimed = claim_duty(region, OfficerId(by), roles, Duty.AUDIT, now)
        return Decided(True, [waits, *listed, *claimed])

    transact(decide, known)


def _check(region: Region, amounts: Amounts, paying: Region) -> None:
    check_funds(amounts)
    if paying != region and paying not in items.list_regions():
        raise BadInput(
            "REGION_UNKNOWN", field="insuplc_admdvs", rule="该地区没有在本地结算的参保人"
        )
