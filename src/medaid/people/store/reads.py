"""Reads of the people table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

from medaid.aws.table import Model
from medaid.aws.transaction import item_or_none, reading
from medaid.errors import BadInput
from medaid.people.model import (
    Filing,
    Identity,
    Insurance,
    Person,
    PersonFile,
    Standing,
    Visit,
    YearTotals,
)
from medaid.people.store import keys
from medaid.people.store.items import (
    BatchItem,
    CertificateItem,
    FilingItem,
    IdentityItem,
    InsuranceItem,
    PersonItem,
    VisitItem,
    YearItem,
)

V = TypeVar("V")


def _to(value: type[V]) -> Callable[[Any], V]:
    """A function that turns an item into a `value`: the names are the same."""
    names = tuple(f.name for f in fields(cast(Any, value)))
    get = attrgetter(*names)
    return lambda item: value(**dict(zip(names, get(item), strict=True)))


to_person, to_insurance, to_identity = _to(Person), _to(Insurance), _to(Identity)
to_filing, to_visit = _to(Filing), _to(Visit)


def to_year(item: YearItem) -> YearTotals:
    """The totals; few years have anything voided."""
    return YearTotals(item.year, item.version, item.amounts, item.last, item.voided or {})


_KINDS: Final[Mapping[str, tuple[type[Model], Callable[[Any], Any]]]] = {
    "1": (YearItem, to_year),
    "2": (PersonItem, to_person),
    "3": (InsuranceItem, to_insurance),
    "4": (IdentityItem, to_identity),
    "5": (FilingItem, to_filing),
    "6": (VisitItem, to_visit),
}


def _query(pk: str, condition: Any, *, index: str | None = None) -> Iterator[dict[str, Any]]:
    """Raw items of one partition in key order: one Query per megabyte. Consistent, save for an
    index, which cannot be."""
    start: Any = None
    query = partial(
        IdentityItem._get_connection().query,
        pk,
        condition,
        consistent_read=index is None,
        index_name=index,
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
    for raw in _query(keys.of_person(psn_no), PersonItem.sk >= keys.of_year(from_year)):
        kind = raw["sk"]["S"][0]
        model, to_value = _KINDS[kind]
        found[kind].append(to_value(model.from_raw_data(raw)))
    if not found["2"]:
        return None
    years, people, insurances, identities, filings, visits = (
        tuple(values) for values in found.values()
    )
    return PersonFile(people[0], insurances, identities, filings, visits, years)


def person_of(cert_type: str, certno: str) -> str | None:
    """psn_no of the holder of a certificate (normalised), or None."""
    return persons_of([(cert_type, certno)]).get((cert_type, certno))


def persons_of(certificates: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """psn_no by certificate (type, number), for those that are known. A hundred with one call."""
    by_key = {keys.of_certificate(*certificate): certificate for certificate in certificates}
    items = reading(lambda: _batch(CertificateItem, [(key, "PERSON") for key in by_key]))
    return {by_key[item.pk]: item.psn_no for item in items}


def persons(psn_nos: Iterable[str]) -> dict[str, Person]:
    """Persons by psn_no, for those that are known."""
    wanted = [(keys.of_person(psn_no), keys.PERSON) for psn_no in dict.fromkeys(psn_nos)]
    items = reading(lambda: _batch(PersonItem, wanted))
    return {item.psn_no: to_person(item) for item in items}


def standings(wanted: Iterable[tuple[str, Standing]]) -> dict[tuple[str, str], Standing]:
    """What is known now under the very key of each given identity or enrolment, by (psn_no, key). A
    hundred with one call."""
    pairs = dict.fromkeys(
        (keys.of_person(psn_no), keys.of_standing(standing)) for psn_no, standing in wanted
    )
    found: dict[tuple[str, str], Standing] = {}
    for model, to_value, kind in (
        (IdentityItem, to_identity, "4"),
        (InsuranceItem, to_insurance, "3"),
    ):
        of_kind = [pair for pair in pairs if pair[1][0] == kind]
        for item in reading(partial(_batch, model, of_kind)):
            found[item.pk[2:], item.sk] = to_value(item)
    return found


def _batch(model: Any, wanted: list[tuple[str, str]]) -> list[Any]:
    return list(model.batch_get(wanted, consistent_read=True)) if wanted else []


def identity_versions(psn_no: str) -> list[Identity]:
    """Every version of every identity that was ever held of the person, in the order in which they
    were recorded.

    What is known now is read first: a version that moves to the history between the two reads is
    then seen twice, never not at all.
    """
    current = list(_query(keys.of_person(psn_no), IdentityItem.sk.startswith("4IDENTITY#")))
    past = [raw for raw in _query(keys.of_history(psn_no), None) if "#4IDENTITY#" in raw["sk"]["S"]]
    versions = {
        (v.category, v.admdvs, v.start, v.recorded): v
        for v in (to_identity(IdentityItem.from_raw_data(raw)) for raw in current + past)
    }
    return sorted(versions.values(), key=lambda v: (v.recorded, v.category, v.admdvs, v.start))


def person_versions(psn_no: str) -> list[Person]:
    """Every version of the person's own facts, oldest first; the last one is known now."""
    current = list(_query(keys.of_person(psn_no), PersonItem.sk == keys.PERSON))
    past = [
        raw
        for raw in _query(keys.of_history(psn_no), None)
        if raw["sk"]["S"].endswith("#" + keys.PERSON)
    ]
    return [to_person(PersonItem.from_raw_data(raw)) for raw in past + current]


def register(admdvs: str, day: date) -> Iterator[tuple[str, Identity]]:
    """Every version, superseded ones too, of identities that `admdvs` (a county, or a city with its
    counties) determined to begin by `day`.

    In no order that means anything. Eventually consistent: what was written in the last second may
    be missing.
    """
    low, high = keys.register_bounds(admdvs, day)
    for shard in keys.shards(admdvs):
        for raw in _query(shard, IdentityItem.register_order.between(low, high), index="register"):
            identity = to_identity(IdentityItem.from_raw_data(raw))
            if identity.start <= day:
                yield raw["pk"]["S"][2:], identity


def register_page(
    admdvs: str, day: date, limit: int, cursor: str
) -> tuple[list[tuple[str, Identity]], dict[str, str] | None]:
    """At most `limit` versions of `register`, and the key behind which the next page begins.

    The pages go through the partitions of the index one by one. Raises BadInput for a cursor that
    belongs to another region.
    """
    low, high = keys.register_bounds(admdvs, day)
    shards = keys.shards(admdvs)
    from medaid.aws.rest.bodies import cursor_key  # for operators: no hospital waits for it

    start = cursor_key(cursor)
    shard = (start or {}).get("register", shards[0])
    if shard not in shards:
        raise BadInput("FIELD_FORMAT", field="cursor", rule="翻页标记无效,请重新查询")
    inside = {name: {"S": value} for name, value in start.items()} if start else None
    if inside is not None and "pk" not in inside:
        inside = None
    answer = reading(
        lambda: IdentityItem._get_connection().query(
            shard,
            IdentityItem.register_order.between(low, high),
            index_name="register",
            limit=limit,
            exclusive_start_key=inside,
        )
    )
    identities = [(raw["pk"]["S"][2:], _identity(raw)) for raw in answer["Items"]]
    last = answer.get("LastEvaluatedKey")
    after = {name: value["S"] for name, value in last.items()} if last else None
    if after is None and shard != shards[-1]:
        after = {"register": shards[shards.index(shard) + 1]}
    return [(psn_no, one) for psn_no, one in identities if one.start <= day], after


def _identity(raw: dict[str, Any]) -> Identity:
    return to_identity(IdentityItem.from_raw_data(raw))


def batch(batch_id: str) -> tuple[str, datetime, dict[str, Any]] | None:
    """State, instant of receipt and facts of a drop, or None where it was never taken up."""
    item = item_or_none(BatchItem, keys.of_batch(batch_id), "BATCH")
    return None if item is None else (item.state, item.received, item.facts)
