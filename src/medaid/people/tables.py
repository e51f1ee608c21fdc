"""Files as lines of cells, whatever they were saved as. Streaming: a file of any length takes the
memory of a line.

A reader is a function from a binary stream (and its encoding) to lines of cells; `readers` finds it
by the file's ending, so another format is another entry. Source: 苏医保办发〔2023〕27号 art. 8, 9
(J8: UTF-8 with or without BOM, GB18030).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import BinaryIO, Final, NamedTuple, cast

from medaid.people.problem import FileRefused, Problem

CHUNK: Final = 1 << 20
_MARKS: Final = (
    (b"\xff\xfe", "文件是 UTF-16(记事本的“Unicode”),请另存为 UTF-8 的 CSV"),
    (b"\xfe\xff", "文件是 UTF-16,请另存为 UTF-8 的 CSV"),
    (b"PK\x03\x04", "文件其实是表格文件(xlsx)或压缩包,请另存为 CSV"),
    (b"\xd0\xcf\x11\xe0", "文件其实是旧版表格文件(xls),请另存为 CSV"),
)


class Survey(NamedTuple):
    """What one look over all bytes tells."""

    sha256: str
    size: int
    encoding: str
    """utf-8-sig, gb18030, or empty where it is neither."""
    remark: str
    """Why the bytes are no text, where that is known."""


def survey(stream: BinaryIO) -> Survey:
    """Digest, size and encoding of a file: UTF-8 where it is that throughout, else GB18030 where it
    is that throughout."""
    digest, size, start = sha256(), 0, b""
    decoders = {
        name: codecs.getincrementaldecoder(name)("strict") for name in ("utf-8-sig", "gb18030")
    }
    for chunk in iter(lambda: stream.read(CHUNK), b""):
        start = start or chunk[:8]
        digest.update(chunk)
        size += len(chunk)
        _feed(decoders, chunk, final=False)
    _feed(decoders, b"", final=True)
    remark = next((sentence for mark, sentence in _MARKS if start.startswith(mark)), "")
    return Survey(digest.hexdigest(), size, "" if remark else next(iter(decoders), ""), remark)


def _feed(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool) -> None:
    """Drops the decoders that cannot read on."""
    for name in list(decoders):
        try:
            decoders[name].decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]


def csv_lines(stream: BinaryIO, encoding: str) -> Iterator[list[str]]:
    """Lines of a CSV file. Raises FileRefused where the quoting is broken beyond one line."""
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    lines = csv.reader(cast(Iterable[str], text), strict=True)
    try:
        yield from lines
    except csv.Error:
        raise FileRefused(
            Problem("FILE_FORM", "", f"第 {lines.line_num} 行附近引号不成对或单元格过长")
        ) from None


readers: Final[Mapping[str, Callable[[BinaryIO, str], Iterator[list[str]]]]] = {".csv": csv_lines}
"""By the ending of the file's name."""
