"""Puts the rows that hold into the register: looked up a hundred at a time, decided by the rules,
committed in groups.

A monthly file mostly says what is known: such rows cost three batched reads a hundred and no write.
Rows of a group are independent of one another; a group that loses or is contended is done again row
by row on fresh reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from medaid.aws import outbox
from medaid.aws.transaction import (
    LARGEST,
    ConditionFailed,
    RetryPolicy,
    TransactionConflict,
    Write,
    commit,
)
from medaid.dropped.problem import Problem
from medaid.errors import Unavailable
from medaid.events import IdentityRecorded
from medaid.ids import person_no
from medaid.people import rules, service, store
from medaid.people.manifest import Manifest
from medaid.people.model import Identity, Person, Standing
from medaid.people.roster import Entry

_NO_YEARS: Final = 9999
"""A roster needs no totals: the read begins behind them."""
Outcome = str | Problem


@dataclass(frozen=True)
class Recording:
    """Records the rows of one drop. `received` is when the drop was first taken up, `now` when this
    attempt began."""

    told: Manifest
    received: datetime
    now: datetime
    patience: RetryPolicy = field(default_factory=RetryPolicy)

    def record(self, entries: Sequence[Entry]) -> dict[int, Outcome]:
        """What became of each row: confirmed, changed, ended, unchanged, or the problem that what
        is known makes of it."""
        outcomes: dict[int, Outcome] = {}
        group: list[tuple[Entry, Outcome]] = []
        writes: list[Write] = []
        first, later = _first_of_each(entries)
        for entry, outcome, needed in self._looked_up(first):
            if not needed:
                outcomes[entry.row] = outcome
                continue
            if len(writes) + len(needed) > LARGEST:
                outcomes |= self._committed(group, writes)
                group, writes = [], []
            group.append((entry, outcome))
            writes += needed
        outcomes |= self._committed(group, writes)
        return outcomes | {entry.row: self._alone(entry) for entry in later}

    def _looked_up(self, entries: Sequence[Entry]) -> list[tuple[Entry, Outcome, list[Write]]]:
        """Outcome and writes of each row, one row a person. What the batched reads do not settle is
        read whole."""
        holders = store.persons_of({entry.certificate for entry in entries})
        people = store.persons(holders.values())
        exact = self._exact(
            [
                (holders[entry.certificate], entry)
                for entry in entries
                if entry.certificate in holders
            ]
        )
        decided: list[tuple[Entry, Outcome, list[Write]]] = []
        for entry in entries:
            psn_no, held = holders.get(entry.certificate), exact.get(entry.row)
            outcome = self._kept(entry, people[psn_no], held) if psn_no and held else ""
            decided.append(
                (entry, outcome, []) if outcome else (entry, *self._decided(entry, psn_no))
            )
        return decided

    def _kept(self, entry: Entry, person: Person, held: Standing) -> str:
        """The outcome of a row that says nothing which is not known, of the standing and of the
        person; else empty."""
        place = rules.placed((held,), entry.standing, self.received)
        known = (
            isinstance(place, rules.Placed)
            and place.kept
            and rules.facts(person, entry.person, self.received) is person
        )
        return place.outcome if known and isinstance(place, rules.Placed) else ""

    def _exact(self, wanted: Sequence[tuple[str, Entry]]) -> dict[int, Standing]:
        """By row, what is known under the very key that the row reports."""
        found = store.standings((psn_no, entry.standing) for psn_no, entry in wanted)
        keys = {
            entry.row: (psn_no, store.keys.of_standing(entry.standing)) for psn_no, entry in wanted
        }
        return {row: found[key] for row, key in keys.items() if key in found}

    def _decided(self, entry: Entry, psn_no: str | None) -> tuple[Outcome, list[Write]]:
        """Outcome and writes of one row, on what is known of the person now."""
        if psn_no is None:
            person = replace(entry.person, psn_no=person_no(self.told.batch, entry.row))
            fresh = rules.version(None, entry.standing, self.now)
            return "confirmed", [
                *service.person_registered(person, self.now),
                *store.standing_recorded(person.psn_no, None, fresh),
            ]
        file = service.load(psn_no, _NO_YEARS)
        place = rules.placed((*file.identities, *file.insurances), entry.standing, self.received)
        after = rules.facts(file.person, entry.person, self.received)
        if isinstance(after, Problem):
            return after, []
        if isinstance(place, Problem):
            return place, []
        writes: list[Write] = []
        if after is not file.person:
            writes += service.person_changed(file.person, after, self.now)
        if not place.kept:
            version = rules.version(place.before, entry.standing, self.now)
            writes += store.standing_recorded(psn_no, place.before, version)
            if isinstance(version, Identity):
                writes.append(self._event(psn_no, version, entry.row))
        return place.outcome, writes

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
        return outbox.publish(event, f"{self.told.batch}-{row}", self.now)

    def _committed(
        self, group: Sequence[tuple[Entry, Outcome]], writes: Sequence[Write]
    ) -> dict[int, Outcome]:
        """The group in one transaction; where it loses, row by row."""
        if not group:
            return {}
        try:
            commit(writes)
        except (ConditionFailed, TransactionConflict):
            return {entry.row: self._alone(entry) for entry, _ in group}
        return {entry.row: outcome for entry, outcome in group}

    def _alone(self, entry: Entry) -> Outcome:
        """One row on fresh reads, again where somebody else was first. Raises Unavailable BUSY
        where that never ends."""
        for _ in self.patience.attempts():
            outcome, writes = self._decided(entry, store.person_of(*entry.certificate))
            if not writes:
                return outcome
            with suppress(ConditionFailed, TransactionConflict):
                commit(writes)
                return outcome
        raise Unavailable("BUSY")


def _first_of_each(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Each person's first row, and the rest: a person's second row rests on what the first one
    wrote."""
    seen: set[tuple[str, str]] = set()
    first: list[Entry] = []
    rest: list[Entry] = []
    for entry in entries:
        (rest if entry.certificate in seen else first).append(entry)
        seen.add(entry.certificate)
    return first, rest
