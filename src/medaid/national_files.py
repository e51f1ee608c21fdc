"""The form of the national interface's files: TAB-separated UTF-8 text, zipped, empty values
written `null` (1.3)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from medaid.errors import BadInput

_EPOCH: Final = (2000, 1, 1, 0, 0, 0)
LARGEST: Final = 20 * 1024 * 1024
"""Bytes a hospital's upload may have, unpacked: its largest month is half of it."""


def text(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as the interface writes them, one line each."""
    for row in rows:
        yield ("\t".join(value or "null" for value in row) + "\n").encode()


def zipped(name: str, content: bytes) -> bytes:
    """One file in a zip whose bytes depend on the content alone."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def lines(content: bytes, field: str = "file_qury_no") -> list[str]:
    """The lines of a file, zipped or not, as they came. Raises BadInput, UnicodeDecodeError."""
    return unzipped(content, field).decode("utf-8-sig").split("\n")


def cells(line: str, most: int = -1) -> list[str]:
    """The columns of a line, empty where `null` stands; what lies beyond `most` tabs is one."""
    found = line.removesuffix("\r").split("\t", most)
    return ["" if value == "null" else value for value in found]


def unzipped(content: bytes, field: str = "file_qury_no") -> bytes:
    """The one file in a zip, or the text itself where it is not zipped. Never unpacks more than it
    may hold, whatever the zip says of itself. Raises BadInput."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.infolist()
            if len(names) == 1:
                with archive.open(names[0]) as inside:
                    found = inside.read(LARGEST + 1)
                if len(found) <= LARGEST:
                    return found
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError):
        raise BadInput("FIELD_FORMAT", field=field, rule="压缩包损坏或加密") from None
    raise BadInput(
        "FIELD_FORMAT",
        field=field,
        rule=f"压缩包内须恰有一个不超过 {LARGEST // 1024 // 1024} MB 的文件",
    )
