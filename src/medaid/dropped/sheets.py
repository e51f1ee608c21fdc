"""The XML of a sheet while it is copied byte for byte, with two cells more in some of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import IO, Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from medaid.dropped.archive import refused

_CHUNK: Final = 1 << 20
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_UTF16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})\d+")


def column_letters(index: int) -> str:
    """`A` for 0, `AA` for 26."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(reference: str) -> int:
    """0 for `A5`; -1 for what is no reference."""
    match = _REFERENCE.fullmatch(reference)
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


class SheetWriter:
    """Copies a sheet. `verdicts` (row, result, reason) come in the order of rows; their two texts
    stand in the columns behind `width`. Cells of the columns `old` are left out of these rows, as
    are cells further out."""

    def __init__(
        self, into: IO[bytes], width: int, old: Set[int], verdicts: Iterator[tuple[int, str, str]]
    ) -> None:
        self._into, self._width, self._old, self._verdicts = into, width, old, verdicts
        self._verdict = next(verdicts, None)
        self._held, self._base = bytearray(), 0
        self._row, self._column, self._depth = 0, 0, 0
        self._leaving = False
        self._encoding = "utf-8"
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = _no_doctype
        self._parser.StartElementHandler = self._begun
        self._parser.EndElementHandler = self._ended

    def copy(self, part: IO[bytes]) -> None:
        """All of the sheet. AssertionError where a verdict speaks of a row that is not there."""
        for chunk in iter(lambda: part.read(_CHUNK), b""):
            if not self._base and not self._held:
                self._encoding = _UTF16.get(chunk[:2], self._encoding)
            self._held += chunk
            self._parser.Parse(chunk, False)
            self._flush(self._parser.CurrentByteIndex)
        self._parser.Parse(b"", True)
        self._flush(self._base + len(self._held))
        assert self._verdict is None, "a verdict over a row that the sheet has not"

    def _flush(self, until: int) -> None:
        """Lets go what stands before byte `until`: written, or left out."""
        count = until - self._base
        if count <= 0:
            return
        if not self._leaving:
            self._into.write(memoryview(self._held)[:count].tobytes())
        del self._held[:count]
        self._base = until

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if encoding and self._encoding == "utf-8" and not encoding.upper().startswith("UTF-16"):
            self._encoding = encoding

    def _begun(self, tag: str, attributes: dict[str, Any]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row" and not self._depth:
            stated = str(attributes.get("r", ""))
            self._row = int(stated) if stated.isdecimal() else self._row + 1
            self._column, self._depth = 0, 1
        elif self._depth:
            self._depth += 1
            if name == "c" and self._depth == 2:
                self._cell(column_index(str(attributes.get("r", ""))))

    def _cell(self, stated: int) -> None:
        index = stated if stated >= 0 else self._column
        self._column = index + 1
        here = self._verdict is not None and self._verdict[0] == self._row
        leaving = here and (index in self._old or index >= self._width)
        if leaving is not self._leaving:  # a million rows have a dozen cells each
            self._flush(self._parser.CurrentByteIndex)
            self._leaving = leaving

    def _ended(self, tag: str) -> None:
        if not self._depth:
            return
        self._depth -= 1
        if self._depth:
            return
        if self._verdict is not None and self._verdict[0] == self._row:
            self._flush(self._parser.CurrentByteIndex)
            self._leaving = False
            self._add(tag[: -len("row")], *self._verdict)
            self._verdict = next(self._verdicts, None)

    def _add(self, prefix: str, row: int, *texts: str) -> None:
        for index, content in enumerate(texts, self._width):
            plain = escape(_FORBIDDEN.sub("", content))
            cell = (
                f'<{prefix}c r="{column_letters(index)}{row}" t="inlineStr"><{prefix}is>'
                f'<{prefix}t xml:space="preserve">{plain}</{prefix}t></{prefix}is></{prefix}c>'
            )
            self._into.write(cell.encode(self._encoding))


def _no_doctype(*_: object) -> None:
    raise refused("工作表含有不应出现的声明")
