"""What rests on which clauses: values of the traces. Apart from a settlement's own values, because
the settle function's cold start pays for every class it imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from medaid.money import Fen


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """Clauses (document, article) on which payments rest together, in order."""

    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TracedPayment:
    """A payment out of a region's funds that rests on a group of clauses. Names no person."""

    payment_id: str
    """setl_id, with `R` for its reversal; or the id of a manual case."""
    kind: str
    """settlement, reversal, case; returned or recovered where what a case was paid came back."""
    institution: str
    at: datetime
    amount: Fen
    """The region's own funds together; negative for what was taken back or came back."""
