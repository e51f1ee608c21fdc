"""A manual case is paid from what the expenditure accounts hold (J29, Q2.2): promised
when it is released, spent when the bank has paid, free again when it has not."""

from __future__ import annotations

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import (
    ACCOUNTANT,
    CASHIER,
    NANJING,
    answer,
    at,
    close_batch,
    draft,
    endow,
    given,
    granted,
    office,
    open_batch,
    register,
    released,
    take,
)
from tests.storage import StorageCalls

from medaid.errors import Conflict
from medaid.fund import keys, store
from medaid.fund import service as fund
from medaid.fund.cash import Cash
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.reimbursement import service
from medaid.reimbursement.model import State

NOW, LATER = at("2026-03-16 09:00"), at("2026-03-18 09:00")
HIFP, MAF = 722_500, 159_750
"""What a case of `draft()` is granted by the resident fund and by assistance."""


@pytest.fixture(autouse=True)
def world(tables: Tables) -> None:
    register("P1", endowed=False)
    register("P2", endowed=False)


def kept() -> Cash:
    item = store.find(keys.of_cash(NANJING))
    assert item is not None
    return item.record(Cash)


def told_short(told: pytest.ExceptionInfo[Conflict], *words: str) -> None:
    assert (told.value.code, told.value.field) == ("OVERDRAWN", "order")
    for word in words:
        assert word in told.value.rule
    assert "张P" not in told.value.rule


def test_a_case_is_released_only_with_what_the_account_holds(tables: Tables) -> None:
    o = office()
    case = granted(o, draft(), NOW)
    batch = open_batch("b1", NOW, endowed=False)
    endow(NOW, HIFP - 1)
    case = service.order(o, ACCOUNTANT, case.case_id, case.version, NOW, given())
    act = o, CASHIER, case.case_id, case.version, batch.batch_id, NOW, given(request="r")
    before = tables.everything()
    with pytest.raises(Conflict) as told:
        service.pay(*act)
    told_short(told, "城乡居民基本医疗保险基金支出户存款", "账面 7224.99 元", "尚差 0.01 元")
    assert tables.everything() == before
    endow(NOW, 1)
    assert service.pay(*act).state == State.PAID
    assert kept().promised == {"390100-1002": Fen(HIFP), "610100-1002": Fen(MAF)}
    service.pay(*act)
    assert kept().promised == {"390100-1002": Fen(HIFP), "610100-1002": Fen(MAF)}


def test_two_cases_in_a_batch_do_not_spend_the_same_money() -> None:
    """Nothing of the first is booked yet: the bank has not paid it."""
    o = office()
    first, second = granted(o, draft(), NOW), granted(o, draft("2", "P2"), NOW)
    batch = open_batch("b1", NOW, endowed=False)
    endow(NOW, 2 * HIFP - 1)
    first = released(o, first, NOW, batch.batch_id)
    with pytest.raises(Conflict) as told:
        released(o, second, NOW, batch.batch_id)
    told_short(told, "其中 7225.00 元已办理付款、未入账", "尚差 0.01 元")
    close_batch(batch.batch_id, NOW)
    assert first.order is not None
    line = first.order.order_id, first.order.amount.yuan(), "failed", "户名不符"
    assert take(o, answer(batch.batch_id, line), LATER) == (1, [])
    assert kept() == Cash({c: Fen(2 * HIFP - 1) for c in kept().balances or {}}, {})
    again = open_batch("b2", LATER, endowed=False)
    second = service.case_detail(o, ACCOUNTANT, second.case_id, LATER).case
    assert service.pay(
        o, CASHIER, second.case_id, second.version, again.batch_id, LATER, given()
    ).order


def test_what_the_bank_paid_is_spent_and_what_it_returned_is_there_again() -> None:
    o = office()
    case = granted(o, draft(), NOW)
    batch = open_batch("b1", NOW, endowed=False)
    endow(NOW, HIFP)
    case = released(o, case, NOW, batch.batch_id)
    close_batch(batch.batch_id, NOW)
    assert case.order is not None
    for day, result, left in ((16, "paid", 0), (18, "failed", HIFP)):
        now = NOW.replace(day=day)
        line = case.order.order_id, case.order.amount.yuan(), result, ""
        assert take(o, answer(batch.batch_id, line), now) == (1, [])
        assert kept().promised == {}
        assert (kept().balances or {}).get("390100-1002", Fen(0)) == left
        booked = fund.balance(NANJING, civil_date(now))
        banked = {c: fen for c, fen in booked.items() if c.endswith(("-1001", "-1002"))}
        assert kept().balances == banked


def test_what_is_read_for_it_does_not_grow_with_the_cases(storage_calls: StorageCalls) -> None:
    o = office()
    batch = open_batch("b1", NOW)
    counts = []
    for number in range(3):
        case = granted(o, draft(str(number), f"P{1 + number % 2}"), NOW)
        case = service.order(o, ACCOUNTANT, case.case_id, case.version, NOW, given())
        storage_calls.reset()
        service.pay(o, CASHIER, case.case_id, case.version, batch.batch_id, NOW, given())
        counts.append(storage_calls.counts)
    assert counts[1] == counts[2]


def test_an_order_taken_out_of_its_batch_frees_its_money() -> None:
    o = office()
    batch = open_batch("b1", NOW, endowed=False)
    endow(NOW, HIFP)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    case = service.take_out(o, CASHIER, case.case_id, case.version, NOW, given("账户待核"))
    assert kept().promised == {}
    again = open_batch("b2", NOW, endowed=False).batch_id
    service.pay(o, CASHIER, case.case_id, case.version, again, NOW, given())
    assert kept().promised == {"390100-1002": Fen(HIFP), "610100-1002": Fen(MAF)}
