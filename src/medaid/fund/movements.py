"""What entries moved, added up so that a report needs no entry: by effective day, kind and account;
by account and counterpart; person-times; and which entries move money at the bank. Pure.

Sums of a month grow with its days, accounts and counterparts, never with its entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Final, NamedTuple

from medaid.fund.books import Turnover
from medaid.fund.layouts import between_accounts
from medaid.fund.model import Account, Entry, reversal_id
from medaid.ids import entry_id
from medaid.money import Fen

LISTED: Final = frozenset({"1001", "1002", "2104"})
"""Accounts whose entries are found one by one: 财政专户存款, 支出户存款, what an insurer
fronted."""
ASSISTANCE: Final = "assistance"
"""The fund whose person-times are counted."""
AT_THE_COUNTER: Final = "settlement"
BY_HAND: Final = "reimbursement"


class DayAccount(NamedTuple):
    """Of which day, kind of entry and account."""

    day: str
    kind: str
    code: str


class Party(NamedTuple):
    """An account and who stands on its other side."""

    code: str
    counterpart: str


class CareOfDay(NamedTuple):
    """Of which day, kind of entry and care."""

    day: str
    kind: str
    care: str


@dataclass(frozen=True, slots=True)
class DaySum:
    """Debits and credits of one account on a day by entries of one kind, fen."""

    POSITIONAL: ClassVar = True
    kind: str
    code: str
    debits: Fen
    credits: Fen


@dataclass(frozen=True, slots=True)
class DayTimes:
    """Person-times of a day by kind of entry and care."""

    POSITIONAL: ClassVar = True
    kind: str
    care: str
    times: int


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """Where an entry stands that moves one of the accounts in `numbers`."""

    POSITIONAL: ClassVar = True
    position: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DaySums:
    """All of one effective day, as kept."""

    sums: tuple[DaySum, ...] = ()
    times: tuple[DayTimes, ...] = ()
    listed: tuple[ListedEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class PartySum:
    """Debits and credits of a month between an account and a counterpart, fen."""

    POSITIONAL: ClassVar = True
    code: str
    counterpart: str
    debits: Fen
    credits: Fen


@dataclass(frozen=True, slots=True)
class PartySums:
    """Some counterparts of one month, as kept."""

    sums: tuple[PartySum, ...] = ()


def is_current(account: Account) -> bool:
    """Whether an account is owed or owing: assets that are no money in a bank, and liabilities."""
    return account.kind == "liability" or (
        account.kind == "asset" and not account.number.startswith("10")
    )


@dataclass(slots=True)
class Movements:
    """Sums of entries, in whatever order and portions they are taken in."""

    sums: dict[DayAccount, Turnover] = field(default_factory=dict)
    parties: dict[Party, Turnover] = field(default_factory=dict)
    times: dict[CareOfDay, int] = field(default_factory=dict)
    listed: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """By effective day: position of an entry, numbers of the accounts it moves."""

    def take(self, entry: Entry) -> None:
        """Adds one entry."""
        day, numbers = entry.effective.isoformat(), set()
        for account, fen, counterpart in entry.lines:
            moved = max(fen, 0), max(-fen, 0)
            of_day = DayAccount(day, entry.kind, account.code)
            self.sums.setdefault(of_day, Turnover()).add(*moved)
            if is_current(account) or (
                account.code in between_accounts() and entry.kind != "year_close"
            ):
                self.parties.setdefault(Party(account.code, counterpart), Turnover()).add(*moved)
            if account.number in LISTED:
                numbers.add(account.number)
        if numbers:
            self.listed.setdefault(day, {})[entry.position] = tuple(sorted(numbers))
        for care, times in person_times(entry):
            key = CareOfDay(day, entry.kind, care)
            self.times[key] = self.times.get(key, 0) + times

    def add_day(self, day: str, kept: DaySums) -> None:
        """Adds what is kept of a day."""
        for one in kept.sums:
            held = self.sums.setdefault(DayAccount(day, one.kind, one.code), Turnover())
            held.add(int(one.debits), int(one.credits))
        for count in kept.times:
            key = CareOfDay(day, count.kind, count.care)
            self.times[key] = self.times.get(key, 0) + count.times
        for entry in kept.listed:
            self.listed.setdefault(day, {})[entry.position] = entry.numbers

    def add_parties(self, kept: PartySums) -> None:
        """Adds what is kept of some counterparts."""
        for one in kept.sums:
            held = self.parties.setdefault(Party(one.code, one.counterpart), Turnover())
            held.add(int(one.debits), int(one.credits))

    @property
    def days(self) -> list[str]:
        """Effective days of which there is something, in order."""
        return sorted({one.day for one in self.sums})

    def day(self, day: str) -> DaySums:
        """What is kept of a day."""
        return DaySums(
            tuple(
                DaySum(key.kind, key.code, Fen(held.debits), Fen(held.credits))
                for key, held in sorted(self.sums.items())
                if key.day == day
            ),
            tuple(
                DayTimes(key.kind, key.care, times)
                for key, times in sorted(self.times.items())
                if key.day == day
            ),
            tuple(ListedEntry(*one) for one in sorted(self.listed.get(day, {}).items())),
        )

    def party_sums(self, parties: Iterable[Party]) -> PartySums:
        """What is kept of some counterparts."""
        return PartySums(
            tuple(
                PartySum(*one, Fen(self.parties[one].debits), Fen(self.parties[one].credits))
                for one in sorted(parties)
            )
        )

    def turnovers(
        self, begin: date, end: date, without: str = "", only: str = ""
    ) -> dict[str, Turnover]:
        """Debits and credits by account code of the days from `begin` to `end`, both included, by
        entries of all kinds but `without`, or of the kind `only`."""
        first, last = begin.isoformat(), end.isoformat()
        found: dict[str, Turnover] = {}
        for key, held in self.sums.items():
            if first <= key.day <= last and key.kind != without and only in ("", key.kind):
                found.setdefault(key.code, Turnover()).add(held.debits, held.credits)
        return found


def person_times(entry: Entry) -> list[tuple[str, int]]:
    """Person-times assisted that an entry adds, by care: each settlement or case whose assistance
    the books bear, one that was taken back whole taken off; a recovery is none, nor is its taking
    back, which bears no id of the kind's own."""
    if entry.kind not in (AT_THE_COUNTER, BY_HAND):
        return []
    back = bool(entry.reverses)
    if back and entry.entry_id != reversal_id(entry.reverses):
        return []
    if not back and not entry.entry_id.startswith(entry_id("", entry.kind)):
        return []
    cares = {
        line.account.care
        for line in entry.lines
        if line.account.fund == ASSISTANCE and line.account.kind == "expense"
    }
    return [(care, -1 if back else 1) for care in sorted(cares)]
