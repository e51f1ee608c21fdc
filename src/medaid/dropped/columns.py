"""The columns that a reader wants of a dropped table, and the line of a file that is their heading.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Self

from medaid.dropped import cells as cell
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.workbooks import Sheet, SheetLine

TITLE_ROWS: Final = 20
"""Rows above the heading at most: titles, dates, notes."""
_LEAST: Final = 4
"""Cells side by side that notes never have, where a table asks for few."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column that a table has."""

    field: str
    """The name by which its reader finds it."""
    heading: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    """Every row must fill it."""
    optional_column: bool = False
    """It may be missing altogether."""
    longest: int = 0
    """Characters of a cell; 0 for what the limits say."""


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Beyond these a file is absurd."""

    bytes: int = 20 << 20
    rows: int = 100_000
    cell: int = 200
    """Characters of a cell, where the column says nothing else."""
    own_fields: int | None = None
    """Columns that nobody described and that are kept; None: they are left aside."""
    notes_aside: bool = False
    """Whether a sheet of notes may stand beside the one with the table."""


def plain_heading(text: str) -> str:
    """A heading as it is compared: without width, case, blanks and marks of what must be filled."""
    return cell.folded(text).replace("*", "").removesuffix("(必填)")


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a line holds nothing: spreadsheets leave such lines behind; they are no rows."""
    return not any(map(cell.text, cells))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a heading is told by: the names of all columns, and of those that must be there."""

    names: frozenset[str]
    needed: tuple[str, ...]
    filled: int
    """Cells that a row has at least."""

    @classmethod
    def of(cls, columns: Sequence[TableColumn]) -> Self:
        names = {cell.folded(name) for one in columns for name in (one.heading, *one.aliases)}
        needed = tuple(column.heading for column in columns if not column.optional_column)
        filled = sum(column.required for column in columns)
        return cls(frozenset(names), needed, max(filled, _LEAST))

    def is_heading(self, cells: Sequence[str]) -> bool:
        """Whether half of the headings that must be there stand in a line."""
        return 2 * self.count(cells) >= len(self.needed)

    def count(self, cells: Sequence[str]) -> int:
        return sum(plain_heading(cell.text(one)) in self.names for one in cells)

    def is_table(self, lines: Iterator[SheetLine]) -> bool:
        """Whether a sheet has a heading, or as many cells side by side as a row must have: more of
        the data, which is not left aside as notes would be."""
        return any(
            (number < TITLE_ROWS + 1 and self.is_heading(line.cells))
            or sum(map(bool, map(cell.text, line.cells))) >= self.filled
            for number, line in enumerate(lines)
        )


def heading_line(sheet: Sheet, wanted: Wanted) -> tuple[SheetLine, Iterator[SheetLine]]:
    """The first line that is a heading, and the lines below. Of a heading in two lines (电话 and
    地址 below 联系方式) the lower one says what stands in the columns. Raises FileRefused."""
    empty, lines = True, sheet.lines
    for line in islice(lines, TITLE_ROWS + 1):
        if wanted.is_heading(line.cells):
            below = next(lines, None)
            if below is None:
                return line, lines
            if wanted.count(below.cells) >= wanted.count(line.cells):
                return below, lines
            return line, chain((below,), lines)
        empty = empty and is_blank(line.cells)
    if empty:
        raise FileRefused(Problem("FILE_FORM", "file", "文件为空", sheet=sheet.name))
    sentence = f"首行或标题行之下须有表头:{'、'.join(wanted.needed)}"
    raise FileRefused(Problem("FILE_FORM", "file", sentence, sheet=sheet.name))
