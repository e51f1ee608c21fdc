"""The morning's jobs read what is open and due, not what was: their storage calls do not grow with
a region's closed history, nor with what is not due yet. Proves J34, Q5.2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.clearing.builders import HOME, arrive, at, close_month, item, pay_bill
from tests.storage import StorageCalls

from medaid.aws.transaction import ConditionFailed, commit
from medaid.clearing import jobs
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import Statement, StatementState
from medaid.clearing.keys import REGIONS
from medaid.clearing.regions import service as regions
from medaid.clearing.regions import store as region_store
from medaid.clearing.regions.model import BillKind, RegionBill, parts_of
from medaid.clearing.store import late_taken, list_late, list_late_months, note
from medaid.ids import InstitutionCode
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region
from medaid.workdays import published

pytestmark = pytest.mark.usefixtures("tables")
R, CALENDAR = Region(HOME), published()
SH, JS = Region("310000"), Region("320000")
NOW = at(25, 4, month=1, year=2024)


def created(month: str, number: int = 1, institution: str = "H1") -> Statement:
    cut = datetime.fromisoformat(f"{Month(month).next}-01T04:00:00+00:00")
    made = Statement(
        R, InstitutionCode(institution), Month(month), number, None, cut, (), {}, "", 1
    )
    commit(store.create_statement(made))
    return made


def closed(months: Iterable[str]) -> None:
    for month in months:
        made = created(month)
        row, one = store.get_statement(R, made.institution, made.month, made.number)
        commit(store.replace_statement(row, replace(one, state=StatementState.PAID), NOW))


def billed(month: str, closed: bool) -> RegionBill:
    parts = parts_of({(Region("310100"), R): {"assistance": Fen(5)}})
    bill = RegionBill(SH, JS, month, BillKind.CLEARING, 1, parts, NOW)
    commit(region_store.create_bill(bill))
    return pay_bill(bill, NOW, "confirmed" if closed else "received")


def test_overdue_reads_what_is_due_and_open(storage_calls: StorageCalls) -> None:
    counted = []
    created("2023-11")
    for months in (list[Month](), Month("2021-01").through(Month("2023-10"))):
        closed(months)
        for _ in range(2):
            storage_calls.reset()
            found = hospital.report_overdue(R, NOW, CALENDAR)
        assert [(one.month, one.state) for one in found] == [("2023-11", "draft")]
        counted.append(storage_calls.counts)
    for number in range(2, 9):
        created("2024-01", number)  # not due yet
    storage_calls.reset()
    assert len(hospital.report_overdue(R, NOW, CALENDAR)) == 1
    assert counted == [storage_calls.counts] * 2
    assert storage_calls.reads == ["Query"]


def test_time_bar_reads_drafts_whose_year_is_near_its_bar(storage_calls: StorageCalls) -> None:
    counted = []
    day = at(19, 4, month=1, year=2024)
    created("2023-11")
    for months in (list[Month](), Month("2021-01").through(Month("2023-10"))):
        closed(months)
        for _ in range(2):
            storage_calls.reset()
            hospital.apply_time_bar(R, day, CALENDAR)
        counted.append(storage_calls.counts)
    for number in range(2, 9):
        created("2024-01", number)  # of this year: its bar is far
        made = created("2023-12", number)
        row, one = store.get_statement(R, made.institution, made.month, made.number)
        agreed = replace(one, state=StatementState.CONFIRMED)
        commit(store.replace_statement(row, agreed, NOW))
    storage_calls.reset()
    hospital.apply_time_bar(R, day, CALENDAR)
    assert counted == [storage_calls.counts] * 2
    assert storage_calls.reads == ["Query", "GetItem"]
    storage_calls.reset()
    assert hospital.apply_time_bar(R, at(1, month=7), CALENDAR).barred == 0
    assert storage_calls.reads == ["Query"]


def test_a_statement_that_is_opened_again_is_on_the_list_in_its_state() -> None:
    closed(["2023-10"])
    assert hospital.report_overdue(R, NOW, CALENDAR) == []
    row, one = store.get_statement(R, "H1", "2023-10", 1)
    commit(store.replace_statement(row, replace(one, state=StatementState.RETURNED), NOW))
    (found,) = hospital.report_overdue(R, NOW, CALENDAR)
    assert (found.month, found.institution, found.number, found.state) == (
        "2023-10",
        "H1",
        1,
        "returned",
    )


def test_supplements_read_what_waits_for_one(storage_calls: StorageCalls) -> None:
    """A month whose late items lie in a supplement is not looked at again, whenever it was."""
    counted = []
    for numbers in ((1,), range(2, 9)):
        for number in numbers:
            came = at(20, month=number)
            arrive(item(number, came))
            close_month(HOME, f"2023-{number:02d}", came + timedelta(days=15))
            arrive(item(f"{number}L", came), when=came + timedelta(days=16))
        assert len(hospital.create_supplements(HOME, at(20, month=10))) == len(numbers)
        storage_calls.reset()
        assert hospital.create_supplements(HOME, at(21, month=10)) == []
        counted.append(storage_calls.counts)
    assert (counted, storage_calls.reads) == ([storage_calls.counts] * 2, ["Query"])


def test_what_comes_while_a_supplement_is_made_still_waits() -> None:
    arrive(item(1, at(3)))
    close_month(HOME, "2023-07", at(1, 4, month=8))
    arrive(item(2, at(4)), when=at(2, month=8))
    (late,) = list_late(HOME)
    arrive(item(3, at(5)), when=at(2, 3, month=8))
    with pytest.raises(ConditionFailed, match="late"):
        commit(late_taken(HOME, late))
    (one,) = hospital.create_supplements(HOME, at(2, 3, month=8))
    assert (one.lines, list_late_months(HOME)) == (1, ["2023-07"])
    (rest,) = hospital.create_supplements(HOME, at(3, month=8))
    assert (rest.lines, list_late(HOME), list_late_months(HOME)) == (1, [], ["2023-07"])


def test_late_bills_and_their_use_of_prepayment_read_open_bills_only(
    storage_calls: StorageCalls,
) -> None:
    counted = []
    billed("2023-12", closed=False)
    for months in (list[Month](), Month("2023-01").through(Month("2023-11"))):
        for month in months:
            billed(month, closed=True)
        regions.report_use(SH, NOW)
        storage_calls.reset()
        late = at(20, 4, month=3, year=2024)
        assert jobs.late_bills(JS, late, CALENDAR) == 1
        assert jobs.late_bills(JS, NOW, CALENDAR) == 0
        assert [use.outstanding for use in regions.report_use(SH, NOW)] == [Fen(5)]
        counted.append(storage_calls.counts)
    assert counted[0] == counted[1]


def test_bills_between_provinces_are_watched_too() -> None:
    """X12: a province owes and is owed; neither is a city with hospitals of its own."""
    note(REGIONS, HOME)
    note(REGIONS, "310100")
    billed("2023-12", closed=False)
    done = jobs.daily(at(20, 4, month=3, year=2024), CALENDAR)
    assert (done.counts["bills_late"], done.counts["prepayment_alerts"]) == (1, 1)
