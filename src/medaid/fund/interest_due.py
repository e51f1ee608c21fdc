"""Each quarter's interest, looked at once its books are closed: what the expenditure account still
holds back, and where less was booked than the rates give. One notice a quarter to the region's
accountant (J29, J32).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from medaid.aws import outbox
from medaid.aws.transaction import commit_once
from medaid.events import InterestDue
from medaid.fund import balances, interest, keys, store
from medaid.fund.interest import InterestCheck
from medaid.fund.model.chart import funds
from medaid.fund.records import PeriodState
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Quarter

BACK: Final = 4
"""Quarters whose notice is still made up for."""


@dataclass(frozen=True, slots=True)
class InterestLooked:
    """That a quarter's interest was looked at, and of how many accounts a notice went out."""

    noticed: int


def remind_of_interest(admdvs: str, now: datetime) -> int:
    """Notices of quarters whose three months are closed; each quarter is looked at once. Answers
    how many accounts were told of."""
    quarter, found = Quarter.of(now), 0
    for _ in range(BACK):
        quarter = quarter.months[0].previous.quarter
        if store.find(keys.of_interest(admdvs, quarter)) is None and _is_closed(admdvs, quarter):
            found += _look(admdvs, quarter, now)
    return found


def _is_closed(admdvs: str, quarter: Quarter) -> bool:
    held = [store.find(keys.of_period(admdvs, month)) for month in quarter.months]
    return held[2] is not None and all(
        item is None or item.state == PeriodState.CLOSED for item in held
    )


def _look(admdvs: str, quarter: Quarter, now: datetime) -> int:
    returned = _returned_since(admdvs, quarter, now)
    due = [
        (one, held)
        for one in interest.check_through(admdvs, quarter.last)
        if (held := max(one.held_back - returned.get(one.fund, Fen(0)), Fen(0))) or one.short
    ]
    record = InterestLooked(len(due))
    key = keys.of_interest(admdvs, quarter)
    writes = [store.FundItem.create(key, record, "interest", at=now)]
    events = [_event(admdvs, quarter, one, held) for one, held in due]
    told = [
        outbox.publish(event, f"{admdvs}-{quarter}-{event.fund}-{event.account}", now)
        for event in events
    ]
    return len(due) if commit_once([*writes, *told]) else 0


def _event(admdvs: str, quarter: Quarter, one: InterestCheck, held: Fen) -> InterestDue:
    return InterestDue(
        admdvs=admdvs,
        quarter=quarter,
        fund=one.fund,
        account=one.account,
        least=one.least,
        booked=one.booked,
        held_back=held,
        role="accountant",
        cite=interest.return_cite(one.account) if held else interest.rate_cite(one.account),
    )


def _returned_since(admdvs: str, quarter: Quarter, now: datetime) -> dict[str, Fen]:
    """By fund, what went back after the quarter's last day."""
    codes = {f"{fund.code}-{interest.HELD}": fund.key for fund in funds().values()}
    begin = quarter.last + timedelta(days=1)
    moved = balances.turnovers(admdvs, begin, civil_date(now))
    return {
        fund: Fen(moved[code].debits)
        for code, fund in codes.items()
        if code in moved and moved[code].debits
    }
