"""Takes in what a department drops: the file as a whole, then row by row, and answers it (J7 to
J11).

Safe to run again at any point and side by side with itself: a row that was taken in is known by its
batch and number, the holder of a certificate is decided by one conditional item, versions are
conditional on the one before. An attempt that was cut off is gone on with at the part of the file
that it reached, and comes to the same answer. Nothing here logs; what it answers holds counts and
codes only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from medaid.aws import dropped, exchange
from medaid.aws.transaction import ConditionFailed, commit
from medaid.dropped import answers, delimited, table
from medaid.dropped.annotated import annotate, filled_width
from medaid.dropped.delimited import WORKBOOK
from medaid.dropped.problem import FileRefused, Problem
from medaid.instants import aware, civil_date
from medaid.people import feedback, roster, store
from medaid.people.catalogue import Catalogue, catalogue
from medaid.people.contradictions import Contradictions
from medaid.people.manifest import SUFFIX, Manifest, check_period, parse_key, read_manifest
from medaid.people.passes import MOST_LATER, record_rows
from medaid.people.passes import Unfinished as Unfinished
from medaid.people.recording import Recording
from medaid.people.sender_register import catalogue_for
from medaid.people.verdicts import LINES, VerdictLog
from medaid.workbook import XLSX


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
            manifest = read_manifest(facts, folder, catalogue_for(folder))
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
        contradictions = self._looked_through(received)
        received = self._begun(received)
        return self._taken(received, contradictions)

    def _again(self, facts: dict[str, Any]) -> Report:
        for ending in (facts.get("ending", ".csv"), ".json"):
            dropped.copy(self.kept + ending, self.target + ending)
        return self._report("repeated", facts)

    def _report(self, state: str, facts: dict[str, Any]) -> Report:
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

    def _stream(self) -> BinaryIO:
        return dropped.opened(self.key, self.etag)[0]

    def _opened(self) -> table.DroppedTable:
        columns = self.catalogue.columns[self.manifest.kind]
        return table.open_table(self._stream(), self.seen, columns, self.catalogue.limits.table)

    def _checks(self, received: datetime) -> roster.Checks:
        return roster.Checks(self.catalogue, self.manifest, received, civil_date(received))

    def _looked_through(self, received: datetime) -> Contradictions:
        """The whole file once, before anything is written: rows counted, contradictions found."""
        checks, count = self._checks(received), 0
        contradictions, self.width = Contradictions(self.catalogue.categories), 0
        for row in self._opened().rows:
            count += 1
            self.width = max(self.width, filled_width(row))
            roster_row = checks.read(row)
            if isinstance(roster_row, roster.RosterRow):
                contradictions.note(roster_row)
        if count != self.manifest.rows:
            raise FileRefused(
                Problem("FILE_ROWS", "rows", f"清单为 {self.manifest.rows} 行,文件实际 {count} 行")
            )
        if contradictions.held_back > MOST_LATER:
            sentence = f"同一人同一类型分多段的行超过 {MOST_LATER} 行,请分成几个文件"
            raise FileRefused(Problem("FILE_ROWS", "rows", sentence))
        return contradictions

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

    def _taken(self, received: datetime, contradictions: Contradictions) -> Report:
        """Every row taken in or sent back, and the answer laid down."""
        opened, log = self._opened(), VerdictLog(self.kept)
        recording = Recording(self.manifest, received, self.now, contradictions)
        record_rows(opened, self._checks(received), contradictions, recording, log, self.time_left)
        return self._answered(opened, log, received)

    def _answered(self, opened: table.DroppedTable, log: VerdictLog, received: datetime) -> Report:
        summary = feedback.taken_in(self.manifest, received, log, opened.aside)
        ending, media = (".xlsx", XLSX) if self.seen.form == WORKBOOK else (".csv", dropped.CSV)
        exchange.put(f"{self.kept}.returned.jsonl", b"".join(log.returned()), LINES)
        with tempfile.TemporaryFile() as file:
            annotate(self._stream(), self.seen, opened, self.width, log.verdicts(), file)
            for place in (self.kept, self.target):
                file.seek(0)
                exchange.put(f"{place}{ending}", file, media)
                exchange.put(f"{place}.json", answers.document(summary), dropped.JSON)
        facts = {
            "counts": summary["counts"],
            "problems": summary["problems"],
            "period": self.manifest.period,
            "sender": self.manifest.sender.code,
            "ending": ending,
        }
        with suppress(
            ConditionFailed
        ):  # another attempt came to the end first, with the same answer
            commit(store.batch_state(self.manifest.batch, "done", received, facts, was="open"))
        return self._report("taken_in", summary)
