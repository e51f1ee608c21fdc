"""Interest of a closed quarter that has not gone back, or is less than the rates give: one notice
to the region's accountant (issue 10; J29, J32)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.clearing.builders import HOME, arrive, item
from tests.clearing.test_jobs import CALENDAR
from tests.conftest import Tables
from tests.fund.office import REGION, give, noon, paper, post

from medaid.aws.outbox import OutboxItem, event_of
from medaid.clearing import jobs
from medaid.events import InterestDue
from medaid.fund import interest_due, periods
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
RESIDENT = "basic_resident"
AFTER = noon(2026, 7, 12)


def begin(region: str = REGION) -> None:
    """36,000.00 on the expenditure account since April: the rates give 31.85 to the end of June."""
    give(RESIDENT, 3_600_000, date(2026, 4, 1), "1002", region)


def held(fen: int = 120_00, region: str = REGION) -> None:
    row = (RESIDENT, "1002", "2108", fen)
    post(paper("息", "expenditure_interest", date(2026, 6, 21), row), region=region)


def returned(fen: int, day: date, region: str = REGION) -> None:
    rows = [(RESIDENT, "1001", "1002", fen), (RESIDENT, "2108", "4201", fen)]
    post(paper(f"还{day}", "interest_return", day, *rows), region=region)


def close(last: str = "2026-06", region: str = REGION) -> None:
    for month in Month("2026-04").through(Month(last)):
        periods.close(region, month, "会计", noon(2026, 7, 10))


def notices(tables: Tables) -> list[dict[str, object]]:
    return [row for row in tables.items("outbox") if row.get("kind", {}).get("S") == "interest_due"]


def nothing_returned() -> None:
    held()
    close()


def too_little() -> None:
    """Returned, but less than the rates give."""
    held(31_84)
    returned(31_84, date(2026, 6, 25))
    close()


def returned_in_part() -> None:
    held()
    returned(119_99, date(2026, 6, 30))
    close()


def enough() -> None:
    held(31_85)
    returned(31_85, date(2026, 6, 25))
    close()


def returned_after() -> None:
    """After the quarter, before it was looked at."""
    held()
    close()
    returned(120_00, date(2026, 7, 6))


def not_closed() -> None:
    held()
    close("2026-05")


@pytest.mark.parametrize(
    ("happened", "told"),
    [(nothing_returned, 1), (too_little, 1), (returned_in_part, 1), (enough, 0),
     (returned_after, 0), (not_closed, 0)],
)  # fmt: skip
def test_what_is_due_is_told_once(tables: Tables, happened: Callable[[], None], told: int) -> None:
    begin()
    happened()
    assert interest_due.remind_of_interest(REGION, AFTER) == told
    assert len(notices(tables)) == told
    before = tables.everything()
    assert interest_due.remind_of_interest(REGION, noon(2026, 7, 13)) == 0
    assert tables.everything() == before


def test_a_quarter_closed_late_is_told_of_when_it_is_closed(tables: Tables) -> None:
    begin()
    not_closed()
    assert interest_due.remind_of_interest(REGION, noon(2026, 10, 2)) == 0
    periods.close(REGION, "2026-06", "会计", noon(2026, 10, 3))
    assert interest_due.remind_of_interest(REGION, noon(2026, 10, 4)) == 1
    assert len(notices(tables)) == 1


def test_a_region_without_books_is_told_nothing(tables: Tables) -> None:
    assert interest_due.remind_of_interest("440900", AFTER) == 0
    assert notices(tables) == []


def test_the_mornings_job_tells_the_regions_accountant(tables: Tables) -> None:
    """By the calendar, once; with what is held, what was booked and what the rates give."""
    begin(HOME)
    held(region=HOME)
    close(region=HOME)
    arrive(item(1, noon(2026, 7, 2)))
    done = jobs.daily(AFTER, CALENDAR)
    assert done.failed == []
    assert done.counts["interest_due"] == 1
    assert jobs.daily(noon(2026, 7, 13), CALENDAR).counts["interest_due"] == 0
    messages = [one for one in OutboxItem.scan() if one.sk == "MESSAGE"]
    (told,) = [e for one in messages if isinstance(e := event_of(one), InterestDue)]
    assert (told.admdvs, told.quarter, told.role) == (HOME, "2026-Q2", "accountant")
    assert (told.fund, told.account) == (RESIDENT, "1002")
    assert (told.least, told.booked, told.held_back) == (Fen(31_86), Fen(120_00), Fen(120_00))
    assert "定期缴存" in told.cite
