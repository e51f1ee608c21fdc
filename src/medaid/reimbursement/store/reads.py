"""Reads of the reimbursement table. Consistent, save for the two indexes, which cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from medaid.aws.codec import decode
from medaid.aws.items import page_of_index
from medaid.aws.transaction import reading
from medaid.instants import from_stored, stored
from medaid.regions import Region
from medaid.reimbursement import keys
from medaid.reimbursement.model import Act, Case
from medaid.reimbursement.store.items import CaseItem


def case(case_id: str) -> Case | None:
    """The case now."""
    item = CaseItem.find(keys.case_key(case_id))
    return None if item is None else decode(Case, item.body)


def cases(case_ids: Sequence[str]) -> list[Case | None]:
    """Several cases in one read, each in its place."""
    items = CaseItem.find_all([keys.case_key(one) for one in case_ids])
    return [None if item is None else decode(Case, item.body) for item in items]


def history(case_id: str) -> tuple[Case | None, tuple[Act, ...], dict[str, datetime]]:
    """The case, its acts in order, and the steps claimed with their instants."""
    items = reading(lambda: list(CaseItem.list_under(keys.case_key(case_id).pk)))
    found = next((decode(Case, i.body) for i in items if i.sk == "CASE"), None)
    acts = tuple(decode(Act, i.body) for i in items if i.sk.startswith(keys.ACT))
    return (
        found,
        acts,
        {
            i.sk.removeprefix(keys.STEP): from_stored(i.body["at"])
            for i in items
            if i.sk.startswith(keys.STEP)
        },
    )


def alike(case: Case) -> tuple[str, ...]:
    """Other cases of the same person, admission, discharge and total."""
    items = CaseItem.list_under(keys.alike_partition_of(case))
    return tuple(i.sk for i in items if i.sk != case.case_id)


def of_person(psn_no: str) -> tuple[str, ...]:
    """Cases of a person, the oldest first."""
    items = CaseItem.list_under(keys.person_partition(psn_no), keys.CASE_OF_PERSON)
    return tuple(keys.last_part(i.sk) for i in items)


@dataclass(frozen=True, slots=True)
class SettlementRef:
    """A settlement of a person as it was taken note of."""

    setl_id: str
    begin: date
    end: date
    category: str
    care: str


def settlements_of(psn_no: str, since: date = date.min) -> list[SettlementRef]:
    """The settlements of a person that were taken note of, whose care ended on `since` or later, by
    end of care."""
    first, last = keys.settled_from(since)
    items = CaseItem.list_between(keys.person_partition(psn_no), first, last)
    return [_settlement_ref(one) for one in items]


def page_of_settlements(psn_no: str, after: str, limit: int) -> tuple[list[SettlementRef], str]:
    """One page of them behind `after`, and where the next one begins. Raises Unavailable."""
    pk = keys.person_partition(psn_no)
    items, end = CaseItem.page_under(pk, keys.SETTLED, after, limit)
    return [_settlement_ref(one) for one in items], end


def _settlement_ref(item: CaseItem) -> SettlementRef:
    return SettlementRef(
        keys.last_part(item.sk),
        date.fromisoformat(item.body["begin"]),
        date.fromisoformat(item.body["end"]),
        item.body["category"],
        item.body.get("care", ""),
    )


def supplements_of(setl_id: str) -> tuple[Case, ...]:
    """The cases that add to a settlement, the first one first."""
    items = CaseItem.list_under(keys.supplements_partition(setl_id), keys.SUPPLEMENT)
    found = (case(str(item.body["case"])) for item in items)
    return tuple(one for one in found if one is not None)


def treated_in(
    admdvs: str, year: int, shard: int, after: str, limit: int
) -> tuple[list[tuple[str, str]], str]:
    """Up to `limit` persons of one of the `SHARDS` partitions who were treated in a year, as
    (psn_no, insutype), behind `after`; and behind what the next page begins, empty at the end."""
    rows, end = _names(keys.treated_partition(admdvs, year, shard), after, limit)
    found = [name.partition("#") for name in rows]
    return [(psn_no, insutype) for insutype, _, psn_no in found], end


def handled_in(admdvs: str, year: int) -> tuple[int, int]:
    """How many cases of a region were done with in time in a year, and how many were done with."""
    items = list(CaseItem.list_under(keys.handled_partition(admdvs, year)))
    in_time = sum(int(item.handled_in_time or 0) for item in items)
    return in_time, sum(int(item.handled or 0) for item in items)


def regions_treated(year: int) -> list[Region]:
    """The regions of which somebody was treated in a year, sorted."""
    items = CaseItem.list_under(keys.TREATED_REGIONS, f"{year}#")
    return [Region(keys.last_part(item.sk)) for item in items]


def year_end_cases(admdvs: str, year: int, after: str, limit: int) -> tuple[list[str], str]:
    """Up to `limit` case ids of a region's year end, as above."""
    return _names(keys.year_partition(admdvs, year), after, limit)


def _names(pk: str, after: str, limit: int) -> tuple[list[str], str]:
    """Sort keys of a partition behind `after`, and the last of them where more follow."""
    found, end = CaseItem.page_under(pk, "", after, limit)
    return [item.sk for item in found], end


def same(one: Case, other: Case) -> bool:
    """Whether two cases are of the same person, admission, discharge and total."""
    return keys.alike_partition_of(one) == keys.alike_partition_of(other)


def due(number: int, until: datetime | None, after: datetime | None = None) -> Iterator[str]:
    """Case ids of partition `number` whose next step lies between `after` and `until` (both
    included, None for no bound), earliest first; lazily, by pages."""
    low, high = stored(after) if after else "0", stored(until) if until else "9"
    found = iter(
        reading(
            lambda: CaseItem.due_index.query(
                keys.shard_key(number), CaseItem.due_at.between(low, high)
            )
        )
    )
    while (item := reading(lambda: next(found, None))) is not None:
        yield keys.case_of(item.pk)


def steps_claimed(case_id: str) -> frozenset[str]:
    """The steps claimed of a case."""
    items = CaseItem.list_under(keys.case_key(case_id).pk, keys.STEP)
    return frozenset(i.sk.removeprefix(keys.STEP) for i in items)


def indexed(case_id: str) -> tuple[Case, dict[str, str]] | None:
    """A case, and where it stands in the indexes."""
    item = CaseItem.find(keys.case_key(case_id))
    if item is None:
        return None
    found = {name: getattr(item, name) for name in ("queue", "queue_at", "due_shard", "due_at")}
    return decode(Case, item.body), {
        name: value for name, value in found.items() if value is not None
    }


def calendar() -> tuple[str, dict[str, str]]:
    """The calendar on which all clocks are projected: its version, and that of each year; empty
    before the first sweep."""
    item = CaseItem.find(keys.CALENDAR)
    return ("", {}) if item is None else (item.body["version"], dict(item.body["years"]))


_PLACE: Final = ("pk", "sk", "queue_at", "queue")
MOST_COUNTED: Final = 1000
"""Up to here cases are counted one by one."""


def page_of_queue(
    partition: str, after: str, limit: int, due_before: str = ""
) -> tuple[list[dict[str, Any]], str]:
    """At most `limit` summaries of a queue behind `after`, earliest due first, and where the next
    page begins, empty at the end; only those due before a day (`yyyy-MM-dd`) where one is given.
    One query. Raises BadInput for an `after` of another queue, Unavailable."""
    early = CaseItem.queue_at < due_before if due_before else None
    found, end = page_of_index(
        CaseItem.queue_index.query, _PLACE, partition, after, limit, condition=early
    )
    return [dict(item.summary) for item in found], end


def count(partition: str) -> int:
    """How many cases stand in a queue, counted up to `MOST_COUNTED`. Raises Unavailable."""

    def read() -> int:
        index = CaseItem._get_connection()
        found = index.query(partition, index_name="queue", limit=MOST_COUNTED, select="COUNT")
        return int(found["Count"])

    return reading(read)
