"""A city's payment into its province's account that was entered wrongly is taken back by two people
(X12)."""

from __future__ import annotations

from datetime import date

import pytest
from tests.clearing.builders import advance, at, endow, pay_bill
from tests.clearing.test_region_bills import JS, MONTH, NOW, SH, SUZHOU, moved, received
from tests.conftest import Tables

from medaid.clearing.regions import service as regions
from medaid.clearing.regions.model import Deposit
from medaid.errors import BadInput, Conflict, Forbidden, MedaidError, Refused
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.payments.model import Duty
from medaid.payments.service import delegate_duty

CASHIER, ACCOUNTANT = OfficerId("省出纳"), OfficerId("省会计")
LATER = at(3, 4, month=8)


def enter(document: str, fen: int) -> Deposit:
    endow(SUZHOU, day=date(2023, 7, 31))
    return regions.collect(JS, SUZHOU, document, {"assistance": Fen(fen)}, CASHIER, NOW)


def ask(document: str) -> Deposit:
    return regions.request_deposit_withdrawal(JS, SUZHOU, document, "金额录错", CASHIER, LATER)


def decide(document: str, approved: bool, by: OfficerId = ACCOUNTANT) -> Deposit:
    return regions.decide_deposit_withdrawal(JS, SUZHOU, document, approved, "核对", by, LATER)


def books() -> tuple[int, int, int]:
    return moved(SUZHOU, "1101"), moved(JS, "2106"), moved(JS, "1001")


@pytest.mark.usefixtures("tables")
class TestWithdrawal:
    def test_a_slip_leaves_no_trace_in_the_books_and_is_entered_again(self) -> None:
        """Right money, 35."""
        enter("1", 100000)
        assert books() == (100000, -100000, 100000)
        assert ask("1").held == {}
        assert books() == (100000, -100000, 100000)
        gone = decide("1", approved=True)
        assert (gone.held, books()) == ({}, (0, 0, 0))
        (trail,) = gone.withdrawals
        assert (trail.by, trail.decided_by, trail.reason, trail.approved) == (
            CASHIER,
            ACCOUNTANT,
            "金额录错",
            True,
        )
        assert enter("1", 1000).held == {"assistance": Fen(1000)}
        assert books() == (1000, -1000, 1000)
        assert enter("1", 1000).held == {"assistance": Fen(1000)}

    def test_entered_again_it_can_be_taken_back_again(self) -> None:
        for fen in (5, 7):
            enter("1", fen)
            ask("1")
            decide("1", approved=True)
        assert books() == (0, 0, 0)
        assert [one.number for one in enter("1", 9).withdrawals] == [0, 1]

    def test_not_agreed_to_it_counts_as_before(self) -> None:
        enter("1", 1000)
        ask("1")
        assert decide("1", approved=False).held == {"assistance": Fen(1000)}
        assert books() == (1000, -1000, 1000)
        assert ask("1").held == {}

    def test_not_agreed_to_it_says_why(self, tables: Tables) -> None:
        enter("1", 1000)
        ask("1")
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            regions.decide_deposit_withdrawal(JS, SUZHOU, "1", False, " ", ACCOUNTANT, LATER)
        assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "reason")
        assert tables.everything() == before
        gone = regions.decide_deposit_withdrawal(JS, SUZHOU, "1", True, "", ACCOUNTANT, LATER)
        assert gone.held == {}

    def test_no_bill_is_paid_with_what_is_being_taken_back(self) -> None:
        pay_bill(received(), NOW, "submitted")
        enter("1", 1000)
        ask("1")
        with pytest.raises(Conflict):
            advance(SH, JS, MONTH, "in_full", LATER)
        decide("1", approved=False)
        assert advance(SH, JS, MONTH, "in_full", LATER).state == "in_full"

    def test_what_a_bill_uses_is_not_taken_back(self, tables: Tables) -> None:
        pay_bill(received(), NOW, "submitted")
        enter("1", 1000)
        advance(SH, JS, MONTH, "in_full", NOW)
        before = tables.everything()
        with pytest.raises(Conflict) as told:
            ask("1")
        assert told.value.code == "STATE"
        assert tables.everything() == before

    def test_one_person_does_not_do_both(self, tables: Tables) -> None:
        """Q3.1."""
        enter("1", 1000)
        ask("1")
        before = tables.everything()
        with pytest.raises(Forbidden) as told:
            decide("1", approved=True, by=CASHIER)
        assert told.value.code == "SEPARATION"
        assert tables.everything() == before

    def test_who_stood_in_when_it_was_asked_agrees_no_later_either(self) -> None:
        """Q3.1."""
        enter("1", 1000)
        ask("1")
        days, chief = (date(2023, 8, 1), date(2023, 8, 31)), OfficerId("主任")
        delegate_duty(JS, Duty.PAY, CASHIER, ACCOUNTANT, *days, "休假", chief, LATER)
        september = at(4, 4, month=9)
        with pytest.raises(Forbidden) as told:
            regions.decide_deposit_withdrawal(JS, SUZHOU, "1", True, "核对", ACCOUNTANT, september)
        assert told.value.code == "SEPARATION"
        other = OfficerId("另一会计")
        gone = regions.decide_deposit_withdrawal(JS, SUZHOU, "1", True, "核对", other, september)
        assert gone.held == {}

    def test_what_nobody_entered_or_asked_for_is_refused(self, tables: Tables) -> None:
        enter("1", 1000)
        before = tables.everything()
        with pytest.raises(Refused):
            ask("2")
        with pytest.raises(Refused):
            decide("2", approved=True)
        with pytest.raises(Conflict):
            decide("1", approved=True)
        assert tables.everything() == before
        ask("1")
        with pytest.raises(MedaidError):
            ask("1")
        with pytest.raises(Conflict):
            enter("1", 7)
