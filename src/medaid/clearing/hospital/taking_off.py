"""The writes by which an amount is not owed to an institution any more, or is owed again: its
entries, and away from home what the next bill to the paying region takes off or puts on again."""

from __future__ import annotations

from datetime import datetime

from medaid.aws.transaction import Write
from medaid.clearing import store as items
from medaid.clearing.amounts import negated
from medaid.clearing.hospital import entries
from medaid.clearing.hospital.model import PendingItem
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.instants import civil_date


def taken_off(
    kind: str, region: str, institution: str, source: str, pending: PendingItem, now: datetime
) -> list[Write]:
    """`kind` is the flow (deduction, barred); `source` names the statement it was taken off."""
    number = f"{source}-{pending.pending_id}"
    made = entries.taken_off(kind, region, institution, number, pending, now)
    writes = list(fund.writes(*made))
    if writes and pending.paying_region not in (None, region):
        writes.append(
            items.adjustment(
                region, str(pending.paying_region), number, negated(pending.by_fund), now
            )
        )
    return writes


def put_back(
    region: str,
    institution: str,
    source: str,
    pending: PendingItem,
    reason: str,
    now: datetime,
) -> list[Write]:
    """The writes by which a deduction that `taken_off` booked under `source` is owed again: the
    mirror of its entries in every region's books, and away from home the next bill's adjustment."""
    number = f"{source}-{pending.pending_id}"
    made = entries.taken_off("deduction", region, institution, number, pending, now)
    back = f"{number}-R"
    today = civil_date(now)
    writes = fund.posting(*(reversing(one, back, today, now, reason) for one in made))
    if made and pending.paying_region not in (None, region):
        paying = str(pending.paying_region)
        writes.append(items.adjustment(region, paying, back, pending.by_fund, now))
    return writes
