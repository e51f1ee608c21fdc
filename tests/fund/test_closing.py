"""The close of a month that a request cannot hold goes through the queue. Issue: from a county to a
province, 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.clearing.test_jobs import CALENDAR, ask
from tests.clearing.test_sums import outcome, restore
from tests.conftest import Tables
from tests.fund.test_periods import tamper
from tests.fund.test_rolled import JULY, R, income, post, settled, when
from tests.storage import Killed, StorageCalls, StorageFaults

from medaid.aws import queue
from medaid.aws.settings import settings as real_settings
from medaid.aws.transaction import commit
from medaid.clearing import jobs
from medaid.errors import Conflict, Refused
from medaid.fund import (
    close_pass,
    closing,
    keys,
    periods,
    rolled,
    rollups,
    seals,
    service,
    store,
    year_figures,
    years,
)
from medaid.fund.cash_basis import CashBasis
from medaid.fund.model import journal, reversing
from medaid.money import Fen
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


# -------------------------------------------------------------------------------------------------
# in slices


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets a part of a close hold so few entries, and a message one part; fewer keys a month, so
    that a close is killed everywhere in little time."""
    monkeypatch.setattr(keys, "SHARDS", 2)

    def limit(entries: int) -> None:
        monkeypatch.setattr(close_pass, "SLICE", entries)
        monkeypatch.setattr(rollups, "PART", entries)
        monkeypatch.setattr(rolled, "SLICE", entries)
        monkeypatch.setattr(seals.seal, "__defaults__", (seals.GRACE, entries))
        monkeypatch.setattr(closing, "PARTS", 1)

    return limit


def a_month(month: int = 7) -> None:
    """Several hospitals, a refund, money that came in and went out, in odd amounts."""
    owed = [settled(n, when(3, month, n), fen=7 * n + 1, hospital=f"H{n % 2}") for n in range(6)]
    post(*owed)
    post(reversing(owed[4], "S4R", date(2023, month, 4), when(4, month)))
    periods.post(income(1, date(2023, month, 5), when(5, month)))
    amounts = [("assistance", "2101", "1002", Fen(5))]
    back = journal.movement(
        "institution_payment", R, "P1", amounts, when(6, month), counterpart="H1"
    )
    commit(service.writes(back))


def in_the_end(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """What the books keep, but for how they were read: cursors, slices and versions."""
    found = outcome(tables)
    kept = ("F#", "ROLL#")
    return {
        "fund": [row for row in found["fund"] if row["pk"]["S"].startswith(kept)],
        "outbox": found["outbox"],
    }


def test_in_slices_of_any_size_a_close_comes_to_the_same(
    tables: Tables, small: Callable[[int], None]
) -> None:
    a_month()
    fresh = tables.everything()
    balance = periods.close(R, JULY, "会计", AUGUST)
    whole = in_the_end(tables)
    followed = CashBasis()
    for entry in store.entries(R, JULY):
        followed.take(entry)
    kept = year_figures.kept_basis(keys.of_cash_basis(R, JULY))
    assert kept is not None
    assert kept.kept == followed.kept
    for size in (1, 4):
        restore(tables, fresh)
        small(size)
        assert periods.close(R, JULY, "会计", AUGUST) == balance
        assert in_the_end(tables) == whole, f"slices of {size}"


WRITES = ("TransactWriteItems", "PutItem")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_write_a_close_comes_to_the_same(
    tables: Tables, small: Callable[[int], None], storage_faults: StorageFaults, moment: str
) -> None:
    """Killed at a read it leaves what the write before left."""
    a_month()
    small(4)
    fresh = tables.everything()
    balance = periods.close(R, JULY, "会计", AUGUST)
    whole, nth = in_the_end(tables), 0
    while True:
        nth += 1
        restore(tables, fresh)
        storage_faults.clear()
        getattr(storage_faults, moment)(nth, only=WRITES)
        try:
            periods.close(R, JULY, "会计", AUGUST)
        except Killed:
            storage_faults.clear()
            assert periods.close(R, JULY, "会计", AUGUST) == balance
            assert in_the_end(tables) == whole, f"killed {moment} write {nth}"
        else:
            break
    storage_faults.clear()
    assert nth > 10


def test_the_queue_is_asked_for_the_next_parts_until_it_is_closed(
    sent: list[str], small: Callable[[int], None], storage_calls: StorageCalls
) -> None:
    a_month()
    rollups.roll_forward(R, JULY, AUGUST)
    small(4)
    close()
    counts, most = [], 0
    for nth in range(40):
        if nth >= len(sent):
            break
        storage_calls.reset()
        counts.append(jobs.step(sent[nth], AUGUST, CALENDAR).counts["closed"])
        most = max(most, storage_calls.counts["TransactWriteItems"])
    assert counts == [0] * (len(counts) - 1) + [1]
    assert len(counts) > 4
    assert most < 10
    assert periods.status(R, JULY) == "closed"
    assert jobs.step(sent[0], AUGUST, CALENDAR).counts == {"closed": 1}
    assert [act.act for act in periods.history(R, JULY)] == ["结账"]


def test_what_was_tampered_with_in_an_earlier_slice_breaks_the_close_off(
    tables: Tables, small: Callable[[int], None]
) -> None:
    """A finding of a slice is kept with it; the next close reads the month anew."""
    a_month()
    small(3)
    seals.seal(R, JULY, AUGUST)
    one = next(iter(store.entries(R, JULY)))
    tamper(tables, one, narrative="改")
    with pytest.raises(Conflict, match="封签"):
        periods.close(R, JULY, "会计", AUGUST)
    assert periods.status(R, JULY) == "open"
    tamper(tables, one, narrative=one.narrative)
    periods.close(R, JULY, "会计", AUGUST)
    assert [act.act for act in periods.history(R, JULY)] == ["结账中止", "结账"]


def test_a_year_closes_in_slices_to_the_same(
    tables: Tables, small: Callable[[int], None], sent: list[str]
) -> None:
    a_month(12)
    fresh = tables.everything()
    january = datetime(2024, 1, 2, 2, tzinfo=UTC)
    balance = years.close_year(R, 2023, "会计", january)
    whole = in_the_end(tables)
    restore(tables, fresh)
    small(2)
    sent.append(
        json.dumps({"step": "close", "admdvs": R, "month": "2023-12", "by": "会计", "reopened": 0})
    )
    for nth in range(100):
        if jobs.step(sent[nth], january, CALENDAR).counts["closed"]:
            break
    assert nth > 8
    assert in_the_end(tables) == whole
    assert years.close_year(R, 2023, "会计", january) == balance
