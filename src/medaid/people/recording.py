"""Puts the rows that hold into the register: looked up a hundred at a time, decided by the rules,
committed in groups.

A monthly file mostly says what is known: such rows cost three batched reads a hundred and no write.
Rows of a group are independent of one another; a group that loses or is contended is done again row
by row on fresh reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from medaid.aws import counts, outbox
from medaid.aws.transaction import (
    LARGEST,
    ConditionFailed,
    Decided,
    RetryPolicy,
    TransactionConflict,
    Write,
    commit,
    transact,
)
from medaid.dropped.problem import Problem
from medaid.events import IdentityRecorded
from medaid.ids import person_no
from medaid.people import rules, service, store
from medaid.people.catalogue import catalogue
from medaid.people.contradictions import Contradictions
from medaid.people.manifest import Manifest
from medaid.people.model import Identity, Person, RegisterEntry
from medaid.people.roster import RosterRow

_NO_YEARS: Final = 9999
"""A roster needs no totals: the read begins behind them."""


class Recorded(NamedTuple):
    """What became of a row that was taken: confirmed, changed, ended or unchanged; and what the
    sender is told of it."""

    outcome: str
    notices: tuple[str, ...] = ()


Outcome = Recorded | Problem


@dataclass(frozen=True)
class Recording:
    """Records the rows of one drop. `received` is when the drop was first taken up, `now` when this
    attempt began."""

    manifest: Manifest
    received: datetime
    now: datetime
    contradictions: Contradictions
    """Of the whole file: what it says itself is not held against what is known."""
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    alone: bool = False
    """A row without its file: what other rows of the file said is held against it too."""

    def record(self, rows: Sequence[RosterRow], lane: int = 0) -> dict[int, Outcome]:
        """What became of each row, or the problem that what is known makes of it. Rows of one
        person are recorded in the order in which they come. Calls that go on side by side have a
        `lane` each."""
        outcomes: dict[int, Outcome] = {}
        group: list[tuple[RosterRow, Outcome]] = []
        writes: list[Write] = []
        first, later = _first_of_each(rows)
        for row, outcome, needed in self._looked_up(first):
            if not needed:
                outcomes[row.number] = outcome
                continue
            together = counts.merged([*writes, *needed])
            if len(together) > LARGEST:
                outcomes |= self._committed(group, writes, lane)
                group, together = [], list(needed)
            group.append((row, outcome))
            writes = together
        outcomes |= self._committed(group, writes, lane)
        return outcomes | {row.number: self._alone(row, lane) for row in later}

    def _looked_up(self, rows: Sequence[RosterRow]) -> list[tuple[RosterRow, Outcome, list[Write]]]:
        """Outcome and writes of each row, one row a person. What the batched reads do not settle is
        read whole."""
        holders = store.persons_of({row.certificate for row in rows})
        people = store.persons(holders.values())
        exact = self._exact(
            [(holders[row.certificate], row) for row in rows if row.certificate in holders]
        )
        decided: list[tuple[RosterRow, Outcome, list[Write]]] = []
        for row in rows:
            psn_no, held = holders.get(row.certificate), exact.get(row.number)
            outcome = self._kept(row, people[psn_no], held) if psn_no and held else ""
            decided.append(
                (row, Recorded(outcome), []) if outcome else (row, *self._decided(row, psn_no))
            )
        return decided

    def _kept(self, row: RosterRow, person: Person, held: RegisterEntry) -> str:
        """The outcome of a row that says nothing which is not known, of the entry and of the
        person; else empty."""
        if held.source == row.entry.source:
            return ""  # taken in by an attempt that was cut off: what it was told is told again
        place = rules.placed((held,), row.entry, self.received)
        known = (
            isinstance(place, rules.Placed)
            and place.kept
            and rules.facts(person, row.person, self.received) is person
        )
        return place.outcome if known and isinstance(place, rules.Placed) else ""

    def _exact(self, wanted: Sequence[tuple[str, RosterRow]]) -> dict[int, RegisterEntry]:
        """By row, what is known under the very key that the row reports."""
        found = store.entries_under((psn_no, row.entry) for psn_no, row in wanted)
        keys = {row.number: store.entry_key(psn_no, row.entry) for psn_no, row in wanted}
        return {number: found[key] for number, key in keys.items() if key in found}

    def _decided(self, row: RosterRow, psn_no: str | None) -> tuple[Outcome, list[Write]]:
        """Outcome and writes of one row, on what is known of the person now."""
        if psn_no is None:
            person = replace(row.person, psn_no=person_no(self.manifest.batch, row.number))
            fresh = rules.version(None, row.entry, self.now)
            return Recorded("confirmed"), [
                *service.person_registered(person, self.now),
                *store.entry_recorded(person, None, fresh),
            ]
        file = service.load(psn_no, _NO_YEARS)
        place = rules.placed((*file.identities, *file.insurances), row.entry, self.received)
        after = rules.facts(file.person, row.person, self.received)
        if isinstance(after, Problem):
            return after, []
        if isinstance(place, Problem):
            return place, []
        beside = self._beside(row, file.identities)
        if isinstance(beside, Problem):
            return beside, []
        writes: list[Write] = []
        if after is not file.person:
            writes += service.person_changed(file.person, after, self.now)
            rest = [one for one in file.identities if place.kept or one != place.before]
            writes += store.relisted(file.person, after, rest)
        if not place.kept:
            version = rules.version(place.before, row.entry, self.now, place.outcome)
            writes += store.entry_recorded(after, place.before, version, file.person)
            if isinstance(version, Identity):
                writes.append(self._event(psn_no, version, row.number))
        return Recorded(place.outcome, beside), writes

    def _beside(self, row: RosterRow, identities: Sequence[Identity]) -> tuple[str, ...] | Problem:
        """What other identities of the person, of which this file does not speak, mean for the
        row: nothing, a word to the sender, or that both cannot stand."""
        entry = row.entry
        if not isinstance(entry, Identity):
            return ()
        met = [
            one
            for one in identities
            if (self.alone or one.source.batch != self.manifest.batch)
            and (*row.certificate, one.category, one.admdvs) not in self.contradictions
            and (one.category, one.admdvs) != (entry.category, entry.admdvs)
            and rules.overlap(one, entry)
        ]
        return rules.beside(met, catalogue().categories[entry.category].excludes)

    def _event(self, psn_no: str, identity: Identity, row: int) -> Write:
        """That an identity of somebody known was recorded: what was settled without it, or with a
        poorer one, may now be owed (J27)."""
        event = IdentityRecorded(
            psn_no,
            identity.category,
            identity.admdvs,
            identity.start,
            identity.end,
            identity.act,
        )
        return outbox.publish(event, f"{self.manifest.batch}-{row}", self.now)

    def _committed(
        self, group: Sequence[tuple[RosterRow, Outcome]], writes: Sequence[Write], lane: int
    ) -> dict[int, Outcome]:
        """The group in one transaction; where it loses, row by row."""
        if not group:
            return {}
        try:
            commit(counts.in_lane(writes, lane))
        except (ConditionFailed, TransactionConflict):
            return {row.number: self._alone(row, lane) for row, _ in group}
        return {row.number: outcome for row, outcome in group}

    def _alone(self, row: RosterRow, lane: int) -> Outcome:
        """One row on fresh reads, again where somebody else was first. Raises Unavailable BUSY
        where that never ends."""
        return transact(lambda: self._decided_alone(row, lane), retry=self.retry)

    def _decided_alone(self, row: RosterRow, lane: int) -> Decided[Outcome]:
        outcome, writes = self._decided(row, store.person_of(*row.certificate))
        return Decided(outcome, counts.in_lane(counts.merged(writes), lane))


def _first_of_each(rows: Sequence[RosterRow]) -> tuple[list[RosterRow], list[RosterRow]]:
    """Each person's first row, and the rest: a person's second row rests on what the first one
    wrote."""
    seen: set[tuple[str, str]] = set()
    first: list[RosterRow] = []
    rest: list[RosterRow] = []
    for row in rows:
        (rest if row.certificate in seen else first).append(row)
        seen.add(row.certificate)
    return first, rest
