"""What waits outside a statement, and what it leaves out, as the routes answer it."""

from __future__ import annotations

from typing import Annotated

from medaid.aws.rest.bodies import NamesWithin, Shown, YuanText
from medaid.clearing.hospital.model import PendingItem

ByFundShown = dict[str, YuanText]


class PendingShown(Shown):
    """An amount that waits outside its statement, by fund; `state` and `kind` where they are not
    said by the place."""

    kind: str = ""
    state: str = ""
    pending_id: str
    month: str
    reason: str
    amounts: ByFundShown
    paying_region: str
    trail: Annotated[list[str], NamesWithin()]


class DisputedShown(Shown):
    """What a statement leaves out of one paying region: how many items, and what they come to."""

    paying_region: str
    count: int
    amounts: ByFundShown


def pending_shown(item: PendingItem, kind: str = "", state: str = "") -> PendingShown:
    """It as a route answers it."""
    paying = item.paying_region or ""
    return PendingShown.of(item, kind=kind, state=state, amounts=item.by_fund, paying_region=paying)
