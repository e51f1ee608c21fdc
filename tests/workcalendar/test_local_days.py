"""A region's own cited days move the statutory clocks of that region and of nobody else, at the
desk and in clearing (right money, 18 and 32; J28, J34, X12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import INTAKE, at, draft, given, office, opened, register

from medaid.aws import calendars, exchange
from medaid.aws.transaction import commit
from medaid.clearing.hospital import rules as hospital
from medaid.clearing.regions.model import BillAct, BillKind, BillStep, Part, RegionBill
from medaid.errors import BadInput
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region
from medaid.reimbursement import rules, service, store
from medaid.reimbursement.model import Case, State
from medaid.workcalendar import service as workcalendar
from medaid.workdays import Calendar, WorkingDays, published

NANJING, WUXI, JIANGSU = Region("320100"), Region("320200"), Region("320000")
NOW = at("2026-03-10 09:00")
DAY = date(2026, 3, 24)
"""A Tuesday that is worked everywhere."""


@pytest.fixture(autouse=True)
def _empty(tables: Tables) -> None:
    exchange.client.cache_clear()
    calendars._known.clear()
    calendars._last_good.clear()
    register()


def file(region: str, *days: date, cite: str = "市政府通告〔2026〕3号") -> str:
    rows = [f'[[day]]\ndate = {day}\nname = "地方假日"\ncite = "{cite}"\n' for day in days]
    return f'region = "{region}"\nyear = {days[0].year}\n' + "".join(rows)


def publish(region: Region, *days: date) -> None:
    proposed = workcalendar.propose(region, file(region, *days), "甲", NOW)
    workcalendar.publish(region, proposed.proposal_id, "乙", NOW)


def current() -> Calendar:
    calendars._known.clear()
    return calendars.current(NOW)


def accepted(key: str = "1", now: datetime = NOW) -> Case:
    day = now.date() - timedelta(days=2)
    o = office()
    case = opened(o, draft(key, begin=day, end=day, created=now), now)
    return service.accept(o, INTAKE, case.case_id, case.version, now, given())


def due(case: Case, calendar: Calendar) -> date | None:
    return service.case_detail(office(calendar), INTAKE, case.case_id, NOW).projection.due


@pytest.mark.parametrize(
    ("day", "moves"),
    [
        (date(2026, 3, 10), False),  # the day of acceptance does not count
        (date(2026, 3, 11), True),
        (DAY, True),  # the last day itself
        (date(2026, 3, 25), False),  # the day after it
    ],
)
def test_a_day_within_the_time_moves_the_due_day_18(day: date, moves: bool) -> None:
    case = accepted()
    before = due(case, current())
    assert before == DAY
    publish(NANJING, day)
    assert due(case, current()) == (before + timedelta(days=1) if moves else before)


@pytest.mark.parametrize(
    ("region", "moves"), [(NANJING, True), (JIANGSU, True), (WUXI, False), ("320102", False)]
)
def test_the_days_of_a_region_hold_in_it_and_in_all_that_lies_in_it_18(
    region: str, moves: bool
) -> None:
    case = accepted()
    publish(Region(region), DAY)
    assert due(case, current()) == (date(2026, 3, 25) if moves else DAY)


def test_open_cases_are_projected_anew_once_and_others_stay_J28_18() -> None:
    mine = accepted()
    other = replace(mine, case_id="320200M1", admdvs=str(WUXI))
    o = office()
    projection = rules.projection(other, o.calendar, o.procedure)
    commit(store.case_writes(other, projection, None, o.calendar.version))
    service.sweep(office(current()), NOW)
    publish(NANJING, DAY)
    moved = office(current())
    assert service.sweep(moved, NOW).corrected == 1
    assert service.sweep(moved, NOW).corrected == 0
    rows, _ = service.page_of_cases(INTAKE, service.CaseFilter((State.ACCEPTED,)), "", 10)
    assert {row["case_id"]: row["due"] for row in rows} == {mine.case_id: "2026-03-25"}
    found = store.indexed(other.case_id)
    assert found is not None
    assert store.index_keys(found[0], projection) == found[1]


def test_nothing_is_claimed_on_a_day_off_of_ones_own_18() -> None:
    """Warned one working day before the due day: on Monday; on Tuesday where Tuesday is off."""
    accepted()
    publish(NANJING, DAY)
    o = office(current())
    assert service.sweep(o, at("2026-03-23 09:00")).claimed == 1
    assert service.sweep(o, at("2026-03-24 23:59")).claimed == 0
    assert service.sweep(o, at("2026-03-25 00:01")).claimed == 1


def test_a_withdrawn_file_lets_the_clocks_back_18() -> None:
    case = accepted()
    service.sweep(office(current()), NOW)
    publish(NANJING, DAY)
    service.sweep(office(current()), NOW)
    exchange.put(f"calendar/regions/{NANJING}/2026.toml", file(NANJING, date(2026, 5, 29)).encode())
    assert service.sweep(office(current()), NOW).corrected == 1
    assert due(case, current()) == DAY


@pytest.mark.parametrize("remembered", [True, False])
def test_the_last_good_days_serve_where_a_file_is_bad_18(remembered: bool) -> None:
    """Right money, 18."""
    publish(NANJING, DAY)
    good = current()
    exchange.put(f"calendar/regions/{NANJING}/2026.toml", b"region = ")
    if not remembered:
        calendars._last_good.clear()
    assert current() == good
    assert [name for name, _ in calendars.problems(NOW)] == [
        f"calendar/regions/{NANJING}/2026.toml"
    ]


def test_a_spoiled_file_of_one_region_moves_nobody_else_18() -> None:
    publish(WUXI, DAY)
    exchange.put(f"calendar/regions/{NANJING}/2026.toml", b"\x00")
    assert not current().of(WUXI).is_workday(DAY)
    assert current().of(NANJING) == published()


def test_more_files_than_one_answer_lists_are_all_read_18() -> None:
    publish(NANJING, DAY)
    for number in range(1001):
        exchange.put(f"calendar/kept/2025-{number:012d}.toml", b"")
    assert not current().of(NANJING).is_workday(DAY)


def test_a_day_without_its_document_is_not_taken_32() -> None:
    """Right money, 32."""
    with pytest.raises(BadInput) as refused:
        workcalendar.propose(NANJING, file(NANJING, DAY, cite=" "), "甲", NOW)
    assert refused.value.field == "calendar"
    exchange.put(f"calendar/regions/{NANJING}/2026.toml", file(NANJING, DAY, cite=" ").encode())
    assert current().of(NANJING).is_workday(DAY)


def test_a_make_up_workday_is_not_taken_away_in_silence_32() -> None:
    """The State Council's make-up workdays are worked everywhere: a region's file that names one
    is refused, not published without effect."""
    worked = min(published().years[-1].worked)
    with pytest.raises(BadInput, match="调休"):
        workcalendar.propose(NANJING, file(NANJING, worked), "甲", NOW)


# ---- clearing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "on"), [(19, 20), (20, 19), (21, 20)])
def test_paid_by_the_20th_or_the_working_day_of_the_region_before_it_J34_18(
    day: int, on: int
) -> None:
    """20 August 2026 is a Thursday."""
    publish(NANJING, date(2026, 8, day))
    month = Month("2026-07")
    assert hospital.paid_by(month, NANJING, current()).day == date(2026, 8, on)
    assert hospital.paid_by(month, WUXI, current()).day == date(2026, 8, 20)


def test_the_bar_of_a_year_waits_for_a_day_that_the_region_works_18() -> None:
    publish(NANJING, date(2026, 1, 20))
    assert hospital.barred_after(2025, NANJING, current()).day == date(2026, 1, 21)
    assert hospital.barred_after(2025, WUXI, current()).day == date(2026, 1, 20)
    assert hospital.bar_notices(2025, NANJING, current())[-1].day == date(2026, 1, 18)


@pytest.mark.parametrize(
    ("step", "budget"),
    [(BillStep.RECEIVED, 5), (BillStep.SUBMITTED, 10), (BillStep.TRANSFERRED, 5)],
)
def test_the_steps_of_a_bill_are_counted_in_the_days_of_who_owes_them_18(
    step: BillStep, budget: int
) -> None:
    begun = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    way = (BillStep.RECEIVED, BillStep.SUBMITTED, BillStep.TRANSFERRED)
    done = tuple(BillAct(one, begun, OfficerId("甲")) for one in way[: way.index(step) + 1])
    parts = (Part(WUXI, NANJING, {"basic_resident": Fen(100)}),)
    bill = RegionBill(WUXI, NANJING, "2026-02", BillKind.CLEARING, 1, parts, begun, done)
    last = published().add(date(2026, 3, 10), WorkingDays(budget))
    assert bill.due(current()) == last
    publish(WUXI, date(2026, 3, 12))
    assert bill.due(current()) == last
    publish(NANJING, date(2026, 3, 12))
    assert bill.due(current()) == last + timedelta(days=1)
