"""The bank's word on paper: entered by the cashier, confirmed by the accountant, and taken by the
same function and checks as every answer file. Issue: finance office, 8 and 10. Proves J34, Q3.1."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.conftest import Tables
from tests.payments.builders import (
    APPROVES,
    CASHIER,
    CASHIERS,
    ENTERS,
    NANJING,
    NOW,
    SUZHOU,
    Books,
    payee,
    says,
    sent,
    state,
    take,
)

from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.payments import service
from medaid.payments.api import ROUTES
from medaid.payments.model import BankSlip, Outcome, PayOrder, SlipLine
from medaid.regions import Region

ACCOUNTANT = OfficerId("o-accountant")
ACCOUNTANTS = frozenset({"accountant"})
DAY = civil_date(NOW)
LATER = NOW + timedelta(days=2)


@pytest.fixture
def books(tables: Tables) -> Books:
    payee()
    return Books()


def line(order: PayOrder, outcome: str = "paid", **changes: Any) -> SlipLine:
    reason = "" if outcome == "paid" else "账号错误"
    made = SlipLine(order.order_id, order.amount, Outcome(outcome), DAY, "LS1", reason)
    return replace(made, **changes)


def slip(*lines: SlipLine, batch: str, number: str = "1", **changes: Any) -> BankSlip:
    total = Fen(sum(int(one.amount) for one in lines))
    return replace(BankSlip(NANJING, batch, number, lines, total, CASHIER, LATER), **changes)


def enter(one: BankSlip) -> BankSlip:
    return service.enter_slip(one, CASHIERS, LATER)


def decide(
    one: BankSlip,
    books: Books,
    yes: bool = True,
    by: OfficerId = ACCOUNTANT,
    reason: str = "",
    roles: frozenset[str] = ACCOUNTANTS,
) -> BankSlip:
    where = one.region, one.batch_id, one.number
    return service.decide_slip(*where, yes, reason, by, roles, books.listeners, LATER)


def said(order: PayOrder, outcome: str, number: str = "1", **changes: Any) -> BankSlip:
    return enter(slip(line(order, outcome, **changes), batch=order.batch_id, number=number))


def test_nothing_is_paid_until_the_accountant_confirms(books: Books) -> None:
    order = sent()
    entered = said(order, "paid")
    assert (entered.state, state(order), books.heard) == ("entered", "released", [])
    done = decide(entered, books)
    assert done.report is not None
    assert (done.state, done.report.taken, done.report.problems) == ("confirmed", 1, ())
    assert (state(order), books.heard) == ("paid", [(order.order_id, "paid", "")])
    (kept,) = service.get_order(order.order_id).answers
    assert (kept.day, kept.reference) == (DAY, "LS1")


@pytest.mark.parametrize(("outcome", "after"), [("failed", "failed"), ("returned", "returned")])
def test_refused_and_returned_are_told_apart(books: Books, outcome: str, after: str) -> None:
    order = sent()
    if outcome == "returned":
        decide(said(order, "paid"), books)
    decide(said(order, outcome, "2"), books)
    assert (state(order), books.heard[-1]) == (after, (order.order_id, outcome, "账号错误"))


@pytest.mark.parametrize("outcome", ["failed", "returned"])
def test_what_an_order_cannot_become_is_refused_at_entry(
    tables: Tables, books: Books, outcome: str
) -> None:
    """拒付 of what is paid, 退汇 of what is not."""
    order = sent()
    if outcome == "failed":
        take(says(order, "paid"), books)
    before = tables.everything()
    with pytest.raises(Conflict) as told:
        said(order, outcome)
    assert (told.value.code, told.value.field) == ("STATE", "outcome")
    assert tables.everything() == before


def test_refused_on_paper_and_paid_by_file_meanwhile_is_told_and_nothing_taken(
    books: Books,
) -> None:
    order = sent()
    entered = said(order, "failed")
    take(says(order, "paid"), books)
    done = decide(entered, books)
    assert done.report is not None
    assert (done.report.taken, [p.code for p in done.report.problems]) == (0, ["STATE"])
    assert state(order) == "paid"


def test_the_same_word_by_file_and_on_paper_counts_once(books: Books) -> None:
    order = sent()
    entered = said(order, "paid")
    take(says(order, "paid"), books)
    done = decide(entered, books)
    assert done.report is not None
    assert (done.report.taken, [p.code for p in done.report.problems]) == (0, ["DUPLICATE"])
    assert len(books.heard) == 1
    assert decide(entered, books) == done


def test_paid_on_paper_after_it_failed_stops_until_a_person_has_looked(books: Books) -> None:
    order = sent()
    take(says(order, "failed"), books)
    done = decide(said(order, "paid"), books)
    assert done.report is not None
    assert (done.report.taken, state(order)) == (0, "contradicted")


def test_a_slip_whose_confirmation_broke_off_goes_on(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, entered = (one := sent()), said(one, "paid")
    with monkeypatch.context() as broken:
        broken.setattr(service.slips, "take_lines", _breaks_off)
        with pytest.raises(ConnectionError):
            decide(entered, books)
    assert state(order) == "released"
    done = decide(entered, books)
    assert (state(order), done.report is not None) == ("paid", True)


def _breaks_off(*_: object) -> None:
    raise ConnectionError


WRONG: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"amount": Fen(1)}, {}, "AMOUNT_SUM", "lines.1.order"),
    ({"order_id": "PAY-320100-1002-H9-1"}, {}, "NOT_FOUND", "lines.1.order"),
    ({"day": DAY + timedelta(days=9)}, {}, "DATE_FUTURE", "date"),
    ({"day": date(2026, 1, 1)}, {}, "DATE_ORDER", "date"),
    ({}, {"total": Fen(5)}, "AMOUNT_SUM", "total"),
    ({}, {"batch_id": "PAY-320100-1002-H9-1"}, "NOT_FOUND", "batch_id"),
    ({}, {"region": SUZHOU}, "NOT_FOUND", "batch_id"),
    ({}, {"lines": ()}, "FIELD_REQUIRED", "lines"),
    ({"outcome": Outcome.FAILED, "reason": " "}, {}, "FIELD_REQUIRED", "lines.1.reason"),
]


@pytest.mark.parametrize(("of_line", "of_slip", "code", "field"), WRONG)
def test_what_could_not_be_taken_is_refused_at_entry(
    tables: Tables,
    books: Books,
    of_line: dict[str, Any],
    of_slip: dict[str, Any],
    code: str,
    field: str,
) -> None:
    order = sent()
    before = tables.everything()
    with pytest.raises(BadInput) as told:
        enter(slip(line(order, **of_line), batch=order.batch_id, **of_slip))
    assert (told.value.code, told.value.field) == (code, field)
    assert tables.everything() == before


def test_an_order_twice_on_a_slip_is_refused(books: Books) -> None:
    order = sent()
    with pytest.raises(BadInput) as told:
        enter(slip(line(order), line(order, "failed"), batch=order.batch_id))
    assert told.value.code == "DUPLICATE"


def test_the_number_names_one_slip(books: Books) -> None:
    order = sent()
    entered = said(order, "paid")
    assert said(order, "paid") == entered
    with pytest.raises(Conflict) as told:
        said(order, "paid", reference="LS2")
    assert (told.value.code, told.value.field) == ("DUPLICATE", "number")


def test_rejected_it_counts_for_nothing_and_says_why(tables: Tables, books: Books) -> None:
    order = sent()
    entered = said(order, "paid")
    with pytest.raises(BadInput) as silent:
        decide(entered, books, yes=False)
    assert silent.value.field == "reason"
    gone = decide(entered, books, yes=False, reason="流水号看错")
    assert (gone.state, gone.reason, state(order)) == ("rejected", "流水号看错", "released")
    with pytest.raises(Conflict):
        decide(entered, books)


def test_a_rejected_slip_is_not_entered_again_under_its_number(
    tables: Tables, books: Books
) -> None:
    """The cashier is told that nothing waits for the accountant, instead of done."""
    order = sent()
    decide(said(order, "paid"), books, yes=False, reason="流水号看错")
    before = tables.everything()
    with pytest.raises(Conflict) as told:
        said(order, "paid")
    assert (told.value.code, told.value.field) == ("STATE", "number")
    assert tables.everything() == before
    assert said(order, "paid", "2").state == "entered"


@pytest.mark.parametrize(
    ("by", "roles"),
    [(CASHIER, CASHIERS), (CASHIER, frozenset[str]()), (APPROVES, frozenset({"auditor"}))],
)
def test_neither_who_entered_it_nor_another_duty_confirms(
    tables: Tables, books: Books, by: OfficerId, roles: frozenset[str]
) -> None:
    """Q3.1."""
    entered = said(sent(), "paid")
    before = tables.everything()
    with pytest.raises(Forbidden) as told:
        decide(entered, books, by=by, roles=roles)
    assert (told.value.code, tables.everything()) == ("SEPARATION", before)


def test_who_audits_enters_none(books: Books) -> None:
    """Q3.1."""
    order = sent()
    with pytest.raises(Forbidden):
        service.enter_slip(slip(line(order), batch=order.batch_id), frozenset({"auditor"}), LATER)


def test_another_region_decides_none(books: Books) -> None:
    entered = said(sent(), "paid")
    with pytest.raises(Refused) as told:
        decide(replace(entered, region=SUZHOU), books)
    assert told.value.code == "NOT_FOUND"


def ask(
    books: Books, method: str, path: str, role: str, subject: str, body: Any = None,
    region: Region = NANJING,
) -> tuple[int, dict[str, Any]]:  # fmt: skip
    app = mount(rest.resolver(), ROUTES, lambda: LATER, lambda _at: books.listeners)
    claims = {"sub": subject, "custom:admdvs": region, "cognito:groups": role}
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "10.0.0.1"},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
    answered = app.resolve(event, None)  # type: ignore[arg-type]
    return answered["statusCode"], json.loads(answered["body"])


def test_by_the_routes_each_with_its_role(books: Books) -> None:
    order = sent()
    base = f"/payments/{NANJING}/batches/{order.batch_id}/slips"
    one = {
        "order": order.order_id,
        "amount": "760.00",
        "outcome": "paid",
        "date": str(DAY),
        "reference": "LS1",
    }
    body = {"lines": [one], "total": "760.00"}
    assert ask(books, "POST", f"{base}/1", "accountant", "a", body)[0] == 403
    assert ask(books, "POST", f"{base}/1", "cashier", "a", body, SUZHOU)[0] == 403
    assert ask(books, "POST", f"{base}/1", "cashier", "a", {**body, "total": "1.00"})[0] == 400
    status, shown = ask(books, "POST", f"{base}/1", "cashier", str(CASHIER), body)
    assert (status, shown["state"], shown["taken"]) == (201, "entered", 0)
    yes = {"approved": True}
    assert ask(books, "POST", f"{base}/1/decision", "cashier", "b", yes)[0] == 403
    assert ask(books, "POST", f"{base}/2/decision", "accountant", str(ENTERS), yes)[0] == 404
    status, shown = ask(books, "POST", f"{base}/1/decision", "accountant", str(ENTERS), yes)
    assert (status, shown["state"], shown["taken"], shown["problems"]) == (200, "confirmed", 1, [])
    status, page = ask(books, "GET", base, "auditor", "c")
    assert (status, [row["number"] for row in page["rows"]]) == (200, ["1"])
    assert state(order) == "paid"
