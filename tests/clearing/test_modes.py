"""The agreed modes along the whole way of a month and its supplement, on the routes (Q5.1, N5)."""

from __future__ import annotations

from datetime import date

import pytest
from tests.clearing.builders import (
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    contract,
    item,
    reconcile_totals,
    statement,
)
from tests.clearing.test_jobs import ask
from tests.conftest import Tables

from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Statement
from medaid.clearing.model import Item
from medaid.money import Fen
from medaid.regions import Region

A = HOSPITALS[0]
AUGUST = at(1, 4, month=8)
LATER = at(5, 4, month=8)
PATH = f"/clearing/{HOME}/statements/{A}/2023-07"


@pytest.fixture(autouse=True)
def contracted(tables: Tables) -> None:
    contract(A)


def confirm(items: list[Item], clr_type: str, late: bool = False) -> None:
    """The hospital agrees to all of a month in one kind of visit."""
    sums = {
        name: Fen(sum(int(one.amounts[name]) for one in items))
        for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    }
    days = date(2023, 7, 1), date(2023, 7, 31)
    group, when = ("390", clr_type, HOME), LATER if late else AUGUST
    assert reconcile_totals(HOME, A, group, *days, sums, len(items), when)[0] == "0"


def supplemented(clr_type: str) -> None:
    """A month's statement and the supplement of what came late, both confirmed."""
    first, late = item(1, at(3), clr_type=clr_type), item(2, at(4), clr_type=clr_type)
    arrive(first)
    close_month(HOME, "2023-07", AUGUST)
    confirm([first], clr_type)
    arrive(late, LATER)
    hospital.make_up_months(Region(HOME), at(6, 4, month=8))
    assert statement(HOME, A, "2023-07", 2).by_fund["basic_resident"] == Fen(60000)
    confirm([first, late], clr_type, late=True)


def pay(number: int, points: int | None = None) -> Statement:
    key = HOME, A, "2023-07", number
    hospital.approve_statement(*key, "甲", AUGUST, points)
    return hospital.release_statement(*key, "乙", AUGUST)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_total_in_advance_is_paid_once_whichever_statement_is_paid_first(
    order: tuple[int, int],
) -> None:
    """Right money, 9."""
    supplemented("11")
    agree(agreement(A, mode="7", rate=100_000))
    paid = {number: pay(number) for number in order}
    insurance = [int(paid[n].paid.get("basic_resident", 0)) for n in (1, 2)]
    assert insurance == [100_000, 0]
    assert [int(paid[n].paid["assistance"]) for n in (1, 2)] == [20000, 20000]


def test_points_are_asked_for_on_each_statement_and_nothing_is_payable_without() -> None:
    """Right money, 9."""
    supplemented("21")
    agree(agreement(A, mode="4", rate=100))
    for number in (1, 2):
        path = f"{PATH}/{number}/approve"
        status, told = ask("POST", path, {}, roles="auditor", sub="甲")
        assert (status, told["code"], told["field"]) == (422, "FIELD_REQUIRED", "points")
        assert statement(HOME, A, "2023-07", number).state == "confirmed"
        for wrong in (-1, 1.5, "500", 10**10):
            assert ask("POST", path, {"points": wrong}, roles="auditor", sub="甲")[0] == 400
        assert ask("POST", path, {"points": 500}, roles="auditor", sub="甲")[0] == 200
    paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
    assert int(paid.paid["basic_resident"]) == 50_000


def test_the_share_on_the_route_is_of_what_was_paid() -> None:
    supplemented("21")
    agree(agreement(A, mode="4", rate=100))
    share = f"/clearing/{HOME}/drg-share/2023"

    def told() -> tuple[str, str, bool]:
        shown = ask("GET", share, roles="finance")[1]
        return shown["by_drg_dip"], shown["whole"], shown["reached"]

    assert told() == ("0.00", "0.00", True), "claimed, and nothing is paid yet"
    pay(1, points=500)
    assert told() == ("500.00", "500.00", True)
