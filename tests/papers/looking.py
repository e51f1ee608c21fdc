"""How a printed paper is looked at: its text, its fonts, and its picture beside the one that was
looked at by a person and kept in pictures/.

`KEEP_PICTURES=<folder>` keeps the present ones, and the files in that folder: look at each before
it is committed.
"""

from __future__ import annotations

import ctypes
import os
import re
import struct
import unicodedata
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

KEPT: Final = Path(__file__).with_name("pictures")
SCALE: Final = 0.6
"""Of 72 dots an inch: small enough to keep, large enough to tell a column from none."""
BLOCK: Final = 9
TOLERANCE: Final = 0.10
"""Of the ink of a block of pixels, between two versions of a renderer."""
FOREIGN: Final = re.compile(
    r"[a-z]{3,}"  # English, or the name of a field
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"  # a number made by chance
    r"|None|\bnull\b"
)


def pages(content: bytes) -> list[str]:
    """The text of each page."""
    with pdfium.PdfDocument(content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def text(content: bytes) -> str:
    """All text, without breaks: what a reader would find by searching."""
    return plain("".join(pages(content)))


def plain(written: str) -> str:
    """Without breaks and blanks, marks in half width: as it is kept, not as it is set."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", written))


def check_text(content: bytes, *wanted: str, allowed: str = "") -> None:
    """Each of `wanted` stands on it, and nothing that is no word of a reader's: no name of a field,
    no English, no number made by chance. Each page is numbered and of A4."""
    whole = text(content)
    for one in wanted:
        assert plain(one) in whole, f"{one} is missing:\n{whole}"
    rest = whole.replace(plain(allowed), "") if allowed else whole
    assert not FOREIGN.findall(rest), FOREIGN.findall(rest)
    found = pages(content)
    for number, page in enumerate(found, 1):
        assert f"第{number}页共{len(found)}页" in plain(page)
    with pdfium.PdfDocument(content) as document:
        for sheet in document:
            assert sorted(round(side) for side in sheet.get_size()) == [595, 842], "A4"


def fonts(content: bytes) -> dict[str, bool]:
    """The fonts that text is set in, by name, and whether each lies in the file."""
    found: dict[str, bool] = {}
    with pdfium.PdfDocument(content) as document:
        for page in document:
            for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=15):
                font = raw.FPDFTextObj_GetFont(one)
                size = raw.FPDFFont_GetBaseFontName(font, None, 0)
                buffer = ctypes.create_string_buffer(size)
                raw.FPDFFont_GetBaseFontName(font, buffer, size)
                found[buffer.value.decode()] = bool(raw.FPDFFont_GetIsEmbedded(font))
    return found


def picture(content: bytes) -> Any:
    """The pages below each other as grey pixels, 0 black."""
    with pdfium.PdfDocument(content) as document:
        drawn = [page.render(scale=SCALE, grayscale=True).to_numpy().copy() for page in document]
    wide = max(page.shape[1] for page in drawn)
    padded = [
        np.pad(
            page[..., 0] if page.ndim == 3 else page,
            ((0, 0), (0, wide - page.shape[1])),
            constant_values=255,
        )
        for page in drawn
    ]
    return np.vstack(padded)


def differing(one: Any, other: Any) -> int:
    """In how many blocks of pixels two pictures differ in ink beyond the tolerance."""
    if one.shape != other.shape:
        return int(one.size)
    return int((np.abs(_ink(one) - _ink(other)) > TOLERANCE).sum())


def _ink(image: Any) -> Any:
    high, wide = (side // BLOCK * BLOCK for side in image.shape)
    blocks = image[:high, :wide].reshape(high // BLOCK, BLOCK, wide // BLOCK, BLOCK)
    return 1 - blocks.mean(axis=(1, 3)) / 255


def check_picture(name: str, content: bytes) -> None:
    """The paper looks as it did when somebody looked at it."""
    drawn, kept = picture(content), KEPT / f"{name}.png"
    if folder := os.environ.get("KEEP_PICTURES"):
        kept.write_bytes(_png(drawn))
        (Path(folder) / f"{name}.pdf").write_bytes(content)
    off = differing(drawn, _read_png(kept.read_bytes()))
    assert off == 0, f"{name} differs from tests/papers/pictures/{name}.png in {off} blocks"


def _png(image: Any) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">L", len(data)) + body + struct.pack(">L", zlib.crc32(body))

    rows = b"".join(b"\x00" + bytes(row) for row in image)
    head = struct.pack(">LLBBBBB", image.shape[1], image.shape[0], 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _read_png(content: bytes) -> Any:
    """A picture that `_png` wrote."""
    wide, high = struct.unpack_from(">LL", content, 16)
    size = struct.unpack_from(">L", content, 33)[0]
    rows = zlib.decompress(content[41 : 41 + size])
    return np.frombuffer(rows, np.uint8).reshape(high, wide + 1)[:, 1:]
