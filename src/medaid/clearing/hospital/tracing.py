"""From a statement back to the settlements it pays, by page."""

from __future__ import annotations

from medaid.clearing import store as items
from medaid.clearing.hospital import store
from medaid.clearing.hospital.orders import statement_of
from medaid.clearing.keys import month_key
from medaid.clearing.model import Item


def list_statement_items(statement_id: str, after: str, limit: int) -> tuple[list[Item], str]:
    """Items of a statement behind the sort key `after`, in order of settlement, and behind what the
    next page begins (empty at the end). Of the month's items `limit` are read, and those of its
    other statements skipped: a page may be short. Raises Refused NOT_FOUND, Unavailable."""
    region, institution, month, number = statement_of(statement_id)
    statement = store.get_statement(region, institution, month, number).statement
    page, end = items.page_of_items(month_key(region, institution, month), after, limit)
    return [item for item in page if statement.holds(item)], end
