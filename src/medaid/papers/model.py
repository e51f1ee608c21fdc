"""A paper that somebody signs, as a value: what stands on it and in which order. Frozen.

Each package describes its papers as such values; `medaid.papers.service` makes PDF and `.xlsx` of
them. Amounts are fen and printed in yuan; dates are civil dates; no code of ours or of the national
interface stands on a paper: `medaid.papers.dictionary` has the words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from medaid.money import Fen

Value = str | Fen | int | date | None
"""What a cell holds. `Fen` is an amount, `int` a count, None an empty cell."""
UNIT: Final = "元"
SIGNS: Final = ("×", "—")
"""Of a cell that means nothing, and of one for which there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its width beside the others', and the heading over several
    neighbours that share it (期初余额 over 借方 and 贷方)."""

    name: str
    width: int = 2
    over: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with borders, its heading repeated on each page; `totals` are its last row in bold.

    AssertionError where a row has another number of cells than there are columns.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    totals: tuple[Value, ...] = ()
    caption: str = ""

    def __post_init__(self) -> None:
        for row in (*self.rows, *([self.totals] if self.totals else [])):
            assert len(row) == len(self.columns), f"{len(row)} cells for {len(self.columns)}"


def sums(rows: Iterable[tuple[Value, ...]], *columns: int) -> list[Fen]:
    """The totals of columns that hold amounts, for a table's last row."""
    held = list(rows)
    return [
        Fen(sum(int(fen) for row in held if isinstance(fen := row[column], Fen)))
        for column in columns
    ]


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """A place to sign: the post, the name of who acted in it, and when. Empty where nobody has
    yet: a line to write on is printed."""

    post: str
    name: str = ""
    title: str = ""
    """The signer's own post (职务)."""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, in the order in which its parts are printed."""

    title: str
    agency: str
    """Who issues it: stands above the title and at the seal."""
    day: date
    """Of the paper: of what it says, never of the printing, so that it is always the same."""
    number: str = ""
    period: str = ""
    """What it is about in time: 所属期."""
    addressee: str = ""
    facts: tuple[tuple[str, Value], ...] = ()
    """Label and value, two pairs in a row of a bordered grid."""
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    words: tuple[tuple[str, Fen], ...] = ()
    """Amounts that are also written in words (大写金额): label and amount."""
    notes: tuple[str, ...] = ()
    signatures: tuple[SignaturePlace, ...] = ()
    sealed: bool = True
    """Whether the agency seals it: a place for the seal, and the day."""
    landscape: bool = False
    apart: bool = False
    """Whether each table has a sheet of its own in the workbook."""
    unit: str = UNIT
    """Of the amounts; empty where it holds none."""
