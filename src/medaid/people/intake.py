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
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from medaid.aws import dropped, exchange
from medaid.aws.transaction import ConditionFailed, Decided, commit, transact
from medaid.dropped import answers, delimited, table
from medaid.dropped.annotated import annotate, filled_width
from medaid.dropped.delimited import WORKBOOK
from medaid.dropped.problem import FileRefused, Problem
from medaid.instants import aware, civil_date
from medaid.people import drops, endings, feedback, roster, series
from medaid.people.catalogue import Catalogue, catalogue
from medaid.people.contradictions import Contradictions
from medaid.people.drops import Drop, DropState, Endings, EndingsState, kept_place
from medaid.people.manifest import SUFFIX, Manifest, check_period, parse_key, read_manifest
from medaid.people.passes import MOST_LATER, record_rows
from medaid.people.passes import Unfinished as Unfinished
from medaid.people.recording import Recording
from medaid.people.sender_register import catalogue_for
from medaid.people.store import drops as drop_store
from medaid.people.store.drops import HeldDrop
from medaid.people.verdicts import LINES, VerdictLog
from medaid.workbook import XLSX


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a drop. `state`: taken_in, repeated (the same drop before: the same answer
    again), ended (its endings were released or rejected) or refused."""

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
            return _Intake(manifest, name, aware(now), time_left).run()
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
        self, manifest: Manifest, name: str, now: datetime, time_left: Callable[[], bool]
    ) -> None:
        self.manifest, self.name, self.now, self.time_left = manifest, name, now, time_left
        self.catalogue: Catalogue = catalogue()
        folder = manifest.sender.code
        self.target = f"feedback/{folder}/{name}.feedback"
        self.key = f"drop/{folder}/{manifest.file}"
        self.kept = kept_place(folder, manifest.batch)

    def run(self) -> Report:
        known = drop_store.drop(self.manifest.batch)
        if known and known.state is DropState.RELEASED:
            return self._decided(known)
        if known and known.state is not DropState.OPEN:
            return self._again(known.drop)
        received = known.received if known else self.now
        self.settings = drop_store.sender_settings(self.manifest.sender.code).settings
        self.seen, self.etag = self._surveyed()
        file = self._looked_through(received)
        return self._taken(self._begun(received), file)

    def _again(self, drop: Drop) -> Report:
        for ending in (drop.ending, ".json"):
            dropped.copy(self.kept + ending, self.target + ending)
        return self._report("repeated", drop)

    def _report(self, state: str, drop: Drop) -> Report:
        return Report(state, drop.sender, drop.batch, dict(drop.counts), dict(drop.problems))

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
        kind = self.manifest.kind
        columns = self.settings.columns(kind, self.catalogue.columns[kind])
        return table.open_table(self._stream(), self.seen, columns, self.catalogue.limits.table)

    def _checks(self, received: datetime) -> roster.Checks:
        constants = self.settings.constants.get(self.manifest.kind, {})
        today = civil_date(received)
        return roster.Checks(self.catalogue, self.manifest, received, today, constants)

    def _looked_through(self, received: datetime) -> Contradictions:
        """The whole file once, before anything is written: rows counted, contradictions found."""
        checks, count = self._checks(received), 0
        file, self.width = Contradictions(self.catalogue.categories), 0
        for row in self._opened().rows:
            count += 1
            self.width = max(self.width, filled_width(row))
            roster_row = checks.read(row)
            if isinstance(roster_row, roster.RosterRow):
                file.note(roster_row)
            elif self.manifest.is_full:
                file.note_refused(checks.certificate_of(row))
        if count != self.manifest.rows:
            raise FileRefused(
                Problem("FILE_ROWS", "rows", f"清单为 {self.manifest.rows} 行,文件实际 {count} 行")
            )
        if file.held_back > MOST_LATER:
            sentence = f"同一人同一类型分多段的行超过 {MOST_LATER} 行,请分成几个文件"
            raise FileRefused(Problem("FILE_ROWS", "rows", sentence))
        return file

    def _begun(self, received: datetime) -> HeldDrop:
        """Marks the drop as taken up, and how far its series has come. Raises FileRefused for what
        may not follow in the series."""
        transact(lambda: self._opening(received))
        held = drop_store.drop(self.manifest.batch)
        assert held is not None, "a drop that was taken up"
        return held

    def _opening(self, received: datetime) -> Decided[None]:
        if drop_store.drop(self.manifest.batch) is not None:
            return Decided(None)
        held = drop_store.series(self.manifest.series)
        after = series.after(held.series, self.manifest)
        drop = drops.opened(self.manifest, self.name, series.missing_now(held.series, after))
        return Decided(
            None,
            [
                *drop_store.drop_opened(drop, received),
                *drop_store.series_changed(held, self.manifest.series, after),
            ],
        )

    def _taken(self, held: HeldDrop, file: Contradictions) -> Report:
        """Every row taken in or sent back, who is no longer on a full list ended or listed, and the
        answer laid down."""
        received = held.received
        opened, log = self._opened(), VerdictLog(self.kept)
        recording = Recording(self.manifest, received, self.now, file)
        record_rows(opened, self._checks(received), file, recording, log, self.time_left)
        found = self._endings(file) if self.manifest.is_full else None
        drop = replace(
            held.drop,
            counts={outcome: log.counts[outcome] for outcome in feedback.OUTCOMES},
            problems=dict(sorted(log.problems.items())),
            notices=log.notices,
            aside=opened.aside,
            ending=".xlsx" if self.seen.form == WORKBOOK else ".csv",
            endings=found,
        )
        self._answered(drop, opened, log, received)
        waiting = found is not None and found.state is EndingsState.WAITING
        self._closed(held, drop, DropState.WAITING if waiting else DropState.DONE)
        return self._report("taken_in", drop)

    def _closed(self, held: HeldDrop, drop: Drop, state: DropState) -> None:
        """Keeps what became of the drop, unless another attempt came to the end first, with the
        same answer."""
        with suppress(ConditionFailed):
            commit(drop_store.drop_changed(held, drop, state))

    def _endings(self, file: Contradictions) -> Endings:
        """Who is no longer on the list: listed once, whatever attempt it is; ended at once, or
        waiting for a person."""
        place = endings.place(self.kept)
        if not (listed := endings.kept(place)):
            found, standing = endings.listed(self.manifest, file)
            percent = endings.share_of(self.settings.ending_percent)
            judged = endings.judged(found, standing, file.unreadable, percent)
            listed = endings.keep(place, judged, found)
        judged, found = listed
        if judged.state is not EndingsState.RELEASED:
            return judged
        ended = endings.EndingsRecording(self.manifest, self.now).record(found)
        return replace(judged, state=EndingsState.DONE, ended=ended)

    def _decided(self, held: HeldDrop) -> Report:
        """What a person decided about the endings is done, and the summary says so."""
        judged = held.drop.endings
        assert judged is not None, "endings that were decided on"
        if judged.state is EndingsState.RELEASED:
            listed = endings.kept(endings.place(self.kept))
            assert listed is not None, "a list that waited"
            mended = drop_store.mended_identities(self.manifest.batch)
            found = [one for one in listed[1] if one.line not in mended]
            ended = endings.EndingsRecording(self.manifest, self.now).record(found)
            judged = replace(judged, state=EndingsState.DONE, ended=ended)
        drop = replace(held.drop, endings=judged)
        self._summarised(drop, held.received)
        self._closed(held, drop, DropState.DONE)
        return self._report("ended", drop)

    def _answered(
        self, drop: Drop, opened: table.DroppedTable, log: VerdictLog, received: datetime
    ) -> None:
        media = XLSX if drop.ending == ".xlsx" else dropped.CSV
        exchange.put(f"{self.kept}.returned.jsonl", b"".join(log.returned()), LINES)
        with tempfile.TemporaryFile() as file:
            annotate(self._stream(), self.seen, opened, self.width, log.verdicts(), file)
            for place in (self.kept, self.target):
                file.seek(0)
                exchange.put(f"{place}{drop.ending}", file, media)
        self._summarised(drop, received)

    def _summarised(self, drop: Drop, received: datetime) -> None:
        summary = answers.document(feedback.taken_in(self.manifest, received, drop))
        for place in (self.kept, self.target):
            exchange.put(f"{place}.json", summary, dropped.JSON)
