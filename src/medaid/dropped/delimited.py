"""Files of bytes as lines of cells: what a file is, and the lines of a CSV file. Streaming: a file
of any length takes the memory of a line.

Source: 苏医保办发〔2023〕27号 art. 8, 9 (J8: UTF-8 with or without BOM, GB18030).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO, Final, NamedTuple

from medaid.dropped.problem import FileRefused, Problem

CHUNK: Final = 1 << 20
LONGEST_LINE: Final = 200_000
"""Characters of one row: a hundred times what a row of any table here holds."""
WORKBOOK: Final = "xlsx"
_ARCHIVE: Final = b"PK\x03\x04"
_MARKS: Final = (
    (b"\xff\xfe", "文件是 UTF-16(记事本的“Unicode”),请另存为 UTF-8 的 CSV"),
    (b"\xfe\xff", "文件是 UTF-16,请另存为 UTF-8 的 CSV"),
    (b"\xd0\xcf\x11\xe0", "文件其实是旧版表格文件(xls)或加了密码,请另存为不加密的 xlsx 或 CSV"),
)


class FileSurvey(NamedTuple):
    """What one look over all bytes tells."""

    sha256: str
    size: int
    encoding: str
    """utf-8-sig, gb18030, or empty where it is neither."""
    remark: str
    """Why the bytes are no text, where that is known."""
    form: str = "csv"
    """csv, or xlsx where the bytes begin as a workbook does."""


def survey(stream: BinaryIO) -> FileSurvey:
    """Digest, size, form and encoding of a file: UTF-8 where it is that throughout, else GB18030
    where it is that throughout."""
    digest, size, start = sha256(), 0, b""
    decoders = {
        name: codecs.getincrementaldecoder(name)("strict") for name in ("utf-8-sig", "gb18030")
    }
    for chunk in iter(lambda: stream.read(CHUNK), b""):
        start = start or chunk[:8]
        digest.update(chunk)
        size += len(chunk)
        if not start.startswith(_ARCHIVE):
            _feed(decoders, chunk, final=False)
    if start.startswith(_ARCHIVE):
        return FileSurvey(digest.hexdigest(), size, "", "", WORKBOOK)
    _feed(decoders, b"", final=True)
    remark = next((sentence for mark, sentence in _MARKS if start.startswith(mark)), "")
    return FileSurvey(digest.hexdigest(), size, "" if remark else next(iter(decoders), ""), remark)


def _feed(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool) -> None:
    """Drops the decoders that cannot read on."""
    for name in list(decoders):
        try:
            decoders[name].decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]


class _Lines:
    """The lines of a text as `csv` takes them, none longer than a row may be."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self.row, self._length = 1, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self._length += len(line)
        if self._length > LONGEST_LINE:
            raise self.broken("超过允许的长度,请检查多余的逗号和不成对的引号")
        return line

    def row_read(self) -> None:
        self.row, self._length = self.row + 1, 0

    def broken(self, sentence: str) -> FileRefused:
        return FileRefused(Problem("FILE_FORM", "", sentence, row=self.row))


def csv_lines(stream: BinaryIO, encoding: str) -> Iterator[list[str]]:
    """The rows of a CSV file. Raises FileRefused naming the row at which the quoting breaks."""
    lines = _Lines(io.TextIOWrapper(stream, encoding=encoding, newline=""))
    try:
        for cells in csv.reader(lines, strict=True):
            yield cells
            lines.row_read()
    except csv.Error:
        raise lines.broken("自该行起引号不成对,或单元格过长") from None
