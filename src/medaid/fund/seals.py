"""The hash chain of each fund's books: sealed by a job after the fact, never in the way of a
settlement; verified by another.

A chain's next value is SHA-256 over the value before and the entry's canonical text, fund by fund,
in the order recorded. A seal says up to which entry it goes, how many there are, and the value
there; a month's first seal begins with the last value of the month before. A changed, removed or
slipped-in entry gives another value, and the verify job names the month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import ClassVar, Final

from medaid.aws import outbox
from medaid.aws.table import packed_text
from medaid.aws.transaction import commit_once
from medaid.events import BooksFinding
from medaid.fund import keys, store
from medaid.fund.model import Entry
from medaid.fund.model.chart import funds
from medaid.fund.records import Seal
from medaid.instants import stored

GRACE: Final = timedelta(minutes=15)
"""How old an entry is before it is sealed: longer than any transaction can take to appear."""
AT_ONCE: Final = 200_000
"""Entries that one call seals: a sixth of its time (bench/scale.py)."""


@dataclass(slots=True)
class Chain:
    """A chain while it is followed."""

    head: str
    count: int = 0
    through: str = ""

    def add(self, entry: Entry) -> None:
        self.head = hashlib.sha256(f"{self.head}\n{canonical(entry)}".encode()).hexdigest()
        self.count += 1
        self.through = entry.position


def canonical(entry: Entry) -> str:
    """The text of an entry that its seal rests on."""
    lines = [[line.account.code, line.fen, line.counterpart] for line in entry.lines]
    return packed_text(
        [
            entry.entry_id,
            entry.kind,
            entry.admdvs,
            entry.effective.isoformat(),
            stored(entry.recorded),
            entry.source,
            lines,
            entry.narrative,
            entry.reverses,
        ]
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """A seal with its place in the chain: the month, its number within it, when it was made."""

    month: str
    number: int
    at: str
    seal: Seal

    def __str__(self) -> str:
        return f"{self.month}#{self.number:04d}"


def seals(admdvs: str, fund: str, month: str = "") -> list[Mark]:
    """Seals of a fund, or of its month, in order."""
    found = store.listed(keys.seals_of(admdvs, fund), f"{month}#" if month else "")
    return [Mark(*keys.parse_seal(item.sk), item.at, item.record(Seal)) for item in found]


@dataclass(frozen=True, slots=True)
class Through:
    """Up to which entry a month was sealed, or its seals were followed."""

    POSITIONAL: ClassVar = True
    position: str


def _last(admdvs: str, fund: str, month: str) -> Mark | None:
    """The last seal of a fund up to and in `month`."""
    pk = keys.seals_of(admdvs, fund)
    item = store.last_before(pk, keys.FIRST, keys.after_seals(month))
    return Mark(*keys.parse_seal(item.sk), item.at, item.record(Seal)) if item else None


def seal(
    admdvs: str, month: str, now: datetime, grace: timedelta = GRACE, most: int = AT_ONCE
) -> int:
    """Seals what was recorded up to `grace` ago and is not sealed yet, reading `most` entries from
    where the last sealing ended; answers how many came under a seal, fund by fund: 0 where none was
    left.

    No grace is needed for a period into which nothing can be posted any more.
    """
    key = keys.of_sealed_through(admdvs, month)
    before, through = store.find(key), ""
    begin = before.record(Through).position if before else ""
    lasts = {fund: _last(admdvs, fund, month) for fund in funds()}
    chains = {fund: Chain(last.seal.head if last else "") for fund, last in lasts.items()}
    mine = {fund: last for fund, last in lasts.items() if last and last.month == month}
    starts = {fund: chain.head for fund, chain in chains.items()}
    for entry in islice(store.entries(admdvs, month, begin), most):
        if entry.recorded > now - grace:
            break
        through = entry.position
        for fund in entry.funds:
            if fund not in mine or entry.position > mine[fund].seal.through:
                chains[fund].add(entry)
    done = sum(
        _sealed(
            admdvs,
            fund,
            month,
            mine[fund].number + 1 if fund in mine else 1,
            starts[fund],
            chain,
            now,
        )
        for fund, chain in chains.items()
        if chain.count
    )
    if through:
        turn = store.FundItem.create_or_replace(before, key, Through(through), "sealed", at=now)
        commit_once([turn])
    return done


def _sealed(
    admdvs: str, fund: str, month: str, number: int, begin: str, chain: Chain, now: datetime
) -> int:
    record = Seal(begin, chain.head, chain.count, chain.through)
    key = keys.of_seal(admdvs, fund, month, number)
    made = commit_once([store.FundItem.create(key, record, "seal", state="sealed", at=now)])
    return chain.count if made else 0  # the same run was started twice: the other one's stands


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far a fund's chain was followed: seals that were ended, the value and the count since,
    entries behind the last seal, and what did not agree."""

    POSITIONAL: ClassVar = True
    fund: str
    ended: int
    head: str
    count: int
    loose: int
    findings: tuple[str, ...]


class FollowedChain:
    """One fund's chain over a month's entries as they pass, held against its seals in order."""

    def __init__(self, fund: str, marks: Sequence[Mark], before: str) -> None:
        self.fund, self.findings = (
            fund,
            [] if not marks or marks[0].seal.start == before else ["链首与上期不接"],
        )
        self.loose, self._ended = 0, 0
        self._waiting, self._chain = list(marks), Chain(marks[0].seal.start if marks else "")

    @property
    def state(self) -> ChainState:
        """How far it was followed."""
        held = self._chain
        return ChainState(
            self.fund, self._ended, held.head, held.count, self.loose, tuple(self.findings)
        )

    def go_on(self, state: ChainState) -> None:
        """Goes on from where it was followed to before."""
        self.findings, self.loose, self._ended = list(state.findings), state.loose, state.ended
        self._waiting, self._chain = self._waiting[state.ended :], Chain(state.head, state.count)

    def take(self, entry: Entry) -> None:
        if self.fund not in entry.funds:
            return
        while self._waiting and entry.position > self._waiting[0].seal.through:
            self._end_seal()
        if self._waiting:
            self._chain.add(entry)
        else:
            self.loose += 1

    def _end_seal(self) -> None:
        mark = self._waiting.pop(0)
        self._ended += 1
        self.findings += _compared(self._chain, mark)
        self._chain = Chain(mark.seal.head)

    def end(self) -> list[str]:
        if self._waiting:
            self._end_seal()
        return self.findings + [f"封签 {rest} 之后的分录缺失" for rest in self._waiting]


def followed(fund: str, month: str, every: Iterable[Mark], entries: Iterable[Entry]) -> list[str]:
    """What does not agree between a month's entries and the seals of their fund (`every` month's,
    in order), wherever the seals were read from."""
    held = list(every)
    marks = [mark for mark in held if mark.month == month]
    if not marks:
        return []
    before = [mark for mark in held if mark.month < month and mark.at <= marks[0].at]
    chain = FollowedChain(fund, marks, before[-1].seal.head if before else "")
    for entry in entries:
        chain.take(entry)
    return chain.end()


def chain_of(admdvs: str, fund: str, month: str, state: ChainState | None) -> FollowedChain:
    """A fund's chain of a whole month, from its first entry, or from `state` on. Raises
    Unavailable."""
    found = _chain(admdvs, fund, seals(admdvs, fund, month), month)
    if state is not None and (state.ended or state.count):
        found.go_on(state)
    return found


def verify_new(admdvs: str, month: str, now: datetime) -> list[str]:
    """Follows a month's chains over what was sealed since they were last followed without a
    finding; no entry before is read again. Answers what does not agree, empty where all does; what
    does not is told as `books.tampered` once.

    An entry that cannot be read as one any more (unknown account, unbalanced) is itself a finding.
    Raises Unavailable.
    """
    key = keys.of_checked(admdvs, month)
    before, sealed = store.find(key), store.find(keys.of_sealed_through(admdvs, month))
    done = before.record(Through).position if before else ""
    until = sealed.record(Through).position if sealed else ""
    if until <= done:
        return []
    chains = []
    for fund in funds():
        marks = [one for one in seals(admdvs, fund, month) if one.seal.through <= until]
        earlier = [one for one in marks if one.seal.through <= done]
        chains.append(_chain(admdvs, fund, marks[len(earlier) :], month, earlier))
    held = takewhile(lambda one: one.position <= until, store.entries(admdvs, month, done))
    findings = tell(admdvs, month, _passed(chains, held), now)
    if not findings:
        turn = store.FundItem.create_or_replace(before, key, Through(until), "checked", at=now)
        commit_once([turn])
    return findings


def _chain(
    admdvs: str, fund: str, marks: Sequence[Mark], month: str, earlier: Sequence[Mark] = ()
) -> FollowedChain:
    """A fund's chain that goes on behind the seals `earlier` of its month, else behind the last
    seal of a month before that was there when this month's first was made."""
    if earlier or not marks:
        return FollowedChain(fund, marks, earlier[-1].seal.head if earlier else "")
    pk, sk = keys.seals_of(admdvs, fund), month
    while (item := store.last_before(pk, keys.FIRST, sk)) is not None:
        if item.at <= marks[0].at:
            return FollowedChain(fund, marks, item.record(Seal).head)
        sk = item.sk
    return FollowedChain(fund, marks, "")


def _passed(chains: Sequence[FollowedChain], entries: Iterable[Entry]) -> list[str]:
    try:
        for entry in store.readable(entries):
            for chain in chains:
                chain.take(entry)
    except store.UnreadableEntry as error:
        return [str(error)]
    return [f"{chain.fund}:{finding}" for chain in chains for finding in chain.end()]


def tell(admdvs: str, month: str, findings: list[str], now: datetime) -> list[str]:
    """Tells of each finding once; answers them. Raises Unavailable."""
    for finding in findings:
        event = BooksFinding(admdvs, month, "seal", finding)
        commit_once([outbox.publish(event, f"{admdvs}-{month}-{finding}", now)])
    return findings


def _compared(chain: Chain, mark: Mark) -> list[str]:
    if chain.count != mark.seal.count:
        return [f"封签 {mark} 应有 {mark.seal.count} 笔,实有 {chain.count} 笔"]
    return [] if chain.head == mark.seal.head else [f"封签 {mark} 与分录不符"]
