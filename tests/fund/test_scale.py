"""What reads the books makes as many storage calls, and reads as many items, for a month of ten
thousand entries as for one of a hundred million. Issue: from a county to a province, 1 and
counted."""

from __future__ import annotations

import pytest
from bench import months, scale
from pynamodb.connection.base import Connection


@pytest.fixture(autouse=True)
def _storage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the client back that the bench stands in for."""
    monkeypatch.setattr(Connection, "_make_api_call", Connection._make_api_call)


def test_reports_cost_the_same_with_a_hundred_million_entries() -> None:
    few, many = scale.reads(10_000), scale.reads(100_000_000)
    assert [(one.name, one.cost.calls) for one in few] == [
        (one.name, one.cost.calls) for one in many
    ]
    less, more = ([one for one in found if one.name != months.OF_A_DAY] for found in (few, many))
    assert [one.cost.items for one in less] == [one.cost.items for one in more]
    assert all(one.cost.total <= 40 for one in many)
    assert all(one.cost.items < 1_100 for one in more), "the thousand behind the cursor, and sums"
    (day,) = (one for one in many if one.name == months.OF_A_DAY)
    assert day.cost.total == 1, "what an institution settled on a day, in one read"


def test_a_report_with_more_entries_behind_the_cursor_reads_more() -> None:
    """That the stand-in would notice."""
    books = scale.Books(10_000, 5_008)
    from medaid.fund import service

    found = books.measured("balance", 0, lambda: service.balance(scale.REGION, scale.LAST))
    assert found.cost.items > 5_000


def test_a_morning_with_nothing_new_reads_no_entry_however_many_there_are() -> None:
    nothing = {one.name: one.cost for one in scale.morning(800)}["morning: nothing new"]
    more = {one.name: one.cost for one in scale.morning(2_400)}["morning: nothing new"]
    assert nothing.calls == more.calls
    assert nothing.items == more.items
