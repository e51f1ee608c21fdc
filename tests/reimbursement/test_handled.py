"""Cases that were done with are counted once, in the act that stops their clock, and how many of
them in time (J28, J36): read as eight counts, whatever the number of cases."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import (
    AUDITOR,
    INTAKE,
    NANJING,
    at,
    confirmed,
    draft,
    given,
    granted,
    office,
    opened,
    register,
)
from tests.storage import StorageCalls

from medaid.reimbursement import service, store

BEGIN = at("2026-03-16 09:00")
"""Ten working days end on 30 March."""


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    register()


def refused(begin: datetime, end: datetime, key: str = "1") -> None:
    """A case accepted at `begin` and refused at `end`."""
    o, day = office(), date(2025, 12, 1)
    case = opened(o, draft(key, begin=day, end=day), begin)
    case = service.accept(o, INTAKE, case.case_id, case.version, begin, given())
    why = given("不属救助范围", clause="第二十四条")
    service.refuse(o, AUDITOR, case.case_id, case.version, end, why)


def test_what_is_paid_in_time_counts_once_however_it_goes_on() -> None:
    """Paid and told: the clock stopped with the payment."""
    assert store.handled_in(NANJING, 2026) == (0, 0)
    confirmed(office(), draft(), BEGIN)
    assert store.handled_in(NANJING, 2026) == (1, 1)


def test_the_due_day_is_in_time_and_the_next_working_day_is_not() -> None:
    """J28, J36."""
    refused(BEGIN, at("2026-03-30 23:59"), "1")
    assert store.handled_in(NANJING, 2026) == (1, 1)
    refused(BEGIN, at("2026-03-31 08:00"), "2")
    assert store.handled_in(NANJING, 2026) == (1, 2)


def test_what_is_granted_and_not_paid_yet_is_not_done() -> None:
    granted(office(), draft(), BEGIN)
    assert store.handled_in(NANJING, 2026) == (0, 0)


def test_what_the_applicant_withdrew_is_none() -> None:
    o = office()
    case = opened(o, draft(), BEGIN)
    case = service.accept(o, INTAKE, case.case_id, case.version, BEGIN, given())
    service.withdraw(o, INTAKE, case.case_id, case.version, BEGIN, given("申请人撤回"))
    assert store.handled_in(NANJING, 2026) == (0, 0)


def test_a_case_counts_in_the_year_in_which_it_was_done() -> None:
    refused(at("2025-12-30 09:00"), at("2026-01-05 09:00"))
    assert store.handled_in(NANJING, 2025) == (0, 0)
    assert store.handled_in(NANJING, 2026) == (1, 1)
    assert store.handled_in("320200", 2026) == (0, 0)


def test_reading_it_costs_the_same_for_any_number_of_cases(storage_calls: StorageCalls) -> None:
    refused(BEGIN, BEGIN, "1")
    refused(BEGIN, BEGIN, "2")
    storage_calls.reset()
    assert store.handled_in(NANJING, 2026) == (2, 2)
    assert len(storage_calls.calls) == 1
