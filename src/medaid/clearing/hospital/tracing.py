"""From a statement back to the settlements it pays, by page."""

from __future__ import annotations

from medaid.clearing import store as items
from medaid.clearing.hospital import store
from medaid.clearing.hospital.orders import statement_of
from medaid.clearing.keys import month_key
from medaid.clearing.model import Item


def list_statement_items(statement_id: str, after: str, limit: int) -> tuple[list[Item], str]:
    """At most `limit` items of a statement behind the sort key `after`, in order of settlement, and
    the key of the last one (empty at the end). Reads the month's items page by page and skips those
    of its other statements. Raises Refused NOT_FOUND, Unavailable."""
    region, institution, month, number = statement_of(statement_id)
    statement = store.get_statement(region, institution, month, number).statement
    pk, found = month_key(region, institution, month), list[Item]()
    while page := items.list_items_behind(pk, after, limit):
        for after, item in page:
            if not statement.holds(item):
                continue
            found.append(item)
            if len(found) == limit:
                return found, after
    return found, ""
