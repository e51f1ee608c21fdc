"""Files as offices and their programs make them, the broken ones too."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

from medaid.dropped.table import DroppedTable, Row, TableColumn, TableLimits, open_bytes

COLUMNS = tuple(
    TableColumn(name, name, required=name in ("日期", "账户"))
    for name in ("日期", "凭证号", "账户", "收入", "支出", "摘要")
)
HEADING = tuple(column.heading for column in COLUMNS)
LINE = ("2026-07-03", "拨1", "支出户", "5.00", "", "甲")


def csv_of(*lines: str) -> bytes:
    return "\n".join([",".join(HEADING), *lines, ""]).encode("utf-8-sig")


def workbook_of(*sheets: tuple[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def altered(book: bytes, change: Callable[[str], str], part: str = "sheet1.xml") -> bytes:
    """The workbook with the text of one of its parts changed."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(part):
                content = change(content.decode()).encode()
            target.writestr(name, content)
    return held.getvalue()


def shared(book: bytes) -> bytes:
    """The workbook as Excel writes it: texts in a table of their own, cells naming their number."""
    texts: list[str] = []

    def numbered(cell: re.Match[str]) -> str:
        texts.append(cell[2])
        return f'{cell[1]} t="s"><v>{len(texts) - 1}</v></c>'

    inline = r'(<c r="\w+") t="inlineStr"><is><t>([^<]*)</t></is></c>'
    book = altered(book, lambda xml: re.sub(inline, numbered, xml))
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    table = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'
    listed = (
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    book = altered(book, lambda xml: xml.replace("</Types>", listed), "[Content_Types].xml")
    held = io.BytesIO(book)
    with zipfile.ZipFile(held, "a") as target:
        target.writestr("xl/sharedStrings.xml", table)
    return held.getvalue()


def opened(content: bytes, limits: TableLimits | None = None, sheet: str = "") -> DroppedTable:
    return open_bytes(content, COLUMNS, limits or TableLimits(), sheet)


def rows(content: bytes, limits: TableLimits | None = None) -> list[Row]:
    return list(opened(content, limits).rows)
