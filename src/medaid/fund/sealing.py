"""Who seals: where a function of its own is named, that one alone, whose role can write seals and
no entries; whoever needs a seal asks it and waits. In tests this process does it itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from medaid.aws import function
from medaid.aws.settings import settings
from medaid.fund import anchors, keys, seals, store
from medaid.fund.records import PeriodState
from medaid.months import Month


def sealed(admdvs: str, month: str, now: datetime) -> int:
    """Has a region's month sealed and anchored; answers how many entries came under a seal. Raises
    Unavailable."""
    name = settings().sealing_function
    if not name:
        return seal_and_anchor(admdvs, month, now)
    return int(function.call(name, {"admdvs": admdvs, "month": month})["sealed"])


def unclosed_months(admdvs: str, now: datetime) -> list[Month]:
    """This month and the one before while it is not closed: a closed one was sealed, followed and
    compared whole. Raises Unavailable."""
    running = Month.of(now)
    before = store.find(keys.of_period(admdvs, running.previous))
    closed = before is not None and before.state == PeriodState.CLOSED
    return [running] if closed else [running.previous, running]


def seal_and_anchor(admdvs: str, month: str, now: datetime) -> int:
    """Seals what is not sealed yet and anchors the seals. A month that is being closed, into which
    nothing can be posted any more, is sealed to its last entry; others up to a quarter of an hour
    ago. Raises Unavailable."""
    period = store.find(keys.of_period(admdvs, month))
    over = period is not None and period.state != PeriodState.OPEN
    done = seals.seal(admdvs, month, now, timedelta() if over else seals.GRACE)
    anchors.anchor_seals(admdvs, month)
    return done
