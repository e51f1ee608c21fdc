"""The rows of an Excel workbook (`.xlsx`): the sheet that is named, the only visible one that holds
anything, or of several the only one that is a table, where the reader says what it looks for.

A workbook is a zip of XML that a stranger made, so everything is bounded before it is unpacked, and
one row at a time is held. Parsed by openpyxl over defusedxml; the size that a sheet states of
itself is not believed (WPS writes A1 for any sheet). A cell whose formula has no stored result, or
that holds an error, has no value: it is told, never read as empty or zero.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, Final, NamedTuple

from medaid.dropped.archive import MOST_PARTS, TOO_MUCH, Archive, refused, spooled
from medaid.dropped.merged import MergedCells, merged_ranges
from medaid.dropped.problem import FileRefused, Problem

LARGEST_ROW: Final = 16_384
"""Columns of a sheet (XFD), the most that Excel has."""
LAST_ROW: Final = 1_048_576
_MOST_STRINGS: Final = 4_000_000
_MOST_SHEETS: Final = 200
_MOST_AROUND: Final = 100_000
"""Elements of a sheet before its rows: columns, views, formats."""


class SheetLine(NamedTuple):
    """A row of a sheet: its number, its cells as text, and by index what is wrong with a cell."""

    number: int
    cells: list[str]
    wrong: dict[int, tuple[str, str]]
    """Index → code and Chinese sentence."""


class Sheet(NamedTuple):
    """The sheet that is read, and its rows."""

    name: str
    lines: Iterator[SheetLine]
    part: str = ""
    """Of the archive; empty for a csv file."""
    aside: tuple[str, ...] = ()
    """Visible sheets with something in them that are not read: notes."""


Looks = Callable[[Iterator[SheetLine]], bool]
"""Whether the lines of a sheet are the table that is looked for."""


def read_sheet(stream: BinaryIO, named: str = "", looks: Looks | None = None) -> Sheet:
    """The sheet `named`, or the only visible one with anything in it, or of several the only one
    that `looks` like the table. Raises FileRefused: no workbook, several such sheets (named), none,
    more than a file may unpack to."""
    try:
        book = _opened(spooled(stream))
        return _chosen(book, named, looks)
    except FileRefused:
        raise
    except MemoryError:
        raise refused(TOO_MUCH) from None
    except Exception:  # the library raises whatever a broken archive makes it raise
        raise FileRefused(
            Problem("FILE_ENCODING", "file", "不是可读的 xlsx 文件(已损坏、加密或为其他格式)")
        ) from None


def _opened(stream: BinaryIO) -> Any:
    """The workbook without its rows."""
    from openpyxl.reader.excel import ExcelReader  # loaded where a workbook is read

    archive = Archive(stream)
    if len(archive.infolist()) > MOST_PARTS:
        raise refused(TOO_MUCH)
    reader = ExcelReader.__new__(ExcelReader)
    reader.archive, reader.valid_files = archive, archive.namelist()
    reader.read_only, reader.keep_vba, reader.data_only = True, False, True
    reader.keep_links, reader.rich_text, reader.shared_strings = False, False, []
    reader.read_manifest()
    reader.shared_strings = _strings(archive, reader.package)
    reader.read_workbook()
    if len(reader.parser.wb.worksheets) > _MOST_SHEETS:
        raise refused(TOO_MUCH)
    from openpyxl.styles.stylesheet import apply_stylesheet

    apply_stylesheet(archive, reader.wb)
    return reader


def _strings(archive: zipfile.ZipFile, package: Any) -> list[str]:
    """The table of shared texts; the parsed tree is let go text by text."""
    from openpyxl.cell.text import Text
    from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    part = package.find(SHARED_STRINGS)
    if part is None:
        return []
    found: list[str] = []
    item, root = f"{{{SHEET_MAIN_NS}}}si", None
    with archive.open(part.PartName.lstrip("/")) as source:
        for event, node in iterparse(source, events=("start", "end")):
            if root is None:
                root = node
            if event == "end" and node.tag == item:
                found.append(Text.from_tree(node).content)
                root.clear()
                if len(found) > _MOST_STRINGS:
                    raise refused(TOO_MUCH)
    return found


def _chosen(reader: Any, named: str, looks: Looks | None) -> Sheet:
    sheets = [
        (sheet.name, sheet.state, rel.target)
        for sheet, rel in reader.parser.find_sheets()
        if "chartsheet" not in rel.Type and rel.target in reader.valid_files
    ]
    if named:
        sheets = [sheet for sheet in sheets if sheet[0] == named]
        if not sheets:
            raise refused(f"没有名为“{named}”的工作表")
    else:
        sheets = [sheet for sheet in sheets if sheet[1] == "visible"]
    filled = [
        (name, target)
        for name, _, target in sheets
        if next(_filled(_rows(reader, name, target)), None) is not None
    ]
    if not filled:
        raise refused("没有可见且有内容的工作表")
    aside: list[str] = []
    if len(filled) > 1 and looks is not None:
        tables = [one for one in filled if looks(_filled(_rows(reader, *one)))]
        aside = [name for name, part in filled if (name, part) not in tables]
        filled = tables or filled
    if len(filled) > 1:
        names = "、".join(name for name, _ in filled)
        raise refused(f"有 {len(filled)} 个工作表有内容({names}),请只留一个,或每表另存一个文件")
    name, target = filled[0]
    return Sheet(name, _rows(reader, name, target), target, tuple(aside))


def _filled(lines: Iterator[SheetLine]) -> Iterator[SheetLine]:
    return (line for line in lines if line.wrong or any(cell.strip() for cell in line.cells))


def _rows(reader: Any, sheet: str, part: str) -> Iterator[SheetLine]:
    """The rows of a sheet, one by one as they are unpacked."""
    from openpyxl.worksheet._reader import WorkSheetParser

    with reader.archive.open(part) as source:
        merged = MergedCells(merged_ranges(source))
    with reader.archive.open(part) as source:
        parser = WorkSheetParser(
            source,
            reader.shared_strings,
            data_only=True,
            epoch=reader.wb.epoch,
            date_formats=reader.wb._date_formats,
            timedelta_formats=reader.wb._timedelta_formats,
        )
        before = 0
        try:
            for element in _elements(source, sheet):
                number, found = parser.parse_row(element)
                parser.row_dimensions.clear()
                if not before < number <= LAST_ROW:
                    raise refused("行号颠倒或超出范围", sheet, before)
                line = _line(number, found, _unvalued(element))
                merged.fill(number, line.cells)
                yield line
                before = number
        except FileRefused:
            raise
        except Exception:  # as above
            raise refused("该行之后无法读取,文件已损坏", sheet, before) from None


def _elements(source: Any, sheet: str) -> Iterator[Any]:
    """The row elements of a sheet's XML; what came before is let go. Raises FileRefused for a row
    of more elements than a row can have."""
    from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG
    from openpyxl.xml.functions import iterparse

    data: Any = None
    inside, row = 0, 0
    for event, element in iterparse(source, events=("start", "end")):
        if event == "start":
            inside += 1
            if element.tag == DATA_TAG:
                data, inside = element, 0
            elif element.tag == ROW_TAG:
                row, inside = row + 1, 0
            elif inside > (6 * LARGEST_ROW if data is not None else _MOST_AROUND):
                raise refused("列数超过允许的范围", sheet, row)
        elif element.tag == ROW_TAG:
            yield element
            data.clear()
        elif element is data:
            return


def _unvalued(element: Any) -> set[int]:
    """Positions in the row of cells whose formula has no stored result."""
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG

    return {
        position
        for position, cell in enumerate(element)
        if cell.find(FORMULA_TAG) is not None
        and not cell.findtext(VALUE_TAG)
        and cell.get("t") != "str"  # a formula may well answer an empty text
    }


def _line(number: int, found: list[dict[str, Any]], unvalued: set[int]) -> SheetLine:
    width = max((cell["column"] for cell in found), default=0)
    if width > LARGEST_ROW:
        raise refused("列数超过允许的范围", row=number)
    cells, wrong = [""] * width, {}
    for position, cell in enumerate(found):
        index, value = cell["column"] - 1, cell["value"]
        if position in unvalued:
            wrong[index] = ("FIELD_FORMAT", "公式没有计算结果,请在表格软件中打开并保存后再报送")
        elif cell["data_type"] == "e":
            cells[index] = str(value)
            wrong[index] = ("FIELD_FORMAT", "单元格是错误值")
        elif value is not None:
            cells[index] = _text(value)
    return SheetLine(number, cells, wrong)


def _number(value: float) -> str:
    """A number as the fifteen digits that a spreadsheet holds of it. What is longer comes as
    scientific notation: its last digits are lost, and no reader takes that for a number."""
    return format(value, ".15g").upper()


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    int: lambda value: str(value) if abs(value) < 10**15 else f"{value:.14E}",
    float: _number,
    datetime: lambda value: value.isoformat(" ") if value.time() != time() else _day(value),
    date: lambda value: value.isoformat(),
    time: lambda value: value.isoformat(),
    timedelta: str,
}


def _day(value: datetime) -> str:
    return value.date().isoformat()


def _text(value: Any) -> str:
    """A value as a person would have typed it."""
    return _TEXTS[type(value)](value)
