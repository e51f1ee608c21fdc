"""What became of each row of a drop, while it is taken in: written to a file row by row, and laid
down part by part, so that an attempt that was cut off is gone on with at the row that it reached.

A part is a text of JSON lines: first how many rows of the file it covers, then a line for each row
with a verdict. The rows that came back are laid down beside it, with their cells: an officer mends
one of them without the file.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Final

from medaid.aws import exchange
from medaid.dropped.annotated import RowVerdict
from medaid.dropped.problem import Problem
from medaid.dropped.table import Header, Row
from medaid.errors import Refused
from medaid.people.feedback import OUTCOMES

LINES: Final = "application/x-ndjson"
PART: Final = 20_000
"""Rows of a part: some seconds of work, which is the most that is done again."""
_SPOOLED: Final = 4 << 20
REFUSED: Final = "refused"


@dataclass(slots=True)
class Told:
    """The verdict over one row. `cells` by heading where it comes back."""

    row: int
    outcome: str
    codes: Sequence[str] = ()
    reason: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        facts = (self.row, self.outcome, [*self.codes], self.reason, dict(self.cells))
        return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def refused(row: Row, head: Header, problems: Sequence[Problem]) -> Told:
    """That a row comes back, with all that is wrong with it."""
    codes = [problem.code for problem in problems]
    return Told(row.number, REFUSED, codes, ";".join(map(str, problems)), cells_of(row, head))


def cells_of(row: Row, head: Header) -> dict[str, str]:
    """The cells of a row by the heading as the file writes it, and of columns beyond it by their
    place."""
    named = dict(zip(head.headings, row.line, strict=False))
    beyond = row.line[len(head.headings) :]
    return named | {f"第{n}列": cell for n, cell in enumerate(beyond, len(head.headings) + 1)}


class VerdictLog:
    """The verdicts of one drop, in the order of its rows; those over rows that are recorded last
    are told last. `place` is where its parts are laid down."""

    def __init__(self, place: str) -> None:
        self._place, self._parts, self._lines = place, 0, 0
        self._file = _spooled()
        self._part = _spooled()
        self._last: list[Told] = []
        self.counts: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.notices = 0
        self.rows = 0
        """Rows of the file that were gone through."""

    def resume(self) -> int:
        """Takes up the parts that an earlier attempt laid down. Answers how many rows they cover.
        Raises Unavailable."""
        while content := self._laid_down(self._parts):
            first, *lines = content.decode().splitlines()
            self.rows += int(json.loads(first)["rows"])
            for line in lines:
                told = read_line(line)
                self._count(told)
                self._file.write(f"{told.line}\n".encode())
            self._parts += 1
        return self.rows

    def _laid_down(self, number: int) -> bytes:
        try:
            return exchange.get(self._key(number))
        except Refused:
            return b""

    def _key(self, number: int) -> str:
        return f"{self._place}.part-{number:04d}.jsonl"

    def tell(self, told: Told) -> None:
        self._count(told)
        line = f"{told.line}\n".encode()
        self._file.write(line)
        self._part.write(line)

    def tell_last(self, told: Told) -> None:
        """The verdict over a row that was passed over before."""
        self._count(told)
        self._last.append(told)

    def passed(self, rows: int, *, whole: bool = False) -> None:
        """So many rows more were gone through; a part that is full, or `whole` as it is, is laid
        down. Raises Unavailable."""
        self.rows += rows
        self._lines += rows
        if self._lines >= PART or (whole and self._lines):
            self._part.seek(0)
            content = f'{{"rows": {self._lines}}}\n'.encode() + self._part.read()
            exchange.put(self._key(self._parts), content, LINES)
            self._part, self._lines, self._parts = _spooled(), 0, self._parts + 1

    def _count(self, told: Told) -> None:
        self.counts[told.outcome] += 1
        self.problems.update(told.codes)
        self.notices += told.outcome != REFUSED and bool(told.reason)

    def verdicts(self) -> Iterator[RowVerdict]:
        """For the file that goes back, by row."""
        for told in self._all():
            yield RowVerdict(told.row, OUTCOMES[told.outcome], told.reason)

    def returned(self) -> Iterator[bytes]:
        """The rows that came back, by row, as lines for an officer's page."""
        for told in self._all():
            if told.outcome == REFUSED:
                yield f"{told.line}\n".encode()

    def _all(self) -> Iterator[Told]:
        self._file.seek(0)
        last = iter(sorted(self._last, key=lambda one: one.row))
        waiting = next(last, None)
        for line in self._file:
            told = read_line(line)
            while waiting is not None and waiting.row < told.row:
                yield waiting
                waiting = next(last, None)
            yield told
        while waiting is not None:
            yield waiting
            waiting = next(last, None)


def _spooled() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_SPOOLED)


def read_line(line: str | bytes) -> Told:
    """The verdict that a line of a part says."""
    row, outcome, codes, reason, cells = _facts(line)
    return Told(row, outcome, codes, reason, cells)


def _facts(line: str | bytes) -> Any:
    return json.loads(line)
