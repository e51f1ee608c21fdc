"""What the bank answers, whatever was paid: form, control totals, amount, order, batch, region,
repeats, contradictions (J34; an answer is held against what was sent)."""

from __future__ import annotations

from itertools import count

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.conftest import Tables
from tests.payments.builders import (
    APPROVES,
    CASHIER,
    CASHIERS,
    HOSPITAL,
    NANJING,
    NOW,
    SUZHOU,
    Books,
    answer,
    ordered,
    orders_of,
    payee,
    says,
    sent,
    source,
    state,
    take,
)

from medaid.aws.transaction import commit
from medaid.errors import BadInput, Conflict, Forbidden
from medaid.ids import OrderId
from medaid.money import Fen
from medaid.payments import rules, service
from medaid.payments.bank import answer_file
from medaid.payments.model import BankAccount, BankResult, BatchLine, OrderState, Outcome

WORLDS = count()
"""Each example has a source of its own: the tables are one for the whole test."""
AUDITORS = frozenset({"auditor"})


@pytest.fixture
def books(tables: Tables) -> Books:
    payee()
    return Books()


def test_a_wrong_amount_is_refused_naming_what_was_ordered(books: Books) -> None:
    """Right money, 8."""
    order = sent()
    for result in ("paid", "failed"):
        report = take(says(order, result, yuan="1.00"), books)
        assert (report.taken, [p.code for p in report.problems]) == (0, ["AMOUNT_SUM"])
        assert "760.00" in report.problems[0].says
    assert (state(order), books.heard) == ("released", [])
    assert take(says(order, "paid"), books).taken == 1


def test_money_of_which_no_book_would_hear_is_not_taken_as_paid(books: Books) -> None:
    """An order whose business nobody listens for keeps its state, and the line is told."""
    order = sent()
    report = service.take_answer(says(order, "paid"), {}, NOW)
    assert (report.taken, [p.code for p in report.problems]) == (0, ["STATE"])
    assert state(order) == "released"


def test_an_answer_under_another_batch_is_refused(books: Books) -> None:
    """Right money, 8."""
    order, other = sent(), sent(name="H32050000002-2023-07-1")
    line = (order.order_id, "760.00", "paid", "")
    report = take(answer(other.batch_id, line), books)
    assert (report.taken, [p.code for p in report.problems]) == (0, ["NOT_FOUND"])
    with pytest.raises(BadInput, match="批次"):
        take(answer("PAY-320100-1002-H9-2023-07-1-1", line), books)
    assert (state(order), books.heard) == ("released", [])


@pytest.mark.parametrize("second", ["paid", "failed"])
def test_an_order_named_twice_in_a_file_is_not_taken_at_all(books: Books, second: str) -> None:
    order = sent()
    lines = [(order.order_id, "760.00", result, "") for result in ("paid", second)]
    report = take(answer(order.batch_id, *lines), books)
    assert (report.taken, [(p.line, p.code) for p in report.problems]) == (
        0,
        [(2, "DUPLICATE"), (3, "DUPLICATE")],
    )
    assert (state(order), books.heard) == ("released", [])


def test_failed_first_then_paid_stops_the_next_payment_until_a_person_has_looked(
    books: Books,
) -> None:
    order = sent()
    assert take(says(order, "failed", "账号错误"), books).taken == 1
    report = take(says(order, "paid"), books, days=1)
    assert (report.taken, [p.code for p in report.problems]) == (0, ["DUPLICATE"])
    assert "矛盾" in report.problems[0].says
    assert take(says(order, "paid"), books, days=2) == report
    assert [outcome for _, outcome, _ in books.heard] == ["failed"]
    with pytest.raises(Conflict, match="矛盾"):
        sent()
    looked = (APPROVES, AUDITORS, books.listeners, NOW)
    with pytest.raises(BadInput, match="核实"):
        service.resolve_contradiction(order.order_id, False, " ", *looked)
    with pytest.raises(Forbidden, match="互相兼任"):
        service.resolve_contradiction(
            order.order_id, True, "已到账", CASHIER, CASHIERS, books.listeners, NOW
        )
    service.resolve_contradiction(order.order_id, False, "银行更正为未付", *looked)
    assert sent().number == 2
    with pytest.raises(Conflict):
        service.resolve_contradiction(order.order_id, False, "又一次", *looked)


def test_a_contradiction_that_was_paid_after_all_reaches_what_was_paid(books: Books) -> None:
    order = sent()
    take(says(order, "failed"), books)
    take(says(order, "paid"), books)
    service.resolve_contradiction(
        order.order_id, True, "已到账", APPROVES, AUDITORS, books.listeners, NOW
    )
    assert books.heard[-1] == (order.order_id, "paid", "已到账")
    assert state(order) == "paid"
    with pytest.raises(Conflict, match="尚未付款失败"):
        sent()


def test_paid_then_returned_days_later_is_owed_and_paid_again(books: Books) -> None:
    """Right money, 8."""
    order = sent()
    assert take(says(order, "paid"), books, days=1).taken == 1
    with pytest.raises(Conflict, match="尚未付款失败"):
        sent()
    report = take(says(order, "failed", "账号户名不符退汇"), books, days=4)
    assert (report.taken, report.problems) == (1, ())
    assert books.heard[-1] == (order.order_id, "returned", "账号户名不符退汇")
    assert state(order) == "returned"
    again = sent()
    assert (again.number, again.order_id) == (2, f"{order.order_id.removesuffix('-1')}-2")
    assert take(says(again, "paid"), books, days=6).taken == 1


def test_the_same_file_again_changes_nothing_and_another_that_repeats_is_told(
    books: Books, tables: Tables
) -> None:
    order = sent()
    once = says(order, "paid")
    assert take(once, books).taken == 1
    seen = tables.everything()
    assert take(once, books, days=1).taken == 1
    assert tables.everything() == seen
    report = take(says(order, "paid", "重复"), books)
    assert (report.taken, [p.code for p in report.problems]) == (0, ["DUPLICATE"])
    assert len(books.heard) == 1


def test_one_line_that_is_refused_does_not_undo_or_hide_the_others(books: Books) -> None:
    """Right money, 37. A report never says that the file was not taken where a line of it was."""
    names = [f"{HOSPITAL}-2023-0{n}-1" for n in (1, 2, 3)]
    batch = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW)
    orders = [ordered(name=name) for name in names]
    for order in orders:
        commit(service.order_released(order.order_id, batch, NOW))
    service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    results = ("paid", "failed", "paid")
    lines = [(o.order_id, "760.00", r, "") for o, r in zip(orders, results, strict=True)]
    books.refuses = "failed"
    report = take(answer(batch.batch_id, *lines), books)
    assert (report.taken, [(p.line, p.code) for p in report.problems]) == (2, [(3, "STATE")])
    assert [state(o) for o in orders] == ["paid", "released", "paid"]
    books.refuses = ""
    assert take(answer(batch.batch_id, *lines), books).taken == 3
    assert state(orders[1]) == "failed"


def test_an_answer_of_another_regions_batch_is_refused(books: Books) -> None:
    """Right money, 8."""
    order = sent()
    with pytest.raises(BadInput, match="统筹区"):
        take(says(order, "paid"), books, region=SUZHOU)
    assert take(says(order, "paid"), books, region=NANJING).taken == 1


def test_a_batch_that_was_never_sent_has_no_answer(books: Books) -> None:
    batch = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW)
    order = ordered()
    commit(service.order_released(order.order_id, batch, NOW))
    with pytest.raises(BadInput, match="批次"):
        take(answer(batch.batch_id, (order.order_id, "760.00", "paid", "")), books)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_money_leaves_at_most_once_for_a_source_whatever_the_bank_says(
    tables: Tables, data: st.DataObject
) -> None:
    """Right money, 8. Random answers in any order, over orders made anew whenever one came to
    nothing: a source never has two orders that the bank holds paid or may still pay."""
    name = f"S{next(WORLDS)}"
    if service.get_payee(NANJING, HOSPITAL) is None:
        payee()
    books, orders = Books(), [sent(name=name)]
    for step in range(data.draw(st.integers(3, 8))):
        act = data.draw(st.sampled_from(["answer", "answer", "again", "resolve"]))
        order = data.draw(st.sampled_from(orders))
        if act == "answer":
            result = data.draw(st.sampled_from(["paid", "failed"]))
            yuan = data.draw(st.sampled_from(["760.00", "760.00", "0.01"]))
            take(says(order, result, f"r{step}", yuan), books)
        elif act == "again":
            try:
                orders.append(sent(name=name))
            except Conflict:
                nothing = (OrderState.FAILED, OrderState.RETURNED)
                assert any(state(o) not in nothing for o in orders), (
                    "some order of the source did not come to nothing"
                )
            else:
                assert all(state(o) in ("failed", "returned") for o in orders[:-1]), (
                    "no order is made while one may have been paid"
                )
        elif state(order) == "contradicted":
            service.resolve_contradiction(
                order.order_id, False, "未付", APPROVES, AUDITORS, books.listeners, NOW
            )
        states = [state(o) for o in orders]
        assert all(s in ("failed", "returned", "contradicted") for s in states[:-1])
        for one in orders:
            mine = [outcome for order_id, outcome, _ in books.heard if order_id == one.order_id]
            assert mine in ([], ["paid"], ["failed"], ["paid", "returned"]), (
                "what failed or was returned is never paid unseen"
            )
        balance = sum({"paid": 1, "returned": -1}.get(outcome, 0) for _, outcome, _ in books.heard)
        assert balance == (states[-1] == "paid")
        assert len(orders_of(NANJING, source(name))) == len(orders)


def test_matched_takes_what_fits_and_lists_the_rest_by_line() -> None:
    account = BankAccount("某", "62220200", "1")
    lines = {
        OrderId(f"o{n}"): BatchLine(OrderId(f"o{n}"), "p", Fen(n * 100), account) for n in (1, 2, 3)
    }
    content = answer(
        "b",
        ("o1", "1.00", "paid", ""),
        ("o2", "2.01", "paid", ""),
        ("o9", "1.00", "paid", ""),
        ("o3", "3.00", "paid", ""),
        ("o3", "3.00", "failed", "销户"),
    )
    good, problems = rules.matched(answer_file(content), lines)
    assert [g.order_id for g in good] == ["o1"]
    assert [(p.line, p.code) for p in problems] == [
        (3, "AMOUNT_SUM"),
        (4, "NOT_FOUND"),
        (5, "DUPLICATE"),
        (6, "DUPLICATE"),
    ]


@pytest.mark.parametrize("taken_out", ["previous", "failed then paid"])
def test_with_a_check_taken_out_random_answers_find_it_8(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, taken_out: str
) -> None:
    """Right money, 8."""
    if taken_out == "previous":
        monkeypatch.setattr(rules, "check_previous", lambda *_: None)
    else:
        key = (OrderState.FAILED, BankResult.PAID)
        monkeypatch.setitem(rules._OUTCOMES, key, Outcome.PAID)
    inner = test_money_leaves_at_most_once_for_a_source_whatever_the_bank_says.hypothesis.inner_test  # type: ignore[attr-defined]  # what hypothesis wraps
    found = settings(
        max_examples=60,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )(given(data=st.data())(inner))
    with pytest.raises((AssertionError, ExceptionGroup)):
        found(tables)
