"""The pay orders of statements: their ids, and what the bank is handed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from medaid.aws.transaction import Write
from medaid.clearing.hospital.model import Statement
from medaid.errors import Refused

_ORDER: Final = re.compile(
    r"PAY-(?P<region>\d{6})-(?P<institution>.+)-(?P<month>\d{4}-\d{2})-(?P<number>\d+)"
    r"(?:R(?P<again>\d+))?",
    re.ASCII,
)


def order_id(statement: Statement) -> str:
    """It names region, institution, month and statement, so two regions' orders for one hospital
    never meet."""
    return f"PAY-{statement.statement_id}"


def next_order_id(statement: Statement) -> str:
    """The id of the order after one that the bank returned."""
    found = _ORDER.fullmatch(statement.order_id)
    again = int(found["again"] or 1) if found else 1
    return f"{order_id(statement)}R{again + 1}"


def statement_of(order: str) -> tuple[str, str, str, int]:
    """Region, institution, month and number of an order's statement. Raises Refused NOT_FOUND."""
    found = _ORDER.fullmatch(order)
    if found is None:
        raise Refused("NOT_FOUND", field="order", rule="无此付款单")
    return found["region"], found["institution"], found["month"], int(found["number"])


def created(statement: Statement, now: datetime) -> list[Write]:  # noqa: ARG001
    """The writes by which the order is handed over to be paid."""
    return []
