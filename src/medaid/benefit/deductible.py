"""The deductible that one settlement really bore (act_pay_dedc 实际支付起付线). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from medaid.benefit.model import Bill, Step
from medaid.money import Fen
from medaid.policy.vocabulary import Tier


def deductible_borne(steps: Iterable[Step], bill: Bill) -> Fen:
    """What the basic fund's deductibles took out of the in-policy cost, each fen once; never more
    than that fund left unpaid of it.

    A cost that stood below one layer's line and enters a later layer of the basic fund is that
    layer's: it is paid there, or lies below that line too, and is not counted twice. Cost that
    cannot all be new to the later layer overlaps by as much as it must.
    """
    left, borne = int(bill.in_policy), 0
    for step in steps:
        if step.tier != Tier.BASIC:
            continue
        again = max(0, min(borne, borne + step.base - left))
        borne += step.deductible - again
        left = max(0, left - step.paid)
        borne = min(borne, left)
    return Fen(borne)
