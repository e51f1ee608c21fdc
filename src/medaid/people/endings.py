"""Who is no longer on a department's full list: found, listed, and ended on the day that the
manifest says. Nobody is ended whose row is there but came back, and more than the sender's share
ends only after a person released the list.

Source: 苏医保办发〔2023〕27号 art. 11, 20 (解除); a row that is faulty or missing by mistake must
not cancel anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Final, TypeVar

from medaid.aws import codec, counts, exchange, outbox
from medaid.aws.transaction import Decided, RetryPolicy, Write, transact
from medaid.dropped.problem import FileRefused, Problem
from medaid.errors import Refused
from medaid.events import IdentityRecorded
from medaid.people import rules, store
from medaid.people.catalogue import catalogue
from medaid.people.contradictions import Contradictions
from medaid.people.drops import MOST_ENDINGS, Endings, EndingsState, ListedEnding
from medaid.people.manifest import Manifest
from medaid.people.model import Identity, Source
from medaid.people.verdicts import LINES

_READ: Final = 100
_TOGETHER: Final = 15
"""Endings in one transaction: two items, an event and up to three totals each."""
BY_ABSENCE: Final = 0
"""Row of an ending that no row of the file says."""
T = TypeVar("T")


def listed(manifest: Manifest, file: Contradictions) -> tuple[list[ListedEnding], int]:
    """Who of the sender's stands in the register and is not on the list, in the order of numbers;
    and how many of the sender's stand. Raises FileRefused for more than a list may end,
    Unavailable."""
    found: list[ListedEnding] = []
    standing = 0
    for group in _groups(_standing(manifest), _READ):
        standing += len(group)
        people = store.persons(psn_no for psn_no, _ in group)
        for psn_no, one in group:
            person = people[psn_no]
            certificate = person.cert_type, person.certno
            if (*certificate, one.category, one.admdvs) in file or file.is_unclear(certificate):
                continue
            found.append(
                ListedEnding(psn_no, person.name, one.category, one.admdvs, one.start, one.recorded)
            )
            if len(found) > MOST_ENDINGS:
                sentence = f"名册之外的在册人员超过 {MOST_ENDINGS} 人,请核对是否为全量名册"
                raise FileRefused(Problem("FILE_ROWS", "extent", sentence))
    return sorted(found, key=lambda one: one.line), standing


def _standing(manifest: Manifest) -> Iterator[tuple[str, Identity]]:
    """What this sender determined and what would stand after the day of the endings."""
    sender, last = manifest.sender, manifest.ends_on
    for psn_no, one in store.register(manifest.admdvs, last):
        if (
            one.superseded is None
            and one.department == sender.department
            and (sender.categories is None or one.category in sender.categories)
            and sender.reports(one.admdvs)
            and (one.end is None or one.end > last)
            and one.source.batch != manifest.batch
        ):
            yield psn_no, one


def judged(found: Sequence[ListedEnding], standing: int, unreadable: int, percent: int) -> Endings:
    """Whether the endings are recorded at once, or wait for a person: more than `percent` of all
    that stand, or rows whose certificate nobody can read, who may be anybody."""
    if not found:
        return Endings(0, standing, EndingsState.NONE)
    why = []
    if 100 * len(found) > percent * standing:
        why.append(f"超过在册人数的 {percent}%")
    if unreadable:
        why.append(f"有 {unreadable} 行的证件号码无法识别")
    state = EndingsState.WAITING if why else EndingsState.RELEASED
    return Endings(len(found), standing, state, digest(found), ",".join(why))


def digest(found: Sequence[ListedEnding]) -> str:
    """What a person who releases the list has looked at."""
    return sha256(written(found)).hexdigest()


def written(found: Sequence[ListedEnding]) -> bytes:
    """The list as it is kept: a JSON line each."""
    lines = (json.dumps(codec.encode(one), ensure_ascii=False, sort_keys=True) for one in found)
    return "".join(f"{line}\n" for line in lines).encode()


def read(content: bytes) -> list[ListedEnding]:
    """The list that `written` wrote."""
    return [codec.decode(ListedEnding, json.loads(line)) for line in content.splitlines()]


def place(kept: str) -> str:
    """Where the list lies beside the answers of its drop."""
    return f"{kept}.endings.jsonl"


def keep(
    key: str, judged: Endings, found: Sequence[ListedEnding]
) -> tuple[Endings, list[ListedEnding]]:
    """Lays the list down, so that every attempt ends the same people. Raises Unavailable."""
    first = json.dumps(codec.encode(judged), ensure_ascii=False)
    exchange.put(key, f"{first}\n".encode() + written(found), LINES)
    return judged, list(found)


def kept(key: str) -> tuple[Endings, list[ListedEnding]] | None:
    """The list that an earlier attempt laid down, None where there is none. Raises Unavailable."""
    try:
        first, _, rest = exchange.get(key).partition(b"\n")
    except Refused:
        return None
    return codec.decode(Endings, json.loads(first)), read(rest)


@dataclass(frozen=True)
class EndingsRecording:
    """Records the endings of one full list; safe to run again at any point."""

    manifest: Manifest
    now: datetime
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def record(self, found: Iterable[ListedEnding]) -> int:
        """Ends what still stands as it was listed; answers how many are ended by this list. What
        was changed since is left as it is."""
        return sum(self._together(group) for group in _groups(found, _TOGETHER))

    def _together(self, group: Sequence[ListedEnding]) -> int:
        return transact(lambda: self._decided(group), retry=self.retry)

    def _decided(self, group: Sequence[ListedEnding]) -> Decided[int]:
        people = store.persons(one.psn_no for one in group)
        held = store.identities_at(
            (one.psn_no, one.category, one.admdvs, one.start) for one in group
        )
        writes: list[Write] = []
        ended = 0
        source = Source(self.manifest.batch, BY_ABSENCE)
        for one in group:
            identity = held.get(_key(one))
            if identity is None:
                continue
            if identity.source == source:
                ended += 1
            elif identity.recorded == one.recorded:
                ended += 1
                after = replace(identity, end=self.manifest.ends_on, source=source)
                version = rules.version(identity, after, self.now)
                writes += store.entry_recorded(people[one.psn_no], identity, version)
                writes.append(self._event(one.psn_no, version))
        return Decided(ended, counts.merged(writes))

    def _event(self, psn_no: str, version: object) -> Write:
        assert isinstance(version, Identity)
        event = IdentityRecorded(
            psn_no, version.category, version.admdvs, version.start, version.end, version.act
        )
        key = f"{self.manifest.batch}-{psn_no}-{version.category}-{version.admdvs}"
        return outbox.publish(event, f"{key}-{version.start.isoformat()}", self.now)


def _key(one: ListedEnding) -> tuple[str, str, str, date]:
    return one.psn_no, one.category, one.admdvs, one.start


def share_of(percent: int | None) -> int:
    """The share of a sender's that may end without a person, in percent."""
    return catalogue().limits.ending_percent if percent is None else percent


def _groups(values: Iterable[T], size: int) -> Iterator[list[T]]:
    coming = iter(values)
    while group := list(islice(coming, size)):
        yield group
