"""Stored JSON texts as few bytes: deflated against a list of words that our records are made of.

A record is short and its names are long, so most of what deflating alone keeps are names that
every record has. `packing_words_1.txt` holds them; what was packed names the list that it needs by
its checksum (RFC 1950, 2.2: FDICT, DICTID), and what was packed without one is read as before. A
list that anything was ever packed with never changes: another one is added beside it (ADR 0105).
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Final

_LISTS: Final = ("packing_words_1.txt",)
"""All lists, the present one last."""
_WITH_WORDS: Final = 0x20
"""The bit of the second byte that says that four bytes with a list's checksum follow."""


@cache
def _lists() -> dict[int, bytes]:
    """Every list of words by its checksum, the present one last."""
    here = Path(__file__)
    found = (here.with_name(name).read_bytes() for name in _LISTS)
    return {zlib.adler32(words): words for words in found}


def pack(text: str) -> bytes:
    """`text` as bytes that `unpack` reads."""
    present = next(reversed(_lists().values()))
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zdict=present)
    return packer.compress(text.encode()) + packer.flush()


def unpack(data: bytes) -> bytes:
    """The text that was packed, as UTF-8. Raises ValueError for a list of words that this program
    does not have, for bytes that are cut off or spoiled."""
    words = b""
    if len(data) > 1 and data[1] & _WITH_WORDS:
        known = _lists().get(int.from_bytes(data[2:6], "big"))
        if known is None:
            raise ValueError("packed with words that this program does not have")
        words = known
    unpacker = zlib.decompressobj(zdict=words)
    try:
        text = unpacker.decompress(data)
    except zlib.error as error:
        raise ValueError("no packed text") from error
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("no whole packed text")
    return text
