"""What the calendar drives: one morning's work and one month's. Both are asked for by one message a
region and step, over the queue where there is one; a step may be brought again and goes on where it
was.

A step that fails for one region does not keep the others from theirs: its message comes again, in
the end it lies among the dead letters, and the region's list of steps shows it as not done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from medaid.aws import queue
from medaid.aws.settings import settings
from medaid.clearing import runs, store
from medaid.clearing.billing_run import BILLED, bill_regions
from medaid.clearing.billing_run import JobDone as JobDone
from medaid.clearing.figures import figure
from medaid.clearing.hospital import service as hospital
from medaid.clearing.insurer import service as insurer
from medaid.clearing.regions import service as regions
from medaid.fund import finance, rollups, sealing, seals
from medaid.fund import service as fund
from medaid.instants import civil_date
from medaid.months import Month
from medaid.regions import NATION, Level, Region
from medaid.workdays import Calendar

AFTER_STATEMENTS: Final = 600
"""Seconds that bills between regions wait, so that statements which were missed are there. What
comes later than that lies in a later bill."""
RESERVE: Final = "short_of_reserve"
LATE: Final = "late_statements"

Act = Callable[[Region, datetime, Calendar], int]


def _sealed(admdvs: Region, now: datetime, _: Calendar) -> int:
    return sum(sealing.sealed(admdvs, month, now) for month in sealing.unclosed_months(admdvs, now))


def _tampered(admdvs: Region, now: datetime, _: Calendar) -> int:
    return sum(
        len(seals.verify_new(admdvs, month, now)) for month in sealing.unclosed_months(admdvs, now)
    )


def _rolled_up(admdvs: Region, now: datetime, _: Calendar) -> int:
    return sum(
        rollups.roll_forward(admdvs, month, now) for month in sealing.unclosed_months(admdvs, now)
    )


def _differs(admdvs: Region, now: datetime, _: Calendar) -> int:
    return sum(
        len(rollups.recompute(admdvs, month, now)) for month in sealing.unclosed_months(admdvs, now)
    )


def _bills(above: Region, now: datetime, _: Calendar) -> int:
    """Bills of a province's regions, or of all where the national level is ours. Raises Failed
    where some could not be made."""
    done = JobDone()
    whole = above.level is Level.NATION
    bill_regions(done, [one for one in store.list_regions() if whole or one.province == above], now)
    return done.checked().get(BILLED, 0)


def late_bills(region: Region, now: datetime, calendar: Calendar) -> int:
    """Bills that a region owes and whose next step is overdue."""
    mine = (bill.due(calendar) for bill in regions.list_open(region) if bill.debtor == region)
    return sum(due is not None and civil_date(now) > due for due in mine)


def _reserve(admdvs: Region, now: datetime, _: Calendar) -> int:
    """Once a month, on the first or the next morning on which it can be: funds whose surplus covers
    less than three months (N7)."""
    done = runs.find_step(admdvs, RESERVE)
    missed = done is not None and Month.of(done.day) < Month.of(now)
    if civil_date(now).day != 1 and not missed:
        return 0
    wanted = figure("reserve_warning", admdvs)
    return finance.warn_of_reserve(admdvs, Month.of(now).previous, wanted.whole, wanted.cite, now)


def _ask_statements(region: Region, now: datetime, _: Calendar) -> int:
    """Last month's statements of every institution of a region, over the queue where there is one
    (J34), unless months were missed before it: they come first."""
    month = Month.of(now).previous
    missed = [one for one in hospital.list_unfinished_months(region, now) if one < month]
    url = settings().clearing_queue
    if not url:
        for one in missed:
            hospital.close_month(region, one, now)
        return hospital.close_month(region, month, now)["institutions"]
    if missed:
        return 0  # one after the other, by the morning's `late_statements`
    cut = hospital.begin_month(region, month, now)
    found = store.list_institutions(region, month)
    asked = {"admdvs": region, "month": month, "cut": cut.isoformat()}
    queue.send_all(
        url, [json.dumps({**asked, "institution": one}, sort_keys=True) for one in found]
    )
    return len(found)


STEPS: Final[dict[str, Act]] = {
    "statements": _ask_statements,
    LATE: lambda a, now, _: hospital.make_up_months(a, now),
    BILLED: _bills,
    "sealed": _sealed,
    "tampered": _tampered,
    "rolled_up": _rolled_up,
    "rollup_differs": _differs,
    "overdue": lambda a, now, c: len(hospital.report_overdue(a, now, c)),
    "barred": lambda a, now, c: hospital.apply_time_bar(a, now, c).barred,
    "prepayment_alerts": lambda a, now, _: len(regions.report_use(a, now)),
    "bills_late": late_bills,
    "insurer_bills": lambda a, now, _: insurer.create_due_bills(a, now),
    "interest_due": lambda a, now, _: finance.remind_of_interest(a, now),
    RESERVE: _reserve,
    "insurer_reserve_exceeded": lambda a, now, _: insurer.report_reserve(a, now),
}
"""What a step does for its region, and what it counts, in the order in which one process does
them."""
ALARMS: Final = {
    "tampered": "BooksTampered",
    "rollup_differs": "RollupDiffers",
    "overdue": "ClearingLate",
    "bills_late": "ClearingLate",
}
"""What a step counts that an alarm rests on, and the metric."""
FOLLOWED_BY: Final = {"sealed": "tampered", "rolled_up": "rollup_differs"}
"""The step that a step asks for when it is done: what has to come after it."""
_OF_A_REGION: Final = (
    "sealed",
    "tampered",
    "rolled_up",
    "rollup_differs",
    "overdue",
    "barred",
    "prepayment_alerts",
    "bills_late",
    "insurer_bills",
    "interest_due",
    RESERVE,
)


@dataclass(frozen=True, slots=True)
class StepAsked:
    """One message: a step of a region, of the morning or month that began on `day`."""

    step: str
    admdvs: Region
    day: date

    @property
    def body(self) -> str:
        asked = {"step": self.step, "admdvs": self.admdvs, "day": self.day.isoformat()}
        return json.dumps(asked, sort_keys=True)

    @classmethod
    def of(cls, body: str) -> StepAsked:
        """Of a message's body. Raises KeyError or ValueError for none."""
        asked = json.loads(body)
        if asked["step"] not in STEPS:
            raise ValueError("no such step")
        return cls(asked["step"], Region(asked["admdvs"]), date.fromisoformat(asked["day"]))


def monthly(now: datetime, calendar: Calendar) -> JobDone:
    """On the first: last month's statements of every institution of every region (J34)."""
    day = civil_date(now)
    return _begun(
        [StepAsked("statements", one, day) for one in store.list_regions()], now, calendar
    )


def daily(now: datetime, calendar: Calendar) -> JobDone:
    """Each morning: books sealed, followed and compared; late items, deadlines, the year's bar,
    bills, prepayments and the insurer's bills."""
    return _begun(list(_of_a_morning(civil_date(now))), now, calendar)


def _of_a_morning(day: date) -> Iterator[StepAsked]:
    found = store.list_regions()
    for region in found:
        yield StepAsked(LATE, region, day)
    provinces = sorted({region.province for region in found})
    for province in [Region(NATION)] if settings().national_level == "local" else provinces:
        yield StepAsked(BILLED, province, day)
    for region in sorted({*found, *provinces}):  # provinces have books of their own
        for step in _OF_A_REGION:
            yield StepAsked(step, region, day)
    for city in sorted({region.city for region in found}):
        yield StepAsked("insurer_reserve_exceeded", city, day)


def _begun(asked: list[StepAsked], now: datetime, calendar: Calendar) -> JobDone:
    """Asks for all steps at once; without a queue does them one after the other."""
    done, url = JobDone(), settings().morning_queue
    if not url:
        for one in asked:
            if one.step == BILLED:  # one process does them all, and tells of each that failed
                bill_regions(done, store.list_regions(), now)
            else:
                done.attempt(one.step, one.admdvs, partial(_noted, one, now, calendar))
        return done
    later = {BILLED, *FOLLOWED_BY.values()}
    queue.send_all(url, [one.body for one in asked if one.step not in later])
    bills = [one.body for one in asked if one.step == BILLED]
    queue.send_all(url, bills, seconds=AFTER_STATEMENTS)
    done.add("asked", len(asked))
    return done


def begin(job: str, now: datetime, calendar: Calendar) -> JobDone:
    """What the schedule asks for: `daily` or `monthly`."""
    done = monthly(now, calendar) if job == "monthly" else daily(now, calendar)
    done.name = job
    return done


def measured(done: JobDone) -> list[tuple[str, int]]:
    """The metrics of a job or step, name and count: what alarms rest on, and that a job ended."""
    found = [(metric, done.counts.get(name, 0)) for name, metric in ALARMS.items()]
    ended = done.name in ("daily", "monthly") and not done.failed
    return [*found, (f"{done.name.capitalize()}Done", 1)] if ended else found


def step(body: str, now: datetime, calendar: Calendar) -> JobDone:
    """One message: a step done for its region, and the one asked for that follows it; of late
    statements a part, and itself asked for again while some are left. Brought again, it changes
    nothing twice. Raises what the step raises, ValueError for no such step."""
    closed = fund.take_close(body, now)
    if closed is not None:
        return JobDone({"closed": closed}, name="close")
    asked = StepAsked.of(body)
    if asked.step == LATE:
        count, more = hospital.make_up_part(asked.admdvs, now)
        if more:
            queue.send(settings().morning_queue, body)
            return JobDone({asked.step: count}, name=asked.step)
        runs.note_step(asked.admdvs, asked.step, asked.day, count, now)
    else:
        count = _noted(asked, now, calendar)
    following = FOLLOWED_BY.get(asked.step)
    if following:
        queue.send(settings().morning_queue, StepAsked(following, asked.admdvs, asked.day).body)
    return JobDone({asked.step: count}, name=asked.step)


def _noted(asked: StepAsked, now: datetime, calendar: Calendar) -> int:
    """Does a step, and notes of which day it was done last."""
    count = STEPS[asked.step](asked.admdvs, now, calendar)
    runs.note_step(asked.admdvs, asked.step, asked.day, count, now)
    return count


def task(body: str) -> None:
    """One institution's month, as the queue brings it: twice changes nothing."""
    message = json.loads(body)
    hospital.close_institution_month(
        Region(message["admdvs"]),
        message["institution"],
        Month(message["month"]),
        datetime.fromisoformat(message["cut"]),
    )
