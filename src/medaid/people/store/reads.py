"""Reads of the people table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final, TypeVar, cast

from medaid.aws import codec, counts
from medaid.aws.items import Key, page_of_index
from medaid.aws.transaction import reading
from medaid.errors import BadInput
from medaid.people.lists import Listed, RegisterList
from medaid.people.model import (
    Filing,
    Identity,
    Insurance,
    Person,
    PersonFile,
    RegisterEntry,
    Visit,
    YearTotals,
)
from medaid.people.store import keys
from medaid.people.store.items import PeopleItem
from medaid.regions import Region

T = TypeVar("T")
_KINDS: Final[Mapping[str, type]] = {
    "1": YearTotals,
    "2": Person,
    "3": Insurance,
    "4": Identity,
    "5": Filing,
    "6": Visit,
}
"""By the first character of the sort key."""


def _value(raw: Mapping[str, Any], kind: type[T]) -> T:
    return codec.decode(kind, PeopleItem.body.deserialize(raw["body"]["B"]))


def _query(
    pk: str, condition: Any, *, index: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Raw items of one partition in key order: one Query per megabyte. Consistent, save for an
    index, which cannot be."""
    start: Any = None
    query = partial(
        PeopleItem._get_connection().query,
        pk,
        condition,
        consistent_read=index is None,
        index_name=index,
        limit=limit,
    )
    while True:
        answer = reading(partial(query, exclusive_start_key=start))
        yield from answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return


def person_file(psn_no: str, from_year: int) -> PersonFile | None:
    """All that is known now, with the totals of `from_year` and later; None where there is no such
    person. One Query."""
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    file = _query(keys.person_partition(psn_no), PeopleItem.sk >= keys.from_year(from_year))
    registrations = 0
    for raw in file:
        kind = raw["sk"]["S"][0]
        if kind == "7":
            registrations = int(raw["version"]["N"])
            continue
        found[kind].append(_value(raw, _KINDS[kind]))
    if not found["2"]:
        return None
    years, people, insurances, identities, filings, visits = (
        tuple(values) for values in found.values()
    )
    return PersonFile(people[0], insurances, identities, filings, visits, years, registrations)


def person_of(cert_type: str, certno: str) -> str | None:
    """psn_no of the holder of a certificate (normalised), or None."""
    return persons_of([(cert_type, certno)]).get((cert_type, certno))


def persons_of(certificates: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """psn_no by certificate (type, number), for those that are known. A hundred with one call."""
    by_pk = {keys.certificate_key(*one): one for one in certificates}
    items = PeopleItem.find_held(by_pk)
    return {by_pk[key]: cast(str, item.body) for key, item in items.items()}


def persons(psn_nos: Iterable[str]) -> dict[str, Person]:
    """Persons by psn_no, for those that are known."""
    items = PeopleItem.find_held(keys.person_key(psn_no) for psn_no in psn_nos)
    return {keys.psn_no_of(key.pk): item.record(Person) for key, item in items.items()}


def entries_under(wanted: Iterable[tuple[str, RegisterEntry]]) -> dict[Key, RegisterEntry]:
    """What is known now under the very key of each given identity or enrolment. A hundred with one
    call."""
    kinds = {keys.entry_key(psn_no, entry): type(entry) for psn_no, entry in wanted}
    found: dict[Key, RegisterEntry] = {}
    for key, item in PeopleItem.find_held(kinds).items():
        found[key] = item.record(kinds[key])
    return found


Held = tuple[str, str, str, date]
"""psn_no, category, region and start of an identity."""


def identities_at(wanted: Iterable[Held]) -> dict[Held, Identity]:
    """What is known now of identities by whose they are, category, region and start. A hundred with
    one call."""
    by_key = {keys.identity_key(*one): one for one in wanted}
    items = PeopleItem.find_held(by_key)
    return {by_key[key]: item.record(Identity) for key, item in items.items()}


def identity_versions(psn_no: str) -> list[Identity]:
    """Every version of every identity that was ever held of the person, in the order in which they
    were recorded.

    What is known now is read first: a version that moves to the history between the two reads is
    then seen twice, never not at all.
    """
    now = PeopleItem.sk.startswith(keys.IDENTITY)
    current = list(_query(keys.person_partition(psn_no), now))
    history = _query(keys.history_partition(psn_no), None)
    past = [raw for raw in history if f"#{keys.IDENTITY}" in raw["sk"]["S"]]
    versions = {
        (v.category, v.admdvs, v.start, v.recorded): v
        for v in (_value(raw, Identity) for raw in current + past)
    }
    return sorted(versions.values(), key=lambda v: (v.recorded, v.category, v.admdvs, v.start))


def person_versions(psn_no: str) -> list[Person]:
    """Every version of the person's own facts, oldest first; the last one is known now."""
    current = list(_query(keys.person_partition(psn_no), PeopleItem.sk == keys.PERSON))
    history = _query(keys.history_partition(psn_no), None)
    past = [raw for raw in history if raw["sk"]["S"].endswith(f"#{keys.PERSON}")]
    return [_value(raw, Person) for raw in past + current]


def register(admdvs: str, day: date) -> Iterator[tuple[str, Identity]]:
    """Every version, superseded ones too, of identities that `admdvs` (a county, or a pooling
    region with its counties) determined to begin by `day`.

    In no order that means anything. Eventually consistent: what was written in the last second may
    be missing.
    """
    low, high = keys.register_bounds(Region(admdvs), day)
    for partition in keys.register_partitions(Region(admdvs)):
        for raw in _query(
            partition, PeopleItem.register_order.between(low, high), index="register"
        ):
            identity = _value(raw, Identity)
            if identity.start <= day:
                yield keys.psn_no_of(raw["pk"]["S"]), identity


_PLACE: Final = ("pk", "sk", "register_order", "register")


def register_page(
    admdvs: str, day: date, after: str, limit: int
) -> tuple[list[tuple[str, Identity]], str]:
    """At most `limit` versions of `register` behind `after`, and where the next page begins, empty
    at the end: `<shard>:` and the place in its partition.

    The pages go through the partitions of the index one by one; one that holds nobody is passed, so
    that no page but the last is empty for it. Raises BadInput for an `after` that belongs to
    another region.
    """
    between = PeopleItem.register_order.between(*keys.register_bounds(Region(admdvs), day))
    partitions = keys.register_partitions(Region(admdvs))
    shard, _, inside = (after or "0:").partition(":")
    if shard not in {str(number) for number in range(len(partitions))}:
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    for number in range(int(shard), len(partitions)):
        found, end = page_of_index(
            PeopleItem.register_index.query, _PLACE, partitions[number], inside, limit, between
        )
        known = [(keys.psn_no_of(item.pk), item.record(Identity)) for item in found]
        rows, inside = [one for one in known if one[1].start <= day], ""
        if end:
            return rows, f"{number}:{end}"
        if rows:
            return rows, f"{number + 1}:" if number + 1 < len(partitions) else ""
    return [], ""


_INDEXES: Final = {
    RegisterList.NAME: PeopleItem.name_index,
    RegisterList.CATEGORY: PeopleItem.category_index,
    RegisterList.DEPARTMENT: PeopleItem.department_index,
    RegisterList.VILLAGE: PeopleItem.village_index,
}


def listed_page(
    kind: RegisterList, text: str, region: Region, after: str, limit: int
) -> tuple[list[Listed], str]:
    """At most `limit` of the identities known now of `region` and below that stand in a list under
    `text`, behind `after`; and where the next page begins, empty at the end. One Query, eventually
    consistent. Raises BadInput for an `after` of another list, Unavailable."""
    partition = keys.list_partition(region, keys.list_value(kind, text))
    found, end = page_of_index(
        _INDEXES[kind].query,
        ("pk", "sk", "list_order", f"by_{kind}"),
        partition,
        after,
        limit,
        PeopleItem.list_order.between(*keys.list_bounds(region)),
    )
    rows = [
        Listed(keys.psn_no_of(one.pk), one.name or "", one.village or "", one.record(Identity))
        for one in found
    ]
    return rows, end


def filings_page(
    region: Region, treated: bool, after: str, limit: int
) -> tuple[list[tuple[str, Filing]], str]:
    """At most `limit` filings that stand, with whose they are: of persons insured in `region` or
    below, or (`treated`) of who goes there; and where the next page begins. One Query, eventually
    consistent. Raises BadInput for an `after` of another list, Unavailable."""
    bounds, partition = keys.list_bounds(region), keys.filings_partition(region)
    if treated:
        found, end = page_of_index(
            PeopleItem.department_index.query,
            ("pk", "sk", "list_order", "by_department"),
            partition,
            after,
            limit,
            PeopleItem.list_order.between(*bounds),
        )
    else:
        between = PeopleItem.register_order.between(*bounds)
        query = PeopleItem.register_index.query
        found, end = page_of_index(query, _PLACE, partition, after, limit, between)
    return [(keys.psn_no_of(one.pk), one.record(Filing)) for one in found], end


def listed_total(kind: RegisterList, text: str, region: Region) -> int:
    """How many stand in that list of `region` and below, as it is kept: one Query of a number for
    each county. Raises Unavailable."""
    prefix = keys.total_prefix(kind, keys.list_value(kind, text), region)
    return counts.total(list(PeopleItem.list_under(keys.totals_partition(region), prefix)))


def entry_versions(
    psn_no: str, after: str, limit: int
) -> tuple[list[Person | RegisterEntry | Filing], str]:
    """At most `limit` of what we once took for true of a person, in the order in which it was
    superseded, behind `after`; and where the next page begins. One Query. Raises Unavailable."""
    found, end = PeopleItem.page_under(keys.history_partition(psn_no), "", after, limit)
    rows: list[Any] = [one.record(_KINDS[one.sk.partition("#")[2][0]]) for one in found]
    return rows, end
