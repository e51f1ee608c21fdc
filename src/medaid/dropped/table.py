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
from typing import BinaryIO, Final

from medaid.dropped import cells as cell
from medaid.dropped.columns import TableColumn as TableColumn
from medaid.dropped.columns import TableLimits as TableLimits
from medaid.dropped.columns import Wanted, heading_line, is_blank, plain_heading
from medaid.dropped.delimited import WORKBOOK, FileSurvey, csv_lines, survey
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.workbooks import Sheet, SheetLine, read_sheet

RESULT: Final = "医保处理结果"
REASON: Final = "医保处理原因"
"""Headings of the columns that an answer adds; a mended file may carry them along."""
ANSWERED: Final = frozenset((RESULT, REASON))
STRAYED: Final = 100
"""Columns beyond the heading: a row that holds something further out is no slip of one cell."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


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
        """The row of a line, with the problems that its form has. Raises FileRefused for one that
        runs on far beyond the heading."""
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
        if any(map(cell.text, line.cells[len(headings) + STRAYED :])):
            raise FileRefused(
                Problem("FILE_FORM", "", f"列数比表头多 {STRAYED} 以上", row=line.number)
            )
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
    part: str = ""
    """Of a workbook's archive."""
    aside: tuple[str, ...] = ()
    """Sheets of notes that are not read."""
    heading: int = 1
    """Row of the heading."""


def header(cells: Sequence[str], columns: Sequence[TableColumn], limits: TableLimits) -> Header:
    """The header that a line of cells is. Raises FileRefused naming every column that is missing or
    stands there twice."""
    headings = tuple(map(cell.text, cells))
    plain = list(map(plain_heading, headings))
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
            if heading and heading not in ANSWERED and index not in at.values()
        ]
        own = {headings[index]: index for index in rest}
        if len(own) < len(rest) or len(own) > limits.own_fields:
            problems.append(Problem("FILE_FORM", "", f"自有字段重名或多于 {limits.own_fields} 个"))
    if problems:
        raise FileRefused(*problems)
    return Header(headings, at, own, columns, limits)


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
    wanted = Wanted.of(columns)
    if seen.form == WORKBOOK:
        found = read_sheet(stream, sheet, wanted.is_table if limits.notes_aside else None)
    elif seen.encoding:
        text = enumerate(csv_lines(stream, seen.encoding), 1)
        found = Sheet("", (SheetLine(number, line, {}) for number, line in text))
    else:
        raise FileRefused(
            Problem("FILE_ENCODING", "file", seen.remark or "应为 UTF-8 或 GB18030 的 CSV,或 xlsx")
        )
    first, lines = heading_line(found, wanted)
    head = header(first.cells, columns, limits)
    rows = _rows(lines, head, found.name)
    return DroppedTable(found.name, head, rows, found.part, found.aside, first.number)


def open_bytes(
    content: bytes, columns: Sequence[TableColumn], limits: TableLimits, sheet: str = ""
) -> DroppedTable:
    """`open_table` for a file that is held as a whole. Raises FileRefused."""
    return open_table(BytesIO(content), survey(BytesIO(content)), columns, limits, sheet)


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
