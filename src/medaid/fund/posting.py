"""What an act at a counter needs of the books: its entries, as writes of its own transaction.
Light: it is part of the door's cold start.

`medaid.fund.service` offers the same to everybody else, with balances, periods and all that reads.
"""

from __future__ import annotations

from medaid.aws.transaction import Write
from medaid.fund import rules, store
from medaid.fund.chart import fund_of
from medaid.fund.model import Entry, reversing
from medaid.fund.rules import Settled, settlement_entries
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
    return [store.put(rules.checked(entry)) for entry in entries]


__all__ = ["Entry", "Settled", "fund_of", "reversing", "settlement_entries", "writes"]
