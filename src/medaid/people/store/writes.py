"""Writes of the people table, as values: `medaid.aws.transaction.commit` makes them true, all
together or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from medaid.aws.table import Model
from medaid.aws.transaction import Delete, Put, Write
from medaid.instants import stored
from medaid.people.model import Filing, Identity, Person, Standing, Visit, YearTotals
from medaid.people.store import keys
from medaid.people.store.items import (
    BatchItem,
    CertificateItem,
    FilingItem,
    IdentityItem,
    InsuranceItem,
    PersonItem,
    SeriesItem,
    VisitItem,
    YearItem,
)

M = TypeVar("M", bound=Model)


def _item(model: type[M], pk: str, sk: str, value: Any, **more: Any) -> M:
    """The item of `value` under a key: attributes have the names of the value's fields."""
    held: dict[str, Any] = {f.name: getattr(value, f.name) for f in fields(value)} | more
    item = model(pk, sk)
    for name, content in held.items():
        if content is not None and (content or name != "voided"):
            setattr(item, name, dict(content) if isinstance(content, Mapping) else content)
    return item


def _unchanged_since(model: Any, recorded: datetime | None) -> Condition:
    """That the stored version is still the one that was read."""
    held: Condition = (
        model.recorded == recorded
        if recorded is not None
        else model.pk.exists() & model.recorded.does_not_exist()
    )
    return held


def person_registered(person: Person) -> list[Write]:
    """A person not known before. Loses by `people:certificate` where the certificate already has a
    holder."""
    certificate = CertificateItem(
        keys.of_certificate(person.cert_type, person.certno), "PERSON", psn_no=person.psn_no
    )
    item = _item(PersonItem, keys.of_person(person.psn_no), keys.PERSON, person)
    return [
        Put(certificate, CertificateItem.pk.does_not_exist(), "people:certificate"),
        Put(item, PersonItem.pk.does_not_exist(), "people:person"),
    ]


def person_changed(before: Person, after: Person) -> list[Write]:
    """New facts of a known person; the certificate stays. The version before goes to the
    history."""
    assert after.recorded is not None
    assert (before.psn_no, before.cert_type, before.certno) == (
        after.psn_no,
        after.cert_type,
        after.certno,
    )
    recorded = stored(before.recorded) if before.recorded else ""
    past = _item(
        PersonItem,
        keys.of_history(before.psn_no),
        keys.of_version(recorded, keys.PERSON),
        before,
        superseded=after.recorded,
    )
    new = _item(PersonItem, keys.of_person(after.psn_no), keys.PERSON, after)
    return [
        Put(past, None, "people:person"),
        Put(new, _unchanged_since(PersonItem, before.recorded), "people:person"),
    ]


def standing_recorded(psn_no: str, before: Standing | None, after: Standing) -> list[Write]:
    """A new version of an identity or enrolment; `before` is the one it supersedes, None where
    there was none."""
    if isinstance(after, Identity):
        return _recorded(IdentityItem, psn_no, before, after, "people:identity")
    return _recorded(InsuranceItem, psn_no, before, after, "people:insurance")


def _recorded(
    model: Any, psn_no: str, before: Standing | None, after: Standing, label: str
) -> list[Write]:
    pk, sk = keys.of_person(psn_no), keys.of_standing(after)
    new = _item(model, pk, sk, after, **_indexed(psn_no, after))
    if before is None:
        return [Put(new, model.pk.does_not_exist(), label)]
    assert after.recorded is not None
    assert before.recorded is None or before.recorded < after.recorded, (
        "a version supersedes an earlier one"
    )
    key = keys.of_standing(before)
    version = keys.of_version(stored(before.recorded) if before.recorded else "", key)
    past = _item(
        model,
        keys.of_history(psn_no),
        version,
        before,
        **_indexed(psn_no, before),
        superseded=after.recorded,
    )
    held = _unchanged_since(model, before.recorded)
    if key == sk:
        return [Put(past, None, label), Put(new, held, label)]
    moved = Delete(_item(model, pk, key, before), held, label)
    return [Put(past, None, label), moved, Put(new, model.pk.does_not_exist(), label)]


def _indexed(psn_no: str, value: Standing) -> dict[str, str]:
    if not isinstance(value, Identity):
        return {}
    shard, order = keys.register(psn_no, value)
    return {"register": shard, "register_order": order}


def filing_added(psn_no: str, filing: Filing) -> list[Write]:
    item = _item(FilingItem, keys.of_person(psn_no), keys.of_filing(filing), filing)
    return [Put(item, FilingItem.pk.does_not_exist(), "people:filing")]


def filing_cancelled(psn_no: str, filing: Filing, now: datetime) -> list[Write]:
    """The filing no longer counts; the history keeps it."""
    key = keys.of_filing(filing)
    past = _item(
        FilingItem,
        keys.of_history(psn_no),
        keys.of_version(stored(now), key),
        filing,
        superseded=now,
    )
    held = _item(FilingItem, keys.of_person(psn_no), key, filing)
    return [Put(past, None, "people:filing"), Delete(held, FilingItem.pk.exists(), "people:filing")]


def visit_opened(psn_no: str, visit: Visit) -> list[Write]:
    return [Put(_visit(psn_no, visit), VisitItem.pk.does_not_exist(), "people:visit")]


def visit_changed(psn_no: str, before: Visit, after: Visit) -> list[Write]:
    """Loses where the stored visit is no longer `before`. AssertionError where `after` is not its
    next version."""
    assert (before.mdtrt_id, before.version + 1) == (after.mdtrt_id, after.version), (
        "a visit changes by one version"
    )
    return [Put(_visit(psn_no, after), VisitItem.version == before.version, "people:visit")]


def visit_closed(psn_no: str, visit: Visit) -> list[Write]:
    """Takes a settled or cancelled visit out of the file; what it was stays with the settlement."""
    return [Delete(_visit(psn_no, visit), VisitItem.version == visit.version, "people:visit")]


def _visit(psn_no: str, visit: Visit) -> VisitItem:
    return _item(VisitItem, keys.of_person(psn_no), keys.of_visit(visit), visit)


def totals_changed(psn_no: str, before: YearTotals, after: YearTotals) -> list[Write]:
    """Loses where the stored totals are no longer `before`; version 0 means that there were none
    yet."""
    assert (before.year, before.version + 1) == (after.year, after.version), (
        "totals change by one version"
    )
    held = YearItem.version == before.version if before.version else YearItem.pk.does_not_exist()
    return [
        Put(
            _item(YearItem, keys.of_person(psn_no), keys.of_year(after.year), after),
            held,
            "people:totals",
        )
    ]


def batch_state(
    batch_id: str, state: str, received: datetime, facts: Mapping[str, Any], *, was: str | None
) -> list[Write]:
    """A drop's state; loses by `people:batch` where it is not `was` (None: not yet taken up) any
    more."""
    item = BatchItem(
        keys.of_batch(batch_id), "BATCH", state=state, received=received, facts=dict(facts)
    )
    held = BatchItem.state == was if was else BatchItem.pk.does_not_exist()
    return [Put(item, held, "people:batch")]


def series_reached(series: str, period: str) -> list[Write]:
    """That a series of drops has come to `period`; loses by `people:series` where it is already
    further."""
    item = SeriesItem(keys.of_batch(series), "LATEST", period=period)
    return [
        Put(item, SeriesItem.pk.does_not_exist() | (SeriesItem.period <= period), "people:series")
    ]
