"""How many look-ups a caller has in an hour. Pure; the numbers are data (`limits.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from medaid.access.model import Purpose, Reader


@dataclass(frozen=True, slots=True)
class Limit:
    """Look-ups in an hour of the clock, and why so many."""

    per_hour: int
    reason: str


@cache
def limits() -> dict[str, Limit]:
    """By kind of caller. Raises ValueError for a limit without a number or reason."""
    data = tomllib.loads(
        resources.files("medaid.access").joinpath("limits.toml").read_text("utf-8")
    )
    found = {kind: Limit(**facts) for kind, facts in data.items()}
    if any(limit.per_hour < 1 or not limit.reason for limit in found.values()):
        raise ValueError("limits.toml: a limit is a positive number with its reason")
    return found


def limit_of(reader: Reader, purpose: Purpose) -> Limit:
    """The limit for this caller and purpose."""
    if purpose is Purpose.AUDIT:
        return limits()["inspector"]
    return limits()["institution" if reader.institution else "officer"]
