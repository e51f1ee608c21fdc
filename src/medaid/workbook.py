"""Workbooks (`.xlsx`) and csv as offices take them: plain sheets with a heading, amounts as exact
decimal numbers of yuan, and the same bytes for the same content.

Whatever came from outside is text in them, headings and names too: nothing that somebody sent is
ever a formula in an officer's spreadsheet.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from medaid.instants import BEIJING
from medaid.money import Fen

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AMOUNT_FORMAT: Final = "#,##0.00"
DATE_FORMAT: Final = 'yyyy"年"m"月"d"日"'
Sheets = Mapping[str, Sequence[Sequence[object]]]
_LIVE: Final = "=+-@\uff1d\uff0b\uff0d\uff20\t\r\n"
"""What a spreadsheet may take for the beginning of a formula, in full width too."""
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
_LONG_DIGITS: Final = re.compile(r"\d{11,}[Xx]?|0\d+", re.ASCII)
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NO_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_CREATED: Final = re.compile(rb"<dcterms:created[^>]*>([^<]*)<")
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")


def shielded(text: str) -> str:
    """A csv cell that a spreadsheet shows as it was sent: long numbers stay text (a tab behind),
    formulas do nothing (an apostrophe before). `medaid.dropped.cells.text` takes both off again."""
    if _LONG_DIGITS.fullmatch(text):
        return f"{text}\t"
    live = len(text) > 1 and text[0] in _LIVE and not _NUMBER.fullmatch(text)
    return f"'{text}" if live else text


def csv_line(cells: Iterable[object]) -> list[str]:
    """The cells of a csv line, each shielded."""
    return [shielded(str(cell)) for cell in cells]


def workbook(title: str, sheets: Sheets, made: datetime) -> bytes:
    """A workbook of `sheets` (name → rows, the first one the heading), dated `made`: never the time
    of printing."""
    from openpyxl.styles import Font

    book = new_book(title, made)
    for name, rows in sheets.items():
        sheet = add_sheet(book, name)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                put(sheet.cell(number, column), value)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        for number in range(1, 1 + max((len(row) for row in rows), default=1)):
            sheet.column_dimensions[sheet.cell(1, number).column_letter].width = 20
    return saved(book)


def new_book(title: str, made: datetime) -> Any:
    """An empty workbook, dated `made`."""
    from openpyxl import Workbook  # loaded where a workbook is made: a settlement never pays for it

    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = title, "医疗救助结算"
    book.properties.created = made.astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
    return book


def add_sheet(book: Any, name: str) -> Any:
    """A further sheet, under a name that spreadsheets take."""
    return book.create_sheet(_NO_SHEET_NAME.sub("_", name)[:31])


def put(cell: Any, value: object) -> None:
    """A value into a cell: text stays text whatever it begins with, an amount is an exact decimal
    number of yuan, a civil date a date."""
    if isinstance(value, Fen):
        cell.value, cell.number_format = Decimal(int(value)).scaleb(-2), AMOUNT_FORMAT
    elif isinstance(value, date) and not isinstance(value, datetime):
        cell.value, cell.number_format = value, DATE_FORMAT
    elif isinstance(value, str):
        cell.value = _FORBIDDEN.sub("", value)
        if cell.value is not None:
            cell.data_type = "s"  # the library takes a text that begins with = for code
    else:
        assert value is None or isinstance(value, int | Decimal), "a float in a workbook"
        cell.value = value


def saved(book: Any) -> bytes:
    """The workbook's bytes: always the same for the same content."""
    held = io.BytesIO()
    book.save(held)
    return _fixed(held.getvalue())


def _fixed(book: bytes) -> bytes:
    """The same workbook with the time of printing taken out of its archive."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":  # the library writes the present time there
                content = _MODIFIED.sub(
                    rb"\g<1>" + _CREATED.findall(content)[0] + rb"\g<2>", content
                )
            target.writestr(
                zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return held.getvalue()
