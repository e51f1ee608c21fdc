"""No request of an operator's page, however crafted, is answered as a fault of ours: every route of
every function, with path parts, queries and bodies that no page would send, on empty tables."""

from __future__ import annotations

import importlib
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from medaid.aws.rest.table import Owner, Route
from medaid.local.docs import TABLES
from medaid.local.places import FUNCTIONS
from medaid.months import Month, Quarter, Year
from medaid.regions import Region

HERE = "440900"
ROUTES = [route for table in TABLES for route in table]
PARTS = (
    "²",
    "-1",
    "1e9",
    "0",
    "99999999",
    "..",
    "%00",
    "a b",
    "P#1",
    "٣",
    "x" * 90,
    "🙂",
    "|",
    "'",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    " ",
    "²",
    "x" * 5000,
    "2026-13-45",
    "1E+999999",
    "-0.001",
    "\ud83d",
    [],
    {},
    [[]],
    {"a": {"b": 1}},
    "=HYPERLINK(1)",
    "440900",
    "2026-01",
    "1.00",
)
ANSWERS = frozenset({200, 201, 400, 403, 404, 409, 413, 422})


def apps() -> Iterator[Any]:
    """The resolver of every function that answers operators."""
    for path in sorted(FUNCTIONS.glob("*/handler.py")):
        module = importlib.import_module(f"functions.{path.parent.name}.handler")
        if hasattr(module, "app"):
            yield module.app


def sample(name: str, kind: type) -> str:
    if issubclass(kind, Region):
        return "440902" if name == "region" else HERE
    if issubclass(kind, Month):
        return "2026-01"
    if issubclass(kind, Quarter):
        return "2026-Q1"
    if issubclass(kind, Year):
        return "2026"
    if kind is int:
        return "1"
    words = list(getattr(kind, "__members__", {}).values())
    return str(words[0]) if words else "x1"


def body(route: Route, chance: random.Random) -> str:
    """The route's own fields with other values, fields it does not know, or no object at all."""
    if route.body is None:
        return ""
    if chance.random() < 0.1:
        return chance.choice(('{"a":1,"a":2}', "[1]", "nothing", '{"a":NaN}', '"\\ud83d"', "{"))
    fields = list(route.body.model_fields)
    found = {name: chance.choice(VALUES) for name in fields if chance.random() < 0.9}
    if chance.random() < 0.3:
        found[chance.choice(("extra", "__class__", "病"))] = chance.choice(VALUES)
    return json.dumps(found)


def request(
    route: Route, chance: random.Random, fixed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A request with crafted parts; with `fixed` those parts and all others as they should be."""
    path = route.path
    for name, kind in route.parameters.items():
        crafted = fixed is None and name != "admdvs" and chance.random() < 0.3
        part = chance.choice(PARTS) if crafted else sample(name, kind)
        part = (fixed or {}).get(name, part)
        path = path.replace(f"{{{name}}}", quote(part, safe=""))
    names = list(route.query.model_fields) if route.query else []
    asked = [*names, "limit", "cursor", "unknown"]
    query = {name: str(chance.choice(VALUES)) for name in asked if chance.random() < 0.3}
    region = "100000" if route.owner is Owner.INSTALLATION else HERE
    role = chance.choice(route.roles) if route.roles else ""
    claims = {"sub": "officer", "custom:admdvs": region, "cognito:groups": role}
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "queryStringParameters": query,
        "requestContext": {
            "http": {"method": route.method, "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": body(route, chance),
        "isBase64Encoded": False,
    }


def said_in(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says; nothing of a file."""
    if answer["isBase64Encoded"]:
        assert answer["statusCode"] == 200
        return {}
    said: dict[str, Any] = json.loads(answer["body"])
    return said


@pytest.mark.usefixtures("tables")
def test_nothing_crafted_is_a_fault_of_ours() -> None:
    """Right money, 40."""
    chance, held = random.Random(20261127), list(apps())
    faults, statuses = [], Counter[int]()
    for route in ROUTES:
        for _ in range(8):
            event = request(route, chance)
            for app in held:
                answer = app.resolve(event, object())
                said = said_in(answer)
                if said.get("rule") != "无此接口":
                    break
            statuses[answer["statusCode"]] += 1
            if answer["statusCode"] not in ANSWERS:
                faults.append((route.method, event["rawPath"], event["body"][:200], said))
    assert statuses.total() == 8 * len(ROUTES)
    assert faults == []
    assert min(statuses[status] for status in (200, 400, 404, 422)) > 0, statuses


EDGES: dict[type, tuple[str, ...]] = {
    Year: ("0", "1", "999", "1900", "1950", "2149", "2199", "9999", "10000", "999999"),
    Month: ("0001-01", "1900-01", "1950-01", "2149-12", "2199-12", "9999-12"),
    Quarter: ("1900-Q1", "1950-Q1", "2149-Q4", "2199-Q4", "9999-Q4"),
}


@pytest.mark.usefixtures("tables")
def test_no_year_month_or_quarter_is_a_fault_of_ours() -> None:
    """Right money, 40. A year that calendars cannot hold, or whose neighbours they cannot, is
    refused by name."""
    chance, held, faults = random.Random(1), list(apps()), []
    for route in ROUTES:
        assert "year" not in route.parameters or route.parameters["year"] is Year, route.path
        for name, kind in route.parameters.items():
            for text in EDGES.get(kind, ()):
                event = request(route, chance, {name: text})
                answers = [app.resolve(event, object()) for app in held]
                said = [said_in(answer) for answer in answers]
                faults += [(event["rawPath"], one) for one in said if one.get("incident")]
                known = [one for one in said if one.get("rule") != "无此接口"]
                sent = 1950 <= int(text[:4]) <= 2149 and len(text.split("-")[0]) == 4
                assert sent or any(one.get("field") == name for one in known), (route.path, said)
    assert faults == []


def test_every_route_is_mounted_by_a_function() -> None:
    """Right money, 40."""
    held = list(apps())
    for route in ROUTES:
        path = route.path
        for name, kind in route.parameters.items():
            path = path.replace(f"{{{name}}}", sample(name, kind))
        event = request(route, random.Random(1))
        event["rawPath"] = path
        event["requestContext"]["http"]["path"] = path
        event["requestContext"]["authorizer"] = {}
        found = [json.loads(app.resolve(event, object())["body"]) for app in held]
        assert any(one.get("rule") != "无此接口" for one in found), route.path
