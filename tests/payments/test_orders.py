"""Payees that two people approve, orders that no two regions share, batches closed once (Q3.1,
J34)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import Tables
from tests.payments.builders import (
    ACCOUNT,
    APPROVES,
    CASHIER,
    CASHIERS,
    ENTERS,
    HOSPITAL,
    NANJING,
    NOW,
    OTHER,
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

from medaid.aws import exchange
from medaid.aws.transaction import ConditionFailed, commit
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.money import Fen
from medaid.months import Month
from medaid.payments import service
from medaid.payments.model import BankAccount, Batch, Duty, PayOrder
from medaid.payments.service import batches


def test_an_account_counts_once_a_second_person_approved_it_Q3_1(tables: Tables) -> None:
    service.enter_account(NANJING, HOSPITAL, ACCOUNT, ENTERS, NOW)
    with pytest.raises(Conflict, match="尚未审批"):
        sent()
    with pytest.raises(Forbidden, match="不得为同一人"):
        service.approve_account(NANJING, HOSPITAL, ENTERS, NOW)
    approved = service.approve_account(NANJING, HOSPITAL, APPROVES, NOW)
    assert (approved.account, approved.pending) == (ACCOUNT, None)
    with pytest.raises(Conflict, match="没有待审批"):
        service.approve_account(NANJING, HOSPITAL, APPROVES, NOW)
    assert sent().amount == Fen(76000)


def test_a_changed_account_holds_back_open_orders_until_it_is_approved(tables: Tables) -> None:
    payee()
    batch = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW)
    first, second = ordered(), ordered(name="S2")
    commit(service.order_released(first.order_id, batch, NOW))
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, NOW)
    with pytest.raises(Conflict, match="尚未审批"):
        service.order_released(second.order_id, batch, NOW)
    with pytest.raises(Conflict, match=first.order_id):
        service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    assert service.get_batch(NANJING, batch.batch_id).state == "open"
    service.approve_account(NANJING, HOSPITAL, APPROVES, NOW)
    commit(service.order_released(second.order_id, batch, NOW))
    service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    rows = exchange.get(f"bank/out/{batch.batch_id}.txt").decode().splitlines()
    assert [row.split("|")[3] for row in rows[1:-1]] == [OTHER.bankacct] * 2


def test_an_account_changed_while_an_order_is_committed_loses(tables: Tables) -> None:
    payee()
    batch = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW)
    writes = service.order_released(ordered().order_id, batch, NOW)
    service.enter_account(NANJING, HOSPITAL, OTHER, ENTERS, NOW)
    with pytest.raises(ConditionFailed, match="payee"):
        commit(writes)


@pytest.mark.parametrize(
    ("account", "field"),
    [
        (replace(ACCOUNT, acctname="医|院"), "acctname"),
        (replace(ACCOUNT, acctname="医院\n二"), "acctname"),
        (replace(ACCOUNT, acctname="医院\u2028二"), "acctname"),
        (replace(ACCOUNT, acctname=" "), "acctname"),
        (replace(ACCOUNT, bankcode="1|2"), "bankcode"),
        (replace(ACCOUNT, bankacct="1234567"), "bankacct"),
        (replace(ACCOUNT, bankacct="６２２２０２００"), "bankacct"),
    ],
)
def test_what_would_break_the_banks_file_is_refused_at_entry(
    tables: Tables, account: BankAccount, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        service.enter_account(NANJING, HOSPITAL, account, ENTERS, NOW)
    assert refused.value.field == field
    assert service.get_payee(NANJING, HOSPITAL) is None


def test_two_regions_orders_for_one_hospital_never_meet(tables: Tables) -> None:
    """Right money, 3."""
    payee(NANJING)
    payee(SUZHOU)
    one, other = sent(region=NANJING), sent(region=SUZHOU)
    assert (one.order_id, other.order_id) == (
        "PAY-320100-1002-H32050000001-2023-07-1-1",
        "PAY-320500-1002-H32050000001-2023-07-1-1",
    )
    with pytest.raises(Refused, match="不存在"):
        service.get_batch(NANJING, other.batch_id)
    assert [b.batch_id for b in service.page_of_batches(SUZHOU, Month("2026-03"), "", 50)[0]] == [
        other.batch_id
    ]


def test_a_region_pays_only_on_accounts_of_its_own(tables: Tables) -> None:
    payee(SUZHOU)
    with pytest.raises(Conflict, match="尚未审批"):
        sent(region=NANJING)


@pytest.mark.parametrize("yuan", ["0.00", "-1.00"])
def test_what_is_no_payment_is_no_order(tables: Tables, yuan: str) -> None:
    with pytest.raises(BadInput, match="大于零"):
        ordered(yuan)


def test_a_second_order_needs_that_the_first_came_to_nothing(tables: Tables) -> None:
    payee()
    first = ordered()
    with pytest.raises(Conflict, match="尚未付款失败"):
        ordered()
    assert [o.order_id for o in orders_of(NANJING, source())] == [first.order_id]


def earlier_contradicted() -> tuple[Books, PayOrder]:
    """A source whose first order the bank failed and then paid; its second came to nothing."""
    payee()
    books, first = Books(), sent()
    take(says(first, "failed"), books)
    take(says(sent(), "failed", "销户"), books)
    take(says(first, "paid"), books)
    return books, first


def test_an_order_long_before_that_is_contradicted_stops_the_next(tables: Tables) -> None:
    books, first = earlier_contradicted()
    for make in (ordered, sent):
        with pytest.raises(Conflict, match=f"{first.order_id} 的回盘前后矛盾"):
            make()
    service.resolve_contradiction(
        first.order_id, False, "未付", APPROVES, frozenset({"auditor"}), books.listeners, NOW
    )
    assert sent().number == 3


def test_an_order_waits_in_no_batch_while_one_before_it_may_have_been_paid(tables: Tables) -> None:
    payee()
    books, first = Books(), sent()
    take(says(first, "failed"), books)
    batch, second = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW), ordered()
    take(says(first, "paid"), books)
    with pytest.raises(Conflict, match=f"{first.order_id} 的回盘前后矛盾"):
        service.order_released(second.order_id, batch, NOW)
    service.resolve_contradiction(
        first.order_id, False, "未付", APPROVES, frozenset({"auditor"}), books.listeners, NOW
    )
    commit(service.order_released(second.order_id, batch, NOW))


def test_an_order_contradicted_while_the_next_is_committed_makes_it_lose(tables: Tables) -> None:
    payee()
    books, first = Books(), sent()
    take(says(first, "failed"), books)
    take(says(sent(), "failed", "销户"), books)
    batch = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW)
    created = service.order_created(NANJING, source(), HOSPITAL, Fen(76000), NOW)[1]
    alone = service.single_order(NANJING, source(), HOSPITAL, Fen(76000), CASHIER, NOW)[1]
    third = ordered()
    released = service.order_released(third.order_id, batch, NOW)
    take(says(first, "paid"), books)
    for writes in (created, alone, released):
        with pytest.raises(ConditionFailed, match="order:previous"):
            commit(writes)


def test_a_batch_is_not_closed_with_an_order_whose_earlier_one_may_have_been_paid(
    tables: Tables,
) -> None:
    payee()
    books, first = Books(), sent()
    take(says(first, "failed"), books)
    batch, second = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW), ordered()
    commit(service.order_released(second.order_id, batch, NOW))
    take(says(first, "paid"), books)
    with pytest.raises(Conflict, match=f"矛盾.*{second.order_id}"):
        service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    assert service.get_batch(NANJING, batch.batch_id).state == "open"
    service.resolve_contradiction(
        first.order_id, False, "未付", APPROVES, frozenset({"auditor"}), books.listeners, NOW
    )
    assert service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW).count == 1


def test_a_held_order_leaves_its_open_batch_and_the_others_are_paid(tables: Tables) -> None:
    """Else the batch stays open for ever."""
    payee()
    books, first = Books(), sent()
    take(says(first, "failed"), books)
    batch, held = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW), ordered()
    other = ordered(name="S2")
    for order in (held, other):
        commit(service.order_released(order.order_id, batch, NOW))
    take(says(first, "paid"), books)
    with pytest.raises(Conflict, match="矛盾"):
        service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    commit(service.order_taken_out(held.order_id, NOW))
    assert state(held) == "open"
    closed = service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    assert (closed.count, state(other)) == (1, "released")
    assert held.order_id not in exchange.get(f"bank/out/{batch.batch_id}.txt").decode()
    line = (held.order_id, held.amount.yuan(), "paid", "")
    report = take(answer(batch.batch_id, line), books)
    assert [problem.code for problem in report.problems] == ["NOT_FOUND"]
    service.resolve_contradiction(
        first.order_id, False, "未付", APPROVES, frozenset({"auditor"}), books.listeners, NOW
    )
    later = service.open_batch(NANJING, "b2", CASHIER, CASHIERS, NOW)
    commit(service.order_released(held.order_id, later, NOW))
    assert service.close_batch(NANJING, later.batch_id, CASHIER, CASHIERS, NOW).count == 1


def test_an_order_taken_out_may_return_to_the_same_batch(tables: Tables) -> None:
    payee()
    batch, order = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW), ordered()
    for _ in range(2):
        commit(service.order_released(order.order_id, batch, NOW))
        assert len(list(service.list_batch_lines(batch.batch_id))) == 1
        commit(service.order_taken_out(order.order_id, NOW))
        assert list(service.list_batch_lines(batch.batch_id)) == []
    commit(service.order_released(order.order_id, batch, NOW))
    assert service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW).count == 1


def test_what_the_bank_may_have_is_not_taken_out(tables: Tables) -> None:
    payee()
    batch, order = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW), ordered()
    with pytest.raises(Conflict, match="待支付"):  # in no batch
        service.order_taken_out(order.order_id, NOW)
    commit(service.order_released(order.order_id, batch, NOW))
    writes = service.order_taken_out(order.order_id, NOW)
    service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    with pytest.raises(ConditionFailed, match="batch"):  # closed while it was taken out
        commit(writes)
    with pytest.raises(Conflict, match="已关闭"):
        service.order_taken_out(order.order_id, NOW)
    alone = sent(name="S2")
    with pytest.raises(Conflict, match="已关闭"):
        service.order_taken_out(alone.order_id, NOW)
    take(says(alone, "paid"), Books())
    with pytest.raises(Conflict, match="已支付"):
        service.order_taken_out(alone.order_id, NOW)


def test_two_first_orders_at_once_make_one(tables: Tables) -> None:
    made = [service.order_created(NANJING, source(), HOSPITAL, Fen(100), NOW)[1] for _ in range(2)]
    commit(made[0])
    with pytest.raises(ConditionFailed, match="order"):
        commit(made[1])


def test_a_batch_is_closed_once_and_writes_the_same_file_again(tables: Tables) -> None:
    payee()
    batch = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW)
    assert service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW) == batch
    order = ordered()
    commit(service.order_released(order.order_id, batch, NOW))
    assert state(order) == "released"
    with pytest.raises(Conflict, match="已提交银行"):
        service.order_released(order.order_id, batch, NOW)
    closed = service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)
    assert (closed.count, closed.total, closed.state) == (1, Fen(76000), "closed")
    written = exchange.get(f"bank/out/{batch.batch_id}.txt")
    late = ordered(name="late")
    with pytest.raises(Conflict, match="已关闭"):
        service.order_released(late.order_id, batch, NOW)
    assert service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW) == closed
    assert exchange.get(f"bank/out/{batch.batch_id}.txt") == written


def test_two_closings_of_a_batch_at_once_close_it_once(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right money, 37. The other closes it between what this one reads and what it writes, at
    either of the two steps: both answer what was closed, and one file is written."""
    payee()
    for step in ("_held_back", "_closed"):
        batch = service.open_batch(NANJING, step, CASHIER, CASHIERS, NOW)
        order = ordered(name=step)
        commit(service.order_released(order.order_id, batch, NOW))
        whole, closed = getattr(batches, step), list[Batch]()

        def meanwhile(
            *args: Any, step: str = step, whole: Any = whole, closed: list[Batch] = closed
        ) -> Any:
            decided = whole(*args)
            if not closed:
                monkeypatch.setattr(batches, step, whole)
                closed.append(close(args))
            return decided

        def close(_: Any, batch: Batch = batch) -> Batch:
            return service.close_batch(NANJING, batch.batch_id, CASHIER, CASHIERS, NOW)

        monkeypatch.setattr(batches, step, meanwhile)
        mine = close(())
        assert closed == [mine]
        assert (mine.count, mine.total, mine.state) == (1, Fen(76000), "closed")


def test_a_batch_is_its_regions_and_its_accounts(tables: Tables) -> None:
    payee(NANJING)
    payee(SUZHOU)
    foreign = service.open_batch(SUZHOU, "b", CASHIER, CASHIERS, NOW)
    finance = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW, payer="1006")
    order = ordered()
    for batch in (foreign, finance):
        with pytest.raises(Conflict, match="不属于"):
            service.order_released(order.order_id, batch, NOW)
    with pytest.raises(Refused, match="不存在"):
        service.close_batch(NANJING, foreign.batch_id, CASHIER, CASHIERS, NOW)


@pytest.mark.parametrize("who", ["held", "role"])
def test_who_audits_neither_opens_nor_closes_a_batch_Q3_1(tables: Tables, who: str) -> None:
    """Right money, 41."""
    batch = service.open_batch(NANJING, "b", CASHIER, CASHIERS, NOW)
    roles = CASHIERS | ({"auditor"} if who == "role" else set())
    if who == "held":
        commit(service.claim_duty(NANJING, ENTERS, frozenset(), Duty.AUDIT, NOW))
    with pytest.raises(Forbidden) as refused:
        service.open_batch(NANJING, "b2", ENTERS, roles, NOW)
    assert refused.value.facts["separation"] == "accountant_cashier_auditor"
    with pytest.raises(Forbidden, match="互相兼任"):
        service.close_batch(NANJING, batch.batch_id, ENTERS, roles, NOW)
    assert service.get_batch(NANJING, batch.batch_id).state == "open"
