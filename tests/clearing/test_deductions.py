"""What an operator takes off: checked at entry, and withdrawn by two where it was wrong. Proves
J39, Q7, N8, Q3.1."""

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
    deduct,
    item,
    made,
    reconcile_totals,
    statement,
    waiting,
)
from tests.conftest import Tables

from medaid.aws.transaction import commit
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.statements import DEDUCTIONS, TAKEN_UP
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import books
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty, delegate_duty
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
A, R = HOSPITALS[0], Region(HOME)
AUGUST = at(1, 4, month=8)


def confirmed() -> None:
    one = item(1, at(3))
    arrive(one)
    close_month(HOME, "2023-07", AUGUST)
    sums = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
    first, last = date(2023, 7, 1), date(2023, 7, 31)
    reconcile_totals(HOME, A, ("390", "21", HOME), first, last, sums, 1, AUGUST)


def paid() -> dict[str, Fen]:
    agree(agreement(A))
    hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
    return dict(hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST).paid)


class TestEntry:
    @pytest.mark.parametrize(
        ("amounts", "paying"),
        [
            ({"no_such_fund": Fen(5)}, HOME),
            ({"assistance": Fen(5)}, "650100"),  # nobody of there was ever settled here
            ({"assistance": Fen(0)}, HOME),
            ({"assistance": Fen(-5)}, HOME),
            ({}, HOME),
        ],
    )
    def test_what_could_never_be_paid_is_refused_when_it_is_entered(
        self, tables: Tables, amounts: dict[str, Fen], paying: str
    ) -> None:
        """Right money, 35. An unknown fund or region made the hospital's month unpayable for
        ever."""
        arrive(item(1, at(3)))
        before = tables.everything()
        with pytest.raises(Refused):
            deduct(HOME, A, "D1", amounts, "违规", paying, at(20))
        assert tables.everything() == before

    def test_same_id_for_another_deduction_is_refused(self) -> None:
        deduct(HOME, A, "D1", {"assistance": Fen(5)}, "违规", HOME, at(20))
        deduct(HOME, A, "D1", {"assistance": Fen(5)}, "违规", HOME, at(21))
        with pytest.raises(Conflict):
            deduct(HOME, A, "D1", {"assistance": Fen(6)}, "违规", HOME, at(21))


class TestWithdrawal:
    def entered(self) -> None:
        deduct(HOME, A, "D1", {"assistance": Fen(500)}, "录入有误", HOME, at(20))

    def request(self, by: str = "丙") -> None:
        hospital.request_withdrawal(hospital.DEDUCTION, R, A, "D1", "金额录错", by, AUGUST)

    def test_two_people_withdraw_it_before_it_is_taken_up(self) -> None:
        """Right money, 35."""
        self.entered()
        self.request()
        with pytest.raises(Forbidden) as told:
            hospital.decide_withdrawal(
                hospital.DEDUCTION, R, A, "D1", True, "核对属实", "丙", AUGUST
            )
        assert told.value.code == "SEPARATION"
        gone, _ = hospital.decide_withdrawal(
            hospital.DEDUCTION, R, A, "D1", True, "核对属实", "丁", AUGUST
        )
        words = ("审核", "丙", "丁", "金额录错", "核对属实")
        assert [word in "".join(gone.trail) for word in words] == [True] * 5
        confirmed()
        assert paid() == {"assistance": Fen(20000), "basic_resident": Fen(60000)}

    def test_withdrawn_from_an_approved_statement_it_is_approved_anew(self) -> None:
        """Right money, 35."""
        self.entered()
        confirmed()
        agree(agreement(A, retention="0.05"))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        self.request()
        hospital.decide_withdrawal(hospital.DEDUCTION, R, A, "D1", True, "核对属实", "丁", AUGUST)
        found = statement(HOME, A, "2023-07")
        assert (found.state, found.retained, found.deductions) == ("confirmed", {}, ())
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        released = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        assert released.paid == {"assistance": Fen(19000), "basic_resident": Fen(57000)}
        entries = list(fund.entries(HOME, "2023-08"))
        assert books.balances(entries).get("610100-430109") is None

    def test_who_stood_in_when_it_was_asked_agrees_no_later_either(self) -> None:
        """Q3.1."""
        self.entered()
        self.request()
        days = date(2023, 8, 1), date(2023, 8, 31)
        who, other, chief = OfficerId("丙"), OfficerId("代理"), OfficerId("主任")
        delegate_duty(R, Duty.AUDIT, who, other, *days, "休假", chief, AUGUST)
        later = at(4, 4, month=9)
        with pytest.raises(Forbidden) as told:
            hospital.decide_withdrawal(
                hospital.DEDUCTION, R, A, "D1", True, "核对属实", other, later
            )
        assert told.value.code == "SEPARATION"
        hospital.decide_withdrawal(hospital.DEDUCTION, R, A, "D1", True, "核对属实", "丁", later)

    def test_not_withdrawn_it_says_why(self, tables: Tables) -> None:
        self.entered()
        self.request()
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            hospital.decide_withdrawal(hospital.DEDUCTION, R, A, "D1", False, "", "丁", AUGUST)
        assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "reason")
        assert tables.everything() == before
        hospital.decide_withdrawal(hospital.DEDUCTION, R, A, "D1", True, "", "丁", AUGUST)

    def test_not_withdrawn_it_stands(self) -> None:
        self.entered()
        self.request()
        hospital.decide_withdrawal(hospital.DEDUCTION, R, A, "D1", False, "扣减无误", "丁", AUGUST)
        confirmed()
        assert paid()["assistance"] == Fen(19500)

    def test_refusing_leaves_its_reason(self) -> None:
        self.entered()
        self.request()
        stays, _ = hospital.decide_withdrawal(
            hospital.DEDUCTION, R, A, "D1", False, "扣减无误", "丁", AUGUST
        )
        assert "丁 不同意撤回:扣减无误" in stays.trail[-1]

    def test_who_pays_in_the_office_withdraws_nothing(self, tables: Tables) -> None:
        """Q3.1: withdrawing is an act of audit, as entering is."""
        self.entered()
        commit(claim_duty(R, OfficerId("乙"), frozenset(), Duty.PAY, AUGUST))
        before = tables.everything()
        with pytest.raises(Forbidden) as asked:
            self.request("乙")
        assert (asked.value.code, tables.everything()) == ("SEPARATION", before)
        self.request()
        before = tables.everything()
        with pytest.raises(Forbidden) as decided:
            hospital.decide_withdrawal(hospital.DEDUCTION, R, A, "D1", True, "", "乙", AUGUST)
        assert (decided.value.code, tables.everything()) == ("SEPARATION", before)

    def test_nobody_withdraws_what_nobody_asked_to_withdraw(self) -> None:
        self.entered()
        with pytest.raises(Conflict):
            hospital.decide_withdrawal(
                hospital.DEDUCTION, R, A, "D1", True, "核对属实", "丁", AUGUST
            )
        with pytest.raises(Refused):
            hospital.request_withdrawal(hospital.DEDUCTION, R, A, "D9", "无", "丙", AUGUST)


def test_all_that_waits_is_taken_up_in_supplements_of_the_same_run() -> None:
    """Right money, 36. More waits than one transaction holds: nothing waits for ever."""
    count = TAKEN_UP + DEDUCTIONS + 3
    arrive(item(1, at(3), maf=90000))
    for n in range(count):
        deduct(HOME, A, f"D{n:03d}", {"assistance": Fen(1)}, "审核", HOME, at(20))
    close_month(HOME, "2023-07", AUGUST)
    found = made(HOME, A, "2023-07")
    assert sum(len(one.deductions) for one in found) == count
    assert max(len(one.deductions) for one in found) <= DEDUCTIONS
    assert {state for _, state, _ in waiting(HOME, A)} == {"taken"}
    close_month(HOME, "2023-07", AUGUST)
    assert made(HOME, A, "2023-07") == found
