"""What the accounts of a region hold on a day: the balances that a closed month kept, and the
entries since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Final

from medaid.fund import books, keys, rolled, store
from medaid.fund.model import Entry
from medaid.fund.movements import Movements
from medaid.fund.records import Books, Period, PeriodState
from medaid.money import Fen
from medaid.months import Month

_LONGEST_GAP: Final = 24
"""Months without an entry after which the beginning of books that nothing has noted is found."""

_STRETCH: Final = 500
"""Entries of which one page picks those of an account."""


def last_closed(admdvs: str, before: Month) -> tuple[Month, Mapping[str, Fen]] | None:
    """The latest closed month before `before` and its closing balances, None where there is none.

    Months close in order, so every one before it is closed too: the balance of any day is this and
    the entries since.
    """
    pk, month = keys.of_region(admdvs), str(before)
    while (item := store.last_before(pk, keys.PERIOD, f"{keys.PERIOD}{month}")) is not None:
        month = keys.parse_period(item.sk)
        if item.state == PeriodState.CLOSED:
            return Month(month), item.record(Period).balances
    return None


def first_month(admdvs: str) -> Month | None:
    """The first month of a region's books, as the roll-ups keep it; None before the first."""
    item = store.find(keys.of_books(admdvs))
    return item.record(Books).first if item else None


def entries(admdvs: str, month: str) -> Iterator[Entry]:
    """Entries of pooling region `admdvs` that take effect in `month` (`yyyy-mm`), in the order
    recorded, streamed."""
    return store.entries(admdvs, month)


def page_of_account(
    admdvs: str, month: str, account: str, after: str, limit: int
) -> tuple[list[Entry], str]:
    """Those of them that touch an account (its code). A page reads a bounded stretch of the month,
    so it may be short while more follow. Raises Unavailable."""
    read, end = page_of_entries(admdvs, month, after, _STRETCH)
    found = [one for one in read if any(line.account.code == account for line in one.lines)]
    more = len(found) > limit
    return found[:limit], found[limit - 1].position if more else end


def page_of_entries(admdvs: str, month: str, after: str, limit: int) -> tuple[list[Entry], str]:
    """At most `limit` of them behind the position `after`, and the position of the last one, empty
    where none follows. One query a shard of the journal, however many entries there are. Raises
    Unavailable."""
    found = list(islice(store.entries(admdvs, month, after, page=limit + 1), limit + 1))
    return found[:limit], found[limit - 1].position if len(found) > limit else ""


def between(admdvs: str, begin: date, end: date, known: datetime | None = None) -> Iterator[Entry]:
    """Entries effective from `begin` to `end`, both included, as far as recorded by `known` (now
    where None), streamed month by month."""
    for month in Month.of(begin).through(Month.of(end)):
        for entry in store.entries(admdvs, month):
            if begin <= entry.effective <= end and (known is None or entry.recorded <= known):
                yield entry


def turnovers(
    admdvs: str,
    begin: date,
    end: date,
    known: datetime | None = None,
    *,
    without: str = "",
    only: str = "",
) -> dict[str, books.Turnover]:
    """Debits and credits by account code from `begin` to `end`, both included, by entries of all
    kinds but `without`, or of the kind `only`: from what is rolled up and the few entries since.

    What was known at an instant past (`known`) is asked of the entries, which are all read.
    """
    if known is not None:
        return books.turnovers(
            one
            for one in between(admdvs, begin, end, known)
            if one.kind != without and only in ("", one.kind)
        )
    found: dict[str, books.Turnover] = {}
    for moved in movements(admdvs, begin, end):
        for code, held in moved.turnovers(begin, end, without, only).items():
            found.setdefault(code, books.Turnover()).add(held.debits, held.credits)
    return found


def movements(admdvs: str, begin: date, end: date) -> Iterator[Movements]:
    """What the entries of each month from `begin` to `end` sum to, the whole of each."""
    for month in Month.of(begin).through(Month.of(end)):
        yield rolled.read(admdvs, month)


def _kept_before(
    admdvs: str, month: Month, known: datetime | None
) -> tuple[Month, Mapping[str, Fen]]:
    """From which month on entries have to be read for a balance in `month`, and the balances with
    which that month begins: those of the last closed month, however old it is."""
    closed = last_closed(admdvs, month) if known is None else None
    if closed is not None:
        return closed[0].next, closed[1]
    return min(first_month(admdvs) or found_first(admdvs, month), month), {}


def found_first(admdvs: str, month: Month) -> Month:
    """The first month of books whose beginning was not noted yet (the roll-ups lag behind)."""
    first, empty = month, 0
    while empty < _LONGEST_GAP:
        month = month.previous
        if next(iter(store.entries(admdvs, month)), None) is None:
            empty += 1
        else:
            first, empty = month, 0
    return first


def balance(admdvs: str, day: date, known: datetime | None = None) -> dict[str, Fen]:
    """Balance by account code at the end of `day`, as the books stood and as they were known at
    `known` (now where None). Fen, debit positive; zero balances left out."""
    first, kept = _kept_before(admdvs, Month.of(day), known)
    found = dict(kept)
    for code, held in turnovers(admdvs, first.first, day, known).items():
        found[code] = found.get(code, Fen(0)) + Fen(held.debits - held.credits)
    return {code: fen for code, fen in found.items() if fen}
