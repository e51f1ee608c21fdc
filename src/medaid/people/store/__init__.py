"""The people table; keys.py lists its access patterns. Dropped files have modules of their own,
`drops` and `senders`, which no settlement imports.

Writes name themselves by the labels
`people:certificate|person|insurance|identity|filing|visit|totals`: what lost is told by these.
"""

from medaid.people.store.keys import entry_key
from medaid.people.store.reads import (
    entries_under,
    entry_versions,
    filings_page,
    identities_at,
    identity_versions,
    listed_page,
    listed_total,
    person_file,
    person_of,
    person_versions,
    persons,
    persons_of,
    register,
    register_page,
)
from medaid.people.store.writes import (
    KEPT_TOTALS,
    entry_recorded,
    filing_added,
    filing_cancelled,
    person_changed,
    person_registered,
    registration_counted,
    relisted,
    totals_changed,
    visit_absent,
    visit_changed,
    visit_closed,
    visit_opened,
)

__all__ = [
    "KEPT_TOTALS",
    "entries_under",
    "entry_key",
    "entry_recorded",
    "entry_versions",
    "filing_added",
    "filing_cancelled",
    "filings_page",
    "identities_at",
    "identity_versions",
    "listed_page",
    "listed_total",
    "person_changed",
    "person_file",
    "person_of",
    "person_registered",
    "person_versions",
    "persons",
    "persons_of",
    "register",
    "register_page",
    "registration_counted",
    "relisted",
    "totals_changed",
    "visit_absent",
    "visit_changed",
    "visit_closed",
    "visit_opened",
]
