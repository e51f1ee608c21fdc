"""What subsidised enrolment asks of the register and changes in it: identities as they were known,
who a certificate names, enrolments begun, ended and freed of a waiting period.

Beside `people.service`, whose reads are those of the counter's cold start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from medaid import names
from medaid.aws.transaction import Write
from medaid.dropped.problem import Problem
from medaid.errors import Conflict
from medaid.ids import person_no
from medaid.instants import aware
from medaid.people import certificate, rules, store
from medaid.people.model import Identity, Insurance, Person, PersonFile, Source
from medaid.regions import Region


def known_identities(psn_no: str, known_at: datetime) -> tuple[Identity, ...]:
    """Identities of whatever time as we knew them at `known_at` (J9, J11). Raises Unavailable."""
    versions = store.identity_versions(psn_no)
    return tuple(one for one in versions if one.known_at(aware(known_at)))


def certificate_fault(cert_type: str, certno: str) -> str:
    """What is wrong with a certificate's number, in Chinese; empty where it holds (N9)."""
    try:
        certificate.read(cert_type.zfill(2), certno)
    except certificate.NotANumber as problem:
        return str(problem)
    return ""


def holder(cert_type: str, certno: str, name: str, source: Source, today: date) -> Person | Problem:
    """The person whom a certificate names: who holds it, else somebody new, not yet registered
    (`recorded` is None). A problem for a number that cannot be or another's name. Raises
    Unavailable."""
    try:
        number = certificate.read(cert_type, certno, today)
    except certificate.NotANumber as fault:
        return Problem("CERTNO", "证件号码", str(fault))
    psn_no = store.person_of(number.cert_type, number.certno)
    if psn_no is not None:
        held = store.persons([psn_no])[psn_no]
        if not names.same(held.name, name):
            return Problem("PERSON_MISMATCH", "姓名", "与该证件号码已登记的姓名不一致")
        return held
    fresh = person_no(source.batch, source.row)
    sex = number.sex or "9"
    return Person(fresh, name, sex, number.cert_type, number.certno, number.birth, source=source)


def enrolment_recorded(file: PersonFile, held: Insurance, now: datetime) -> list[Write]:
    """The writes of an enrolment; none where one of its kind and pooling region covers its time
    already. Raises Conflict OVERLAP where what is known says otherwise."""
    if any(
        one.covers(held.begin) and one.covers(held.end or held.begin) for one in _same(file, held)
    ):
        return []
    place = rules.placed(file.insurances, held, aware(now))
    if isinstance(place, Problem):
        raise Conflict(place.code, field=place.field, rule=place.sentence)
    if place.kept:
        return []
    version = rules.version(place.before, held, now, place.outcome)
    return store.entry_recorded(file.person, place.before, version)


def enrolment_ended(
    file: PersonFile, insutype: str, region: Region, begin: date, now: datetime, status: str = "4"
) -> list[Write]:
    """The writes by which the enrolment that begins on `begin` ends (4) or is paused (2); none
    where there is none."""
    found = [
        one
        for one in file.insurances
        if one.insutype == insutype
        and Region(one.admdvs).pools_with(region)
        and one.begin == begin
        and one.status == "1"
    ]
    return [
        write for one in found for write in _changed(file, one, replace(one, status=status), now)
    ]


def waiting_ended(file: PersonFile, insutype: str, day: date, now: datetime) -> list[Write]:
    """The writes by which waiting periods that run on `day` end with the day before (J21)."""
    found = [
        one
        for one in file.insurances
        if one.insutype == insutype
        and one.status == "1"
        and one.benefit_begin is not None
        and one.benefit_begin > max(day, one.begin)
    ]
    return [
        write
        for one in found
        for write in _changed(file, one, replace(one, benefit_begin=max(day, one.begin)), now)
    ]


def _same(file: PersonFile, held: Insurance) -> Sequence[Insurance]:
    region = Region(held.admdvs)
    return [
        one
        for one in file.insurances
        if one.insutype == held.insutype and Region(one.admdvs).pools_with(region)
    ]


def _changed(file: PersonFile, before: Insurance, after: Insurance, now: datetime) -> list[Write]:
    version = rules.version(before, after, now, "changed")
    return store.entry_recorded(file.person, before, version)


__all__ = [
    "certificate_fault",
    "enrolment_ended",
    "enrolment_recorded",
    "holder",
    "known_identities",
    "waiting_ended",
]
