"""Who is signed in, as the console shows it: name, post, region, and roles with those entrusted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from medaid.access import api
from medaid.access.wiring import DESK
from medaid.aws import rest
from medaid.aws.rest.app import mount, plain
from medaid.aws.transaction import commit_once
from medaid.ids import OfficerId
from medaid.payments import service as payments
from medaid.payments.model import Duty
from medaid.regions import Region

HERE = Region("440900")
NOW = datetime(2026, 3, 24, 2, 0, tzinfo=UTC)
BOSS, AWAY, ME = OfficerId("o-boss"), OfficerId("o-away"), OfficerId("o-me")
pytestmark = pytest.mark.usefixtures("tables")


def ask(role: str, at: datetime = NOW, **claims: str) -> tuple[int, dict[str, Any]]:
    app = mount(rest.resolver(), api.ROUTES, lambda: at, plain, DESK)
    proven = {"sub": ME, "custom:admdvs": HERE, "cognito:groups": role} | claims
    http = {"method": "GET", "path": "/access/me"}
    context = {"http": http, "stage": "$default", "authorizer": {"jwt": {"claims": proven}}}
    event = {"version": "2.0", "rawPath": "/access/me", "headers": {}, "requestContext": context}
    answer = app.resolve(event, object())  # type: ignore[arg-type]  # no context is looked at
    return answer["statusCode"], json.loads(answer["body"])


def test_name_post_and_region_are_those_that_the_office_entered() -> None:
    """Issue: the operators' console, 5."""
    payments.name_officer(HERE, ME, "陈小燕", "综合窗口受理岗", BOSS, NOW)
    status, me = ask("intake")
    assert status == 200
    assert me["subject_name"] == "陈小燕(综合窗口受理岗)"
    assert (me["region"], me["region_name"], me["today"]) == (HERE, "茂名市", "2026-03-24")
    assert (me["roles"], me["stands_in"]) == (["intake"], [])


def test_roles_that_mean_nothing_here_are_not_shown() -> None:
    """A token may carry groups of other systems, and nobody has the system's own role."""
    assert ask("[intake system gardeners]")[1]["roles"] == ["intake"]


@pytest.mark.parametrize(("days", "roles"), [(0, ["accountant", "intake"]), (9, ["intake"])])
def test_who_stands_in_has_that_role_on_those_days_alone(days: int, roles: list[str]) -> None:
    """Issue: the operators' console, 5; Q3.1."""
    commit_once(payments.claim_duty(HERE, AWAY, frozenset({"accountant"}), Duty.ACCOUNT, NOW))
    begin, end = date(2026, 3, 24), date(2026, 3, 27)
    payments.delegate_duty(HERE, Duty.ACCOUNT, AWAY, ME, begin, end, "年休假", BOSS, NOW)
    _, me = ask("intake", NOW + timedelta(days=days))
    assert me["roles"] == roles
    assert me["stands_in"] == [one for one in roles if one != "intake"]


@pytest.mark.parametrize("role", ["institution", "gardeners", ""])
def test_who_is_no_operator_is_nobody_here(role: str) -> None:
    """Issue: the operators' console, 3: a page without permission says so."""
    assert ask(role)[0] == 403
