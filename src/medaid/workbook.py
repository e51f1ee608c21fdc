"""Workbooks (`.xlsx`) as offices take them: plain sheets with a heading, amounts as exact decimal
numbers of yuan, and the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from medaid.instants import BEIJING
from medaid.money import Fen

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sheets = Mapping[str, Sequence[Sequence[object]]]
_CREATED: Final = re.compile(rb"<dcterms:created[^>]*>([^<]*)<")
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")


def workbook(title: str, sheets: Sheets, made: datetime) -> bytes:
    """A workbook of `sheets` (name → rows, the first one the heading), dated `made`: never the time
    of printing."""
    from openpyxl import Workbook  # loaded where a workbook is made: a settlement never pays for it
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = title, "医疗救助结算"
    book.properties.created = made.astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_cell(value) for value in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for line in sheet.iter_rows(min_row=2):
            for cell in line:
                if isinstance(cell.value, Decimal):
                    cell.number_format = "#,##0.00"
        sheet.freeze_panes = "A2"
        for number in range(1, 1 + max((len(row) for row in rows), default=1)):
            sheet.column_dimensions[sheet.cell(1, number).column_letter].width = 20
    held = io.BytesIO()
    book.save(held)
    return _fixed(held.getvalue())


def _cell(value: object) -> object:
    if isinstance(value, Fen):
        return Decimal(int(value)).scaleb(-2)
    assert not isinstance(value, float), "a float in a workbook"
    return value


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
