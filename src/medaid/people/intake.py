"""Takes in what a department drops: the file as a whole, then row by row, and answers it (J7 to
J11).

Safe to run again at any point and side by side with itself: a row that was taken in is known by its
batch and number, the holder of a certificate is decided by one conditional item, versions are
conditional on the one before. So an attempt that was cut off is simply made again and comes to the
same answer. Nothing here logs; what it answers holds counts and codes only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO, Final

from medaid.aws import dropped, exchange
from medaid.aws.faults import Failed
from medaid.aws.transaction import ConditionFailed, commit
from medaid.dropped import answers, delimited, table
from medaid.dropped.problem import FileRefused, Problem
from medaid.instants import aware, civil_date
from medaid.people import feedback, roster, store
from medaid.people.catalogue import Catalogue, catalogue
from medaid.people.duplicates import DuplicateRows
from medaid.people.manifest import SUFFIX, Manifest, check_period, parse_key, read_manifest
from medaid.people.recording import Recording

CHUNK: Final = 100
"""Rows looked up together: what one BatchGetItem takes."""


class Unfinished(Failed):
    """The time was up. What was taken in stays; the next attempt goes on."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a drop. `state`: taken_in, repeated (the same drop before: the same answer
    again) or refused."""

    state: str
    sender: str
    batch: str
    counts: dict[str, int]
    codes: dict[str, int]
    """How often each problem occurred."""


def take_in(key: str, now: datetime, time_left: Callable[[], bool] = lambda: True) -> Report:
    """Takes in the drop whose manifest lies under `key` (`drop/<sender>/<name>.manifest.json`) and
    lays down its answer.

    Raises ValueError for another key, Unavailable where storage does not answer, Unfinished where
    `time_left` said no: try again.
    """
    folder, name = parse_key(key)
    target = f"feedback/{folder}/{name}.feedback"
    try:
        with dropped.answering(folder, target):
            body, _ = dropped.opened(key)
            facts = body.read(catalogue().limits.manifest_bytes + 1)
            manifest = read_manifest(facts, folder, catalogue())
            check_period(manifest, civil_date(now))
            return _Intake(manifest, target, aware(now), time_left).run()
    except FileRefused as refusal:
        return Report("refused", folder, "", {}, {problem.code: 1 for problem in refusal.problems})


def refuse_misplaced(key: str) -> None:
    """Answers a manifest that lies where none is taken up, under the sender's feedback. Raises
    Unavailable."""
    path = key.removeprefix("drop/").removesuffix(SUFFIX)
    if path == key or not path.strip("/"):
        return  # nobody's folder
    sender = path.partition("/")[0]
    problem = Problem("MANIFEST", "", f"清单应直接放在 drop/{sender}/ 下,不得再分目录")
    with suppress(FileRefused), dropped.answering(sender, f"feedback/{path}.feedback"):
        raise FileRefused(problem)


class _Intake:
    """One attempt at one drop."""

    def __init__(
        self, manifest: Manifest, target: str, now: datetime, time_left: Callable[[], bool]
    ) -> None:
        self.manifest, self.target, self.now, self.time_left = manifest, target, now, time_left
        self.catalogue: Catalogue = catalogue()
        self.key = f"drop/{manifest.sender.code}/{manifest.file}"
        self.kept = f"feedback/{manifest.sender.code}/batches/{manifest.batch}"

    def run(self) -> Report:
        known = store.batch(self.manifest.batch)
        if known and known[0] == "done":
            return self._again(known[2])
        received = known[1] if known else self.now
        self.seen, self.etag = self._surveyed()
        duplicates = self._looked_through(received)
        received = self._begun(received)
        return self._taken(received, duplicates)

    def _again(self, facts: dict[str, dict[str, int]]) -> Report:
        for ending in (".csv", ".json"):
            dropped.copy(self.kept + ending, self.target + ending)
        return self._report("repeated", facts)

    def _report(self, state: str, facts: dict[str, dict[str, int]]) -> Report:
        manifest = self.manifest
        return Report(
            state, manifest.sender.code, manifest.batch, facts["counts"], facts["problems"]
        )

    def _surveyed(self) -> tuple[delimited.FileSurvey, str]:
        """What the data file is, proven to be the one that the manifest speaks of, and its ETag."""
        stream, etag = dropped.opened(self.key)
        seen = delimited.survey(stream)
        if seen.sha256 != self.manifest.sha256:
            raise FileRefused(Problem("FILE_DIGEST", "sha256", f"文件实际摘要为 {seen.sha256}"))
        return seen, etag

    def _opened(self) -> table.DroppedTable:
        stream, _ = dropped.opened(self.key, self.etag)
        columns = self.catalogue.columns[self.manifest.kind]
        return table.open_table(stream, self.seen, columns, self.catalogue.limits.table)

    def _checks(self, received: datetime) -> roster.Checks:
        return roster.Checks(self.catalogue, self.manifest, received, civil_date(received))

    def _looked_through(self, received: datetime) -> DuplicateRows:
        """The whole file once, before anything is written: rows counted, duplicates found."""
        checks, duplicates, count = self._checks(received), DuplicateRows(), 0
        for row in self._opened().rows:
            count += 1
            roster_row = checks.read(row)
            if isinstance(roster_row, roster.RosterRow):
                duplicates.note(roster_row)
        if count != self.manifest.rows:
            raise FileRefused(
                Problem("FILE_ROWS", "rows", f"清单为 {self.manifest.rows} 行,文件实际 {count} 行")
            )
        return duplicates

    def _begun(self, received: datetime) -> datetime:
        """Marks the drop as taken up. An earlier period than the series has reached is refused: it
        would undo what came later."""
        facts = {"period": self.manifest.period, "sender": self.manifest.sender.code}
        opening = store.batch_state(self.manifest.batch, "open", received, facts, was=None)
        try:
            commit([*opening, *store.series_reached(self.manifest.series, self.manifest.period)])
        except ConditionFailed as lost:
            if "people:series" in lost.labels:
                raise FileRefused(
                    Problem(
                        "FILE_PERIOD",
                        "period",
                        f"已接收过 {self.manifest.period} 之后的批次,请以当前所属期报送",
                    )
                ) from None
            known = store.batch(self.manifest.batch)
            assert known is not None
            return known[1]
        return received

    def _taken(self, received: datetime, duplicates: DuplicateRows) -> Report:
        """Every row taken in or sent back, and the answer laid down."""
        checks, opened = self._checks(received), self._opened()
        recording = Recording(self.manifest, received, self.now)
        with tempfile.TemporaryFile() as file:
            answer = answers.VerdictFile(file, opened.header.headings)
            while chunk := list(islice(opened.rows, CHUNK)):
                if not self.time_left():
                    raise Unfinished
                self._chunk(chunk, checks, duplicates, recording, answer)
            answer.finish()
            return self._answered(answer, received, file)

    def _chunk(
        self,
        chunk: list[table.Row],
        checks: roster.Checks,
        duplicates: DuplicateRows,
        recording: Recording,
        answer: answers.VerdictFile,
    ) -> None:
        read = {row.number: checks.read(row) for row in chunk}
        repeated = {
            number: (duplicates.problems[number],)
            for number in read
            if number in duplicates.problems
        }
        roster_rows = [
            roster_row
            for number, roster_row in read.items()
            if isinstance(roster_row, roster.RosterRow) and number not in repeated
        ]
        outcomes = recording.record(roster_rows)
        for row in chunk:
            number = row.number
            problems = repeated.get(number) or read[number]
            outcome = outcomes.get(number)
            if isinstance(outcome, str):
                answer.tell(outcome, row.line)
            else:
                answer.tell(
                    "refused",
                    row.line,
                    (outcome,) if outcome else problems if isinstance(problems, tuple) else (),
                )

    def _answered(self, answer: answers.VerdictFile, received: datetime, file: BinaryIO) -> Report:
        summary = feedback.taken_in(self.manifest, received, answer.counts, answer.problems)
        for place in (self.kept, self.target):
            file.seek(0)
            exchange.put(f"{place}.csv", file, dropped.CSV)
            exchange.put(f"{place}.json", answers.document(summary), dropped.JSON)
        facts = {
            "counts": summary["counts"],
            "problems": summary["problems"],
            "period": self.manifest.period,
            "sender": self.manifest.sender.code,
        }
        with suppress(
            ConditionFailed
        ):  # another attempt came to the end first, with the same answer
            commit(store.batch_state(self.manifest.batch, "done", received, facts, was="open"))
        return self._report("taken_in", summary)
