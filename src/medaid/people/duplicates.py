"""Rows of one file that speak of the same thing. Pure, and small enough for a million rows (about
200 bytes each).

Source: 苏医保办发〔2023〕27号 art. 9 (J9: duplicates inside the file). A row that says again what
an earlier one said is refused alone; of rows that contradict each other none is taken, since nobody
here can say which holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final
from zlib import crc32

from medaid.dropped.problem import Problem
from medaid.people.model import Identity
from medaid.people.roster import RosterRow
from medaid.people.rules import span

_DAYS: Final = 22
"""Bits of a day's ordinal: the last day there is (9999-12-31) has number 3,652,059."""
_MASK: Final = (1 << _DAYS) - 1


class DuplicateRows:
    """Note every row that holds, in order; then `problems` tells of the rows (by number) that
    repeat or contradict another."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int | tuple[int, ...]] = {}
        self._problems: dict[int, Problem] = {}

    @property
    def problems(self) -> Mapping[int, Problem]:
        return self._problems

    def note(self, row: RosterRow) -> None:
        key = blake2b("\x1f".join(row.line).encode(), digest_size=12).digest()
        packed = _packed(row)
        held = self._seen.setdefault(key, packed)
        if held == packed and not isinstance(held, tuple):
            return
        earlier = held if isinstance(held, tuple) else (held,)
        for other in earlier:
            self._compare(other, packed)
        self._seen[key] = (*earlier, packed)

    def _compare(self, earlier: int, later: int) -> None:
        first, second = _unpacked(earlier), _unpacked(later)
        if first[1:] == second[1:]:
            self._problems.setdefault(
                second[0], Problem("DUPLICATE", "", f"与第 {first[0]} 行重复")
            )
        elif first[2] <= second[3] and second[2] <= first[3]:
            self._problems[first[0]] = Problem(
                "OVERLAP", "", f"与第 {second[0]} 行时间重叠而内容不一致"
            )
            self._problems[second[0]] = Problem(
                "OVERLAP", "", f"与第 {first[0]} 行时间重叠而内容不一致"
            )


def _packed(row: RosterRow) -> int:
    """Row, a checksum of what the row says, first and last day, in one number."""
    entry = row.entry
    rest = (
        (entry.department, entry.national_code)
        if isinstance(entry, Identity)
        else (entry.status, entry.psn_type)
    )
    said = crc32("\x1f".join((row.person.name, *rest)).encode())
    first, last = span(entry)
    return ((row.number << 32 | said) << _DAYS | first.toordinal()) << _DAYS | last.toordinal()


def _unpacked(packed: int) -> tuple[int, int, int, int]:
    rest, last = packed >> _DAYS, packed & _MASK
    rest, first = rest >> _DAYS, rest & _MASK
    return rest >> 32, rest & 0xFFFFFFFF, first, last
