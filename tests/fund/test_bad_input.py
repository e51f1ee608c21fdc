"""Bad input at every handler of the finance office: refused by field and rule, nothing written.
Proves J29, J30, J32, Q2.2."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from functions.clearing.handler import routes
from tests.conftest import Tables
from tests.fund.office import PAPER, REGION, budget, give, make, noon, paper, post

from medaid.fund import allocations, periods, vouchers
from medaid.fund.api import ROUTES
from medaid.fund.records import Voucher, VoucherRef
from medaid.money import Fen
from medaid.months import Month, Quarter, Year

NOW = noon(2026, 8, 10)
ROW = ("assistance", "1001", "410101", 500)
LINE = {"fund": "assistance", "debit": "1001", "credit": "410101", "amount": "5.00"}
VOUCHER = {
    "voucher_id": "新1",
    "kind": "fiscal_income",
    "effective": "2026-08-09",
    "document": "财社1",
    "document_date": "2026-08-08",
    "attachment": PAPER,
    "lines": [LINE],
}
REVERSAL = {
    **{name: VOUCHER[name] for name in ("effective", "document", "document_date", "attachment")},
    "voucher_id": "冲9",
    "reason": "更正",
}
ITEM = {"account": "610100-500101", "base": "1.00", "source": "测算"}
F = f"/fund/{REGION}"
AMOUNTS = ("0.001", "1E+99", "1e-3", "NaN", "-1", "", "1_0", "９", "99999999999999999", 1.5, True)
"""A third decimal, an exponent nobody can hold, what is no amount, a binary fraction."""


def line(**more: Any) -> dict[str, Any]:
    return {**VOUCHER, "lines": [{**LINE, **more}]}


@pytest.fixture
def _office(tables: Tables) -> None:
    """July is closed; of August one voucher waits, one is posted and one taken back."""
    budget(2026, {"610100-500101": 1000})
    give("assistance", 1000, date(2026, 7, 1))
    periods.close(REGION, Month("2026-07"), "会计", noon(2026, 8, 2))
    for number in ("待", "记", "冲"):
        draft = paper(number, "fiscal_income", date(2026, 8, 3), ROW)
        make(draft, NOW) if number == "待" else post(draft, NOW)
    month = Month("2026-08")
    back = Voucher("冲1", "", date(2026, 8, 4), "更1", (), "误", ())
    vouchers.reverse_voucher(REGION, VoucherRef(month, "冲"), back, "会计", NOW)
    vouchers.post_voucher(REGION, month, "冲1", "审核", NOW)
    amounts = {"assistance": Fen(600)}
    allocations.request_allocation(REGION, "2026-Q3", "1", amounts, "会计", NOW)


def ask(path: str, body: Any, role: str, region: str = REGION) -> tuple[int, dict[str, Any]]:
    claims = {"sub": f"新{role}", "custom:admdvs": region, "cognito:groups": role}
    event = {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "queryStringParameters": None,
        "requestContext": {
            "http": {"method": "POST", "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
    answer = routes(lambda: NOW).resolve(event, None)  # type: ignore[arg-type]
    return answer["statusCode"], json.loads(answer["body"])


BAD: list[tuple[str, Any, str, str, str]] = [
    *(
        (f"{F}/vouchers", line(amount=amount), "accountant", "*", "lines.0.amount")
        for amount in (*AMOUNTS, "0")
    ),
    *(
        (f"{F}/allocations/2026-Q4/2/request", {"amounts": {"assistance": amount}}, "accountant",
         "*", "amounts.assistance")
        for amount in (*AMOUNTS, "0")
    ),
    *(
        (f"{F}/budget/2026", {"items": [{**ITEM, "base": amount}], "reason": "x"}, "accountant",
         "*", "items.0.base")
        for amount in AMOUNTS
    ),
    (f"{F}/vouchers", line(fund="养老"), "accountant", "FUND_UNKNOWN", "lines.0.fund"),
    (f"{F}/vouchers", line(credit="9999"), "accountant", "ACCOUNT_UNKNOWN", "lines.0.credit"),
    (f"{F}/vouchers", line(credit="500101"), "accountant", "FLOW_FORBIDDEN", "610100-500101"),
    (f"{F}/vouchers", {**VOUCHER, "kind": "bank_fee"}, "accountant", "FLOW_FORBIDDEN", "kind"),
    (f"{F}/vouchers", {**VOUCHER, "effective": "2026-08-11"}, "accountant", "DATE_FUTURE",
     "effective"),
    (f"{F}/vouchers", {**VOUCHER, "document_date": "2026-08-11"}, "accountant", "DATE_FUTURE",
     "document_date"),
    (f"{F}/vouchers", {**VOUCHER, "effective": "2026-07-31"}, "accountant", "PERIOD_CLOSED",
     "effective"),
    (f"{F}/vouchers", {**VOUCHER, "effective": "0001-01-01"}, "accountant", "FIELD_FORMAT",
     "effective"),
    (f"{F}/vouchers", {**VOUCHER, "effective": 20260809}, "accountant", "FIELD_FORMAT",
     "effective"),
    (f"{F}/vouchers", {**VOUCHER, "voucher_id": "a/b"}, "accountant", "FIELD_FORMAT",
     "voucher_id"),
    (f"{F}/vouchers", {**VOUCHER, "attachment": "x"}, "accountant", "FIELD_FORMAT",
     "attachment"),
    (f"{F}/vouchers", {**VOUCHER, "document": " "}, "accountant", "FIELD_FORMAT", "document"),
    (f"{F}/vouchers/2026-08/记/post", None, "auditor", "STATE", "voucher_id"),
    (f"{F}/vouchers/2026-07/记/post", None, "auditor", "NOT_FOUND", "voucher_id"),
    (f"{F}/vouchers/2026-08/记/reject", {"reason": "x"}, "auditor", "STATE", "voucher_id"),
    (f"{F}/vouchers/2026-08/待/reject", {"reason": " "}, "auditor", "FIELD_FORMAT", "reason"),
    (f"{F}/vouchers/2026-08/冲/reverse", REVERSAL, "accountant", "STATE", "reverses"),
    (f"{F}/vouchers/2026-08/冲1/reverse", REVERSAL, "accountant", "STATE", "reverses"),
    (f"{F}/vouchers/2026-08/待/reverse", REVERSAL, "accountant", "STATE", "reverses"),
    (f"{F}/vouchers/2026-08/无/reverse", REVERSAL, "accountant", "NOT_FOUND", "voucher_id"),
    (f"{F}/vouchers/2026-08/记/reverse", {**REVERSAL, "effective": "2026-08-11"}, "accountant",
     "DATE_FUTURE", "effective"),
    (f"{F}/vouchers/2026-08/记/reverse", {**REVERSAL, "effective": "2026-07-31"}, "accountant",
     "DATE_ORDER", "effective"),
    (f"{F}/vouchers/2026-08/记/overdraft", {"document": "批1", "reason": "x"}, "manager", "STATE",
     "voucher_id"),
    (f"{F}/vouchers/2026-08/待/overdraft", {"document": "", "reason": "x"}, "manager",
     "FIELD_FORMAT", "document"),
    (f"{F}/allocations/2026-Q4/2/request", {"amounts": {}}, "accountant", "FIELD_FORMAT",
     "amounts"),
    (f"{F}/allocations/2026-Q4/2/request", {"amounts": {"养老": "1"}}, "accountant",
     "FUND_UNKNOWN", "amounts.养老"),
    (f"{F}/allocations/2026-Q4/2/request", {"amounts": {"assistance": "4.01"}}, "accountant",
     "BUDGET_EXCEEDED", "amounts.assistance"),
    (f"{F}/allocations/2025-Q4/2/request", {"amounts": {"assistance": "1"}}, "accountant",
     "BUDGET_EXCEEDED", "quarter"),
    (f"{F}/allocations/2026-Q3/1/request", {"amounts": {"assistance": "1"}}, "accountant",
     "DUPLICATE", "request"),
    (f"{F}/allocations/2026-Q4/2/review", None, "auditor", "NOT_FOUND", "request"),
    (f"{F}/allocations/2026-Q3/1/approve", None, "finance", "STATE", "request"),
    (f"{F}/allocations/2026-Q3/1/reject", {"reason": ""}, "finance", "FIELD_FORMAT", "reason"),
    (f"{F}/allocations/2026-Q3/1/receive", None, "cashier", "STATE", "request"),
    (f"{F}/budget/2026", {"items": [{**ITEM, "account": "610100-1001"}], "reason": "x"},
     "accountant", "ACCOUNT_UNKNOWN", "items.0.account"),
    (f"{F}/budget/2026", {"items": [{**ITEM, "rate": "1.00001"}], "reason": "x"}, "accountant",
     "FIELD_FORMAT", "items.0.rate"),
    (f"{F}/budget/2026", {"items": [{**ITEM, "heads": -1}], "reason": "x"}, "accountant",
     "FIELD_FORMAT", "items.0.heads"),
    (f"{F}/budget/2026", {"items": [ITEM]}, "accountant", "FIELD_REQUIRED", "reason"),
    (f"{F}/budget/2025", {"items": [ITEM]}, "accountant", "FIELD_FORMAT", "year"),
    (f"{F}/budget/2028", {"items": [ITEM]}, "accountant", "FIELD_FORMAT", "year"),
    (f"{F}/budget/2026/2/review", None, "finance", "NOT_FOUND", "number"),
    (f"{F}/budget/2026/1/review", None, "finance", "STATE", "number"),
    (f"{F}/budget/2026/1/approve", {"document": "批9"}, "government", "STATE", "number"),
    (f"{F}/budget/2026/1/return", {"reason": "x"}, "finance", "STATE", "number"),
    (f"{F}/periods/2026-08/close", None, "accountant", "PERIOD_OPEN", "period"),
    (f"{F}/periods/2026-07/reopen", {"reason": " "}, "manager", "FIELD_FORMAT", "reason"),
    (f"{F}/periods/2026-06/reopen", {"reason": "x"}, "manager", "STATE", "period"),
    (f"{F}/years/2026/close", None, "accountant", "PERIOD_OPEN", "year"),
    (f"{F}/reconciliations/2026-Q3/sign", {"digest": PAPER}, "finance", "*", "quarter"),
    (f"{F}/reconciliations/2026-Q2/withdraw", {"reason": "x"}, "finance", "*", "quarter"),
]  # fmt: skip


@pytest.mark.usefixtures("_office")
def test_each_fault_is_refused_by_field_and_rule_and_nothing_is_written(tables: Tables) -> None:
    """J29, J30, J32, Q2.2."""
    before, wrong = tables.everything(), []
    for path, body, role, code, field in BAD:
        status, said = ask(path, body, role)
        told = (code in ("*", said["code"]), said["field"] == field, bool(said["rule"]))
        if not all(told) or not 400 <= status < 500 or tables.everything() != before:
            wrong.append((path, body, status, said))
            before = tables.everything()
    assert wrong == []


@pytest.mark.usefixtures("_office")
def test_the_same_papers_without_a_fault_are_taken() -> None:
    """The nearest accepted value beside the refused ones."""
    assert ask(f"{F}/vouchers", VOUCHER, "accountant")[0] == 201
    assert ask(f"{F}/vouchers/2026-08/记/reverse", REVERSAL, "accountant")[0] == 201
    request = {"amounts": {"assistance": "4.00"}}
    assert ask(f"{F}/allocations/2026-Q4/2/request", request, "accountant")[0] == 200
    changed = {"items": [{**ITEM, "rate": "1.0001"}], "reason": "x"}
    status, said = ask(f"{F}/budget/2026", changed, "accountant")
    assert (status, said["versions"][1]["changes"][0]["after"]) == (200, "1.00")


@pytest.mark.usefixtures("_office")
def test_no_route_of_the_office_acts_for_another_region_or_a_year_far_off(tables: Tables) -> None:
    """Every route that writes, by its declaration: token of another region; a period far away."""
    before = tables.everything()
    far = {Year: "2149", Month: "2149-12", Quarter: "2149-Q4"}
    for route in ROUTES:
        if route.method == "GET":
            continue
        path = route.path
        for name, kind in route.parameters.items():
            text = {"admdvs": REGION, "fund": "assistance", "form": "pdf"}.get(name)
            path = path.replace(f"{{{name}}}", text or far.get(kind, "1"))
        role = route.roles[0]
        status, said = ask(path, {}, role, "320100")
        assert (status, said["code"]) == (403, "FORBIDDEN"), path
        status, said = ask(path, {}, role)
        assert 200 <= status < 500, (path, said)
        assert tables.everything() == before, path
