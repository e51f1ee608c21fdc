"""Merged cells of a sheet: what one of them holds stands in each cell that it covers, as the sheet
shows it.

A workbook lists them behind its rows, so they are looked for before the rows are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from medaid.dropped.archive import TOO_MUCH, refused
from medaid.dropped.sheets import column_index

_CHUNK: Final = 1 << 20
_LISTED: Final = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
_LONGEST: Final = 200
"""Bytes of such an element: one that two reads share is not missed."""
_MOST: Final = 100_000
_MOST_AT_ONCE: Final = 500
"""Ranges of a sheet, and of those that cover a row: more are no office's work."""
_WIDEST: Final = 200
"""Columns that one range fills: a title that runs over all columns of a sheet fills no more."""


class Merged(NamedTuple):
    """A range of cells that are shown as one; rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


def merged_ranges(part: BinaryIO) -> list[Merged]:
    """The merged ranges that a sheet's XML lists, by their first row. Raises FileRefused where they
    are more than anybody makes."""
    found: list[Merged] = []
    held = b""
    for chunk in iter(lambda: part.read(_CHUNK), b""):
        held += chunk
        end = 0
        for match in _LISTED.finditer(held):
            left, top, right, bottom = (one.decode() for one in match.groups())
            first, last = column_index(left + top), column_index(right + bottom)
            found.append(Merged(int(top), first, int(bottom), last))
            end = match.end()
        if len(found) > _MOST:
            raise refused(TOO_MUCH)
        held = held[max(end, len(held) - _LONGEST) :]
    return sorted(found)


class MergedCells:
    """The merged ranges of a sheet while its rows are read in their order."""

    def __init__(self, ranges: Sequence[Merged]) -> None:
        self._coming: Iterator[Merged] = iter(ranges)
        self._next = next(self._coming, None)
        self._open: list[tuple[Merged, str]] = []

    def fill(self, number: int, cells: list[str]) -> None:
        """Puts into the cells of row `number` what the ranges that cover them hold. A row that
        holds nothing of its own stays empty: a range that runs on below the data makes no rows."""
        if self._next is None and not self._open:
            return
        self._open = [one for one in self._open if one[0].bottom >= number]
        while self._next is not None and self._next.top <= number:
            one, self._next = self._next, next(self._coming, None)
            if one.bottom >= number:
                starts = one.top == number and one.left < len(cells)
                self._open.append((one, cells[one.left] if starts else ""))
        if len(self._open) > _MOST_AT_ONCE:
            raise refused("合并单元格过多,请取消合并后再报送", row=number)
        if any(cell.strip() for cell in cells):
            for one, value in self._open:
                _fill(one, value, cells)


def _fill(one: Merged, value: str, cells: list[str]) -> None:
    if not value:
        return
    end = min(one.right + 1, one.left + _WIDEST)
    cells.extend([""] * (end - len(cells)))
    for index in range(one.left, end):
        if not cells[index].strip():
            cells[index] = value
