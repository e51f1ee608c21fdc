"""The hash chain of each fund's books: sealed by a job after the fact, never in the way of a
settlement; verified by another.

A chain's next value is SHA-256 over the value before and the entry's canonical text, fund by fund,
in the order recorded. A seal says up to which entry it goes, how many there are, and the value
there; a month's first seal begins with the last value of the month before. A changed, removed or
slipped-in entry gives another value, and the verify job names the month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from medaid.aws import outbox
from medaid.aws.table import packed_text
from medaid.aws.transaction import commit_once
from medaid.errors import MedaidError
from medaid.events import BooksFinding
from medaid.fund import keys, store
from medaid.fund.model import Entry
from medaid.fund.model.chart import funds
from medaid.fund.records import Seal
from medaid.instants import stored

GRACE: Final = timedelta(minutes=15)
"""How old an entry is before it is sealed: longer than any transaction can take to appear."""


@dataclass(slots=True)
class Chain:
    """A chain while it is followed."""

    head: str
    count: int = 0
    through: str = ""

    def add(self, entry: Entry) -> None:
        self.head = hashlib.sha256(f"{self.head}\n{canonical(entry)}".encode()).hexdigest()
        self.count += 1
        self.through = position(entry)


def position(entry: Entry) -> str:
    """Where an entry stands in the order recorded."""
    return f"{stored(entry.recorded)}#{entry.entry_id}"


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


def seal(admdvs: str, month: str, now: datetime, grace: timedelta = GRACE) -> int:
    """Seals what was recorded up to `grace` ago and is not sealed yet; answers how many entries
    came under a seal.

    No grace is needed for a period into which nothing can be posted any more.
    """
    chains: dict[str, Chain] = {}
    last: dict[str, tuple[int, str]] = {}
    for fund in funds():
        earlier = [mark for mark in seals(admdvs, fund) if mark.month <= month]
        mine = [mark for mark in earlier if mark.month == month]
        chains[fund] = Chain(earlier[-1].seal.head if earlier else "")
        last[fund] = (mine[-1].number, mine[-1].seal.through) if mine else (0, "")
    begin = {fund: chain.head for fund, chain in chains.items()}
    for entry in store.entries(admdvs, month):
        if entry.recorded > now - grace:
            break
        for fund in entry.funds:
            if position(entry) > last[fund][1]:
                chains[fund].add(entry)
    return sum(
        _sealed(admdvs, fund, month, last[fund][0] + 1, begin[fund], chain, now)
        for fund, chain in chains.items()
        if chain.count
    )


def _sealed(
    admdvs: str, fund: str, month: str, number: int, begin: str, chain: Chain, now: datetime
) -> int:
    record = Seal(begin, chain.head, chain.count, chain.through)
    key = keys.of_seal(admdvs, fund, month, number)
    made = commit_once([store.FundItem.create(key, record, "seal", state="sealed", at=now)])
    return chain.count if made else 0  # the same run was started twice: the other one's stands


def verify(admdvs: str, month: str, now: datetime) -> list[str]:
    """Follows a month's chains anew. Answers what does not agree, empty where all does; what does
    not is told as `books.tampered` once.

    An entry that cannot be read as one any more (unknown account, unbalanced) is itself a finding.
    """
    findings: list[str] = []
    try:
        findings = [
            f"{fund}:{finding}"
            for fund in funds()
            for finding in _verified(admdvs, fund, month, store.entries(admdvs, month))
        ]
    except (MedaidError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, MedaidError) and error.retry:
            raise
        findings = [f"分录无法识别({type(error).__name__})"]
    for finding in findings:
        event = BooksFinding(admdvs, month, "seal", finding)
        commit_once([outbox.publish(event, f"{admdvs}-{month}-{finding}", now)])
    return findings


def _verified(admdvs: str, fund: str, month: str, entries: Iterable[Entry]) -> list[str]:
    return followed(fund, month, seals(admdvs, fund), entries)


def followed(fund: str, month: str, every: Iterable[Mark], entries: Iterable[Entry]) -> list[str]:
    """What does not agree between a month's entries and the seals of their fund (`every` month's,
    in order), wherever the seals were read from."""
    held = list(every)
    marks = [mark for mark in held if mark.month == month]
    if not marks:
        return []
    chain = Chain(marks[0].seal.start)
    found: list[str] = []
    before = [mark for mark in held if mark.month < month and mark.at <= marks[0].at]
    if chain.head != (before[-1].seal.head if before else ""):
        found.append("链首与上期不接")
    waiting = iter(marks)
    mark = next(waiting)
    for entry in entries:
        if fund not in entry.funds:
            continue
        while mark is not None and position(entry) > mark.seal.through:
            found += _compared(chain, mark)
            chain = Chain(mark.seal.head)
            following = next(waiting, None)
            if following is None:
                return found
            mark = following
        chain.add(entry)
    found += _compared(chain, mark)
    return found + [f"封签 {rest} 之后的分录缺失" for rest in waiting]


def _compared(chain: Chain, mark: Mark) -> list[str]:
    if chain.count != mark.seal.count:
        return [f"封签 {mark} 应有 {mark.seal.count} 笔,实有 {chain.count} 笔"]
    return [] if chain.head == mark.seal.head else [f"封签 {mark} 与分录不符"]
