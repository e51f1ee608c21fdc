"""The close of a month that a request cannot hold goes through the queue. Issue: from a county to a
province, 2."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.clearing.test_jobs import CALENDAR, ask
from tests.fund.test_rolled import JULY, R, income, post, settled, when

from medaid.aws import queue
from medaid.aws.settings import settings as real_settings
from medaid.clearing import jobs
from medaid.errors import Conflict, Refused
from medaid.fund import closing, periods, rollups, service
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
AUGUST = when(2, month=8)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What lies on the queue; a month of more than two entries is too large for a request."""
    held: list[str] = []
    with_queue = replace(real_settings(), morning_queue="https://queue.invalid/morning")
    monkeypatch.setattr(closing, "settings", lambda: with_queue)
    monkeypatch.setattr(queue, "send", lambda _url, body: held.append(body))
    monkeypatch.setattr(closing, "AT_ONCE", 2)
    return held


def close() -> tuple[int, Any]:
    path = f"/fund/{R}/periods/{JULY}/close"
    return ask("POST", path, roles="accountant", region=R, sub="会计", now=AUGUST)


def test_a_small_month_is_closed_by_the_request_itself(sent: list[str]) -> None:
    post(settled(1, when(3)), settled(2, when(4)))
    rollups.roll_forward(R, JULY, AUGUST)
    status, shown = close()
    assert (status, shown["state"], sent) == (200, "closed", [])
    assert periods.status(R, JULY) == "closed"


def test_a_large_month_is_asked_for_and_closed_once_by_the_queue(sent: list[str]) -> None:
    post(*(settled(n, when(3, minute=n)) for n in range(3)))
    rollups.roll_forward(R, JULY, AUGUST)
    status, shown = close()
    assert (status, shown["state"], len(sent)) == (200, "closing", 1)
    assert periods.status(R, JULY) == "open", "nothing says done before it is"
    for _ in range(2):
        assert jobs.step(sent[0], AUGUST, CALENDAR).counts == {"closed": 1}
    assert periods.status(R, JULY) == "closed"
    assert [act.by for act in periods.history(R, JULY)] == ["会计"]
    again, shown_again = close()
    assert (again, shown_again["state"], len(sent)) == (200, "closed", 1)
    assert shown_again["rows"] == shown["rows"]


def test_what_may_not_be_closed_is_refused_before_the_queue_is_asked(sent: list[str]) -> None:
    post(*(settled(n, when(3, minute=n)) for n in range(3)))
    rollups.roll_forward(R, JULY, AUGUST)
    with pytest.raises(Refused):
        closing.close_month(R, Month(JULY), "会计", when(31))
    with pytest.raises(Refused):
        closing.close_year(R, 2023, "会计", AUGUST)
    periods.post(income(1, date(2023, 6, 3), AUGUST))
    rollups.keep_first_month(R, Month("2023-06"))
    with pytest.raises(Conflict):
        closing.close_month(R, Month(JULY), "会计", AUGUST)
    assert sent == []


def test_a_message_that_comes_again_leaves_a_month_open_that_was_opened_again(
    sent: list[str],
) -> None:
    post(*(settled(n, when(3, minute=n)) for n in range(3)))
    rollups.roll_forward(R, JULY, AUGUST)
    close()
    jobs.step(sent[0], AUGUST, CALENDAR)
    periods.reopen(R, JULY, "主管", "补记", AUGUST)
    jobs.step(sent[0], AUGUST, CALENDAR)
    assert periods.status(R, JULY) == "open"
    close()
    jobs.step(sent[1], AUGUST, CALENDAR)
    assert periods.status(R, JULY) == "closed", "asked for anew it closes"
    assert [act.act for act in periods.history(R, JULY)] == ["结账", "重新开账", "结账"]


NEW_YEAR = datetime(2023, 12, 31, 16, 5, tzinfo=UTC)
"""Five minutes past midnight in Beijing: entries of the old year may still appear."""


@pytest.mark.parametrize("at_once", [0, 100])
def test_a_year_whose_last_entries_may_still_appear_is_refused_and_nothing_is_carried(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(closing, "AT_ONCE", at_once)
    post(settled(1, when(3, month=12)))
    rollups.roll_forward(R, "2023-12", when(4, month=12))
    with pytest.raises(Refused, match="会计期间未结束"):
        closing.close_year(R, 2023, "会计", NEW_YEAR)
    assert sent == []
    assert [one.kind for one in service.entries(R, Month("2023-12"))] == ["settlement"]
