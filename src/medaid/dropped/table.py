"""A dropped table, csv or xlsx, as rows by the names of its columns: the one reader of every table
that comes from outside (rosters, enrolments, finance's statements, catalogues).

The caller says which columns it wants; the heading is found below title rows; rows carry the number
that a person sees in the spreadsheet and everything that is wrong with them. Nothing is skipped but
lines without any content. Streaming; limits hold before anything is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from typing import BinaryIO, Final

from medaid.dropped import cells as cell
from medaid.dropped.delimited import WORKBOOK, FileSurvey, csv_lines, survey
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.workbooks import SheetLine, read_sheet

PROBLEM: Final = "问题"
"""Heading of the column that an answer adds; a mended file may carry it along."""
TITLE_ROWS: Final = 20
"""Rows above the heading at most: titles, dates, notes."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


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


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` by the field of each column, empty where the cell is; `own` by heading, what
    stands in columns that nobody described; `line` as it came, for the answer."""

    number: int
    """As a person counts it in the file, its first line being 1."""
    cells: Mapping[str, str]
    own: Mapping[str, str]
    line: Sequence[str]
    problems: tuple[Problem, ...] = ()

    def cell(self, field: str) -> str:
        """The text of a column, empty for what is no column."""
        return self.cells.get(field, "")


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column stands. `own` are columns that nobody described (heading → index)."""

    headings: tuple[str, ...]
    at: Mapping[str, int]
    own: Mapping[str, int]
    columns: Sequence[TableColumn] = ()
    limits: TableLimits = field(default_factory=TableLimits)
    plan: tuple[tuple[str, str, bool, int, int], ...] = field(init=False, default=())
    """Field, heading, whether required, longest and index of each column: a million rows go through
    it."""
    unheaded: bool = field(init=False, default=False)
    """Whether a heading is empty."""

    def __post_init__(self) -> None:
        plan = tuple(
            (
                column.field,
                column.heading,
                column.required,
                column.longest or self.limits.cell,
                self.at.get(column.field, -1),
            )
            for column in self.columns
        )
        object.__setattr__(self, "plan", plan)
        object.__setattr__(self, "unheaded", "" in self.headings)

    def row(self, line: SheetLine) -> Row:
        """The row of a line, with the problems that its form has."""
        found, width = line.cells, len(line.cells)
        cells = {
            name: cell.text(found[index]) if index < width else ""
            for name, index in self.at.items()
        }
        own = {name: cell.text(found[index]) for name, index in self.own.items() if index < width}
        problems = [*self.problems(cells, line.wrong)]
        if self.unheaded or width > len(self.headings):
            problems = [*self._stray(line), *problems]
        for name, content in own.items():
            if len(content) > self.limits.cell:
                problems.append(Problem("FIELD_TOO_LONG", name, f"超过 {self.limits.cell} 字"))
        own = {name: content for name, content in own.items() if content}
        return Row(line.number, cells, own, found, tuple(problems))

    def _stray(self, line: SheetLine) -> Iterator[Problem]:
        """Content beyond the heading, or under an empty one."""
        headings = self.headings
        if len(line.cells) > len(headings) and any(map(cell.text, line.cells[len(headings) :])):
            yield Problem("FILE_FORM", "", "列数多于表头,请检查多余的逗号或换行")
        if self.unheaded:
            for index, content in enumerate(line.cells[: len(headings)]):
                if not headings[index] and cell.text(content):
                    yield Problem("FILE_FORM", f"第{index + 1}列", "有内容而没有表头")

    def problems(
        self, cells: Mapping[str, str], wrong: Mapping[int, tuple[str, str]] | None = None
    ) -> Iterator[Problem]:
        """What is wrong with the form of the cells of described columns, and at the places
        `wrong`."""
        control = _CONTROL.search("".join(cells.values())) is not None  # one look for all of them
        for field_, heading, required, longest, index in self.plan:
            content = cells.get(field_, "")
            if wrong and index in wrong:
                yield Problem(wrong[index][0], heading, wrong[index][1])
            elif not content:
                if required:
                    yield Problem("FIELD_REQUIRED", heading, "必填")
            elif len(content) > longest:
                yield Problem("FIELD_TOO_LONG", heading, f"超过 {longest} 字")
            elif control and _CONTROL.search(content):
                yield Problem("FIELD_FORMAT", heading, "含有换行或控制字符")


@dataclass(frozen=True, slots=True)
class DroppedTable:
    """A table that was opened: its heading is found, its rows are read once, as they come."""

    sheet: str
    """Empty for a csv file."""
    header: Header
    rows: Iterator[Row]


def header(cells: Sequence[str], columns: Sequence[TableColumn], limits: TableLimits) -> Header:
    """The header that a line of cells is. Raises FileRefused naming every column that is missing or
    stands there twice."""
    headings = tuple(map(cell.text, cells))
    plain = list(map(_heading, headings))
    at: dict[str, int] = {}
    problems = []
    for column in columns:
        names = {cell.folded(name) for name in (column.heading, *column.aliases)}
        found = [index for index, heading in enumerate(plain) if heading in names]
        if len(found) > 1:
            problems.append(Problem("FILE_FORM", column.heading, "该列重复"))
        elif found:
            at[column.field] = found[0]
        elif not column.optional_column:
            problems.append(Problem("FILE_FORM", column.heading, "缺少该列"))
    own: dict[str, int] = {}
    if limits.own_fields is not None:
        rest = [
            index
            for index, heading in enumerate(headings)
            if heading and heading != PROBLEM and index not in at.values()
        ]
        own = {headings[index]: index for index in rest}
        if len(own) < len(rest) or len(own) > limits.own_fields:
            problems.append(Problem("FILE_FORM", "", f"自有字段重名或多于 {limits.own_fields} 个"))
    if problems:
        raise FileRefused(*problems)
    return Header(headings, at, own, columns, limits)


def _heading(text: str) -> str:
    return cell.folded(text).replace("*", "").removesuffix("(必填)")


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a line holds nothing: spreadsheets leave such lines behind; they are no rows."""
    return not any(map(cell.text, cells))


def open_table(
    stream: BinaryIO,
    seen: FileSurvey,
    columns: Sequence[TableColumn],
    limits: TableLimits,
    sheet: str = "",
) -> DroppedTable:
    """The table in `stream`, whose bytes `seen` has surveyed. `sheet` names the sheet of a
    workbook.

    Raises FileRefused here or while the rows are read: too large, no text, no workbook, no heading,
    columns missing, several sheets, a broken quote, too many rows.
    """
    if seen.size > limits.bytes:
        raise FileRefused(
            Problem("FILE_FORM", "file", f"文件超过 {limits.bytes} 字节,请分成几个文件")
        )
    if seen.form == WORKBOOK:
        sheet, lines = read_sheet(stream, sheet)
    elif seen.encoding:
        sheet = ""
        lines = (
            SheetLine(number, found, {})
            for number, found in enumerate(csv_lines(stream, seen.encoding), 1)
        )
    else:
        raise FileRefused(
            Problem("FILE_ENCODING", "file", seen.remark or "应为 UTF-8 或 GB18030 的 CSV,或 xlsx")
        )
    first = _heading_line(lines, columns, sheet)
    head = header(first.cells, columns, limits)
    return DroppedTable(sheet, head, _rows(lines, head, sheet))


def open_bytes(
    content: bytes, columns: Sequence[TableColumn], limits: TableLimits, sheet: str = ""
) -> DroppedTable:
    """`open_table` for a file that is held as a whole. Raises FileRefused."""
    return open_table(BytesIO(content), survey(BytesIO(content)), columns, limits, sheet)


def _heading_line(
    lines: Iterator[SheetLine], columns: Sequence[TableColumn], sheet: str
) -> SheetLine:
    """The first line with half of the headings that must be there. Raises FileRefused."""
    names = {cell.folded(name) for column in columns for name in (column.heading, *column.aliases)}
    needed = [column.heading for column in columns if not column.optional_column]
    empty = True
    for line in islice(lines, TITLE_ROWS + 1):
        if 2 * sum(_heading(cell.text(one)) in names for one in line.cells) >= len(needed):
            return line
        empty = empty and is_blank(line.cells)
    if empty:
        raise FileRefused(Problem("FILE_FORM", "file", "文件为空", sheet=sheet))
    wanted = "、".join(needed)
    raise FileRefused(
        Problem("FILE_FORM", "file", f"首行或标题行之下须有表头:{wanted}", sheet=sheet)
    )


def _rows(lines: Iterator[SheetLine], head: Header, sheet: str) -> Iterator[Row]:
    """The rows below the heading."""
    count = 0
    for line in lines:
        if not line.wrong and is_blank(line.cells):
            continue
        count += 1
        if count > head.limits.rows:
            sentence = f"超过 {head.limits.rows} 行,请分成几个文件"
            raise FileRefused(Problem("FILE_ROWS", "rows", sentence, sheet=sheet))
        yield head.row(line)
