"""The closing of an exercise: what each hospital holds against what the platform says."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from medaid.client import Declined
from medaid.local.his.desk import HospitalDesk, totals
from medaid.local.made_up import REGION

CLR_TYPES: Final = ("11", "21")
_WAIT: Final = 90.0
"""Seconds for the platform's stream to bring the last settlement into clearing."""


@dataclass(frozen=True, slots=True)
class ClosedHospital:
    """One hospital's end: its sums in yuan, whether 3201 agrees, and what is wrong."""

    code: str
    done: Counter[str]
    requests: Counter[str]
    fees: Decimal
    funds: Decimal
    standing: int
    agreed: dict[str, bool]
    said: dict[str, str]
    wrong: list[str]

    @property
    def right(self) -> bool:
        return all(self.agreed.values()) and not self.wrong and not self.done["unknown"]


def close(
    desk: HospitalDesk,
    requests: Counter[str],
    days: tuple[date, date],
    patience: float = _WAIT,
) -> ClosedHospital:
    """Each visit asked for, and 3201 for both kinds of care over `days`, asked again for
    `patience` seconds."""
    wrong = [
        f"{mdtrt_id}: {sorted(held)} ≠ {sorted(ours)}"
        for mdtrt_id, (psn_no, ours) in desk.standing.items()
        if (held := _held(desk, mdtrt_id, psn_no)) != ours
    ]
    agreed, said = dict[str, bool](), dict[str, str]()
    for clr_type in CLR_TYPES:
        bills = [bill for kind, bill in desk.book if kind == clr_type]
        until = time.monotonic() + patience
        while True:
            agreed[clr_type], said[clr_type] = desk.visits.totals_agree(
                REGION, clr_type, *days, bills
            )
            if agreed[clr_type] or time.monotonic() > until:
                break
            time.sleep(1.0)
    fees, funds = totals([bill for _, bill in desk.book])
    standing = sum(len(held) for _, held in desk.standing.values())
    code = desk.visits.client.code
    return ClosedHospital(code, desk.done, requests, fees, funds, standing, agreed, said, wrong)


def _held(desk: HospitalDesk, mdtrt_id: str, psn_no: str) -> set[str]:
    try:
        return set(desk.visits.client.settlements_of(mdtrt_id, psn_no).values())
    except Declined as error:
        return {error.code}


def added(closed: Sequence[ClosedHospital]) -> tuple[Counter[str], Counter[str], Decimal, Decimal]:
    """Over all hospitals: what was done, requests by what became of them, fees and funds."""
    done, requests = Counter[str](), Counter[str]()
    for one in closed:
        done.update(one.done)
        requests.update(one.requests)
    return (
        done,
        requests,
        sum((one.fees for one in closed), Decimal(0)),
        sum((one.funds for one in closed), Decimal(0)),
    )
