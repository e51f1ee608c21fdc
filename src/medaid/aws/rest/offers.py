"""The acts that one object's routes let this caller do now, so that a page shows them and decides
nothing itself. What state and people say against an act, its package says; whom a route lets in and
which duties exclude each other, the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from medaid.aws.rest.bodies import Shown
from medaid.aws.rest.table import Call, Routes
from medaid.errors import Forbidden, Refused


class OpenAct(NamedTuple):
    """An act to which the state of an object leads: the end of its route's path."""

    act: str
    refused: str = ""
    """Why this officer may not, although the state would; empty where nothing stands against it."""
    needs: tuple[str, ...] = ()
    """Fields of the body without which it is refused, where that depends on the object."""


class OfferShown(Shown):
    """An act that the caller's roles may do; `refused` says why not now, empty where they may."""

    act: str
    says: str
    needs: list[str]
    cite: str = ""
    refused: str


def why_not(*checks: Callable[[], object]) -> str:
    """The rule of the first check that refuses; empty where none does. Raises Unavailable."""
    for check in checks:
        try:
            check()
        except Refused as why:
            return why.rule
    return ""


def offers(
    call: Call[Any, Any], routes: Routes[Any], path: str, acts: Iterable[OpenAct]
) -> list[OfferShown]:
    """Of `acts`, those whose routes `POST path/act` let the caller in. Raises Unavailable."""
    found = []
    for one in acts:
        route = routes.find("POST", f"{path}/{one.act}")
        refused = one.refused
        try:
            acting = call.admit(call.caller, f"POST {route.path}", route.roles, call.now)
        except Forbidden as why:
            acting, refused = call.caller, why.rule
        else:
            if not acting.roles.intersection(route.roles):
                continue
        found.append(
            OfferShown(act=one.act, says=route.summary, needs=list(one.needs), refused=refused)
        )
    return found
