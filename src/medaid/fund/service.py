"""The fund room's use cases: what other rooms call. Entries come from `rules` (or a caller's own)
and leave as writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from medaid.fund import books, store
from medaid.fund.model import Entry
from medaid.fund.periods import post, posting
from medaid.fund.posting import writes
from medaid.instants import civil_date
from medaid.money import Fen


def entries(admdvs: str, month: str) -> Iterator[Entry]:
    """Entries of pooling region `admdvs` that take effect in `month` (`yyyy-mm`), in the order
    recorded, streamed."""
    return store.entries(admdvs, month)


def day_of(instant: datetime) -> date:
    """The civil date in Beijing on which an act took place."""
    return civil_date(instant)


def month_end(day: date) -> date:
    """The last day of `day`'s month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def months(first: str, last: str) -> list[str]:
    """All months `yyyy-mm` from `first` to `last`, both included."""
    year, month = int(first[:4]), int(first[5:])
    found = []
    while f"{year:04d}-{month:02d}" <= last:
        found.append(f"{year:04d}-{month:02d}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def _between(admdvs: str, begin: date, end: date, known: datetime | None) -> Iterator[Entry]:
    """Entries effective from `begin` to `end`, both included, as far as recorded by `known`."""
    for month in months(f"{begin:%Y-%m}", f"{end:%Y-%m}"):
        for entry in store.entries(admdvs, month):
            if begin <= entry.effective <= end and (known is None or entry.recorded <= known):
                yield entry


def balance(admdvs: str, day: date, began: date, known: datetime | None = None) -> dict[str, Fen]:
    """Balance by account code at the end of `day`, as the books stood and as they were known at
    `known` (now where None).

    `began` is the day the region's books begin. Fen, debit positive; zero balances left out.
    """
    return books.balances(_between(admdvs, began, day, known))


def trial_balance(
    admdvs: str, begin: date, end: date, began: date, known: datetime | None = None
) -> books.TrialBalance:
    """The trial balance of a region from `begin` to `end`, both included; `began` is the day its
    books begin."""
    opening = balance(admdvs, begin - timedelta(days=1), began, known) if began < begin else {}
    return books.trial_balance(
        admdvs, f"{begin}至{end}", opening, _between(admdvs, begin, end, known)
    )


__all__: Sequence[str] = (
    "Entry",
    "balance",
    "day_of",
    "entries",
    "month_end",
    "months",
    "post",
    "posting",
    "trial_balance",
    "writes",
)
