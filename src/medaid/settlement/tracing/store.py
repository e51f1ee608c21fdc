"""Traces in the table of settlements: which clauses payments rest on, and the payments of each."""

from __future__ import annotations

from collections.abc import Iterator

from medaid.aws.items import Key
from medaid.aws.transaction import Put, Write, put_once
from medaid.ids import content_hash
from medaid.instants import stored
from medaid.settlement import keys
from medaid.settlement.store import SettlementItem
from medaid.settlement.tracing.model import ClauseGroup, TracedPayment


def group_id(group: ClauseGroup) -> str:
    """The same clauses are the same group."""
    return content_hash(*(f"{document}\x1e{article}" for document, article in group.clauses))[:16]


def put_group(region: str, month: str, group: ClauseGroup) -> None:
    """Adds a group to a region's month; once more changes nothing. Raises Unavailable."""
    key = Key(keys.clauses_partition(region, month), group_id(group))
    _put(SettlementItem.create(key, group, "clauses"))


def put_payment(region: str, month: str, group: ClauseGroup, payment: TracedPayment) -> None:
    """Adds a payment; once more changes nothing. Raises Unavailable."""
    partition = keys.traced_partition(region, month, group_id(group))
    key = Key(partition, f"{stored(payment.at)}#{payment.payment_id}")
    _put(SettlementItem.create(key, payment, "payment"))


def _put(write: Write) -> None:
    """Alone, at the price of one write: what comes again finds its own key."""
    assert isinstance(write, Put), "a new item is put"
    put_once(write.item)


def list_groups(region: str, month: str) -> Iterator[tuple[str, ClauseGroup]]:
    """The groups of a region's month by their id, in order. Raises Unavailable."""
    for item in SettlementItem.list_under(keys.clauses_partition(region, month)):
        yield item.sk, item.record(ClauseGroup)


def page_of_payments(
    region: str, month: str, group: str, after: str, limit: int
) -> tuple[list[TracedPayment], str]:
    """At most `limit` payments of a group behind the sort key `after`, in order of time, and behind
    what the next page begins, empty at the end. Raises Unavailable."""
    partition = keys.traced_partition(region, month, group)
    found, end = SettlementItem.page_under(partition, "", after, limit)
    return [item.record(TracedPayment) for item in found], end
