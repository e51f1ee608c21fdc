"""The fund package's use cases: what other packages and handlers call. Entries come from `rules`
(or a caller's own) and leave as writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from medaid.fund import books
from medaid.fund.analysis import share_reached
from medaid.fund.balances import balance, entries, page_of_account, page_of_entries, turnovers
from medaid.fund.cash import money_promised, promise_ended, refuse_as_changed, writes
from medaid.fund.closing import take as take_close
from medaid.fund.model import Entry
from medaid.fund.open_amounts import list_current_accounts, open_items, take_open
from medaid.fund.periods import post, posting, refuse_closed
from medaid.fund.rolled import listed_entries


def trial_balance(
    admdvs: str, begin: date, end: date, known: datetime | None = None
) -> books.TrialBalance:
    """The trial balance of a region from `begin` to `end`, both included."""
    opening = balance(admdvs, begin - timedelta(days=1), known)
    rows = books.balance_rows(opening, turnovers(admdvs, begin, end, known))
    return books.TrialBalance(admdvs, f"{begin}至{end}", rows)


__all__: Sequence[str] = (
    "Entry",
    "balance",
    "entries",
    "list_current_accounts",
    "listed_entries",
    "money_promised",
    "open_items",
    "page_of_account",
    "page_of_entries",
    "post",
    "posting",
    "promise_ended",
    "refuse_as_changed",
    "refuse_closed",
    "share_reached",
    "take_close",
    "take_open",
    "trial_balance",
    "writes",
)
