"""The archive of a workbook while it unpacks: bounded before anything of it is held."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from typing import Any, BinaryIO, Final, cast

from medaid.dropped.problem import FileRefused, Problem

_LARGEST_SHEET: Final = 512 << 20
_LARGEST_STRINGS: Final = 64 << 20
_LARGEST_PART: Final = 4 << 20
"""Bytes unpacked: of a sheet, of the table of shared texts, of any other part that is read."""
MOST_PARTS: Final = 2_000
_LARGEST_TAG: Final = 1 << 20
"""Bytes between two `<`: no element of a workbook has attributes of a megabyte."""
_SPOOLED: Final = 8 << 20
TOO_MUCH: Final = "工作簿解压后超过允许的大小,请拆分,或另存为 CSV"


def refused(sentence: str, sheet: str = "", row: int = 0) -> FileRefused:
    """The refusal of a whole file, as an error to raise."""
    return FileRefused(Problem("FILE_FORM", "", sentence, sheet=sheet, row=row))


def spooled(stream: BinaryIO) -> BinaryIO:
    """The same bytes where one can seek: a zip is read from its end."""
    if stream.seekable():
        return stream
    held = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 (closed with the reader)
    shutil.copyfileobj(stream, held)
    held.seek(0)
    return cast(BinaryIO, held)


class _BoundedPart(io.RawIOBase):
    """A part of the archive while it unpacks: no tag longer than a tag can be."""

    def __init__(self, part: Any) -> None:
        self._part, self._since = part, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk: bytes = self._part.read(size)
        last = chunk.rfind(b"<")
        self._since = self._since + len(chunk) if last < 0 else len(chunk) - last
        if self._since > _LARGEST_TAG:
            raise refused(TOO_MUCH)
        return chunk

    def close(self) -> None:
        self._part.close()
        super().close()


class Archive(zipfile.ZipFile):
    """A workbook's archive. What a part unpacks to is stated in it, and Python unpacks no more than
    is stated, so it is enough to look at that."""

    def open(self, name: Any, mode: Any = "r", *args: Any, **more: Any) -> Any:
        info = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        if info.file_size > _limit(info.filename):
            raise refused(TOO_MUCH)
        return _BoundedPart(super().open(name, mode, *args, **more))


def _limit(part: str) -> int:
    if "worksheets/" in part and part.endswith(".xml"):
        return _LARGEST_SHEET
    return _LARGEST_STRINGS if "sharedStrings" in part else _LARGEST_PART
