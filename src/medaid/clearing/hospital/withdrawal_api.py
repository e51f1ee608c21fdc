"""The routes by which two people take back what was entered or decided of an institution's money: a
deduction, a ruling on a dispute, returned retention, an advance set off (J39, Q3.1)."""

from __future__ import annotations

from typing import Any, NamedTuple

from medaid.aws.rest.bodies import Decision, WithReason
from medaid.aws.rest.table import Call
from medaid.clearing.hospital import service
from medaid.clearing.hospital.api import HospitalContext
from medaid.clearing.hospital.pending_shapes import PendingShown, pending_shown
from medaid.clearing.hospital.prepaid_api import ROUTES
from medaid.clearing.hospital.service import Way
from medaid.months import Year
from medaid.regions import Region

__all__ = ["ROUTES"]


class _Withdrawal(NamedTuple):
    """The two routes of one way: below which path, and who asks and who decides."""

    way: Way
    name: str
    """What is taken back, in the routes' operation ids."""
    below: str
    kind: type[Any]
    """How the last part of the path, `way.field`, is read."""
    asks: tuple[str, ...]
    decides: tuple[str, ...]


_AUDITS, _DECIDES = ("auditor", "reviewer"), ("reviewer", "manager")
_WITHDRAWALS = (
    _Withdrawal(service.DEDUCTION, "deduction", "deductions", str, _AUDITS, _DECIDES),
    _Withdrawal(service.RULING, "ruling", "disputes", str, _AUDITS, _DECIDES),
    _Withdrawal(service.RETENTION, "retention", "retention", Year, ("manager",), _DECIDES),
    _Withdrawal(service.PREPAID, "prepaid", "prepaid", str, ("accountant",), _AUDITS),
)


def _add(one: _Withdrawal) -> None:
    way = one.way
    path = f"/clearing/{{admdvs}}/{one.below}/{{institution}}/{{{way.field}}}/withdraw"
    parts = {"admdvs": Region, "institution": str, way.field: one.kind}

    def request(call: Call[HospitalContext, WithReason], **at: Any) -> PendingShown:
        asked = way, at["admdvs"], at["institution"], str(at[way.field]), call.body.reason
        item = service.request_withdrawal(*asked, *call.acting)
        return pending_shown(item, way.kind, "withdrawing")

    def decide(call: Call[HospitalContext, Decision], **at: Any) -> PendingShown:
        yes, why = call.body.approved, call.body.reason
        said = way, at["admdvs"], at["institution"], str(at[way.field]), yes, why
        item, state = service.decide_withdrawal(*said, *call.acting)
        return pending_shown(item, way.kind, state)

    request.__name__ = f"request_{one.name}_withdrawal"
    decide.__name__ = f"decide_{one.name}_withdrawal"
    ROUTES.post(path, f"申请撤回{way.name}", roles=one.asks, parts=parts)(request)
    ROUTES.post(f"{path}/decision", f"复核撤回{way.name}", roles=one.decides, parts=parts)(decide)


for _one in _WITHDRAWALS:
    _add(_one)
