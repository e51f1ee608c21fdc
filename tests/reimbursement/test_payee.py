"""Where the money of a case goes: the account of the case and no other, changed by the case alone
(M二.4, Q3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.conftest import Tables
from tests.payments.builders import orders_of
from tests.reimbursement.api_client import in_process
from tests.reimbursement.office import (
    ACCOUNTANT,
    AUDITOR,
    CASHIER,
    INSPECTOR,
    INTAKE,
    MANAGER,
    NANJING,
    REVIEWER,
    answer,
    at,
    close_batch,
    confirmed,
    draft,
    given,
    granted,
    office,
    officer,
    open_batch,
    register,
    released,
    take,
)

from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.errors import BadInput, Conflict, Forbidden
from medaid.ids import OfficerId, OrderId
from medaid.payments import api as payments_api
from medaid.payments import service as payments
from medaid.payments.model import BankAccount as PayeeAccount
from medaid.payments.model import PaymentSource, SourceKind
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.model import State, StatedAccount

NOW = at("2026-03-16 09:00")
REGION = Region(NANJING)
STRANGE = {"acctname": "王五", "bankacct": "6222020000009999", "bankcode": "102301000000"}


@pytest.fixture(autouse=True)
def world(tables: Tables) -> None:
    register()


@pytest.mark.parametrize("pending", [False, True])
def test_the_payee_of_a_case_is_changed_by_the_case_alone(pending: bool) -> None:
    """Neither entered, approved nor rejected past the checks of name, proof and separation."""
    o = office()
    case = granted(o, draft(), NOW)
    if pending:
        account = StatedAccount("张P1", "6222020000007777", "102301000000", "self")
        case = service.change_account(
            o, INTAKE, case.case_id, case.version, account, NOW, given("户名不符")
        )
    before = payments.get_payee(REGION, case.case_id)
    app = mount(rest.resolver(), payments_api.ROUTES, lambda: NOW, lambda _now: {}).resolve
    path = f"/payments/{NANJING}/payees/{case.case_id}"
    tries = [
        in_process(app, ACCOUNTANT)("PUT", path, STRANGE),
        in_process(app, AUDITOR)("POST", f"{path}/approve", None),
        in_process(app, officer("o-second", "manager"))("POST", f"{path}/reject", {"reason": "x"}),
    ]
    assert [(status, body["code"], body["field"]) for status, body in tries] == [
        (409, "STATE", "payee")
    ] * 3
    assert payments.get_payee(REGION, case.case_id) == before


def test_an_institution_is_entered_and_approved_as_before() -> None:
    app = mount(rest.resolver(), payments_api.ROUTES, lambda: NOW, lambda _now: {}).resolve
    path = f"/payments/{NANJING}/payees/H32010000001"
    assert in_process(app, ACCOUNTANT)("PUT", path, STRANGE)[0] == 200
    assert in_process(app, MANAGER)("POST", f"{path}/approve", None)[0] == 200


def test_an_account_entered_before_the_case_was_audited_does_not_outlive_the_audit() -> None:
    o, case_id = office(), draft().case_id
    strange = PayeeAccount(**STRANGE)
    payments.enter_account(REGION, case_id, strange, OfficerId("o-x"), NOW)
    payments.approve_account(REGION, case_id, OfficerId("o-y"), NOW)
    case = granted(o, draft(), NOW)
    payee = payments.get_payee(REGION, case_id)
    assert payee is not None
    assert case.account is not None
    assert payee.account == case.account.payee_account


def test_the_account_that_was_entered_beside_the_case_is_its_own_from_the_audit_on() -> None:
    """Even where it is the very account of the application."""
    o, case = office(), draft()
    assert case.account is not None
    own = case.account.payee_account
    payments.enter_account(REGION, case.case_id, own, OfficerId("o-x"), NOW)
    payments.approve_account(REGION, case.case_id, OfficerId("o-y"), NOW)
    granted(o, case, NOW)
    with pytest.raises(Conflict, match="收款账户"):
        payments.enter_account(REGION, case.case_id, PayeeAccount(**STRANGE), OfficerId("o-x"), NOW)


def test_an_order_is_released_on_the_account_of_the_case_only() -> None:
    """Whatever stands at the payee: what the case says is paid, or nothing."""
    o = office()
    case = granted(o, draft(), NOW)
    case = service.order(o, ACCOUNTANT, case.case_id, case.version, NOW, given())
    batch = open_batch("b1", NOW)
    other = PayeeAccount("张P1", "6222020000008888", "102301000000")
    order = orders_of(REGION, PaymentSource(SourceKind.CASE, case.case_id))[0]
    with pytest.raises(Conflict, match="不一致"):
        payments.order_released(order.order_id, batch, NOW, other)
    paid = service.pay(o, CASHIER, case.case_id, case.version, batch.batch_id, NOW, given())
    assert paid.state == State.PAID


@pytest.mark.parametrize("field", ["acctname", "bankcode"])
def test_an_account_that_would_break_the_banks_file_is_refused_when_it_is_entered(
    field: str,
) -> None:
    """Right money, 35. The one check of payments, at the door of the case: no `|`, no line end."""
    o, case = office(), draft()
    assert case.account is not None
    values = {"acctname": "张P1", "bankcode": "102301000000", field: "张P1|9"}
    account = StatedAccount(values["acctname"], case.account.bankacct, values["bankcode"], "self")
    with pytest.raises(BadInput, match="竖线"):
        service.open_case(o, INTAKE, replace(case, account=account), NOW, given())


def failed_and_contradicted() -> tuple[service.Context, str, int]:
    """A case whose order the bank first failed, then said it had paid."""
    o = office()
    batch = open_batch("b1", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    close_batch(batch.batch_id, NOW)
    assert case.order is not None
    line = (case.order.order_id, "8822.50")
    take(o, answer(batch.batch_id, (*line, "failed", "账户已销户")), NOW)
    taken, problems = take(o, answer(batch.batch_id, (*line, "paid", "")), NOW)
    assert (taken, len(problems)) == (0, 1)
    found = service.case_detail(o, MANAGER, case.case_id, NOW).case
    assert found.state == State.PAYMENT_FAILED
    return o, found.case_id, found.version


def test_a_case_is_taken_out_of_an_open_batch_with_a_reason_and_paid_anew() -> None:
    o = office()
    batch = open_batch("b1", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    version = case.version
    for who, why, error in (
        (CASHIER, given(), BadInput),
        (ACCOUNTANT, given("账户待核"), Forbidden),
        (AUDITOR, given("账户待核"), Forbidden),
    ):
        with pytest.raises(error):
            service.take_out(o, who, case.case_id, version, NOW, why)
    case = service.take_out(o, CASHIER, case.case_id, version, NOW, given("账户待核"))
    assert case.state == State.ORDERED
    detail = service.case_detail(o, MANAGER, case.case_id, NOW)
    last = detail.acts[-1]
    assert (last.act, last.officer, last.reason) == ("take_out", CASHIER.officer_id, "账户待核")
    close_batch(batch.batch_id, NOW)
    later = open_batch("b2", NOW)
    case = service.pay(o, CASHIER, case.case_id, case.version, later.batch_id, NOW, given())
    close_batch(later.batch_id, NOW)
    with pytest.raises(Conflict, match="已关闭"):
        service.take_out(o, CASHIER, case.case_id, case.version, NOW, given("迟了"))


def resolved(o: service.Context, order_id: str, paid: bool, now: datetime) -> None:
    who = OfficerId(AUDITOR.officer_id), frozenset({"auditor"})
    heard = {SourceKind.CASE: service.bank_listener(o)}
    payments.resolve_contradiction(OrderId(order_id), paid, "查询银行", *who, heard, now)


@pytest.mark.parametrize("last", ["ordered", "taken out", "failed"])
def test_an_earlier_order_found_paid_is_the_payment_unless_a_later_one_is_with_the_bank(
    last: str,
) -> None:
    """Else the office could only call it unpaid, and pay a second time."""
    o = office()
    batch = open_batch("b1", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    close_batch(batch.batch_id, NOW)
    assert case.order is not None
    first = case.order.order_id
    take(o, answer(batch.batch_id, (first, "8822.50", "failed", "账户已销户")), NOW)
    case = service.case_detail(o, MANAGER, case.case_id, NOW).case
    case = service.order(o, ACCOUNTANT, case.case_id, case.version, NOW, given())
    assert case.order is not None
    second = case.order.order_id
    if last != "ordered":
        batch2 = open_batch("b2", NOW)
        case = service.pay(o, CASHIER, case.case_id, case.version, batch2.batch_id, NOW, given())
    if last == "failed":
        close_batch(batch2.batch_id, NOW)
    take(o, answer(batch.batch_id, (first, "8822.50", "paid", "")), NOW)
    if last != "ordered":
        with pytest.raises(Conflict, match="追回本单"):
            resolved(o, first, True, NOW)
    if last == "taken out":
        service.take_out(o, CASHIER, case.case_id, case.version, NOW, given("前单存疑"))
    elif last == "failed":
        take(o, answer(batch2.batch_id, (second, "8822.50", "failed", "账户已销户")), NOW)
    resolved(o, first, True, NOW)
    case = service.case_detail(o, MANAGER, case.case_id, NOW).case
    assert case.state == State.CONFIRMED
    assert case.payment is not None
    assert case.payment.order_id == first
    assert payments.get_order(OrderId(second)).state == "failed"
    returned = answer(batch.batch_id, (first, "8822.50", "failed", "退汇"))
    assert take(o, returned, NOW + timedelta(days=2)) == (1, [])
    case = service.case_detail(o, MANAGER, case.case_id, NOW).case
    assert case.state == State.PAYMENT_FAILED
    service.order(o, ACCOUNTANT, case.case_id, case.version, NOW, given())


def test_an_obligation_is_not_annulled_while_the_bank_contradicts_itself() -> None:
    """The money may have left: a person finds out first, as before another order."""
    o, case_id, version = failed_and_contradicted()
    with pytest.raises(Conflict, match="前后矛盾"):
        service.annul(o, REVIEWER, case_id, version, NOW, given("票据有误"))


def test_an_obligation_whose_order_failed_is_annulled() -> None:
    o = office()
    batch = open_batch("b1", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    close_batch(batch.batch_id, NOW)
    assert case.order is not None
    line = (case.order.order_id, "8822.50", "failed", "账户已销户")
    take(o, answer(batch.batch_id, line), NOW)
    found = service.case_detail(o, MANAGER, case.case_id, NOW).case
    after = service.annul(o, REVIEWER, found.case_id, found.version, NOW, given("票据有误"))
    assert after.state == State.RETURNED


def test_a_return_after_a_dropped_demand_is_heard_by_the_order_that_was_paid() -> None:
    """Demanded back, dropped, and then the bank returns the payment: the latest order of the case
    is the dropped demand, the one that is meant is the payment."""
    o = office()
    case = confirmed(o, draft(), NOW)
    paid = case.order
    assert paid is not None
    case = service.demand_recovery(
        o, INSPECTOR, case.case_id, case.version, case.granted, NOW, given("重复", "第四十一条")
    )
    case = service.drop_recovery(o, AUDITOR, case.case_id, case.version, NOW, given("查无实据"))
    later = NOW + timedelta(days=3)
    returned = answer(paid.batch, (paid.order_id, "8822.50", "failed", "账号户名不符退汇"))
    assert take(o, returned, later) == (1, [])
    case = service.case_detail(o, MANAGER, case.case_id, later).case
    assert case.state == State.PAYMENT_FAILED
    assert [(one.order_id, one.failure) for one in case.orders] == [
        (paid.order_id, "账号户名不符退汇"),
        (case.orders[1].order_id, "查无实据"),
    ]
    batch = open_batch("again", later)
    case = released(o, case, later, batch.batch_id)
    close_batch(batch.batch_id, later)
    assert case.order is not None
    line = (case.order.order_id, "8822.50", "paid", "")
    assert take(o, answer(batch.batch_id, line), later) == (1, [])
    done = service.case_detail(o, MANAGER, case.case_id, later).case
    assert done.state == State.CONFIRMED
