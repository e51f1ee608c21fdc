"""acts.toml as a value: the duty that each act of the office is of, by its route."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from medaid.payments.model import Duty

_DATA: Final = Path(__file__).with_name("acts.toml")


@dataclass(frozen=True, slots=True)
class OfficeActs:
    """Routes (`POST /path`) with a duty, those whose duty is that of the caller's role, and those
    of none with the reason."""

    duties: Mapping[str, Duty]
    by_role: frozenset[str]
    free: Mapping[str, str]

    def duty_of(
        self, route: str, of_role: Mapping[str, Duty], roles: frozenset[str]
    ) -> Duty | None:
        """The duty of an act done with `roles`, of those that the route names."""
        if route in self.by_role:
            of_duty = (of_role[one] for one in sorted(roles, reverse=True) if one in of_role)
            return next(of_duty, None)
        return self.duties.get(route)


def read(text: str) -> OfficeActs:
    """The acts in TOML text. Raises ValueError for a route that stands twice or has no reason,
    KeyError for what is missing."""
    data = tomllib.loads(text)
    by_role = data["duty"].pop("by_role")
    duties = {route: Duty(name) for name, routes in data["duty"].items() for route in routes}
    free = {route: one["why"] for one in data["free"] for route in one["routes"]}
    listed = [
        *by_role,
        *(route for routes in data["duty"].values() for route in routes),
        *(route for one in data["free"] for route in one["routes"]),
    ]
    if len(set(listed)) != len(listed):
        raise ValueError("acts.toml: a route stands twice")
    if not all(why.strip() for why in free.values()):
        raise ValueError("acts.toml: an act of no duty says why")
    return OfficeActs(duties, frozenset(by_role), free)


@cache
def acts() -> OfficeActs:
    """The acts of the product's routes."""
    return read(_DATA.read_text(encoding="utf-8"))
