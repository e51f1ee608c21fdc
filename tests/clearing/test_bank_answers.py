"""Whatever the bank answers of a statement's orders, in whatever order, and whatever people find
out of its contradictions: the journal holds what was paid, the queue what is not (J34, Q3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings
from tests.clearing.builders import (
    HOME,
    agree,
    agreement,
    arrive,
    at,
    item,
    open_statements,
    reconcile_totals,
    statement,
)
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances
from tests.fund.office import paper, post
from tests.payments.builders import answer, orders_of

from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Statement
from medaid.errors import Conflict
from medaid.fund import service as fund
from medaid.ids import OfficerId, OrderId
from medaid.instants import civil_date
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import OrderState, PayOrder, SourceKind
from medaid.regions import Region

NUMBERS = count(500)
"""Each example has an institution of its own: the tables are one for the whole test."""
AUGUST = at(1, 4, month=8)
DUE = 80000
LISTENERS = {SourceKind.STATEMENT: hospital.payment_heard}
LIVE = (OrderState.RELEASED, OrderState.PAID)


class Month7:
    """One institution's month, released once; `day` moves on with every act."""

    def __init__(self) -> None:
        self.institution = f"H320500{next(NUMBERS):05d}"
        self.now = AUGUST
        one = item(self.institution, at(3), institution=self.institution)
        arrive(one)
        agree(agreement(self.institution))
        hospital.close_institution_month(Region(HOME), self.institution, Month("2023-07"), AUGUST)
        sums = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
        days = date(2023, 7, 1), date(2023, 7, 31)
        reconcile_totals(HOME, self.institution, ("390", "21", HOME), *days, sums, 1, AUGUST)
        self.pay()

    def pay(self) -> Statement:
        """Approved by one and released by another."""
        key = HOME, self.institution, "2023-07", 1
        self.now += timedelta(hours=1)
        if self.statement.state != "approved_again":
            hospital.approve_statement(*key, "甲", self.now)
        return hospital.release_statement(*key, "乙", self.now)

    @property
    def statement(self) -> Statement:
        return statement(HOME, self.institution, "2023-07")

    @property
    def orders(self) -> list[PayOrder]:
        source = payments.get_order(OrderId(self.statement.order_id)).source
        return orders_of(Region(HOME), source)

    def hear(self, number: int, result: str) -> Sequence[str]:
        """The bank's answer on the order of this number; what it refused."""
        self.now += timedelta(hours=1)
        order = self.orders[number - 1]
        line = (order.order_id, order.amount.yuan(), result, f"{self.now:%d%H}")
        report = payments.take_answer(answer(order.batch_id, line), LISTENERS, self.now)
        return [problem.says for problem in report.problems]

    def resolve(self, number: int, paid: bool) -> PayOrder:
        self.now += timedelta(hours=1)
        who = OfficerId("核"), frozenset({"auditor"})
        return payments.resolve_contradiction(
            self.orders[number - 1].order_id, paid, "查询银行", *who, LISTENERS, self.now
        )

    def balances(self) -> tuple[int, int]:
        """Fen by the journal: paid to the institution, and still owed."""
        months = Month("2023-07").through(Month.of(self.now))
        entries = [e for m in months for e in fund.entries(HOME, m)]
        paid, owed = (
            -sum(
                int(fen)
                for (_, who), fen in counterpart_balances(entries, account).items()
                if who == self.institution
            )
            for account in ("1002", "2101")
        )
        return paid, owed

    def check(self) -> None:
        """Books, orders, statement and queue say the same."""
        orders, present = self.orders, self.statement
        live = [one for one in orders if one.state in LIVE]
        assert self.balances() == (sum(int(o.amount) for o in live), DUE - DUE * len(live))
        assert len(live) <= 1, "money leaves once"
        open_ = {s.institution for s in open_statements(HOME)}
        assert (self.institution in open_) == (present.state != "paid")
        if live:
            assert present.order_id == str(live[0].order_id)
            assert str(present.state) == str(live[0].state)
            assert (present.paid_on is not None) == (live[0].state == "paid")
        else:
            assert present.state in ("returned", "approved_again")
            assert (present.paid_on, present.bank_reference) == (None, "")


def test_paid_after_all_is_booked_anew_and_leaves_the_queue(tables: Tables) -> None:
    one = Month7()
    one.hear(1, "failed")
    assert one.hear(1, "paid"), "a contradiction, told"
    one.resolve(1, paid=True)
    assert one.statement.state == "paid"
    assert one.statement.paid_on == civil_date(one.now)
    one.check()
    one.hear(1, "failed")
    one.check()
    assert one.balances() == (0, DUE)
    one.hear(1, "paid")
    one.resolve(1, paid=True)
    one.check()
    ids = [e.entry_id for m in ("2023-08",) for e in fund.entries(HOME, Month(m))]
    assert len(ids) == len(set(ids))


def test_a_statement_is_paid_on_the_banks_day_with_its_reference(tables: Tables) -> None:
    """J34: from a line of the bank's statement to the hospital's month and back."""
    one = Month7()
    one.now += timedelta(days=3)
    (order,) = one.orders
    line = (order.order_id, order.amount.yuan(), "paid", "", "2023-08-02", "LS20230802-77")
    payments.take_answer(answer(order.batch_id, line), LISTENERS, one.now)
    found = one.statement
    assert (found.paid_on, found.bank_reference) == (date(2023, 8, 2), "LS20230802-77")
    one.check()
    one.hear(1, "failed")
    one.check()


def test_paid_after_all_counts_also_where_it_was_approved_again(tables: Tables) -> None:
    one = Month7()
    one.hear(1, "failed")
    hospital.approve_statement(HOME, one.institution, "2023-07", 1, "甲", one.now)
    one.hear(1, "paid")
    one.resolve(1, paid=True)
    one.check()
    with pytest.raises(Conflict):
        one.pay()


def test_the_first_order_paid_after_all_counts_where_the_second_came_to_nothing(
    tables: Tables,
) -> None:
    """Else the office could only call it unpaid, and pay a second time."""
    one = Month7()
    one.hear(1, "failed")
    first = one.statement.order_id
    one.pay()
    one.hear(1, "paid")
    one.hear(2, "failed")
    one.resolve(1, paid=True)
    assert (one.statement.order_id, one.statement.state) == (first, "paid")
    one.check()
    one.hear(1, "failed")
    one.check()


def test_the_first_order_is_not_taken_as_paid_while_the_second_is_under_way(
    tables: Tables,
) -> None:
    one = Month7()
    one.hear(1, "failed")
    one.pay()
    one.hear(1, "paid")
    for result in ("", "paid"):
        if result:
            one.hear(2, result)
        with pytest.raises(Conflict, match="不是该对账单当前的付款单") as told:
            one.resolve(1, paid=True)
        assert told.value.facts["order"] == one.statement.order_id
        assert "追回本单 800.00 元" in told.value.sentence
        one.check()
    one.resolve(1, paid=False)  # the money is back
    one.check()


def test_what_left_twice_is_in_the_books_until_it_is_back(tables: Tables) -> None:
    """Issue: finance office, 8 and 10.1: by paper, no expense and no debt in between."""
    one = Month7()
    one.hear(1, "failed")
    one.pay()
    one.hear(1, "paid")
    one.hear(2, "paid")
    with pytest.raises(Conflict, match="错付"):
        one.resolve(1, paid=True)
    rows = [("assistance", 20000), ("basic_resident", 60000)]
    day, who = civil_date(one.now), {"counterpart": one.institution}
    out = [(fund_key, "1105", "1002", fen) for fund_key, fen in rows]
    post(paper("错付", "payment_in_error", day, *out, **who), one.now, HOME)
    assert one.balances() == (2 * DUE, 0)
    back = [(fund_key, "1002", "1105", fen) for fund_key, fen in rows]
    post(paper("追回", "payment_in_error_returned", day, *back, **who), one.now, HOME)
    one.resolve(1, paid=False)
    one.check()


ACTS = st.one_of(
    st.tuples(st.just("hear"), st.integers(1, 3), st.sampled_from(["paid", "failed"])),
    st.tuples(st.just("resolve"), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("pay"), st.just(0), st.just("")),
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=3, max_size=8))
@example([("hear", 1, "failed"), ("hear", 1, "paid"), ("resolve", 1, True), ("hear", 1, "failed")])
def test_books_and_queue_are_right_whatever_the_bank_says(
    tables: Tables, acts: list[tuple[str, int, object]]
) -> None:
    one = Month7()
    for act, number, how in acts:
        try:
            if act == "pay":
                one.pay()
            elif number <= len(one.orders):
                if act == "hear":
                    one.hear(number, str(how))
                else:
                    one.resolve(number, bool(how))
        except Conflict:  # refused: and then nothing has changed
            if act == "resolve" and one.orders[number - 1].state == "contradicted":
                assert any(o.state in LIVE for o in one.orders), (
                    "what was found out is taken unless another order is under way"
                )
        one.check()
