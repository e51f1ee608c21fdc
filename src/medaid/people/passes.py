"""The rows of a drop recorded: a hundred at a time, several hundreds side by side, and what became
of each told in the order of the file.

What bounds a first load is the storage's answer to each group of writes; side by side its answers
are waited for together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final

from medaid.aws.faults import Failed
from medaid.dropped.problem import Problem
from medaid.dropped.table import DroppedTable, Row
from medaid.people.contradictions import Contradictions
from medaid.people.recording import Outcome, Recorded, Recording
from medaid.people.roster import Checks, RosterRow
from medaid.people.rules import span
from medaid.people.verdicts import Told, VerdictLog, refused

CHUNK: Final = 100
"""Rows looked up together: what one BatchGetItem takes."""
SIDE_BY_SIDE: Final = 8
"""Groups of rows that wait for storage at once."""
MOST_LATER: Final = 50_000
"""Rows that are held to the end: several spells of one person in one list are rare, and a
list of more is refused."""
Read = RosterRow | tuple[Problem, ...]
_Waiting = tuple[list[Row], dict[int, Read], "Future[dict[int, Outcome]]"]


class Unfinished(Failed):
    """The time was up. What was taken in stays; the next attempt goes on."""


def record_rows(
    opened: DroppedTable,
    checks: Checks,
    contradictions: Contradictions,
    recording: Recording,
    log: VerdictLog,
    time_left: Callable[[], bool],
) -> None:
    """Records what holds and tells `log` of every row. Raises Unfinished, Unavailable."""
    with ThreadPoolExecutor(SIDE_BY_SIDE, "rows") as pool:
        _Pass(opened, checks, contradictions, recording, log, time_left, pool).run()


class _Pass:
    """One attempt at the rows of a drop."""

    def __init__(
        self,
        opened: DroppedTable,
        checks: Checks,
        contradictions: Contradictions,
        recording: Recording,
        log: VerdictLog,
        time_left: Callable[[], bool],
        pool: ThreadPoolExecutor,
    ) -> None:
        self.opened, self.checks, self.contradictions = opened, checks, contradictions
        self.recording, self.log, self.time_left, self.pool = recording, log, time_left, pool
        self.waiting: deque[_Waiting] = deque()
        self.later: list[tuple[Row, RosterRow]] = []
        self.submitted = 0

    def run(self) -> None:
        for row in islice(self.opened.rows, self.log.resume()):
            if self.contradictions.comes_later(row.number):
                self._read(row)  # held to the end, whichever attempt passes it
        while chunk := list(islice(self.opened.rows, CHUNK)):
            if not self.time_left():
                self._stop()
            self._submit(chunk)
            if len(self.waiting) == SIDE_BY_SIDE:
                self._told()
        while self.waiting:
            self._told()
        self._record_last()

    def _stop(self) -> None:
        while self.waiting:
            self._told()
        self.log.passed(0, whole=True)
        raise Unfinished

    def _read(self, row: Row) -> Read | None:
        """What the row says, or why it does not count; None for one that is recorded last."""
        found = self.checks.read(row)
        if isinstance(found, tuple):
            return found
        problems = self.contradictions.problems(row.number)
        if problems:
            return problems
        found = self.contradictions.agreed(found)
        if not self.contradictions.comes_later(row.number):
            return found
        self.later.append((row, found))
        return None

    def _submit(self, chunk: list[Row]) -> None:
        read = {row.number: found for row in chunk if (found := self._read(row)) is not None}
        rows = [found for found in read.values() if isinstance(found, RosterRow)]
        lane, self.submitted = self.submitted % SIDE_BY_SIDE, self.submitted + 1
        self.waiting.append((chunk, read, self.pool.submit(self.recording.record, rows, lane)))

    def _told(self) -> None:
        """Tells of the hundred that was submitted first."""
        chunk, read, coming = self.waiting.popleft()
        outcomes = coming.result()
        for row in chunk:
            found = read.get(row.number)
            if isinstance(found, tuple):
                self.log.tell(refused(row, self.opened.header, found))
            elif found is not None:
                self.log.tell(self._verdict(row, found, outcomes[row.number]))
        self.log.passed(len(chunk))

    def _verdict(self, row: Row, found: RosterRow, outcome: Outcome) -> Told:
        if not isinstance(outcome, Recorded):
            return refused(row, self.opened.header, (outcome,))
        notices = (*self.contradictions.notices(found), *outcome.notices)
        return Told(row.number, outcome.outcome, (), ";".join(notices))

    def _record_last(self) -> None:
        """What is recorded behind all others, by person and day."""
        for group in _hundreds(sorted(self.later, key=_order)):
            outcomes = self.recording.record([found for _, found in group])
            for row, found in group:
                self.log.tell_last(self._verdict(row, found, outcomes[row.number]))


def _order(one: tuple[Row, RosterRow]) -> tuple[object, ...]:
    found = one[1]
    return found.certificate, span(found.entry), found.line, found.person.name


def _hundreds(
    rows: Sequence[tuple[Row, RosterRow]],
) -> Iterator[Sequence[tuple[Row, RosterRow]]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
