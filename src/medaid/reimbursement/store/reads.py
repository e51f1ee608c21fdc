"""Reads of the reimbursement table. Consistent, save for the two indexes, which cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from medaid.aws.codec import decode
from medaid.aws.transaction import item_or_none, reading
from medaid.instants import from_stored, stored
from medaid.reimbursement.bank import Batch, BatchLine
from medaid.reimbursement.model import Act, Case
from medaid.reimbursement.store.items import Item, alike_key


def _get(pk: str, sk: str) -> Item | None:
    return item_or_none(Item, pk, sk)


def case(case_id: str) -> Case | None:
    """The case now."""
    item = _get(f"C#{case_id}", "CASE")
    return None if item is None else decode(Case, item.body)


def history(case_id: str) -> tuple[Case | None, tuple[Act, ...], dict[str, datetime]]:
    """The case, its acts in order, and the rungs claimed with their instants."""
    items = reading(lambda: list(Item.query(f"C#{case_id}", consistent_read=True)))
    found = next((decode(Case, i.body) for i in items if i.sk == "CASE"), None)
    acts = tuple(decode(Act, i.body) for i in items if i.sk.startswith("ACT#"))
    return (
        found,
        acts,
        {i.sk[5:]: from_stored(i.body["at"]) for i in items if i.sk.startswith("RUNG#")},
    )


def alike(case: Case) -> tuple[str, ...]:
    """Other cases of the same person, admission, discharge and total."""
    items = reading(lambda: list(Item.query(alike_key(case), consistent_read=True)))
    return tuple(i.sk for i in items if i.sk != case.case_id)


def of_person(psn_no: str) -> tuple[str, ...]:
    """Cases of a person, the oldest first."""
    items = reading(
        lambda: list(Item.query(f"P#{psn_no}", Item.sk.startswith("CASE#"), consistent_read=True))
    )
    return tuple(i.sk.rsplit("#", 1)[1] for i in items)


@dataclass(frozen=True, slots=True)
class Seen:
    """A settlement of a person as it was taken note of."""

    setl_id: str
    begin: date
    end: date
    category: str


def settlements_of(psn_no: str) -> list[Seen]:
    """The settlements of a person that were taken note of, by end of care."""
    items = reading(
        lambda: list(
            Item.query(f"P#{psn_no}", Item.sk.startswith("SETTLED#"), consistent_read=True)
        )
    )
    return [
        Seen(
            i.sk.split("#")[2],
            date.fromisoformat(i.body["begin"]),
            date.fromisoformat(i.body["end"]),
            i.body["category"],
        )
        for i in items
    ]


def follower(setl_id: str) -> str:
    """The case that adds to a settlement, empty where none does."""
    item = _get(f"S#{setl_id}", "CASE")
    return "" if item is None else str(item.body["case"])


def order(order_id: str) -> str:
    """The case of a pay order, empty where there is no such order."""
    item = _get(f"O#{order_id}", "ORDER")
    return "" if item is None else str(item.body["case"])


def batch(batch_id: str) -> Batch | None:
    """A batch."""
    item = _get(f"B#{batch_id}", "BATCH")
    return None if item is None else decode(Batch, item.body)


def lines(batch_id: str) -> dict[str, BatchLine]:
    """The orders of a batch by order id."""
    items = reading(
        lambda: list(Item.query(f"B#{batch_id}", Item.sk.startswith("LINE#"), consistent_read=True))
    )
    return {i.sk[5:]: decode(BatchLine, i.body) for i in items}


def same(one: Case, other: Case) -> bool:
    """Whether two cases are of the same person, admission, discharge and total."""
    return alike_key(one) == alike_key(other)


def duty(admdvs: str, officer: str) -> str:
    """The duty an officer holds in a region's office, empty where none yet."""
    item = _get(f"W#{admdvs}", officer)
    return "" if item is None else str(item.state)


def due(number: int, until: datetime | None, after: datetime | None = None) -> Iterator[str]:
    """Case ids of partition `number` whose next rung lies between `after` and `until` (both
    included, None for no bound), earliest first; lazily, by pages."""
    low, high = stored(after) if after else "0", stored(until) if until else "9"
    found = iter(
        reading(lambda: Item.due_index.query(f"DUE#{number}", Item.due_at.between(low, high)))
    )
    while (item := reading(lambda: next(found, None))) is not None:
        yield item.pk[2:]


def rungs(case_id: str) -> frozenset[str]:
    """The rungs claimed of a case."""
    items = reading(
        lambda: list(Item.query(f"C#{case_id}", Item.sk.startswith("RUNG#"), consistent_read=True))
    )
    return frozenset(i.sk[5:] for i in items)


def indexed(case_id: str) -> tuple[Case, dict[str, str]] | None:
    """A case, and where it stands in the indexes."""
    item = _get(f"C#{case_id}", "CASE")
    if item is None:
        return None
    keys = {name: getattr(item, name) for name in ("queue", "queue_at", "due_shard", "due_at")}
    return decode(Case, item.body), {
        name: value for name, value in keys.items() if value is not None
    }


def calendar() -> tuple[str, dict[str, str]]:
    """The calendar on which all clocks are projected: its version, and that of each year; empty
    before the first sweep."""
    item = _get("K#CALENDAR", "CURRENT")
    return ("", {}) if item is None else (item.body["version"], dict(item.body["years"]))


def queue(admdvs: str, state: str, start: Any, limit: int) -> tuple[list[dict[str, Any]], Any]:
    """One page of a region's cases in a state, earliest due first, and where the next page starts
    (None at the end)."""

    def read() -> tuple[list[dict[str, Any]], Any]:
        found = Item.queue_index.query(
            f"{admdvs}#{state}", limit=limit, page_size=limit, last_evaluated_key=start
        )
        rows = [dict(item.summary) for item in found]
        return rows, found.last_evaluated_key

    return reading(read)


def count(admdvs: str, state: str) -> int:
    """How many cases of a region stand in a state."""
    return int(reading(lambda: Item.queue_index.count(f"{admdvs}#{state}")))
