"""Reads of the reimbursement table. Consistent, save for the two indexes, which cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from medaid.aws.codec import decode
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


def settlements_of(psn_no: str) -> list[SettlementRef]:
    """The settlements of a person that were taken note of, by end of care."""
    items = CaseItem.list_under(keys.person_partition(psn_no), keys.SETTLED)
    return [
        SettlementRef(
            keys.last_part(i.sk),
            date.fromisoformat(i.body["begin"]),
            date.fromisoformat(i.body["end"]),
            i.body["category"],
            i.body.get("care", ""),
        )
        for i in items
    ]


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


def regions_treated(year: int) -> list[Region]:
    """The regions of which somebody was treated in a year, sorted."""
    items = CaseItem.list_under(keys.TREATED_REGIONS, f"{year}#")
    return [Region(keys.last_part(item.sk)) for item in items]


def year_end_cases(admdvs: str, year: int, after: str, limit: int) -> tuple[list[str], str]:
    """Up to `limit` case ids of a region's year end, as above."""
    return _names(keys.year_partition(admdvs, year), after, limit)


def _names(pk: str, after: str, limit: int) -> tuple[list[str], str]:
    """Sort keys of a partition behind `after`, and the last of them where there may be more."""

    def read() -> list[str]:
        behind = CaseItem.sk > after if after else None
        return [item.sk for item in CaseItem.query(pk, behind, limit=limit)]

    found = reading(read)
    return found, found[-1] if len(found) == limit else ""


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


def queue(admdvs: str, state: str, start: Any, limit: int) -> tuple[list[dict[str, Any]], Any]:
    """One page of a region's cases in a state, earliest due first, and where the next page starts
    (None at the end)."""

    def read() -> tuple[list[dict[str, Any]], Any]:
        found = CaseItem.queue_index.query(
            keys.queue_partition(admdvs, state),
            limit=limit,
            page_size=limit,
            last_evaluated_key=start,
        )
        rows = [dict(item.summary) for item in found]
        return rows, found.last_evaluated_key

    return reading(read)


def count(admdvs: str, state: str) -> int:
    """How many cases of a region stand in a state."""
    return int(reading(lambda: CaseItem.queue_index.count(keys.queue_partition(admdvs, state))))


_START: Final = ("pk", "sk", "queue", "queue_at")
"""The attributes of the key with which a page of the queue index goes on."""


def start_text(start: Any) -> dict[str, str]:
    """Where a page ended, as plain text; empty where the next one begins at the front."""
    return {name: start[name]["S"] for name in _START} if start else {}


def fits_queue(key: dict[str, str], admdvs: str, state: str) -> bool:
    """Whether `key` is where a page of that queue may have ended, or its front."""
    return not key or ({*key} == {*_START} and key["queue"] == keys.queue_partition(admdvs, state))


def start_key(key: dict[str, str]) -> Any:
    """As `queue` takes it."""
    return {name: {"S": key[name]} for name in _START} if key else None
