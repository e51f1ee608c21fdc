"""The close of a month: at once where one request can hold it, else asked for here and done by the
queue, some parts a message. December closes with its year."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final, NamedTuple

from medaid.aws import queue
from medaid.aws.settings import settings
from medaid.fund import books, keys, periods, rolled, years
from medaid.fund.records import PeriodState
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

AT_ONCE: Final = 50_000
"""Entries of a month that a request closes itself: under ten seconds (bench/scale.py)."""
CLOSE: Final = "close"
PARTS: Final = 40
"""Parts that one message does: two minutes or three of the fifteen its function has
(bench/scale.py)."""


class Close(NamedTuple):
    """A trial balance, and whether the month is closed by it: else the queue was asked to."""

    balance: books.TrialBalance
    closed: bool


def close_month(admdvs: str, month: Month, by: str, now: datetime) -> Close:
    """Closes a month, or asks for it where it holds more than a request can read: then the state of
    the period says when it is done, and its history why not. Raises what `periods.close` raises."""
    if _at_once(admdvs, month):
        return Close(periods.close(admdvs, month, by, now), True)
    begins = periods.check_close(admdvs, month, now)
    return _asked(admdvs, month, by, begins)


def close_year(admdvs: str, year: int, by: str, now: datetime) -> Close:
    """The same for a year and its December. Raises what `years.close_year` raises."""
    december = Month(f"{year:04d}-12")
    if _at_once(admdvs, december):
        return Close(years.close_year(admdvs, year, by, now), True)
    return _asked(admdvs, december, by, years.check_close(admdvs, year, now))


def _at_once(admdvs: str, month: Month) -> bool:
    if not settings().morning_queue or periods.status(admdvs, month) is PeriodState.CLOSED:
        return True
    return rolled.cursor_of(keys.rolls_of(admdvs, month))[1].entries <= AT_ONCE


def _asked(admdvs: str, month: Month, by: str, begins: dict[str, Fen]) -> Close:
    reopened = periods.times_reopened(admdvs, month)
    asked = {"step": CLOSE, "admdvs": admdvs, "month": month, "by": by, "reopened": reopened}
    queue.send(settings().morning_queue, json.dumps(asked, sort_keys=True, ensure_ascii=False))
    return Close(periods.balance_of(admdvs, month, begins), False)


def take(body: str, now: datetime) -> int | None:
    """The next parts of the close that a message of the queue asks for, which is asked for again
    while some are left; answers how many months are closed by it, None where it asks for something
    else. Brought again, it goes on or changes nothing; a month that was opened again since it was
    asked for stays open. Raises what the close raises."""
    asked = json.loads(body)
    if asked["step"] != CLOSE:
        return None
    admdvs, month = Region(asked["admdvs"]), Month(asked["month"])
    if periods.times_reopened(admdvs, month) != asked["reopened"]:
        return 0
    for _ in range(PARTS):
        if month.number == 12:
            made = years.close_part(admdvs, month.year, asked["by"], now)
        else:
            made = periods.close_part(admdvs, month, asked["by"], now)
        if made is not None:
            return 1
    queue.send(settings().morning_queue, body)
    return 0
