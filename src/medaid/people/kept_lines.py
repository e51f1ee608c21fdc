"""Lists that a drop keeps beside its answers, a line each: read by page, whatever their size."""

from __future__ import annotations

from typing import Final

from medaid.aws import exchange
from medaid.errors import BadInput

_READ: Final = 1 << 20
"""Bytes that are read for one page."""
_DIGITS: Final = 15
"""Of a byte's number: no list is longer."""


def lines_page(key: str, after: str, limit: int) -> tuple[list[bytes], str]:
    """At most `limit` lines of the list under `key` from the byte `after` on, and at which byte the
    next page begins, empty at the end.

    Raises BadInput for an `after` at which no line begins, Refused NOT_FOUND where no list is kept,
    Unavailable.
    """
    start = _byte(after)
    content, end = exchange.get_range(key, max(start - 1, 0), _READ)
    if start and not content.startswith(b"\n"):
        raise _no_cursor()
    lines: list[bytes] = []
    for line in content[1 if start else 0 :].splitlines(keepends=True):
        if not line.endswith(b"\n") or len(lines) == limit:
            break
        lines.append(line)
        start += len(line)
    return lines, str(start) if start < end else ""


def _byte(after: str) -> int:
    if after and not (after.isascii() and after.isdecimal() and len(after) <= _DIGITS):
        raise _no_cursor()
    return int(after or 0)


def _no_cursor() -> BadInput:
    return BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
