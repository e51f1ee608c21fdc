"""Whose object is it? Every route of every table, tried with every kind of token (Q3.1, J6, X5).

What a route allows is recomputed here from its declaration alone, by another reading than the
product's; nothing is read from storage before the answer is no, for there is no storage here.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from medaid.aws.rest import resolver
from medaid.aws.rest.app import mount
from medaid.aws.rest.table import Call, Owner, Route, Routes
from medaid.local.docs import TABLES
from medaid.months import Month, Quarter, Year
from medaid.regions import Region

HERE, BELOW, ABOVE, ELSEWHERE = "440900", "440902", "440000", "320100"
INSTITUTION, OTHER_INSTITUTION = "H44090100001", "H32010500001"
ROLES = sorted({role for table in TABLES for route in table for role in route.roles})
ROUTES = [(table, route) for table in TABLES for route in table]


@dataclass(frozen=True)
class Token:
    region: str
    institution: str
    role: str


TOKENS = [
    Token(region, institution, role)
    for region in ("", HERE, BELOW, ABOVE, ELSEWHERE, "100000")
    for institution in ("", INSTITUTION, OTHER_INSTITUTION)
    for role in ("", *ROLES)
]


def sample(name: str, kind: type) -> str:
    """A value of a path part that belongs to HERE."""
    if issubclass(kind, Region):
        return BELOW if name == "region" else HERE
    if issubclass(kind, Month):
        return "2026-01"
    if issubclass(kind, Quarter):
        return "2026-Q1"
    if issubclass(kind, Year):
        return "2026"
    if kind is int:
        return "1"
    members = list(getattr(kind, "__members__", {}).values())
    if members:
        return str(members[0])
    return INSTITUTION if name == "institution" else "x1"


def allowed(route: Route, token: Token) -> bool:
    """Whether the route's own words let the token in."""
    if route.owner is Owner.ANYBODY:
        return True
    if route.owner is Owner.INSTITUTION and token.institution:
        return token.institution == INSTITUTION
    if token.role not in route.roles:
        return False
    if route.owner in (Owner.REGION, Owner.ABOVE, Owner.INSTITUTION):
        return token.region == HERE
    if route.owner is Owner.WITHIN:
        return token.region in (HERE, ABOVE, "100000")
    if route.owner is Owner.INSTALLATION:
        return token.region == "100000"
    return bool(token.region or token.institution)  # OBJECT: its service decides what follows


class Reached(Exception):
    """The route's function was called: the token was let in."""


def ask(table: Routes[Any], route: Route, token: Token | None) -> bool:
    """Whether the token gets as far as the route's own function."""
    reached: list[bool] = []

    def watched(_call: Call[Any, Any], **_parts: Any) -> Any:
        reached.append(True)
        raise Reached

    only: Routes[Any] = Routes(table.tag, table.title)
    only._routes.append(_with_call(route, watched))
    app = mount(resolver(), only, lambda: None, lambda _now: None)  # type: ignore[arg-type,return-value]  # neither is looked at
    path = route.path
    for name, kind in route.parameters.items():
        path = path.replace(f"{{{name}}}", sample(name, kind))
    claims = (
        {}
        if token is None
        else {
            "sub": "officer",
            "custom:admdvs": token.region,
            "custom:fixmedins_code": token.institution,
            "cognito:groups": token.role,
        }
    )
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "queryStringParameters": {},
        "requestContext": {
            "http": {"method": route.method, "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": "",
        "isBase64Encoded": False,
    }
    answer = app.resolve(event, object())  # type: ignore[arg-type]  # no context is looked at
    refused = answer["statusCode"] == 403
    assert refused or answer["statusCode"] in (400, 503), (route.path, answer["statusCode"])
    if refused:
        assert json.loads(answer["body"])["code"] == "FORBIDDEN"
        assert not reached
    return not refused


def _with_call(route: Route, call: Any) -> Route:
    from dataclasses import replace

    return replace(route, call=call)


def pairs() -> Iterator[tuple[Routes[Any], Route, Token]]:
    for (table, route), token in itertools.product(ROUTES, TOKENS):
        yield table, route, token


@pytest.mark.parametrize(
    ("table", "route"), ROUTES, ids=[f"{r.method} {r.path}" for _, r in ROUTES]
)
def test_a_route_lets_in_whom_it_names_and_nobody_else(table: Routes[Any], route: Route) -> None:
    """Right money, 31."""
    for token in TOKENS:
        assert ask(table, route, token) is allowed(route, token), token
    assert ask(table, route, None) is (route.owner is Owner.ANYBODY)


def test_nobody_acts_without_a_role_or_for_everybody_without_a_reason() -> None:
    """Right money, 31."""
    for _, route in ROUTES:
        assert route.roles or route.owner is Owner.ANYBODY, route.path
        if route.owner in (Owner.ANYBODY, Owner.WITHIN):
            assert route.cite, route.path


def test_a_route_that_names_a_region_is_held_to_it() -> None:
    """Right money, 31. A path with `admdvs` whose owner is another must say so on purpose: OBJECT
    never has one."""
    for _, route in ROUTES:
        if "admdvs" in route.parameters:
            assert route.owner is not Owner.OBJECT, route.path
