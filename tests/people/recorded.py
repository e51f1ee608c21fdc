"""Identities and enrolments recorded without a dropped file, and the whole register at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from medaid.aws.transaction import Write
from medaid.errors import Refused
from medaid.people import rules, service, store
from medaid.people.model import Identity, Insurance, Person


def insurance_recorded(
    psn_no: str, before: Insurance | None, after: Insurance, now: datetime
) -> list[Write]:
    """An enrolment confirmed (`before` None), changed or ended, as a roster does it."""
    whose = _person(psn_no)
    return store.entry_recorded(whose, before, rules.version(before, after, now))


def identity_recorded(
    psn_no: str, before: Identity | None, after: Identity, now: datetime
) -> list[Write]:
    """An identity confirmed (`before` None), changed or ended, as a roster does it."""
    whose = _person(psn_no)
    return store.entry_recorded(whose, before, rules.version(before, after, now))


def _person(psn_no: str) -> Person:
    """Who it is: as registered, or somebody who is registered in the same transaction."""
    try:
        return service.load(psn_no, 9999).person
    except Refused:
        return Person(psn_no, "张三", "1", "01", "", None)


def register_on(admdvs: str, day: date, known_at: datetime) -> Iterator[tuple[str, Identity]]:
    """The whole register as it stood on `day`, as known at `known_at`, page by page."""
    after = ""
    while True:
        page, after = service.register_page(admdvs, day, known_at, after, 50)
        yield from page
        if not after:
            return
