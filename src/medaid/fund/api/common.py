"""What all routes of the finance office share: its table, its readers, how a trail is shown."""

from __future__ import annotations

from typing import Annotated

from medaid.aws.rest.bodies import InstantText, NameOf, Shown
from medaid.aws.rest.table import Routes
from medaid.fund.records import Signature

ROUTES: Routes[None] = Routes("fund", "基金账册:试算平衡、结账、凭证、预拨、对账、预算")


class SignatureShown(Shown):
    """An act in a trail: what, who, when (Beijing time), why."""

    act: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: InstantText
    why: str


def trail_shown(trail: tuple[Signature, ...]) -> list[SignatureShown]:
    return [SignatureShown.of(one) for one in trail]
