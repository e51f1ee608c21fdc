"""The lists by which the register is searched, beside a number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from medaid.people.model import Identity


class RegisterList(StrEnum):
    """By what the register is searched, beside a number: each a list of its own."""

    NAME = "name"
    CATEGORY = "category"
    DEPARTMENT = "department"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class Listed:
    """An identity as it is known now, in a list of the register."""

    psn_no: str
    name: str
    village: str
    identity: Identity
