"""Writes of the people table, as values: `medaid.aws.transaction.commit` makes them true, all
together or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pynamodb.expressions.condition import Condition

from medaid.aws import codec, counts
from medaid.aws.items import Key
from medaid.aws.transaction import Delete, Put, Update, Write
from medaid.instants import stored
from medaid.people.lists import RegisterList
from medaid.people.model import (
    Filing,
    Identity,
    Person,
    RegisterEntry,
    Visit,
    YearTotals,
)
from medaid.people.store import keys
from medaid.people.store.items import PeopleItem
from medaid.regions import Region

KEPT_TOTALS: Final = frozenset(RegisterList) - {RegisterList.NAME}
"""Lists whose total is kept. Of a name it is not: a count for each name of a province would be as
long as the register."""
_NEW: Condition = PeopleItem.pk.does_not_exist()


def _item(
    key: Key, value: Any, at: datetime | None = None, version: int = 0, **more: Any
) -> PeopleItem:
    return PeopleItem(
        *key,
        at=stored(at) if at else "",
        version=version,
        body=codec.encode(value),
        **more,
    )


def _unchanged_since(recorded: datetime | None) -> Condition:
    """That the stored version is still the one that was read."""
    held: Condition = PeopleItem.at == (stored(recorded) if recorded else "")
    return held


def person_registered(person: Person) -> list[Write]:
    """A person not known before. Loses by `people:certificate` where the certificate already has a
    holder."""
    certificate = keys.certificate_key(person.cert_type, person.certno)
    item = _item(keys.person_key(person.psn_no), person, person.recorded)
    return [
        Put(_item(certificate, person.psn_no), _NEW, "people:certificate"),
        Put(item, _NEW, "people:person"),
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
    key = keys.person_key(before.psn_no)
    past = _item(keys.history_key(key, before.recorded), before, before.recorded)
    new = _item(key, after, after.recorded)
    return [
        Put(past, None, "people:person"),
        Put(new, _unchanged_since(before.recorded), "people:person"),
    ]


def entry_recorded(
    whose: Person,
    before: RegisterEntry | None,
    after: RegisterEntry,
    was: Person | None = None,
) -> list[Write]:
    """A new version of an identity or enrolment of the person; `before` is the one it supersedes,
    None where there was none; `was` the person before, where their facts change in the same act.
    An identity takes its place in the lists of the register."""
    psn_no, totals = whose.psn_no, _counted(was or whose, before, whose, after)
    label = "people:identity" if isinstance(after, Identity) else "people:insurance"
    key = keys.entry_key(psn_no, after)
    new = _item(key, after, after.recorded, **_indexed(psn_no, after), **_listed(whose, after))
    if before is None:
        return [Put(new, _NEW, label), *totals]
    assert after.recorded is not None
    assert before.recorded is None or before.recorded < after.recorded, (
        "a version supersedes an earlier one"
    )
    old_key = keys.entry_key(psn_no, before)
    superseded = (
        replace(before, superseded=after.recorded) if isinstance(before, Identity) else before
    )
    past = _item(
        keys.history_key(old_key, before.recorded),
        superseded,
        before.recorded,
        **_indexed(psn_no, before),
    )
    held = _unchanged_since(before.recorded)
    if old_key == key:
        return [Put(past, None, label), Put(new, held, label), *totals]
    moved = Delete(PeopleItem(*old_key), held, label)
    return [Put(past, None, label), moved, Put(new, _NEW, label), *totals]


def _indexed(psn_no: str, entry: RegisterEntry) -> dict[str, Any]:
    if not isinstance(entry, Identity):
        return {}
    place = keys.register_place(psn_no, entry)
    return {"register": place.partition, "register_order": place.order}


def _listed(whose: Person, entry: RegisterEntry) -> dict[str, Any]:
    """The attributes by which an identity stands in the lists of the register."""
    if not isinstance(entry, Identity):
        return {}
    region = Region(entry.admdvs)
    found = keys.list_values(whose, entry)
    return {
        "list_order": keys.list_order(whose.psn_no, entry),
        "name": whose.name,
        "village": whose.village,
        **{f"by_{kind}": keys.list_partition(region, value) for kind, value in found.items()},
    }


def _counted(
    was: Person, before: RegisterEntry | None, whose: Person, after: RegisterEntry
) -> list[Write]:
    """What an identity changes in the totals of the lists."""
    changes = [
        (keys.total_key(kind, value, Region(entry.admdvs)), by)
        for person, entry, by in ((was, before, -1), (whose, after, 1))
        if isinstance(entry, Identity)
        for kind, value in keys.list_values(person, entry).items()
        if kind in KEPT_TOTALS
    ]
    return counts.merged(counts.added(PeopleItem(*key), by, "people") for key, by in changes)


def relisted(before: Person, after: Person, identities: Iterable[Identity]) -> list[Write]:
    """The person's identities in the lists under the facts that are new of the person; nothing
    where the lists ask for none of these."""
    if before.village == after.village:
        return []
    writes: list[Write] = []
    for one in identities:
        place = _listed(after, one)
        village = place.get("by_village")
        moved = PeopleItem.by_village.set(village) if village else PeopleItem.by_village.remove()
        actions = [moved, PeopleItem.village.set(after.village)]
        item, held = PeopleItem(*keys.entry_key(after.psn_no, one)), _unchanged_since(one.recorded)
        writes += [Update(item, actions, held, "people:identity")]
        writes += _counted(before, one, after, one)
    return writes


def filing_added(psn_no: str, filing: Filing) -> list[Write]:
    """The write of a filing, which loses where it is filed already. It stands in the lists of where
    the person is insured and of where they go."""
    home = Region(filing.insured_region)
    away = Region(filing.destination or home)
    item = _item(
        keys.filing_key(psn_no, filing),
        filing,
        filing.filed,
        register=keys.filings_partition(home),
        register_order=keys.filing_order(psn_no, filing, home),
        by_department=keys.filings_partition(away),
        list_order=keys.filing_order(psn_no, filing, away),
    )
    return [Put(item, _NEW, "people:filing")]


def filing_cancelled(psn_no: str, filing: Filing, now: datetime) -> list[Write]:
    """The filing no longer counts; the history keeps it."""
    key = keys.filing_key(psn_no, filing)
    past = _item(keys.history_key(key, now), filing, now)
    held = PeopleItem.pk.exists()
    return [
        Put(past, None, "people:filing"),
        Delete(PeopleItem(*key), held, "people:filing"),
    ]


def visit_opened(psn_no: str, visit: Visit) -> list[Write]:
    """The write of a visit, which loses where its id is taken."""
    return [Put(_visit(psn_no, visit), _NEW, "people:visit")]


def registration_counted(psn_no: str, before: int) -> list[Write]:
    """Loses where somebody counted another registration since `before` was read."""
    item = PeopleItem(*keys.registrations_key(psn_no), version=before + 1)
    return [Put(item, PeopleItem.version == before if before else _NEW, "people:registrations")]


def visit_changed(psn_no: str, before: Visit, after: Visit) -> list[Write]:
    """Loses where the stored visit is no longer `before`. AssertionError where `after` is not its
    next version."""
    assert (before.mdtrt_id, before.version + 1) == (after.mdtrt_id, after.version), (
        "a visit changes by one version"
    )
    return [Put(_visit(psn_no, after), PeopleItem.version == before.version, "people:visit")]


def visit_closed(psn_no: str, visit: Visit) -> list[Write]:
    """Takes a settled or cancelled visit out of the file; what it was stays with the settlement."""
    item = PeopleItem(*keys.visit_key(psn_no, visit))
    return [Delete(item, PeopleItem.version == visit.version, "people:visit")]


def visit_absent(psn_no: str, visit: Visit) -> list[Write]:
    """Nothing, where the visit is closed; loses where it was opened again meanwhile."""
    return [Delete(PeopleItem(*keys.visit_key(psn_no, visit)), _NEW, "people:visit")]


def _visit(psn_no: str, visit: Visit) -> PeopleItem:
    return _item(keys.visit_key(psn_no, visit), visit, version=visit.version)


def totals_changed(psn_no: str, before: YearTotals, after: YearTotals) -> list[Write]:
    """Loses where the stored totals are no longer `before`; version 0 means that there were none
    yet."""
    assert (before.year, before.version + 1) == (after.year, after.version), (
        "totals change by one version"
    )
    held = PeopleItem.version == before.version if before.version else _NEW
    item = _item(keys.year_key(psn_no, after.year), after, version=after.version)
    return [Put(item, held, "people:totals")]
