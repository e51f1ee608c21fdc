"""separation.toml as a value. An exclusion without a citation does not load."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from medaid.payments.model import Duty, Exclusion, SeparationRules

_DATA: Final = Path(__file__).with_name("separation.toml")


def read(text: str) -> SeparationRules:
    """The rules in TOML text. Raises ValueError for what is uncited or unknown, KeyError for what
    is missing."""
    data = tomllib.loads(text)
    names: dict[Duty, str] = {}
    roles: dict[str, Duty] = {}
    for name, row in data["duty"].items():
        names[Duty(name)] = row["says"]
        roles |= {role: Duty(name) for role in row["roles"]}
    if unnamed := {*Duty} - {*names}:
        raise ValueError(f"duties without a name: {sorted(unnamed)}")
    exclusions = []
    for row in data["exclusion"]:
        if not row["cite"].strip():
            raise ValueError(f"exclusion {row['id']} carries no citation")
        duties = frozenset(Duty(name) for name in row["duties"])
        exclusions.append(Exclusion(row["id"], duties, row["rule"], row["cite"]))
    return SeparationRules(names, roles, tuple(exclusions))


@cache
def separation() -> SeparationRules:
    """The rules that ship with the product."""
    return read(_DATA.read_text(encoding="utf-8"))
