"""A dropped file as it goes back: the same file, its rows and columns where they were, with two
columns more that say what became of each row and why.

Source: 苏医保办发〔2023〕27号 art. 9 (不符合交互标准的,明确存在问题,及时反馈). Streaming: of a
workbook only the sheet that was read is written anew, and of that only two cells a row; formats,
titles, merged cells and other sheets stay. Columns of an earlier answer give way to the new ones.
"""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from medaid.dropped.archive import spooled
from medaid.dropped.cells import text
from medaid.dropped.delimited import WORKBOOK, FileSurvey, csv_lines
from medaid.dropped.sheets import SheetWriter
from medaid.dropped.table import ANSWERED, REASON, RESULT, DroppedTable, Header, Row
from medaid.workbook import csv_line

_CSV_ENCODINGS: Final = {"utf-8-sig": "utf-8-sig", "gb18030": "gb18030"}


class RowVerdict(NamedTuple):
    """What became of a row: its number in the file, the result and the reason, for people."""

    row: int
    result: str
    reason: str


def filled_width(row: Row) -> int:
    """Columns up to the last one in which the row holds something."""
    width = len(row.line)
    while width and not text(row.line[width - 1]):
        width -= 1
    return width


def annotate(
    stream: BinaryIO,
    seen: FileSurvey,
    table: DroppedTable,
    width: int,
    verdicts: Iterable[RowVerdict],
    into: BinaryIO,
) -> None:
    """Writes the file of `stream`, which `table` was read from, into the empty `into`, left open:
    with the verdicts, in the order of rows, behind its `width` columns."""
    columns = _Columns(table.header, max(width, len(_used(table.header.headings))))
    if seen.form == WORKBOOK:
        _annotate_workbook(stream, table, columns, verdicts, into)
    else:
        _annotate_csv(stream, seen, table, columns, verdicts, into)


class _Columns:
    """Where the new columns stand, and those of an earlier answer that give way."""

    def __init__(self, head: Header, width: int) -> None:
        self.old = {index for index, name in enumerate(head.headings) if name in ANSWERED}
        while width and width - 1 in self.old:
            width -= 1
        self.width = width

    def kept(self, cells: Sequence[str]) -> list[str]:
        """The cells of a csv line without those of an earlier answer, as wide as all rows are."""
        found = [text(cells[n]) for n in range(min(len(cells), self.width)) if n not in self.old]
        width = self.width - sum(index < self.width for index in self.old)
        return [*found, *[""] * (width - len(found))]


def _used(headings: Sequence[str]) -> Sequence[str]:
    width = len(headings)
    while width and not headings[width - 1]:
        width -= 1
    return headings[:width]


def _with_heading(heading: int, verdicts: Iterable[RowVerdict]) -> Iterator[RowVerdict]:
    yield RowVerdict(heading, RESULT, REASON)
    yield from verdicts


def _annotate_csv(
    stream: BinaryIO,
    seen: FileSurvey,
    table: DroppedTable,
    columns: _Columns,
    verdicts: Iterable[RowVerdict],
    into: BinaryIO,
) -> None:
    written = io.TextIOWrapper(
        into, encoding=_CSV_ENCODINGS[seen.encoding], errors="replace", newline=""
    )
    lines = csv.writer(written, lineterminator="\r\n")
    coming = _with_heading(table.heading, verdicts)
    verdict = next(coming, None)
    for number, cells in enumerate(csv_lines(stream, seen.encoding), 1):
        if verdict is None or verdict.row != number:
            lines.writerow(csv_line(map(text, cells)))
            continue
        lines.writerow(csv_line([*columns.kept(cells), verdict.result, verdict.reason]))
        verdict = next(coming, None)
    assert verdict is None, "a verdict over a row that the file has not"
    written.flush()
    written.detach()


def _annotate_workbook(
    stream: BinaryIO,
    table: DroppedTable,
    columns: _Columns,
    verdicts: Iterable[RowVerdict],
    into: BinaryIO,
) -> None:
    with (
        zipfile.ZipFile(spooled(stream)) as source,
        zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            copied = zipfile.ZipInfo(info.filename, info.date_time)
            copied.compress_type = zipfile.ZIP_DEFLATED
            with source.open(info) as part, target.open(copied, "w", force_zip64=True) as written:
                if info.filename != table.part:
                    shutil.copyfileobj(part, written)
                    continue
                coming = _with_heading(table.heading, verdicts)
                writer = SheetWriter(written, columns.width, columns.old, coming)
                writer.copy(part)
