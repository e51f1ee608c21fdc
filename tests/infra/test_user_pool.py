"""infra/user-pool.yaml: administrators say for whom a user acts; a second factor is asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from medaid.local import template
from medaid.local.places import USER_POOL

Template = dict[str, Any]
POOL, CLIENT = "UserPool", "UserPoolClient"


def properties(t: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = t["Resources"][name]["Properties"]
    return found


def users_cannot_write_for_whom_they_act(t: Template) -> bool:
    written = properties(t, CLIENT).get("WriteAttributes", ["custom:all"])
    return not [name for name in written if name.startswith("custom:")]


def nobody_signs_up(t: Template) -> bool:
    held = properties(t, POOL)["AdminCreateUserConfig"]
    return bool(held == {"AllowAdminCreateUserOnly": True})


def a_second_factor_is_asked_for(t: Template) -> bool:
    held = properties(t, POOL)
    asked = bool(held.get("MfaConfiguration") == {"Ref": "Mfa"})
    default = bool(t["Parameters"]["Mfa"]["Default"] == "ON")
    return asked and default and bool(held.get("EnabledMfas"))


def users_are_kept(t: Template) -> bool:
    pool = t["Resources"][POOL]
    protected = {"Fn::If": ["Protected", "ACTIVE", "INACTIVE"]}
    return (
        pool.get("DeletionPolicy") == pool.get("UpdateReplacePolicy") == "Retain"
        and properties(t, POOL).get("DeletionProtection") == protected
        and t["Parameters"]["DeletionProtection"]["Default"] == "true"
    )


def tokens_end(t: Template) -> bool:
    """Within an hour, and at once where they are revoked: what is renewed is asked for again."""
    held = properties(t, CLIENT)
    return held.get("EnableTokenRevocation") is True and held["IdTokenValidity"] <= 60


Rule = Callable[[Template], bool]
SPOILED: list[tuple[Rule, str, str, Any]] = [
    (users_cannot_write_for_whom_they_act, CLIENT, "WriteAttributes", ["custom:admdvs"]),
    (nobody_signs_up, POOL, "AdminCreateUserConfig", {"AllowAdminCreateUserOnly": False}),
    (a_second_factor_is_asked_for, POOL, "MfaConfiguration", "OFF"),
    (a_second_factor_is_asked_for, POOL, "EnabledMfas", []),
    (users_are_kept, POOL, "DeletionProtection", "INACTIVE"),
    (tokens_end, CLIENT, "EnableTokenRevocation", False),
]


@pytest.mark.parametrize(("rule", "resource", "name", "value"), SPOILED)
def test_the_pool_holds_each_rule_and_each_rule_notices(
    rule: Rule, resource: str, name: str, value: Any
) -> None:
    """Right money, 43."""
    held = template.read(USER_POOL)
    assert rule(held)
    spoiled = copy.deepcopy(held)
    spoiled["Resources"][resource]["Properties"][name] = value
    assert not rule(spoiled)
