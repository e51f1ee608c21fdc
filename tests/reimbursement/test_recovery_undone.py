"""A recovery that was ordered, or whose money was recorded, by mistake: taken back by two people;
books and year follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import (
    ACCOUNTANT,
    AUDITOR,
    CASHIER,
    INSPECTOR,
    NANJING,
    REVIEWER,
    at,
    confirmed,
    draft,
    given,
    office,
    officer,
    register,
)

from medaid.aws.transaction import commit
from medaid.errors import BadInput, Conflict, Forbidden
from medaid.fund import balances as books
from medaid.fund import periods, rolled
from medaid.fund import service as fund
from medaid.fund.model import journal
from medaid.fund.model.chart import accounts
from medaid.fund.performance import rules as performance
from medaid.money import Fen
from medaid.months import Month
from medaid.people import service as people
from medaid.reimbursement import service
from medaid.reimbursement.model import Case, Officer, State

NOW = at("2026-03-16 09:00")
WHY = given("查无实据", "第四十一条")
WHOLE = Fen(882_250)
PART = Fen(100_001)
Year = tuple[dict[str, int], str]


@pytest.fixture(autouse=True)
def _person(tables: Tables) -> None:
    register()


def balances(*months: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for month in months or ("2026-03",):
        for entry in fund.entries(NANJING, month):
            for line in entry.lines:
                number = line.account.number
                found[number] = found.get(number, 0) + int(line.amount)
    return {number: fen for number, fen in found.items() if fen}


def year() -> Year:
    """The year's amounts and the act on top."""
    totals = people.load("P1", 2026).totals(2026)
    return dict(totals.amounts), totals.last


def person_times() -> dict[tuple[str, str], int]:
    return performance.person_times([rolled.read(NANJING, "2026-03")])


class Desk:
    """A paid case, and acts on it."""

    def __init__(self) -> None:
        self.office, self.now = office(), NOW
        self.case = confirmed(self.office, draft(), NOW)

    def do(self, act: str, who: Officer, *more: Fen) -> Case:
        use_case: Callable[..., Case] = getattr(service, act)
        version = self.case.version
        self.now += timedelta(seconds=1)
        self.case = use_case(self.office, who, self.case.case_id, version, *more, self.now, WHY)
        return self.case

    def ordered(self, amount: Fen) -> None:
        self.do("demand_recovery", INSPECTOR, amount)
        self.do("order_recovery", REVIEWER)


@pytest.mark.parametrize("amount", [PART, WHOLE])
def test_an_order_taken_back_leaves_books_and_year_as_before(amount: Fen) -> None:
    """Right money, 35."""
    desk = Desk()
    before = balances(), year()
    desk.ordered(amount)
    ordered = balances(), year()
    assert ordered != before
    assert desk.do("withdraw_recovery", AUDITOR).state == State.RECOVERY_WITHDRAWING
    assert (balances(), year()) == ordered, "until the second has decided"
    case = desk.do("annul_recovery", REVIEWER)
    assert (case.state, case.recovered, case.recovery) == (State.NOTIFIED, 0, None)
    assert (balances(), year()) == before
    assert person_times() == {("reimbursement", "inpatient"): 1}
    desk.ordered(WHOLE)
    case = desk.do("receive_recovery", CASHIER)
    assert (case.state, case.recovered, balances()) == (State.RECOVERED, WHOLE, {})


@pytest.mark.parametrize("reversed_meanwhile", [False, True])
def test_a_whole_recovery_is_undone_below_what_came_after(reversed_meanwhile: bool) -> None:
    """The case is at its place again while a later act lies above it; where that was reversed
    meanwhile, the case is on top."""
    desk = Desk()
    before = people.load("P1", 2026).totals(2026)
    later = before.with_act("later", {"own_all": 5})
    commit(people.totals_changed("P1", before, later))
    desk.ordered(WHOLE)
    totals = people.load("P1", 2026).totals(2026)
    assert (totals.last, list(totals.voided)) == ("later", [desk.case.case_id])
    if reversed_meanwhile:
        below = desk.case.case_id
        gone = totals.without_act("later", {"own_all": 5}, below)
        assert gone.last != below
        commit(people.totals_changed("P1", totals, gone))
    desk.do("withdraw_recovery", AUDITOR)
    desk.do("annul_recovery", REVIEWER)
    after = people.load("P1", 2026).totals(2026)
    wanted = before if reversed_meanwhile else later
    assert (after.amounts, after.last, after.voided) == (wanted.amounts, wanted.last, {})


def test_of_two_recoveries_the_first_stands() -> None:
    desk = Desk()
    desk.ordered(PART)
    desk.do("receive_recovery", CASHIER)
    before = balances(), year()
    desk.ordered(Fen(WHOLE - PART))
    desk.do("withdraw_recovery", AUDITOR)
    case = desk.do("annul_recovery", REVIEWER)
    assert (case.state, case.recovered) == (State.RECOVERED, PART)
    assert (balances(), year()) == before
    desk.do("demand_recovery", INSPECTOR, Fen(1))
    assert desk.do("drop_recovery", AUDITOR).state == State.RECOVERED
    desk.do("withdraw_receipt", CASHIER)
    desk.do("annul_receipt", ACCOUNTANT)
    assert balances()["2103"] == PART, "the money of the first is waited for"
    desk.do("receive_recovery", CASHIER)
    assert (balances(), year()) == before


def test_money_recorded_by_mistake_is_mirrored_and_comes_anew() -> None:
    """Right money, 35."""
    desk = Desk()
    desk.ordered(PART)
    waited, totals = balances(), year()
    for _ in range(3):
        desk.do("receive_recovery", CASHIER)
        there = balances()
        assert desk.do("withdraw_receipt", CASHIER).state == State.RECEIPT_WITHDRAWING
        assert balances() == there
        assert desk.do("annul_receipt", ACCOUNTANT).state == State.RECOVERY_ORDERED
        assert (balances(), year()) == (waited, totals)
    desk.do("withdraw_recovery", AUDITOR)
    assert desk.do("annul_recovery", REVIEWER).state == State.NOTIFIED
    assert "2103" not in balances()


def test_money_of_an_earlier_year_leaves_the_special_account_again() -> None:
    desk = Desk()
    desk.now = at("2027-01-18 09:00")
    january = "2027-01"
    desk.ordered(PART)
    desk.do("receive_recovery", CASHIER)
    assert balances(january) == {"1001": PART, "430104": -PART}
    desk.do("withdraw_receipt", CASHIER)
    desk.do("annul_receipt", ACCOUNTANT)
    assert balances(january) == {}
    desk.do("withdraw_recovery", AUDITOR)
    desk.do("annul_recovery", REVIEWER)
    assert balances(january) == {}, "nothing was booked for its order"
    assert year()[0]["own_all"] == 1_000_000 - WHOLE


def test_a_closed_month_stays_and_the_mirror_is_of_the_open_one() -> None:
    desk = Desk()
    paid = balances()
    desk.ordered(PART)
    desk.do("receive_recovery", CASHIER)
    march = balances()
    for number, month in ((3, "2026-02"), (4, "2026-03")):
        periods.close(NANJING, Month(month), "会计", at(f"2026-0{number}-02 09:00"))
    desk.now = at("2026-04-03 09:00")
    for act, who in (
        ("withdraw_receipt", CASHIER),
        ("annul_receipt", ACCOUNTANT),
        ("withdraw_recovery", AUDITOR),
        ("annul_recovery", REVIEWER),
    ):
        desk.do(act, who)
    assert balances() == march
    assert balances("2026-03", "2026-04") == paid


def test_money_that_was_spent_meanwhile_is_not_taken_back() -> None:
    desk = Desk()
    desk.ordered(PART)
    desk.do("receive_recovery", CASHIER)
    found = books.balance(NANJING, NOW.date())
    kind, other = "institution_payment", "H32010000001"
    for code in ("610100", "390100"):
        name = funds_by_code()[code]
        rows = [(name, "2101", "1002", found[f"{code}-1002"])]
        entry = journal.movement(kind, NANJING, f"付{code}", rows, desk.now, counterpart=other)
        periods.post(entry)
    desk.do("withdraw_receipt", CASHIER)
    with pytest.raises(Conflict) as told:
        desk.do("annul_receipt", ACCOUNTANT)
    assert (told.value.code, told.value.field) == ("OVERDRAWN", "amount")
    assert service.case_detail(desk.office, CASHIER, desk.case.case_id, NOW).case == desk.case
    assert desk.do("keep_receipt", ACCOUNTANT).state == State.RECOVERED


def funds_by_code() -> dict[str, str]:
    return {account.code.split("-")[0]: account.fund for account in accounts().values()}


def test_not_agreed_to_it_stands_and_goes_on() -> None:
    desk = Desk()
    desk.ordered(PART)
    before = balances(), year()
    desk.do("withdraw_recovery", INSPECTOR)
    with pytest.raises(Conflict) as told:  # no money is recorded meanwhile
        desk.do("receive_recovery", CASHIER)
    assert told.value.code == "STATE"
    assert desk.do("keep_recovery", REVIEWER).state == State.RECOVERY_ORDERED
    assert (balances(), year()) == before
    desk.do("receive_recovery", CASHIER)
    there = balances()
    desk.do("withdraw_receipt", CASHIER)
    assert desk.do("keep_receipt", ACCOUNTANT).state == State.RECOVERED
    assert balances() == there


BOTH = officer("o-both", "auditor", "inspector", "reviewer")
AT_PAY = officer("o-till", "cashier", "accountant")
STRANGER = officer(
    "o-x", "auditor", "inspector", "reviewer", "cashier", "accountant", admdvs="320500"
)


@pytest.mark.parametrize("second", ["annul_recovery", "keep_recovery"])
def test_an_order_is_taken_back_by_two(second: str) -> None:
    desk = Desk()
    desk.ordered(PART)
    for who in (REVIEWER, CASHIER, STRANGER):
        with pytest.raises(Forbidden):
            desk.do("withdraw_recovery", who)
    with pytest.raises(Conflict):  # nobody asked
        desk.do(second, REVIEWER)
    desk.do("withdraw_recovery", BOTH)
    for who in (BOTH, AUDITOR, STRANGER):
        with pytest.raises(Forbidden):
            desk.do(second, who)
    desk.do(second, REVIEWER)
    with pytest.raises(Conflict) as told:  # decided already
        desk.do(second, REVIEWER)
    assert told.value.code == "STATE"


@pytest.mark.parametrize("second", ["annul_receipt", "keep_receipt"])
def test_a_receipt_is_taken_back_by_two(second: str) -> None:
    desk = Desk()
    desk.ordered(PART)
    with pytest.raises(Conflict):  # nothing was received
        desk.do("withdraw_receipt", CASHIER)
    desk.do("receive_recovery", CASHIER)
    for who in (ACCOUNTANT, AUDITOR, AT_PAY, STRANGER):
        with pytest.raises(Forbidden):
            desk.do("withdraw_receipt", who)
    with pytest.raises(Conflict):  # nobody asked
        desk.do(second, ACCOUNTANT)
    desk.do("withdraw_receipt", CASHIER)
    for who in (CASHIER, REVIEWER, AT_PAY, STRANGER):
        with pytest.raises(Forbidden):
            desk.do(second, who)
    desk.do(second, ACCOUNTANT)
    with pytest.raises(Conflict) as told:  # decided already
        desk.do(second, ACCOUNTANT)
    assert told.value.code == "STATE"


@pytest.mark.parametrize("act", ["withdraw_recovery", "annul_recovery"])
def test_each_says_why(act: str) -> None:
    desk = Desk()
    desk.ordered(PART)
    if act == "annul_recovery":
        desk.do("withdraw_recovery", AUDITOR)
    who = REVIEWER if act == "annul_recovery" else AUDITOR
    case, use_case = desk.case, getattr(service, act)
    with pytest.raises(BadInput) as told:
        use_case(desk.office, who, case.case_id, case.version, desk.now, given(" "))
    assert told.value.field == "reason"
