"""Traceable both ways: from a clause to the payments that rest on it, from a pay order to its
settlements and their clauses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from tests.clearing.builders import (
    HOSPITALS,
    agree,
    agreement,
    arrive,
    close_month,
    event_of,
    reconcile_totals,
)
from tests.clearing.builders import at as july
from tests.clearing.builders import item as clearing_item
from tests.conftest import Tables
from tests.reimbursement import office as desk
from tests.settlement.hospital import (
    NOW,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    settlement_events,
    stay_input,
)
from tests.storage import StorageCalls

from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.benefit.service import clauses_of
from medaid.clearing import projector
from medaid.clearing.hospital import service as clearing
from medaid.clearing.model import Item
from medaid.errors import Refused
from medaid.events import CaseMoneyBack, CasePaid
from medaid.ids import OrderId
from medaid.instants import stored
from medaid.money import Fen
from medaid.months import Month
from medaid.policy.tables import Citation
from medaid.regions import Region
from medaid.reimbursement import service as reimbursement
from medaid.settlement import service as settlement
from medaid.settlement.tracing import api, service

HOME = "320500"
ART7 = ("测试办法", "第七条")
ART8 = ("测试办法", "第八条")
AUGUST = july(2, 4, month=8)


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> Iterator[None]:
    service._note_group.cache_clear()
    projector._note.cache_clear()
    yield
    projector._note.cache_clear()
    service._note_group.cache_clear()


def steps(*clauses: tuple[str, str]) -> tuple[Any, ...]:
    return tuple(SimpleNamespace(cites=(Citation(*one, "S"),)) for one in clauses)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[Any, ...]]:
    """Steps by setl_id, in place of priced settlements."""
    known: dict[str, tuple[Any, ...]] = {}

    def get(setl_id: str) -> Any:
        if setl_id not in known:
            raise Refused("SETTLEMENT_UNKNOWN", field="setl_id", rule=setl_id)
        return SimpleNamespace(decision=SimpleNamespace(steps=known[setl_id]))

    monkeypatch.setattr(settlement, "get_settlement", get)
    monkeypatch.setattr(settlement, "list_settlements", lambda ids: [get(one) for one in ids])
    return known


def ask(path: str, role: str = "inspector", region: str = HOME) -> tuple[int, Any]:
    app = rest.resolver()
    context = api.TracingContext(reimbursement.steps_of_case)
    mount(app, api.ROUTES, lambda: AUGUST, lambda _now: context)
    path, _, query = path.partition("?")
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "queryStringParameters": dict(one.split("=", 1) for one in query.split("&") if one),
        "requestContext": {
            "http": {"method": "GET", "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {
                "jwt": {"claims": {"sub": "o", "custom:admdvs": region, "cognito:groups": role}}
            },
        },
        "body": "",
        "isBase64Encoded": False,
    }
    answer = app.resolve(event, object())  # type: ignore[arg-type]  # no context is looked at
    return answer["statusCode"], json.loads(answer["body"])


def payments(clause: tuple[str, str], month: str = "2023-07", **more: Any) -> Any:
    words = {"document": clause[0], "article": clause[1], **more}
    query = "&".join(f"{name}={value}" for name, value in words.items())
    status, found = ask(f"/traces/{HOME}/months/{month}/payments?{query}")
    assert status == 200, found
    return found


def pages(clause: tuple[str, str], limit: int) -> list[list[str]]:
    found, cursor = [], ""
    while True:
        page = payments(clause, limit=limit, **({"cursor": cursor} if cursor else {}))
        found.append([row["payment_id"] for row in page["rows"]])
        cursor = page["cursor"]
        if not cursor:
            return found


def note(
    number: int, settled: dict[str, tuple[Any, ...]], *clauses: tuple[str, str], **more: Any
) -> Item:
    one = clearing_item(number, july(3) + timedelta(minutes=number), **more)
    settled[one.setl_id] = steps(*clauses)
    service.project(event_of(one))
    return one


# ---- from a clause -------------------------------------------------------------------------------


def test_a_real_settlement_and_its_reversal_stand_under_every_clause_of_its_steps(
    tables: Tables,
) -> None:
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    given = stay_input("P1", mdtrt_id, bill("5000.00", "4500.00"))
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    passed(hospital.call("2305", {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}))
    decision = settlement.get_settlement(setl_id).decision
    for event in settlement_events():
        service.project(event)
        service.project(event)
    month, region = Month.of(NOW), decision.insured_region
    clauses = service.list_clauses(region, month)
    assert clauses == clauses_of(decision.steps)
    assert len(clauses) >= 2
    assert (int(decision.funds_paid), int(decision.by_fund["maf_pay"])) == (420000, 120000)
    for clause in clauses:
        rows = service.page_of_payments(region, month, clause, "", 10)[0]
        assert {(r.payment_id, r.kind, int(r.amount)) for r in rows} == {
            (setl_id, "settlement", 300000),
            (f"{setl_id}R", "reversal", -300000),
        }


def test_payments_of_a_clause_come_by_page_each_once_in_order(
    settled: dict[str, tuple[Any, ...]],
) -> None:
    for number in range(7):
        note(number, settled, ART7, *([ART8] if number % 2 else []))
    both = pages(ART7, 3)
    assert [len(page) for page in both] == [3, 3, 1]
    assert sorted(one for page in both for one in page) == sorted(f"{HOME}S{n}" for n in range(7))
    assert pages(ART8, 10) == [[f"{HOME}S{n}" for n in (1, 3, 5)]]
    assert pages(ART8, 3) == [[f"{HOME}S{n}" for n in (1, 3, 5)]]
    assert pages(("测试办法", "第九条"), 3) == [[]]
    status, found = ask(f"/traces/{HOME}/months/2023-07/clauses")
    assert (status, [c["article"] for c in found["clauses"]]) == (200, ["第七条", "第八条"])


def test_another_region_and_another_month_are_not_in_it(
    settled: dict[str, tuple[Any, ...]],
) -> None:
    note(1, settled, ART7)
    note(2, settled, ART7, home="320100")
    assert pages(ART7, 10) == [[f"{HOME}S1"]]
    assert payments(ART7, "2023-08")["rows"] == []
    path = "/traces/320100/months/2023-07/clauses"
    assert ask(path)[0] == 403
    assert [ask(path.replace("320100", HOME), role)[0] for role in ("cashier", "manager")] == [
        403,
        403,
    ]


def test_both_regions_that_pay_find_it_with_what_each_paid(
    settled: dict[str, tuple[Any, ...]],
) -> None:
    """600.00 of insurance and 200.00 of assistance: each region sums up its own."""
    one = clearing_item(1, july(3))
    settled[one.setl_id] = steps(ART7)
    service.project(event_of(one, "320583"))
    for region, fen in (("320583", 20000), (HOME, 60000)):
        found, _ = service.page_of_payments(Region(region), Month("2023-07"), ART7, "", 5)
        assert [(row.payment_id, int(row.amount)) for row in found] == [(one.setl_id, fen)]


@pytest.mark.parametrize(
    ("assisting", "maf", "paid"),
    [
        ("", 0, {HOME: 60000}),
        (HOME, 20000, {HOME: 80000}),
        ("320583", 20000, {HOME: 60000, "320583": 20000}),
        ("320583", 0, {HOME: 60000}),
    ],
)
def test_whose_funds_pay_how_much(assisting: str, maf: int, paid: dict[str, int]) -> None:
    event = event_of(clearing_item(1, july(3), maf=maf), assisting)
    assert event.paid_by() == paid
    assert sum(event.paid_by().values()) == event.fund_pay_sumamt


def test_what_came_back_of_a_case_is_taken_off_its_clauses() -> None:
    """Returned by the bank and paid again, then recovered in part: the sum is what was borne."""
    of = ("320500M1", "P1", HOME)
    paid = CasePaid(*of, Fen(1200))
    service.project_case(paid, stored(july(9)), lambda _case: (HOME, steps(ART8)))
    back = CaseMoneyBack(*of, Fen(1200), False, (ART8,))
    service.project_money_back(back, stored(july(10)))
    service.project_money_back(back, stored(july(10)))
    service.project_case(paid, stored(july(11)), lambda _case: (HOME, steps(ART8)))
    service.project_money_back(CaseMoneyBack(*of, Fen(300), True, (ART8,)), stored(july(20)))
    rows = payments(ART8)["rows"]
    assert [row["kind"] for row in rows] == ["case", "returned", "case", "recovered"]
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("9.00")
    service.project_money_back(CaseMoneyBack(*of, Fen(300), True, ()), stored(july(21)))
    assert len(payments(ART8)["rows"]) == 4


def test_what_comes_twice_is_one_and_what_is_unknown_is_none(
    settled: dict[str, tuple[Any, ...]], tables: Tables
) -> None:
    one = note(1, settled, ART7)
    before = tables.items("settlement")
    service._note_group.cache_clear()
    service.project(event_of(one))
    assert tables.items("settlement") == before
    service.project(event_of(clearing_item(9, july(3))))
    assert tables.items("settlement") == before


def test_a_paid_case_stands_under_its_clauses() -> None:
    paid = CasePaid("320500M1", "P1", HOME, Fen(1200))
    service.project_case(paid, stored(july(9)), lambda _case: (HOME, steps(ART8)))
    (row,) = payments(ART8)["rows"]
    assert (row["payment_id"], row["kind"], row["amount"]) == ("320500M1", "case", "12.00")
    service.project_case(paid, stored(july(9)), lambda _case: (HOME, ()))
    assert len(payments(ART8)["rows"]) == 1


def test_a_page_costs_the_same_however_much_there_is(
    settled: dict[str, tuple[Any, ...]], storage_calls: StorageCalls
) -> None:
    for number in range(3):
        note(number, settled, ART7)
    storage_calls.reset()
    payments(ART7, limit=2)
    few = storage_calls.counts
    for number in range(3, 40):
        note(number, settled, ART7)
    storage_calls.reset()
    first = payments(ART7, limit=2)
    assert storage_calls.counts == few == {"Query": 2}
    storage_calls.reset()
    payments(ART7, limit=2, cursor=first["cursor"])
    assert storage_calls.counts == {"Query": 2}


def test_what_a_settlement_costs_in_the_outbox(
    settled: dict[str, tuple[Any, ...]], storage_calls: StorageCalls
) -> None:
    """One write a paying region once its group of clauses is known, however many clauses."""
    note(1, settled, ART7, ART8)
    storage_calls.reset()
    note(2, settled, ART7, ART8)
    assert storage_calls.counts == {"PutItem": 1}


@pytest.mark.parametrize("cursor", ["x", "e30", quote("{}")])
def test_a_crafted_cursor_is_refused(settled: dict[str, tuple[Any, ...]], cursor: str) -> None:
    query = f"document={ART7[0]}&article={ART7[1]}&cursor={cursor}"
    status, found = ask(f"/traces/{HOME}/months/2023-07/payments?{query}")
    assert (status, found["field"]) == (400, "cursor")


def test_a_cursor_of_another_clause_is_refused(settled: dict[str, tuple[Any, ...]]) -> None:
    for number in range(3):
        note(number, settled, ART7, ART8)
    cursor = payments(ART7, limit=1)["cursor"]
    query = f"document={ART8[0]}&article={ART8[1]}&cursor={cursor}"
    assert ask(f"/traces/{HOME}/months/2023-07/payments?{query}")[0] == 400


# ---- from a pay order ----------------------------------------------------------------------------


def released(settled: dict[str, tuple[Any, ...]], many: int) -> str:
    """The pay order of a hospital's July of so many settlements."""
    ones = []
    for number in range(many):
        one = clearing_item(number, july(3) + timedelta(minutes=number))
        settled[one.setl_id] = steps(ART7, *([ART8] if number else []))
        arrive(one)
        ones.append(one)
    close_month(HOME, "2023-07", AUGUST)
    sums = {
        name: Fen(sum(int(one.amounts[name]) for one in ones))
        for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    }
    first, last = date(2023, 7, 1), date(2023, 7, 31)
    hospital = HOSPITALS[0]
    reconcile_totals(HOME, hospital, ("390", "21", HOME), first, last, sums, many, AUGUST)
    agree(agreement(hospital))
    clearing.approve_statement(HOME, hospital, "2023-07", 1, "甲", AUGUST)
    return clearing.release_statement(HOME, hospital, "2023-07", 1, "乙", AUGUST).order_id


def test_a_pay_order_leads_to_its_settlements_and_their_clauses(
    settled: dict[str, tuple[Any, ...]],
) -> None:
    order = released(settled, 5)
    later = clearing_item(99, july(20))
    settled[later.setl_id] = steps(ART8)
    arrive(later, AUGUST + timedelta(days=1))  # of the month's next statement
    rows, cursor = [], ""
    for _ in range(3):
        status, page = ask(f"/traces/{HOME}/orders/{order}?limit=2" + cursor)
        assert status == 200
        rows += page["rows"]
        cursor = f"&cursor={page['cursor']}"
    assert page["cursor"] == ""
    assert [row["setl_id"] for row in rows] == [f"{HOME}S{n}" for n in range(5)]
    assert [[c["article"] for c in row["clauses"]] for row in rows[:2]] == [
        ["第七条"],
        ["第七条", "第八条"],
    ]
    assert (page["source_kind"], page["source"]) == (
        "statement",
        f"{HOME}-{HOSPITALS[0]}-2023-07-1",
    )
    assert "psn_no" not in json.dumps(page)


def test_a_page_of_an_order_costs_the_same_in_a_long_month(
    settled: dict[str, tuple[Any, ...]], storage_calls: StorageCalls
) -> None:
    order = released(settled, 30)
    storage_calls.reset()
    first = ask(f"/traces/{HOME}/orders/{order}?limit=2")[1]
    cost = dict(storage_calls.counts)
    assert cost == {"GetItem": 2, "Query": 1}
    storage_calls.reset()
    ask(f"/traces/{HOME}/orders/{order}?limit=2&cursor={first['cursor']}")
    assert storage_calls.counts == cost


def test_another_regions_order_and_one_that_is_not_there_are_refused(
    settled: dict[str, tuple[Any, ...]], storage_calls: StorageCalls
) -> None:
    order = released(settled, 1)
    storage_calls.reset()
    assert ask(f"/traces/320100/orders/{order}", region="320100")[0] == 403
    assert storage_calls.counts == {"GetItem": 1}
    assert ask(f"/traces/{HOME}/orders/PAY-x")[0] == 404
    assert ask(f"/traces/{HOME}/orders/{order}", role="accountant")[0] == 403


def test_the_order_of_a_case_leads_to_the_clauses_of_its_pricing(tables: Tables) -> None:
    desk.register()
    o, now = desk.office(), desk.at("2026-03-16 09:00")
    case = desk.opened(o, desk.draft(), now)
    case = reimbursement.accept(o, desk.INTAKE, case.case_id, case.version, now, desk.given())
    case = reimbursement.price(o, desk.INTAKE, case.case_id, case.version, now, desk.given())
    assert case.pricing is not None
    case = reimbursement.audit(o, desk.AUDITOR, case.case_id, case.version, now, desk.given("核"))
    case = reimbursement.recheck(
        o, desk.REVIEWER, case.case_id, case.version, now, desk.given("复核")
    )
    case = reimbursement.order(o, desk.ACCOUNTANT, case.case_id, case.version, now, desk.given())
    found = service.order_of(
        OrderId(case.orders[-1].order_id), lambda region: None, reimbursement.steps_of_case
    )
    assert case.pricing is not None
    assert found.clauses == clauses_of(case.pricing.steps)
    assert len(found.clauses) >= 1
