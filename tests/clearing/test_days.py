"""3201 for some days reads the settlements of those days and no others; that nothing is missing in
a month's statements is asked of one row. Issue: from a county to a province, 4."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.clearing.builders import HOME, HOSPITALS, arrive, at, item
from tests.clearing.test_jobs import AUGUST, CALENDAR
from tests.storage import StorageCalls

from medaid.clearing import jobs, store
from medaid.clearing.hospital import service as hospital
from medaid.money import Fen
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
A = HOSPITALS[0]
BEFORE_MIDNIGHT = datetime(2023, 7, 9, 15, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2023, 7, 9, 16, tzinfo=UTC)


def asked(begin: date, end: date) -> hospital.Asked:
    one = item(1, at(3))
    return hospital.Asked(A, Region(HOME), Region(HOME), one.insutype, one.clr_type, begin, end)


def counted(begin: date, end: date) -> int:
    return sum(1 for _ in asked(begin, end).settlements())


def test_a_day_begins_and_ends_at_midnight_in_beijing() -> None:
    arrive(item(1, BEFORE_MIDNIGHT))
    arrive(item(2, MIDNIGHT))
    arrive(item(3, at(20)))
    assert counted(date(2023, 7, 9), date(2023, 7, 9)) == 1
    assert counted(date(2023, 7, 10), date(2023, 7, 10)) == 1
    assert counted(date(2023, 7, 9), date(2023, 7, 10)) == 2
    assert counted(date(2023, 7, 11), date(2023, 7, 19)) == 0
    assert counted(date(2023, 7, 1), date(2023, 7, 31)) == 3
    assert counted(date(2023, 6, 1), date(2023, 8, 31)) == 3


def test_a_day_is_one_query_of_that_day(storage_calls: StorageCalls) -> None:
    for number in range(12):
        arrive(item(number, at(3 + number)))
    storage_calls.reset()
    assert counted(date(2023, 7, 5), date(2023, 7, 5)) == 1
    ((name, sent),) = storage_calls.calls
    assert name == "Query"
    assert "BETWEEN" in sent["KeyConditionExpression"]


@pytest.mark.parametrize(("late", "agrees"), [(False, True), (True, False)])
def test_what_came_after_the_statement_keeps_its_month_from_being_agreed(
    late: bool, agrees: bool, storage_calls: StorageCalls
) -> None:
    arrive(item(1, at(3)))
    jobs.monthly(AUGUST, CALENDAR)
    if late:
        arrive(item(2, at(4)), at(1, 5, month=8))
    (one, *more) = store.list_items(HOME, A, "2023-07")
    theirs: dict[str, Fen] = {}
    for each in (one, *more):
        for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay"):
            theirs[name] = theirs.get(name, Fen(0)) + each.amounts.get(name, Fen(0))
    whole = asked(date(2023, 7, 1), date(2023, 7, 31))
    result, told = hospital.reconcile_totals(whole, theirs, 1 + len(more), at(2, 4, month=8))
    assert result == "0"
    assert ("尚有未列入对账单" not in told) is agrees
    assert (hospital.get_statement(HOME, A, "2023-07", 1).statement.state == "confirmed") is agrees
