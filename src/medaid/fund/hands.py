"""Nobody takes a paper through two of its steps (Q3.1), nor through one of somebody they stand in
for."""

from __future__ import annotations

from collections.abc import Iterable

from medaid.fund.records import Signature
from medaid.ids import OfficerId
from medaid.payments.service import get_officer
from medaid.regions import Region


def check_another(admdvs: str, trail: Iterable[Signature], act: Signature, steps: str) -> None:
    """Raises Forbidden SEPARATION where who acts is one hand with somebody in `trail`. `steps` are
    those that are different people's."""
    acting = get_officer(Region(admdvs), OfficerId(act.by))
    for one in trail:
        rule = f"{steps}不得为同一人(秦安县84号三(一))"
        acting.check_second(one.by, one.at, act.at, rule, "by")
