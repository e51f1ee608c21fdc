"""The route table: typed in and out, all faults at once, and one rule on whose object it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from medaid.aws.rest import resolver
from medaid.aws.rest.app import mount, plain
from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    Done,
    ListQuery,
    Page,
    Shown,
    Yuan,
    YuanText,
    cursor_key,
    cursor_text,
    read,
)
from medaid.aws.rest.describe import document
from medaid.aws.rest.table import Call, Owner, Routes
from medaid.errors import BadInput, Fault
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ROUTES: Routes[None] = Routes("tries", "试用")


class Deposit(Body):
    amount: Yuan
    region: Admdvs
    remark: str = ""


class DepositShown(Shown):
    amount: YuanText
    month: str


@ROUTES.post("/tries/{admdvs}/{month}/deposits", "登记", roles=("accountant",), status=201)
def create_deposit(call: Call[None, Deposit], admdvs: Region, month: Month) -> DepositShown:
    return DepositShown(amount=call.body.amount + Fen(1), month=month.next)


@ROUTES.get("/tries/{admdvs}/deposits", "清单", roles=("accountant",), query=ListQuery)
def list_deposits(call: Call[None, None], admdvs: Region) -> Page[DepositShown]:
    return Page(rows=[DepositShown(amount=Fen(5), month="2026-01")] * call.query.limit, total=9)


@ROUTES.get(
    "/tries/{admdvs}/year/{year}", "下级", roles=("auditor",), owner=Owner.WITHIN, cite="J6"
)
def show_year(call: Call[None, None], admdvs: Region, year: int) -> Done:
    return Done()


@ROUTES.get(
    "/tries/{admdvs}/institutions/{institution}",
    "机构",
    roles=("accountant",),
    owner=Owner.INSTITUTION,
)
def show_institution(call: Call[None, None], admdvs: Region, institution: str) -> Done:
    return Done()


@ROUTES.post("/tries/{admdvs}/above/{region}", "上级", roles=("manager",), owner=Owner.ABOVE)
def suspend(call: Call[None, None], admdvs: Region, region: Region) -> Done:
    return Done()


@ROUTES.post("/tries/all", "全系统", roles=("installation",), owner=Owner.INSTALLATION)
def change_all(call: Call[None, None]) -> Done:
    return Done()


@ROUTES.get("/tries/public", "公开", owner=Owner.ANYBODY, cite="X23")
def show_public(call: Call[None, None]) -> Done:
    return Done()


def app() -> APIGatewayHttpResolver:
    return mount(resolver(), ROUTES, lambda: NOW, plain)


def send(
    method: str,
    path: str,
    body: Any = None,
    *,
    region: str = "440900",
    roles: str = "accountant",
    institution: str = "",
    query: Mapping[str, str] | None = None,
    token: bool = True,
) -> tuple[int, dict[str, Any]]:
    claims = {
        "sub": "officer-1",
        "custom:admdvs": region,
        "cognito:groups": roles,
        "custom:fixmedins_code": institution,
    }
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "queryStringParameters": dict(query or {}),
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "r1",
            **({"authorizer": {"jwt": {"claims": claims}}} if token else {}),
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = app().resolve(event, object())  # type: ignore[arg-type]  # no context is looked at
    return answer["statusCode"], json.loads(answer["body"])


def test_a_typed_body_goes_in_and_a_typed_answer_comes_out() -> None:
    sent = {"amount": "12.30", "region": "440900"}
    assert send("POST", "/tries/440900/2026-01/deposits", sent) == (
        201,
        {"amount": "12.31", "month": "2026-02"},
    )


def test_all_that_is_wrong_with_a_body_is_told_at_once() -> None:
    sent = {"amount": "1.234", "region": "4409", "extra": "1"}
    status, answer = send("POST", "/tries/440900/2026-01/deposits", sent)
    assert status == 400
    assert {(f["field"], f["code"]) for f in answer["faults"]} == {
        ("amount", "AMOUNT_FORMAT"),
        ("region", "FIELD_FORMAT"),
        ("extra", "FIELD_UNKNOWN"),
    }
    assert answer["field"] == answer["faults"][0]["field"]
    assert "1.234" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("amount", "code"),
    [("-0.01", "AMOUNT_NEGATIVE"), (-5, "AMOUNT_NEGATIVE"), ("1e20", "AMOUNT_FORMAT"), ("0", "")],
)
def test_an_amount_is_never_negative(amount: object, code: str) -> None:
    """The type refuses what the OpenAPI document says is none, whatever the route."""
    sent = {"amount": amount, "region": "440900"}
    status, answer = send("POST", "/tries/440900/2026-01/deposits", sent)
    assert (status, answer.get("code", "")) == (400 if code else 201, code)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/tries/44090x/2026-01/deposits", "admdvs"),
        ("/tries/440900/2026-13/deposits", "month"),
    ],
)
def test_a_crafted_path_part_is_refused_by_name(path: str, field: str) -> None:
    """Right money, 40."""
    status, answer = send("POST", path, {"amount": "1", "region": "440900"})
    assert (status, answer["field"]) == (400, field)


@pytest.mark.parametrize("year", ["²", "-1", "1e3", "9999999", "0x7"])
def test_a_year_is_digits_and_nothing_else(year: str) -> None:
    status, _ = send("GET", f"/tries/440900/year/{year}", roles="auditor")
    assert status in (400, 404)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "²"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_query_that_the_list_does_not_know_is_refused(query: dict[str, str], field: str) -> None:
    """Right money, 40."""
    status, answer = send("GET", "/tries/440900/deposits", query=query)
    assert (status, answer["field"]) == (400, field)


def test_a_list_answers_rows_cursor_and_total() -> None:
    status, answer = send("GET", "/tries/440900/deposits", query={"limit": "2"})
    assert status == 200
    assert (len(answer["rows"]), answer["cursor"], answer["total"]) == (2, "", 9)


REFUSED = [
    ("POST", "/tries/440902/2026-01/deposits", {}),  # lies in the caller's region, is not it
    ("POST", "/tries/320100/2026-01/deposits", {}),
    ("GET", "/tries/440900/deposits", {"roles": "cashier"}),
    ("GET", "/tries/440900/deposits", {"region": ""}),
    ("GET", "/tries/440000/year/2026", {"roles": "auditor"}),  # above the caller
    ("GET", "/tries/440900/institutions/H2", {"institution": "H1"}),
    ("GET", "/tries/440900/institutions/H2", {"region": "320100"}),
    ("GET", "/tries/440900/institutions/H2", {"roles": "cashier"}),
    ("POST", "/tries/440900/above/440900", {"roles": "manager"}),
    ("POST", "/tries/440900/above/320100", {"roles": "manager"}),
    ("POST", "/tries/320000/above/320100", {"roles": "manager"}),
    ("POST", "/tries/all", {"roles": "installation"}),
    ("GET", "/tries/440900/deposits", {"token": False}),
]


@pytest.mark.parametrize(("method", "path", "who"), REFUSED)
def test_what_is_not_the_callers_is_refused(method: str, path: str, who: dict[str, Any]) -> None:
    body = {"amount": "1", "region": "440900"} if method == "POST" else None
    assert send(method, path, body, **who)[0] == 403


ALLOWED = [
    ("GET", "/tries/440902/year/2026", {"roles": "auditor"}),
    ("GET", "/tries/440900/year/2026", {"roles": "auditor"}),
    ("GET", "/tries/440900/institutions/H1", {"institution": "H1", "region": ""}),
    ("GET", "/tries/440900/institutions/H1", {}),
    ("POST", "/tries/440900/above/440902", {"roles": "manager"}),
    ("POST", "/tries/all", {"roles": "installation", "region": "100000"}),
    ("GET", "/tries/public", {"token": False}),
]


@pytest.mark.parametrize(("method", "path", "who"), ALLOWED)
def test_what_is_the_callers_is_done(method: str, path: str, who: dict[str, Any]) -> None:
    assert send(method, path, **who)[0] == 200


def test_an_unknown_path_is_not_found() -> None:
    assert send("GET", "/tries/nothing/here/at/all")[0] == 404


def test_a_cursor_of_another_list_never_reaches_storage() -> None:
    """Right money, 40."""
    text = cursor_text({"pk": "A#1", "sk": "X"})
    assert cursor_key(text, pk="A#1") == {"pk": "A#1", "sk": "X"}
    assert cursor_key("", pk="A#1") is None
    crafted = ("?", "e30", "AAAA", cursor_text({"pk": "A#1", "sk": ""}), "eyJwayI6MX0")
    for wrong, pk in ((text, "A#2"), *((one, "A#1") for one in crafted)):
        with pytest.raises(BadInput) as refused:
            cursor_key(wrong, pk=pk)
        assert refused.value.field == "cursor"


def test_a_body_is_that_of_the_call_and_no_other() -> None:
    """What the function takes is what is read and described: a second word of it cannot differ."""
    table: Routes[None] = Routes("tries", "试用")

    def route(call: Call[None, Deposit], admdvs: Region) -> Done:
        return Done()

    table.post("/tries/{admdvs}", "登记", roles=("accountant",))(route)
    assert [one.body for one in table] == [Deposit]
    with pytest.raises(AssertionError, match="takes"):
        table.post("/tries/{admdvs}", "登记", roles=("accountant",), body=ListQuery)(route)


def test_the_description_follows_from_the_table() -> None:
    found = document([ROUTES])
    made = found["paths"]["/tries/{admdvs}/{month}/deposits"]["post"]
    assert made["operationId"] == "create_deposit"
    assert made["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Deposit")
    assert set(made["responses"]) >= {"201", "400", "403", "404", "409", "422", "503"}
    assert found["paths"]["/tries/public"]["get"]["security"] == []
    assert (
        found["components"]["schemas"]["DepositShown"]["properties"]["amount"]["type"] == "string"
    )


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Painted(Body):
    colour: Colour


def test_a_word_that_is_none_of_those_allowed_is_told_which_are() -> None:
    with pytest.raises(BadInput) as told:
        read(Painted, {"colour": "blue"})
    assert told.value.faults == (Fault("CODE_UNKNOWN", "colour", "须为 red、green 之一"),)
    assert read(Painted, {"colour": "red"}).colour is Colour.RED
