"""A paper as `.xlsx`: the same parts in the same order, set up for A4: borders, the heading frozen
and repeated on each page, amounts and dates as numbers and dates, page numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final
from unicodedata import east_asian_width

from medaid import workbook
from medaid.instants import midnight
from medaid.money import Fen
from medaid.papers.model import SIGNS, Paper, Table, Value
from medaid.papers.words import amount_in_words, date_text

_LEAST: Final = 4
"""Columns of a sheet that has narrower tables, or none."""
_LINE_HEIGHT, _ROW_HEIGHT, _PADDING = 15.0, 18.0, 2
"""Points of a line of text and of the lowest row; characters that a cell's edges take."""
_ACROSS: Final = {False: 92, True: 140}
"""Characters across a page, upright and landscape."""
_NARROWEST: Final = 10


def xlsx(paper: Paper) -> bytes:
    """The paper as a workbook: of one sheet, or of one for each table, each with its signatures."""
    book = workbook.new_book(paper.title, midnight(paper.day))
    for name, part in _parts(paper):
        _Sheet(part, workbook.add_sheet(book, name)).fill()
    return workbook.saved(book)


def _parts(paper: Paper) -> list[tuple[str, Paper]]:
    """The sheets by name: facts and text stand on the first, words and notes on the last."""
    if not paper.apart or len(paper.tables) < 2:
        return [(paper.title, paper)]
    last = len(paper.tables) - 1
    return [
        (
            table.caption or paper.title,
            replace(
                paper,
                tables=(table,),
                facts=() if number else paper.facts,
                paragraphs=() if number else paper.paragraphs,
                words=paper.words if number == last else (),
                notes=paper.notes if number == last else (),
            ),
        )
        for number, table in enumerate(paper.tables)
    ]


def _side(value: Value) -> str:
    """Where a cell's content stands: amounts right, counts and signs in the
    middle."""
    if isinstance(value, Fen):
        return "right"
    return "center" if isinstance(value, int) or value in SIGNS else "left"


def _across(text: str) -> int:
    """How many characters wide a text is, a Chinese one counting as two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


class _Sheet:
    """One sheet while it is filled, row by row."""

    def __init__(self, paper: Paper, sheet: Any) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.paper, self.sheet, self.row = paper, sheet, 0
        self.columns = max([_LEAST, *(len(table.columns) for table in paper.tables)])
        self.widths = self._widths()
        thin = Side(style="thin")
        self.border = Border(left=thin, right=thin, top=thin, bottom=thin)
        self.bold, self.font, self.align = Font(bold=True), Font, Alignment
        self.fill_of = PatternFill("solid", fgColor="EEEEEE")

    def fill(self) -> None:
        """The whole paper."""
        paper = self.paper
        self._line(paper.agency, size=12, across="center")
        self._line(paper.title, size=18, bold=True, across="center")
        head = [
            f"{label}:{text}"
            for label, text in (
                ("编号", paper.number),
                ("所属期", paper.period),
                ("单位", paper.unit),
            )
            if text
        ]
        if head:
            self._line("    ".join(head), across="right")
        if paper.addressee:
            self._line(f"{paper.addressee}:")
        for text in paper.paragraphs:
            self._line(f"    {text}")
        self._pairs(paper.facts)
        for table in paper.tables:
            self._table(table)
        for label, fen in paper.words:
            self._boxed([(f"{label}(大写)", 1), (amount_in_words(fen), self.columns - 2), (fen, 1)])
        for text in paper.notes:
            self._line(text)
        self._signatures()
        self._set_up()

    def _line(self, value: Value, size: int = 11, bold: bool = False, across: str = "left") -> None:
        """One text over the whole width."""
        self.row += 1
        cell = self.sheet.cell(self.row, 1)
        workbook.put(cell, value)
        cell.font = self.font(size=size, bold=bold)
        cell.alignment = self.align(horizontal=across, vertical="center", wrap_text=True)
        self._merge(1, self.columns)
        self._set_height(max(self._height(value, 1, self.columns), size * 1.6))

    def _merge(self, first: int, last: int, rows: int = 1) -> None:
        if last > first or rows > 1:
            self.sheet.merge_cells(
                start_row=self.row,
                end_row=self.row + rows - 1,
                start_column=first,
                end_column=last,
            )

    def _boxed(self, cells: Iterable[tuple[Value, int]], label_every: int = 0) -> None:
        """A row of bordered cells, each over so many columns."""
        self.row += 1
        column, height = 1, _ROW_HEIGHT
        for number, (value, width) in enumerate(cells):
            cell = self.sheet.cell(self.row, column)
            workbook.put(cell, value)
            side = "left" if label_every else _side(value)
            cell.alignment = self.align(horizontal=side, vertical="center", wrap_text=True)
            if label_every and number % label_every == 0:
                cell.font, cell.fill = self.bold, self.fill_of
            for one in range(column, column + width):
                self.sheet.cell(self.row, one).border = self.border
            self._merge(column, column + width - 1)
            height = max(height, self._height(value, column, width))
            column += width
        self._set_height(height)

    def _height(self, value: Value, column: int, width: int) -> float:
        """How high a row must be for a text that is wrapped in so many columns: spreadsheets do not
        find it out for merged cells."""
        if not isinstance(value, str):
            return _ROW_HEIGHT
        fits = max(1, sum(self.widths[column - 1 : column - 1 + width]) - _PADDING)
        lines = sum(max(1, -(-_across(line) // fits)) for line in value.split("\n"))
        return lines * _LINE_HEIGHT + (_ROW_HEIGHT - _LINE_HEIGHT)

    def _set_height(self, points: float) -> None:
        self.sheet.row_dimensions[self.row].height = points

    def _widths(self) -> list[int]:
        """The columns' widths in characters: shares of the page by the widest table."""
        widest = max(self.paper.tables, key=lambda one: len(one.columns), default=None)
        shares = [one.width for one in widest.columns] if widest else []
        shares += [2] * (self.columns - len(shares))
        page = _ACROSS[self.paper.landscape]
        return [max(round(page * share / sum(shares)), _NARROWEST) for share in shares]

    def _pairs(self, facts: Sequence[tuple[str, Value]]) -> None:
        half = self.columns // 2
        for number in range(0, len(facts), 2):
            left, *right = facts[number : number + 2]
            if right:
                (label, value), (other, last) = left, right[0]
                rest = self.columns - half - 1
                self._boxed([(label, 1), (value, half - 1), (other, 1), (last, rest)], 2)
            else:
                self._boxed([(left[0], 1), (left[1], self.columns - 1)], 2)

    def _table(self, table: Table) -> None:
        if table.caption:
            self._line(table.caption, bold=True)
        begin, spans = self.row + 1, self._spans(table)
        self._heading(table, spans)
        if self.sheet.print_title_rows in (None, ""):
            self.sheet.print_title_rows = f"{begin}:{self.row}"
            self.sheet.freeze_panes = self.sheet.cell(self.row + 1, 1)
        for row in table.rows:
            self._boxed(zip(row, spans, strict=True))
        if table.totals:
            self._boxed(zip(table.totals, spans, strict=True))
            for cell in self.sheet[self.row]:
                cell.font = self.bold

    def _spans(self, table: Table) -> list[int]:
        """Over how many columns of the sheet each of the table's goes: it is as wide as the paper,
        its widest column takes what others have more."""
        spans = [1] * len(table.columns)
        widest = max(range(len(spans)), key=lambda number: table.columns[number].width)
        spans[widest] += self.columns - len(spans)
        return spans

    def _heading(self, table: Table, spans: Sequence[int]) -> None:
        grouped = any(column.over for column in table.columns)
        self.row += 1
        first, placed, height = 1, iter(spans), _ROW_HEIGHT
        for over, some in groupby(table.columns, key=lambda one: one.over):
            begin = first
            for one in some:
                last = first + next(placed) - 1
                self._head(self.row + bool(over), first, last, one.name)
                height = max(height, self._height(one.name, first, last - first + 1))
                if grouped and not over:
                    self._merge(first, last, rows=2)
                first = last + 1
            if over:
                self._head(self.row, begin, first - 1, over)
        self._set_height(height)
        if grouped:
            self.row += 1
            for column in range(1, first):
                self.sheet.cell(self.row, column).border = self.border

    def _head(self, row: int, first: int, last: int, text: str) -> None:
        """A cell of a heading, over the columns `first` to `last`."""
        cell = self.sheet.cell(row, first)
        workbook.put(cell, text)
        cell.font, cell.fill = self.bold, self.fill_of
        cell.alignment = self.align(horizontal="center", vertical="center", wrap_text=True)
        for column in range(first, last + 1):
            self.sheet.cell(row, column).border = self.border
        if last > first:
            self.sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)

    def _signatures(self) -> None:
        self.row += 1
        for one in self.paper.signatures:
            day = date_text(one.day) if one.day else ""
            self._line(f"{one.post}:{one.name or '__________'} {one.title}  {day}".rstrip())
        if self.paper.sealed:
            self._line(f"{self.paper.agency}(盖章)", across="right")
            self._line(date_text(self.paper.day), across="right")

    def _set_up(self) -> None:
        """A4, as wide as the page, numbered."""
        from openpyxl.utils import get_column_letter

        sheet = self.sheet
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "landscape" if self.paper.landscape else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
        for number, width in enumerate(self.widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
