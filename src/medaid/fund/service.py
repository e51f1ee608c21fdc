"""The fund package's use cases: what other packages and handlers call. Entries come from `rules`
(or a caller's own) and leave as writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from medaid.fund import books, current_accounts, store
from medaid.fund.analysis import share_reached
from medaid.fund.model import Entry
from medaid.fund.periods import first_month, last_closed, post, posting
from medaid.fund.posting import writes
from medaid.money import Fen
from medaid.months import Month

_LONGEST_GAP: Final = 24
"""Months without an entry after which the beginning of books that nothing has noted is found."""


def entries(admdvs: str, month: str) -> Iterator[Entry]:
    """Entries of pooling region `admdvs` that take effect in `month` (`yyyy-mm`), in the order
    recorded, streamed."""
    return store.entries(admdvs, month)


def _between(admdvs: str, begin: date, end: date, known: datetime | None) -> Iterator[Entry]:
    """Entries effective from `begin` to `end`, both included, as far as recorded by `known`."""
    for month in Month.of(begin).through(Month.of(end)):
        for entry in store.entries(admdvs, month):
            if begin <= entry.effective <= end and (known is None or entry.recorded <= known):
                yield entry


def _kept_before(
    admdvs: str, month: Month, known: datetime | None
) -> tuple[Month, Mapping[str, Fen]]:
    """From which month on entries have to be read for a balance in `month`, and the balances with
    which that month begins: those of the last closed month, however old it is."""
    closed = last_closed(admdvs, month) if known is None else None
    if closed is not None:
        return closed[0].next, closed[1]
    return min(first_month(admdvs) or _found_first(admdvs, month), month), {}


def _found_first(admdvs: str, month: Month) -> Month:
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
    for code, fen in books.balances(_between(admdvs, first.first, day, known)).items():
        found[code] = found.get(code, Fen(0)) + fen
    return {code: fen for code, fen in found.items() if fen}


def trial_balance(
    admdvs: str, begin: date, end: date, known: datetime | None = None
) -> books.TrialBalance:
    """The trial balance of a region from `begin` to `end`, both included."""
    opening = balance(admdvs, begin - timedelta(days=1), known)
    moved = _between(admdvs, begin, end, known)
    return books.trial_balance(admdvs, f"{begin}至{end}", opening, moved)


def list_current_accounts(admdvs: str, month: Month) -> tuple[current_accounts.CurrentAccount, ...]:
    """What is advanced, received in advance, owed and owing at the end of `month`, by counterpart
    and age (往来款明细)."""
    return current_accounts.schedule(open_items(admdvs, month), month)


def open_items(admdvs: str, month: Month) -> tuple[current_accounts.OpenItem, ...]:
    """What is open at the end of `month` on current accounts, and what was given between regions in
    its year."""
    closed = last_closed(admdvs, month.next)
    first = first_month(admdvs) or _found_first(admdvs, month.next)
    return current_accounts.open_items(admdvs, closed[0] if closed else None, first, month)


__all__: Sequence[str] = (
    "Entry",
    "balance",
    "entries",
    "list_current_accounts",
    "post",
    "posting",
    "share_reached",
    "trial_balance",
    "writes",
)
