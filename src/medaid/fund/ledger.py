"""A ledger in memory: entries posted once, kept in columns, given back as they were, summed for any
day. For analysis, proofs and simulation.

An entry's lines lie in arrays of plain numbers, so a ledger of millions of lines stays small and
the collector has nothing to walk through.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from medaid.errors import Conflict
from medaid.fund.books import TrialBalance, Turnover, balance_rows
from medaid.fund.model import Entry, Line
from medaid.fund.model.chart import accounts
from medaid.money import Fen

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Ledger:
    """The entries of one region. `post` is the only way in; nothing is changed or taken out."""

    def __init__(self, admdvs: str) -> None:
        self.admdvs: Final = admdvs
        self._index: dict[str, int] = {}
        self._codes = list(accounts())
        self._of_code = {code: number for number, code in enumerate(self._codes)}
        self._texts: dict[str, int] = {}
        self._heads = array("i")
        self._recorded = array("q")
        self._accounts = array("H")
        self._fens = array("q")
        self._counterparts = array("i")

    def __len__(self) -> int:
        return len(self._index)

    def post(self, entry: Entry) -> None:
        """Takes an entry in. Raises Conflict DUPLICATE for an id that is there, AssertionError for
        another region's."""
        assert entry.admdvs == self.admdvs, "an entry of another region"
        if entry.entry_id in self._index:
            raise Conflict("DUPLICATE", field="entry_id", rule=entry.entry_id)
        self._index[entry.entry_id] = len(self._index)
        source = "" if entry.entry_id == f"{entry.kind}-{entry.source}" else entry.source
        texts, heads, firsts = self._texts, self._heads, len(self._fens)
        for text in (entry.kind, source, entry.narrative, entry.reverses):
            heads.append(texts.setdefault(text, len(texts)))
        heads.append(entry.effective.toordinal())
        heads.append(firsts)
        self._recorded.append((entry.recorded - _EPOCH) // _MICROSECOND)
        of_code, accounts_, fens, counterparts = (
            self._of_code,
            self._accounts,
            self._fens,
            self._counterparts,
        )
        for account, fen, counterpart in entry.lines:
            accounts_.append(of_code[account.code])
            fens.append(fen)
            counterparts.append(texts.setdefault(counterpart, len(texts)))

    def entries(self) -> Iterator[Entry]:
        """The entries as they were posted, in that order; each one's own checks run again."""
        chart, texts = accounts(), list(self._texts)
        for entry_id, at in self._index.items():
            kind, source, narrative, reverses, day, first = self._heads[6 * at : 6 * at + 6]
            last = self._heads[6 * at + 11] if 6 * at + 11 < len(self._heads) else len(self._fens)
            lines = tuple(
                Line(
                    chart[self._codes[self._accounts[n]]],
                    Fen(self._fens[n]),
                    texts[self._counterparts[n]],
                )
                for n in range(first, last)
            )
            recorded = _EPOCH + self._recorded[at] * _MICROSECOND
            known = texts[source] or entry_id.removeprefix(f"{texts[kind]}-")
            yield Entry(
                entry_id,
                texts[kind],
                self.admdvs,
                date.fromordinal(day),
                recorded,
                known,
                lines,
                texts[narrative],
                texts[reverses],
            )

    def turnovers(self, since: date = date.min, until: date = date.max) -> dict[str, Turnover]:
        """Debits and credits by account code of the entries effective from `since` to `until`, both
        included."""
        begin, end = since.toordinal(), until.toordinal()
        whole = since == date.min and until == date.max
        debits, credited = [0] * len(self._codes), [0] * len(self._codes)
        for first, last in [(0, len(self._fens))] if whole else self._spans(begin, end):
            for account, fen in zip(
                self._accounts[first:last], self._fens[first:last], strict=True
            ):
                if fen > 0:
                    debits[account] += fen
                else:
                    credited[account] -= fen
        return {
            code: Turnover(d, c)
            for code, d, c in zip(self._codes, debits, credited, strict=True)
            if d or c
        }

    def _spans(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        firsts = [*self._heads[5::6], len(self._fens)]
        for at, day in enumerate(self._heads[4::6]):
            if begin <= day <= end:
                yield firsts[at], firsts[at + 1]

    def balance(self, day: date) -> dict[str, Fen]:
        """Balance by account code at the end of `day`, debit positive, zeros left out."""
        return {
            code: Fen(t.debits - t.credits)
            for code, t in self.turnovers(until=day).items()
            if t.debits != t.credits
        }

    def trial_balance(self, begin: date, end: date) -> TrialBalance:
        """The trial balance from `begin` to `end`, both included."""
        opening = self.balance(begin - timedelta(days=1)) if begin > date.min else {}
        return TrialBalance(
            self.admdvs, f"{begin}至{end}", balance_rows(opening, self.turnovers(begin, end))
        )
