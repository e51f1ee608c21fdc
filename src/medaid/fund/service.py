"""The fund package's use cases: what other packages and handlers call. Entries come from `rules`
(or a caller's own) and leave as writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from medaid.fund import books, current_accounts
from medaid.fund.analysis import share_reached
from medaid.fund.balances import balance, between, entries, first_month, found_first, last_closed
from medaid.fund.cash import money_promised, promise_ended, refuse_as_changed, writes
from medaid.fund.model import Entry
from medaid.fund.periods import post, posting
from medaid.months import Month


def trial_balance(
    admdvs: str, begin: date, end: date, known: datetime | None = None
) -> books.TrialBalance:
    """The trial balance of a region from `begin` to `end`, both included."""
    opening = balance(admdvs, begin - timedelta(days=1), known)
    moved = between(admdvs, begin, end, known)
    return books.trial_balance(admdvs, f"{begin}至{end}", opening, moved)


def list_current_accounts(admdvs: str, month: Month) -> tuple[current_accounts.CurrentAccount, ...]:
    """What is advanced, received in advance, owed and owing at the end of `month`, by counterpart
    and age (往来款明细)."""
    return current_accounts.schedule(open_items(admdvs, month), month)


def open_items(admdvs: str, month: Month) -> tuple[current_accounts.OpenItem, ...]:
    """What is open at the end of `month` on current accounts, and what was given between regions in
    its year."""
    closed = last_closed(admdvs, month.next)
    first = first_month(admdvs) or found_first(admdvs, month.next)
    return current_accounts.open_items(admdvs, closed[0] if closed else None, first, month)


__all__: Sequence[str] = (
    "Entry",
    "balance",
    "entries",
    "list_current_accounts",
    "money_promised",
    "post",
    "posting",
    "promise_ended",
    "refuse_as_changed",
    "share_reached",
    "trial_balance",
    "writes",
)
