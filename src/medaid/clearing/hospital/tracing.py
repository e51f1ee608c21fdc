"""From a statement back to the settlements it pays, by page."""

from __future__ import annotations

import re
from typing import Final

from medaid.clearing import store as items
from medaid.clearing.hospital import store
from medaid.clearing.keys import month_key
from medaid.clearing.model import Item
from medaid.errors import Refused

_STATEMENT: Final = re.compile(r"(\d{6})-([0-9A-Za-z]+)-(\d{4}-\d{2})-(\d{1,4})", re.ASCII)


def list_statement_items(statement_id: str, after: str, limit: int) -> tuple[list[Item], str]:
    """At most `limit` items of a statement behind the sort key `after`, in order of settlement, and
    the key of the last one (empty at the end). Reads the month's items page by page and skips those
    of its other statements. Raises Refused NOT_FOUND, Unavailable."""
    match = _STATEMENT.fullmatch(statement_id)
    if match is None:
        raise Refused("NOT_FOUND", field="order", rule="付款单不对应任何对账单")
    region, institution, month, number = match.groups()
    statement = store.get_statement(region, institution, month, int(number)).statement
    pk, found = month_key(region, institution, month), list[Item]()
    while page := items.list_items_behind(pk, after, limit):
        for after, item in page:
            if item.arrived is None or item.arrived > statement.cut:
                continue
            if statement.since is not None and item.arrived <= statement.since:
                continue
            found.append(item)
            if len(found) == limit:
                return found, after
    return found, ""
