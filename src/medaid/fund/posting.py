"""What an act at a counter needs of the books: its entries, as writes of its own transaction.
Light: it is part of the handler's cold start.

`medaid.fund.service` offers the same to everybody else, with balances, periods and all that reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from medaid.aws.transaction import Write
from medaid.fund import store
from medaid.fund.model import Entry, journal, reversing
from medaid.fund.model.chart import fund_of
from medaid.fund.model.journal import SettlementBooking, settlement_entries
from medaid.instants import civil_date


def writes(*entries: Entry) -> list[Write]:
    """The writes that post `entries` as part of the caller's own transaction: one conditional put
    each, nothing hot, nothing read.

    An entry posted this way takes effect on the day it is recorded, so it can never fall into a
    month that is already sealed. Raises Refused FLOW_FORBIDDEN for a flow no document allows,
    AssertionError for another effective day (use `fund.service.post`).
    """
    for entry in entries:
        assert entry.effective == civil_date(entry.recorded), (
            "a back-dated entry is posted with post()"
        )
    return [store.put(journal.checked(entry)) for entry in entries]


def settlement_writes(payments: Iterable[SettlementBooking], at: datetime) -> list[Write]:
    """The writes that post a settlement in the books of every region that pays a part of it.

    Raises as `settlement_entries` and `writes` do.
    """
    return writes(*(entry for one in payments for entry in settlement_entries(one, at)))


def reversal_writes(
    payments: Iterable[SettlementBooking], settled_at: datetime, reversal: str, at: datetime
) -> list[Write]:
    """The writes that post the mirror entries of a settlement of `settled_at`, on the day of `at`,
    with `reversal` as their source. Nothing posted is changed (J32)."""
    posted = [entry for one in payments for entry in settlement_entries(one, settled_at)]
    return writes(*(reversing(entry, reversal, civil_date(at), at) for entry in posted))


__all__ = [
    "Entry",
    "SettlementBooking",
    "fund_of",
    "reversal_writes",
    "reversing",
    "settlement_entries",
    "settlement_writes",
    "writes",
]
