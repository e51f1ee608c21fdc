"""An insurer's bill is paid through the bank as everything else is: ordered, in the bank's file,
paid when the bank says so, reopened when it comes back. Proves M二.5, Q3.1. Issue: the finance
office, 8 and 9."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.clearing.builders import agree, agreement, at, bank_says, insure, insurer_account
from tests.clearing.test_insurer import CITY, DISTRICT, HOSPITAL, bill, fronted, open_2104
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances

from medaid.aws import exchange
from medaid.aws.transaction import commit
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import InsurerBill, InsurerPeriod, RecordedPart
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import balances, periods
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import BankAccount
from medaid.regions import Region

D = Region(DISTRICT)
JULY = at(2, month=7, year=2019)
AUDITOR, FINANCE = OfficerId("审核"), OfficerId("财政")


def spent() -> int:
    """Fen that left the special account for the insurer, by the journal."""
    months = Month("2019-01").through(Month("2020-04"))
    entries = [e for m in months for e in fund.entries(DISTRICT, m) if e.kind != "opening"]
    return -sum(int(fen) for fen in counterpart_balances(entries, "1001").values())


def approved(now: datetime = JULY) -> InsurerBill:
    return insurer.approve_bill(D, 2019, InsurerPeriod.JULY, AUDITOR, now)


def ordered(now: datetime = JULY) -> InsurerBill:
    return insurer.pay_bill(D, 2019, InsurerPeriod.JULY, FINANCE, now)


def present() -> InsurerBill:
    (found,) = [b for b in insurer.list_bills(Region(CITY), 2019) if b.period is InsurerPeriod.JULY]
    return found


@pytest.fixture
def billed(tables: Tables) -> Tables:
    insure(CITY, 2019)
    agree(agreement(HOSPITAL, year=2019))
    fronted(1, 3, 50000)
    bill(DISTRICT, "07", at(1, month=7, year=2019))
    insurer_account(DISTRICT, JULY)
    return tables


@pytest.mark.usefixtures("billed")
class TestBank:
    def test_paid_when_the_bank_says_so_with_its_day_and_number(self) -> None:
        """M二.5."""
        approved()
        made = ordered()
        assert (made.state, made.paid_on, spent()) == ("ordered", None, 50000)
        order = payments.get_order(made.order_id)
        assert (order.payee, order.amount, order.payer) == ("PICC", Fen(50000), "1001")
        content = exchange.get(f"bank/out/{order.batch_id}.txt", 10_000)
        assert f"|{made.order_id}|人保财险茂名|6222000033334444|104|500.00".encode() in content
        assert ordered() == made, "twice changes nothing"
        third = at(3, month=7, year=2019)
        assert bank_says(made.order_id, "paid", third, reference="流水7").taken == 1
        paid = present()
        assert (paid.state, paid.bank_reference) == ("paid", "流水7")
        assert paid.paid_on == date(2019, 7, 3)
        assert (open_2104("2019-07"), spent()) == (0, 50000)

    def test_failed_it_is_approved_and_paid_anew(self) -> None:
        approved()
        first = ordered()
        assert bank_says(first.order_id, "failed", JULY, "销户").taken == 1
        assert (present().state, open_2104("2019-07"), spent()) == ("returned", -50000, 0)
        with pytest.raises(Conflict):
            ordered()
        approved()
        second = ordered()
        assert second.order_id != first.order_id
        assert (open_2104("2019-07"), spent()) == (0, 50000)
        assert bank_says(second.order_id, "paid", JULY).taken == 1
        assert present().state == "paid"

    def test_returned_after_it_was_paid_it_is_owed_again(self) -> None:
        approved()
        first = ordered()
        bank_says(first.order_id, "paid", JULY, reference="流水7")
        later = at(9, month=7, year=2019)
        assert bank_says(first.order_id, "failed", later, "户名不符").taken == 1
        found = present()
        assert (found.state, found.paid_on, found.bank_reference) == ("returned", None, "")
        assert (open_2104("2019-07"), spent()) == (-50000, 0)

    def test_failed_and_then_paid_after_all_it_is_booked_anew(self) -> None:
        approved()
        first = ordered()
        bank_says(first.order_id, "failed", JULY, "销户")
        later = at(4, month=7, year=2019)
        assert bank_says(first.order_id, "paid", later, reference="流水8").taken == 0
        listeners = {payments.get_order(first.order_id).source.kind: insurer.payment_heard}
        roles = frozenset({"auditor"})
        sent = (first.order_id, True, "已查询银行", AUDITOR, roles)
        payments.resolve_contradiction(*sent, listeners, later)
        found = present()
        assert (found.state, found.bank_reference) == ("paid", "流水8")
        assert (open_2104("2019-07"), spent()) == (0, 50000)

    def test_an_answer_of_another_amount_changes_nothing(self, billed: Tables) -> None:
        approved()
        made = ordered()
        order = payments.get_order(made.order_id)
        content = f"H|{order.batch_id}\nD|{made.order_id}|500.01|paid|\nT|1|500.01\n".encode()
        before = billed.everything()
        listeners = {order.source.kind: insurer.payment_heard}
        report = payments.take_answer(content, listeners, JULY)
        assert [one.code for one in report.problems] == ["AMOUNT_SUM"]
        assert billed.everything() == before

    def test_a_changed_account_that_waits_holds_the_payment_back(self, billed: Tables) -> None:
        changed = BankAccount("人保财险茂名", "6222000099990000", "104")
        payments.enter_account(D, "PICC", changed, OfficerId("录入"), JULY)
        approved()
        before = billed.everything()
        with pytest.raises(Conflict) as told:
            ordered()
        assert (told.value.code, told.value.field) == ("STATE", "account")
        assert billed.everything() == before

    def test_not_approved_it_is_not_paid_and_the_auditor_pays_nothing(self, billed: Tables) -> None:
        before = billed.everything()
        with pytest.raises(Conflict):
            ordered()
        assert billed.everything() == before
        approved()
        before = billed.everything()
        with pytest.raises(Forbidden) as told:
            insurer.pay_bill(D, 2019, InsurerPeriod.JULY, AUDITOR, JULY)
        assert told.value.code == "SEPARATION"
        assert billed.everything() == before


@pytest.mark.usefixtures("billed")
class TestRefund:
    """多退少补: what the insurer owes comes in on the bank's paper."""

    MARCH = at(9, month=3, year=2020)

    def owed_back(self) -> InsurerBill:
        approved()
        bank_says(ordered().order_id, "paid", JULY)
        (one,) = [e for e in fund.entries(DISTRICT, "2019-04") if e.kind == "insurer_fronting"]
        commit(fund.writes(reversing(one, "r", date(2019, 9, 1), at(1, month=9, year=2019))))
        made = bill(DISTRICT, "true_up", at(1, month=3, year=2020))
        insurer.approve_bill(D, 2019, InsurerPeriod.TRUE_UP, AUDITOR, self.MARCH)
        return made

    def receive(
        self, day: date = date(2020, 3, 6), paper: str = "回单1", by: OfficerId = FINANCE
    ) -> InsurerBill:
        return insurer.receive_refund(D, 2019, InsurerPeriod.TRUE_UP, paper, day, by, self.MARCH)

    def test_it_is_booked_on_the_banks_day_once(self) -> None:
        assert self.owed_back().fronted == Fen(-50000)
        done = self.receive()
        assert (done.state, done.bank_reference, done.paid_on) == (
            "paid",
            "回单1",
            date(2020, 3, 6),
        )
        (entry,) = [e for e in fund.entries(DISTRICT, "2020-03") if e.kind == "insurer_refund"]
        assert entry.effective == date(2020, 3, 6)
        assert (open_2104(), spent()) == (0, 0)
        assert self.receive() == done
        with pytest.raises(Conflict):
            self.receive(paper="回单2")

    @pytest.mark.parametrize(
        ("day", "code"),
        [(date(2020, 3, 10), "DATE_FUTURE"), (date(2020, 2, 29), "DATE_ORDER")],
    )
    def test_a_day_ahead_or_before_the_bill_is_refused(
        self, billed: Tables, day: date, code: str
    ) -> None:
        self.owed_back()
        before = billed.everything()
        with pytest.raises(BadInput) as told:
            self.receive(day)
        assert (told.value.code, told.value.field) == (code, "received_on")
        assert billed.everything() == before

    def test_who_approved_does_not_receive_it(self, billed: Tables) -> None:
        self.owed_back()
        before = billed.everything()
        with pytest.raises(Forbidden):
            self.receive(by=AUDITOR)
        assert billed.everything() == before

    def test_what_the_insurer_owes_is_no_pay_order_and_what_is_owed_to_it_no_refund(self) -> None:
        self.owed_back()
        with pytest.raises(Conflict) as told:
            insurer.pay_bill(D, 2019, InsurerPeriod.TRUE_UP, FINANCE, self.MARCH)
        assert told.value.field == "bill"
        with pytest.raises(Conflict):
            insurer.receive_refund(
                D, 2019, InsurerPeriod.JULY, "回单1", date(2019, 7, 5), FINANCE, self.MARCH
            )

    def test_a_refund_recorded_by_a_wrong_paper_is_taken_back_by_two(self, billed: Tables) -> None:
        """The books owe it again until it comes by another paper. Right money, 35."""
        self.owed_back()
        where = RecordedPart.REFUND, D, 2019, InsurerPeriod.TRUE_UP, D
        with pytest.raises(Conflict):  # nothing is recorded
            insurer.request_undo(*where, "认错款", FINANCE, self.MARCH)
        self.receive()
        insurer.request_undo(*where, "认错款", FINANCE, self.MARCH)
        before = billed.everything()
        with pytest.raises(Conflict):
            insurer.request_undo(*where, "认错款", FINANCE, self.MARCH)
        with pytest.raises(Forbidden) as told:
            insurer.decide_undo(*where, True, "", FINANCE, self.MARCH)
        assert told.value.code == "SEPARATION"
        with pytest.raises(BadInput):
            insurer.decide_undo(*where, False, "", OfficerId("主任"), self.MARCH)
        assert billed.everything() == before
        gone = insurer.decide_undo(*where, True, "属实", OfficerId("主任"), self.MARCH)
        assert (gone.state, gone.paid_on, gone.bank_reference) == ("approved", None, "")
        assert [one.act for one in gone.trail] == [
            "refund_recorded",
            "refund_withdraw",
            "refund_withdrawn",
        ]
        self.receive(paper="回单2")
        made = [e for e in fund.entries(DISTRICT, "2020-03") if e.kind == "insurer_refund"]
        received = [
            int(line.fen) for e in made for line in e.lines if line.account.number == "1001"
        ]
        assert sorted(received) == [-50000, 50000, 50000]

    def test_a_closed_month_takes_no_refund(self, billed: Tables) -> None:
        self.owed_back()
        april = at(20, month=4, year=2020)
        month = Month("2020-03")
        first = balances.first_month(DISTRICT) or month
        for one in first.through(month):
            periods.close(DISTRICT, one, "会计", april, carried_over=True)
        before = billed.everything()
        with pytest.raises(Conflict) as told:
            insurer.receive_refund(
                D, 2019, InsurerPeriod.TRUE_UP, "回单1", date(2020, 3, 6), FINANCE, april
            )
        assert told.value.code == "PERIOD_CLOSED"
        assert billed.everything() == before


@pytest.mark.usefixtures("billed")
def test_a_bill_of_nothing_is_done_without_an_order() -> None:
    bill(DISTRICT, "12", at(1, month=12, year=2019))
    december = at(2, month=12, year=2019)
    insurer.approve_bill(D, 2019, InsurerPeriod.DECEMBER, AUDITOR, december)
    done = insurer.pay_bill(D, 2019, InsurerPeriod.DECEMBER, FINANCE, december)
    assert (done.state, done.order_id) == ("nothing_due", "")


@pytest.mark.usefixtures("billed")
def test_another_districts_bill_is_not_there() -> None:
    with pytest.raises(Refused) as told:
        insurer.pay_bill(Region("440902"), 2019, InsurerPeriod.JULY, FINANCE, JULY)
    assert told.value.code == "NOT_FOUND"
