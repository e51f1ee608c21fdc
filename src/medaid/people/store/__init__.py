"""The people table; keys.py lists its access patterns.

Writes name themselves by the labels
`people:certificate|person|insurance|identity|filing|visit|totals`: what lost is told by these.
"""

from medaid.people.store.keys import entry_key
from medaid.people.store.reads import (
    batch,
    entries_under,
    entry_versions,
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
    batch_state,
    entry_recorded,
    filing_added,
    filing_cancelled,
    person_changed,
    person_registered,
    registration_counted,
    relisted,
    series_reached,
    totals_changed,
    visit_absent,
    visit_changed,
    visit_closed,
    visit_opened,
)

__all__ = [
    "KEPT_TOTALS",
    "batch",
    "batch_state",
    "entries_under",
    "entry_key",
    "entry_recorded",
    "entry_versions",
    "filing_added",
    "filing_cancelled",
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
    "series_reached",
    "totals_changed",
    "visit_absent",
    "visit_changed",
    "visit_closed",
    "visit_opened",
]
