"""The people table: all that a settlement must know of a person lies under one key and comes with
one query.

| who asks what | key | how | function |
| --- | --- | --- | --- |
| the person's file from a year on (years sort first) | pk `P#<psn_no>`, sk >= `1YEAR#<yyyy>` | one consistent Query | `person_file` |
| . totals of a year | sk `1YEAR#<yyyy>` | with the file | |
| . the person | sk `2PERSON` | with the file; BatchGetItem for rosters | `persons` |
| . enrolments | sk `3INSURANCE#<insutype>#<admdvs>#<begin>` | with the file; BatchGetItem for rosters | `standings` |
| . identities as known now | sk `4IDENTITY#<category>#<admdvs>#<start>` | with the file; BatchGetItem for rosters | `standings` |
| . filings | sk `5FILING#<filing_id>` | with the file | |
| . open visits | sk `6VISIT#<mdtrt_id>` | with the file | |
| whose certificate is it | pk `C#<cert_type>#<certno>`, sk `PERSON` | GetItem; BatchGetItem for rosters | `person_of`, `persons_of` |
| what we once took for true | pk `H#<psn_no>`, sk `<recorded>#<kind>#…` | Query | `identity_versions`, `person_versions` |
| the register of a region on a day | index `register`: `<city>#<shard>`, `<admdvs>#<start>#<psn_no>#…` | Query of each shard | `register` |
| what became of a drop | pk `B#<batch>`, sk `BATCH` | GetItem | `batch` |
| how far a series of drops has come | pk `B#<sender>#<kind>#<admdvs>`, sk `LATEST` | condition of a Put | `series_reached` |

A version that is superseded moves from `P#` to `H#` in the transaction that writes its successor,
so the file stays short. Writes name themselves by the labels
`people:certificate|person|insurance|identity|filing|visit|totals`: what lost is told by these.
"""

from medaid.people.store.reads import (
    batch,
    identity_versions,
    person_file,
    person_of,
    person_versions,
    persons,
    persons_of,
    register,
    register_page,
    standings,
)
from medaid.people.store.writes import (
    batch_state,
    filing_added,
    filing_cancelled,
    person_changed,
    person_registered,
    series_reached,
    standing_recorded,
    totals_changed,
    visit_changed,
    visit_closed,
    visit_opened,
)

__all__ = [
    "batch",
    "batch_state",
    "filing_added",
    "filing_cancelled",
    "identity_versions",
    "person_changed",
    "person_file",
    "person_of",
    "person_registered",
    "person_versions",
    "persons",
    "persons_of",
    "register",
    "register_page",
    "series_reached",
    "standing_recorded",
    "standings",
    "totals_changed",
    "visit_changed",
    "visit_closed",
    "visit_opened",
]
