"""The bank failed a case's order, the case was annulled, and the money arrived after all: once an
auditor has found that out, the payment stands in the books and its recovery is demanded."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from functions.payments import handler
from tests.conftest import Tables
from tests.reimbursement.office import (
    AUDITOR,
    CASHIER,
    INSPECTOR,
    INTAKE,
    NANJING,
    REVIEWER,
    answer,
    at,
    close_batch,
    draft,
    given,
    granted,
    office,
    open_batch,
    opened,
    register,
    released,
    take,
)

from medaid.errors import Conflict
from medaid.fund import service as fund
from medaid.ids import OfficerId, OrderId
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.payments.model import OrderState, PayOrder, SourceKind
from medaid.people import service as people
from medaid.reimbursement import service
from medaid.reimbursement.model import Case, State

NOW = at("2026-03-16 09:00")
LATER = NOW + timedelta(hours=2)
WHY = given("银行误付", "第四十一条")


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in fund.entries(NANJING, "2026-03"):
        for line in entry.lines:
            found[line.account.number] = found.get(line.account.number, 0) + int(line.amount)
    return {number: fen for number, fen in found.items() if fen}


def annulled(o: service.Context) -> tuple[Case, OrderId]:
    """Failed by the bank, annulled, then reported paid: the order is contradicted."""
    register()
    batch = open_batch("b", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    close_batch(batch.batch_id, NOW)
    assert case.order is not None
    order, yuan = case.order.order_id, case.order.amount.yuan()
    assert take(o, answer(batch.batch_id, (order, yuan, "failed", "超时")), NOW) == (1, [])
    case = service.case_detail(o, INTAKE, case.case_id, NOW).case
    why = given("核定有误", "第二十条")
    case = service.annul(o, REVIEWER, case.case_id, case.version, NOW, why)
    assert (balances(), people.load("P1", 2026).totals(2026).amounts) == ({}, {})
    taken, problems = take(o, answer(batch.batch_id, (order, yuan, "paid", "")), LATER)
    assert (taken, len(problems)) == (0, 1)
    return case, OrderId(order)


def resolved(o: service.Context, order: OrderId, paid: bool = True) -> PayOrder:
    listeners = {SourceKind.CASE: service.bank_listener(o)}
    auditor = (OfficerId("o-auditor"), frozenset({"auditor"}))
    return payments.resolve_contradiction(order, paid, "银行流水", *auditor, listeners, LATER)


def now_of(o: service.Context, case: Case) -> Case:
    return service.case_detail(o, INSPECTOR, case.case_id, LATER).case


def test_an_auditor_resolves_it_on_the_route_and_finds_the_demand_in_the_queue_33(
    tables: Tables,
) -> None:
    """Under the role of the function that hears the bank."""
    o = office()
    case, order = annulled(o)
    path = f"/payments/{NANJING}/orders/{order}/resolve"
    claims = {"sub": "o-auditor", "custom:admdvs": NANJING, "cognito:groups": "auditor"}
    event = {
        "version": "2.0",
        "routeKey": "ANY /payments/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": None,
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": path, "sourceIp": "10.0.0.7"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps({"paid": True, "reason": "银行流水已到账"}),
        "isBase64Encoded": False,
    }
    answered = handler.handler(event, None)
    assert (answered["statusCode"], json.loads(answered["body"])["state"]) == (200, "paid")
    rows, _ = service.page_of_cases(REVIEWER, service.CaseFilter((State.RECOVERING,)), "", 10)
    assert [row["case_id"] for row in rows] == [case.case_id]
    again = handler.handler(event, None)
    assert (again["statusCode"], json.loads(again["body"])["code"]) == (409, "STATE")


@pytest.mark.parametrize("gone_on", ["returned", "priced", "withdrawn"])
def test_what_was_paid_after_all_is_booked_and_demanded_back_33(
    tables: Tables, gone_on: str
) -> None:
    """Right money, 33."""
    o = office()
    case, order = annulled(o)
    if gone_on == "priced":
        service.price(o, INTAKE, case.case_id, case.version, LATER, given())
    elif gone_on == "withdrawn":
        service.withdraw(o, INTAKE, case.case_id, case.version, LATER, given("不再申请"))
    assert resolved(o, order).state == OrderState.PAID
    case = now_of(o, case)
    assert (case.state, case.granted) == (State.RECOVERING, case.orders[0].amount)
    rows, _ = service.page_of_cases(REVIEWER, service.CaseFilter((State.RECOVERING,)), "", 10)
    assert [row["case_id"] for row in rows] == [case.case_id], "in the queue of who re-checks it"
    assert balances()["1002"] == -int(case.granted)
    assert balances().get("2103", 0) == 0
    assert people.load("P1", 2026).totals(2026).amounts == {}, "until its recovery is decided on"
    case = service.order_recovery(o, REVIEWER, case.case_id, case.version, LATER, given())
    case = service.receive_recovery(o, CASHIER, case.case_id, case.version, LATER, given())
    assert (case.state, case.recovered) == (State.RECOVERED, case.granted)
    assert balances() == {}
    assert people.load("P1", 2026).totals(2026).amounts["own_all"] == 1_000_000


def test_the_payment_may_stand_where_the_annulment_was_wrong_33(tables: Tables) -> None:
    """The demand dropped; a part is demanded afterwards as of any paid case."""
    o = office()
    case, order = annulled(o)
    resolved(o, order)
    case = now_of(o, case)
    case = service.drop_recovery(o, AUDITOR, case.case_id, case.version, LATER, WHY)
    assert case.state == State.NOTIFIED
    totals = people.load("P1", 2026).totals(2026)
    assert (totals.amounts["paid:assistance_inpatient"], totals.last) == (159750, case.case_id)
    part = Fen(100_000)
    case = service.demand_recovery(o, INSPECTOR, case.case_id, case.version, part, LATER, WHY)
    case = service.order_recovery(o, REVIEWER, case.case_id, case.version, LATER, given())
    assert case.recovered == part


def test_a_demand_is_not_dropped_while_another_case_holds_the_receipt_33(tables: Tables) -> None:
    o = office()
    case, order = annulled(o)
    service.withdraw(o, INTAKE, case.case_id, case.version, LATER, given("另行申请"))
    other = opened(o, draft(key="2", bill_no=case.receipts[0].bill_no), LATER)
    resolved(o, order)
    case = now_of(o, case)
    with pytest.raises(Conflict, match=other.case_id):
        service.drop_recovery(o, AUDITOR, case.case_id, case.version, LATER, WHY)
    assert service.order_recovery(o, REVIEWER, case.case_id, case.version, LATER, given()).recovered


def test_what_was_not_paid_leaves_the_case_as_it_is_33(tables: Tables) -> None:
    o = office()
    case, order = annulled(o)
    assert resolved(o, order, paid=False).state == OrderState.FAILED
    assert now_of(o, case) == case
    assert balances() == {}


def test_granted_again_it_is_annulled_before_the_old_payment_counts_33(tables: Tables) -> None:
    """Re-checked anew while nobody had looked: no new order is made, the old payment is not that of
    the new amounts; annulled again, it is booked and demanded back."""
    o = office()
    case, order = annulled(o)
    case = service.price(o, INTAKE, case.case_id, case.version, LATER, given())
    case = service.audit(o, AUDITOR, case.case_id, case.version, LATER, given())
    case = service.recheck(o, REVIEWER, case.case_id, case.version, LATER, given())
    with pytest.raises(Conflict, match="撤销核定"):
        resolved(o, order)
    why = given("先前已到账", "第二十条")
    case = service.annul(o, REVIEWER, case.case_id, case.version, LATER, why)
    resolved(o, order)
    assert now_of(o, case).state == State.RECOVERING
    assert balances()["1002"] == -int(now_of(o, case).granted)
