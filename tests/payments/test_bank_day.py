"""The bank's own date and reference of a payment: taken where the answer has them, held against the
order, told to what was paid (J34)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.conftest import Tables
from tests.payments.builders import (
    APPROVES,
    NOW,
    answer,
    payee,
    sent,
    state,
)

from medaid.errors import BadInput
from medaid.instants import civil_date
from medaid.payments import service
from medaid.payments.bank import answer_file
from medaid.payments.model import AnswerReport, PayOrder, SourceKind
from medaid.payments.service import Answered

DAY = civil_date(NOW)


class Hears:
    """What was paid, as it was told."""

    def __init__(self) -> None:
        self.told: list[Answered] = []

    def __call__(self, answered: Answered) -> tuple[()]:
        self.told.append(answered)
        return ()

    @property
    def last(self) -> tuple[date, str]:
        return self.told[-1].day, self.told[-1].reference


@pytest.fixture
def order(tables: Tables) -> PayOrder:
    payee()
    return sent()


def take(
    order: PayOrder, hears: Hears, *fields: str, result: str = "paid", days: int = 3
) -> AnswerReport:
    content = answer(order.batch_id, (order.order_id, "760.00", result, "", *fields))
    listeners = {SourceKind.STATEMENT: hears}
    return service.take_answer(content, listeners, NOW + timedelta(days=days))


def test_date_and_reference_of_the_bank_reach_what_was_paid(order: PayOrder) -> None:
    hears = Hears()
    assert take(order, hears, "2026-03-17", "LS20260317-0001").taken == 1
    assert hears.last == (date(2026, 3, 17), "LS20260317-0001")
    (kept,) = service.get_order(order.order_id).answers
    assert (kept.day, kept.reference) == hears.last


def test_without_them_the_day_of_the_answer_and_its_file_stand(order: PayOrder) -> None:
    hears = Hears()
    assert take(order, hears).taken == 1
    assert hears.last == (DAY + timedelta(days=3), hears.told[-1].digest)


@pytest.mark.parametrize(
    ("day", "code"), [("2026-03-20", "DATE_FUTURE"), ("2026-03-15", "DATE_ORDER")]
)
def test_a_date_that_cannot_be_is_a_problem_of_its_line(
    order: PayOrder, day: str, code: str
) -> None:
    hears = Hears()
    report = take(order, hears, day, "LS1")
    assert (report.taken, [p.code for p in report.problems]) == (0, [code])
    assert day in report.problems[0].says
    assert (state(order), hears.told) == ("released", [])
    assert take(order, hears, "2026-03-19", "LS1").taken == 1


@pytest.mark.parametrize(
    "fields",
    [
        ("2026-03-17",),
        ("17.03.2026", "LS1"),
        ("2026-02-30", "LS1"),
        ("2026-03-17", " "),
        ("2026-03-17", "L" * 65),
        ("2026-03-17", "LS1", "x"),
        ("", "LS1"),
    ],
)
def test_a_line_of_another_form_refuses_the_file(order: PayOrder, fields: tuple[str, ...]) -> None:
    hears = Hears()
    with pytest.raises(BadInput) as refused:
        take(order, hears, *fields)
    assert refused.value.field == "line 2"
    assert (state(order), hears.told) == ("released", [])


def test_paid_after_all_has_the_date_of_the_line_that_said_so(order: PayOrder) -> None:
    hears = Hears()
    take(order, hears, "2026-03-17", "LS1", result="failed")
    assert take(order, hears, "2026-03-18", "LS2").taken == 0
    assert take(order, hears, result="failed", days=4).taken == 0
    who = APPROVES, frozenset({"auditor"})
    listeners = {SourceKind.STATEMENT: hears}
    later = NOW + timedelta(days=9)
    service.resolve_contradiction(order.order_id, True, "已到账", *who, listeners, later)
    assert hears.last == (date(2026, 3, 18), "LS2")


def test_the_form_with_and_without_them_is_read() -> None:
    five = ("o1", "1.00", "paid", "")
    (plain,) = answer_file(answer("b", five)).lines
    (dated,) = answer_file(answer("b", (*five, "2026-03-17", "LS1"))).lines
    assert (plain.day, plain.reference) == (None, "")
    assert (dated.day, dated.reference) == (date(2026, 3, 17), "LS1")
