"""What the pages of a month say of its statements and items, without opening either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from medaid.clearing.amounts import Amounts
from medaid.clearing.hospital.model.statement import Statement, StatementState
from medaid.clearing.model import Item


@dataclass(frozen=True, slots=True)
class StatementFigures:
    """A statement in a few numbers: items it holds, fen by fund of these and of what is due, and
    how many are disputed. `cut` is the instant up to which it holds what arrived."""

    number: int
    cut: datetime
    items: int
    by_fund: Amounts
    due: Amounts
    disputed: int


def figures_of(one: Statement) -> StatementFigures:
    """What a list shows of it."""
    return StatementFigures(
        one.number, one.cut, one.lines, dict(one.by_fund), one.due(), one.disputed_count
    )


class ListedStatement(NamedTuple):
    """A statement as its month lists it."""

    institution: str
    state: StatementState
    figures: StatementFigures


class InstitutionMonth(NamedTuple):
    """An institution's month: its statements, and the latest arrival of what came after the month
    had ended and lies in none of them."""

    institution: str
    statements: tuple[ListedStatement, ...]
    late: datetime | None


class MonthItem(NamedTuple):
    """An item of a month and the number of the statement that holds it, 0 where none does."""

    item: Item
    statement: int
    why: str
    """Why it lies in none; empty where it lies in one."""
