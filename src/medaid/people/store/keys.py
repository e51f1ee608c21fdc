"""Keys of the table `people`: all that a settlement must know of a person lies under one key and
comes with one query.

Each line: who asks what: key; how; function.

- the person's file from a year on (years sort first): pk `P#<psn_no>`, sk >= `1YEAR#<yyyy>`; one
  consistent Query; `person_file`.
- . totals of a year: sk `1YEAR#<yyyy>`; with the file.
- . the person: sk `2PERSON`; with the file; BatchGetItem for rosters; `persons`.
- . enrolments: sk `3INSURANCE#<insutype>#<admdvs>#<begin>`; with the file; BatchGetItem for
  rosters; `entries_under`.
- . identities as known now: sk `4IDENTITY#<category>#<admdvs>#<start>`; with the file; BatchGetItem
  for rosters; `entries_under`.
- . filings: sk `5FILING#<filing_id>`; with the file.
- . open visits: sk `6VISIT#<mdtrt_id>`; with the file.
- . how often a visit was registered, or a stay goes on: sk `7REGISTRATIONS`; with the file;
  condition of the next one.
- whose certificate is it: pk `C#<cert_type>#<certno>`, sk `PERSON`; GetItem; BatchGetItem for
  rosters; `person_of`, `persons_of`.
- what we once took for true: pk `H#<psn_no>`, sk `<recorded>#<kind>#…`; Query; `identity_versions`,
  `person_versions`.
- filings by the region where persons are insured: index `register`: `F#<province>`,
  `<pooling region>#<admdvs>#<begin>#<psn_no>#<filing_id>`; by the region they go to: index
  `by_department`, likewise; one Query a page; `filings_page`.
- the register of a region on a day: index `register`: `<province>#<shard>`,
  `<pooling region>#<admdvs>#<start>#<psn_no>#…`; Query of each shard; `register`, `register_page`.
- who is in the register now, by name, category, department or village: indexes `by_name`,
  `by_category`, `by_department`, `by_village`: `<province>#<value>`,
  `<pooling region>#<admdvs>#<psn_no>#…`; one Query a page; `listed_page`.
- how many these are: pk `T#<province>`, sk `<list>#<value>#<pooling region>#<admdvs>#`; one Query;
  changed in the transaction of each identity; `listed_total`.
- what became of a drop: pk `B#<batch>`, sk `BATCH`; GetItem; `drop`.
- a sender's drops: pk `B#<sender>`, sk `DROP#<received>#<batch>`; Query by page; `drops_page`.
- how far a series of drops has come: pk `B#<sender>#<kind>#<admdvs>`, sk `LATEST`; GetItem,
  condition of a Put; `series`.
- a row that an officer mends: pk `B#<batch>`, sk `ROW#<number>`; GetItem; `mended_row`. Of
  a drop: Query; `mended_identities`.
- how files of a sender are read: pk `B#<sender>`, sk `SETTINGS`, each version under
  `SETTINGS#<at>`; GetItem; `sender_settings`.
- an upload by hand: pk `B#<sender>`, sk `UPLOAD#<id>`; GetItem; `upload`.
- a sender that officers have entered: pk `E#<code>`, sk `SENDER`; GetItem; `find_sender`.
- the senders of an office: pk `E#OF#<region>`, sk `<code>`; Query by page; `page_of_senders`.

A version that is superseded moves from `P#` to `H#` in the transaction that writes its successor,
so the file stays short.
"""

from __future__ import annotations

import zlib
from datetime import date, datetime
from typing import Final, NamedTuple, assert_never

from medaid import names
from medaid.aws.items import Key
from medaid.instants import stored
from medaid.people.lists import RegisterList
from medaid.people.model import (
    Filing,
    Identity,
    Insurance,
    Person,
    RegisterEntry,
    Visit,
)
from medaid.regions import Region

SHARDS: Final = 8
"""Index partitions of one province: a roster of a million rows must not go to one of them
alone. Changing it needs the index rebuilt."""
LAST: Final = "~"
"""Sorts after all that a key of ours may hold."""
PERSON: Final = "2PERSON"
IDENTITY: Final = "4IDENTITY#"
DROP_ROW: Final = "DROP#"


class RegisterPlace(NamedTuple):
    """Where a version stands in the register's index."""

    partition: str
    order: str


def person_partition(psn_no: str) -> str:
    return f"P#{psn_no}"


def history_partition(psn_no: str) -> str:
    return f"H#{psn_no}"


def psn_no_of(pk: str) -> str:
    """psn_no of an item under the person's key or in the history."""
    return pk[2:]


def from_year(year: int) -> str:
    """Where the file begins that is read with the totals of `year` and later."""
    return f"1YEAR#{year:04d}"


def year_key(psn_no: str, year: int) -> Key:
    return Key(person_partition(psn_no), from_year(year))


def person_key(psn_no: str) -> Key:
    return Key(person_partition(psn_no), PERSON)


def entry_key(psn_no: str, entry: RegisterEntry) -> Key:
    match entry:
        case Identity(category=category, admdvs=admdvs, start=start):
            return identity_key(psn_no, category, admdvs, start)
        case Insurance(insutype=insutype, admdvs=admdvs, begin=begin):
            sk = f"3INSURANCE#{insutype}#{admdvs}#{begin.isoformat()}"
        case _:
            assert_never(entry)
    return Key(person_partition(psn_no), sk)


def identity_key(psn_no: str, category: str, admdvs: str, start: date) -> Key:
    sk = f"{IDENTITY}{category}#{admdvs}#{start.isoformat()}"
    return Key(person_partition(psn_no), sk)


def filing_key(psn_no: str, filing: Filing) -> Key:
    return Key(person_partition(psn_no), f"5FILING#{filing.filing_id}")


def filings_partition(region: Region) -> str:
    """Of the indexes in which filings stand by region."""
    return f"F#{region.province}"


def filing_order(psn_no: str, filing: Filing, region: Region) -> str:
    return f"{region.path}{filing.valid_from.isoformat()}#{psn_no}#{filing.filing_id}"


def visit_key(psn_no: str, visit: Visit) -> Key:
    return Key(person_partition(psn_no), f"6VISIT#{visit.mdtrt_id}")


def registrations_key(psn_no: str) -> Key:
    return Key(person_partition(psn_no), "7REGISTRATIONS")


def history_key(key: Key, at: datetime | None) -> Key:
    """Where the version of `key` that was recorded at `at` lies once it is superseded."""
    psn_no = psn_no_of(key.pk)
    return Key(history_partition(psn_no), f"{stored(at) if at else ''}#{key.sk}")


def certificate_key(cert_type: str, certno: str) -> Key:
    return Key(f"C#{cert_type}#{certno}", "PERSON")


def sender_key(code: str) -> Key:
    return Key(f"E#{code}", "SENDER")


def senders_partition(office: Region) -> str:
    return f"E#OF#{office}"


def listed_sender_key(office: Region, code: str) -> Key:
    return Key(senders_partition(office), code)


def batch_key(batch_id: str) -> Key:
    return Key(f"B#{batch_id}", "BATCH")


def drops_partition(sender: str) -> str:
    return f"B#{sender}"


def drop_row_key(sender: str, received: str, batch: str) -> Key:
    return Key(drops_partition(sender), f"{DROP_ROW}{received}#{batch}")


def mended_row_key(batch: str, row: int) -> Key:
    partition, prefix = mended_rows(batch)
    return Key(partition, f"{prefix}{row}")


def mended_rows(batch: str) -> tuple[str, str]:
    """Partition of the mended rows of a drop, and how their sort keys begin."""
    return f"B#{batch}", "ROW#"


def settings_key(sender: str, at: datetime | None = None) -> Key:
    """Of what holds now, or of the version of `at`."""
    return Key(drops_partition(sender), f"SETTINGS#{stored(at)}" if at else "SETTINGS")


def upload_key(sender: str, upload_id: str) -> Key:
    return Key(drops_partition(sender), f"UPLOAD#{upload_id}")


def series_key(series: str) -> Key:
    return Key(f"B#{series}", "LATEST")


def register_partitions(region: Region) -> list[str]:
    """The index partitions of the province that `region` is or lies in."""
    return [f"{region.province}#{shard}" for shard in range(SHARDS)]


def register_place(psn_no: str, identity: Identity) -> RegisterPlace:
    shard = zlib.crc32(psn_no.encode()) % SHARDS
    order = (
        f"{Region(identity.admdvs).path}{identity.start.isoformat()}#"
        f"{psn_no}#{identity.category}#{stored(identity.recorded)}"
    )
    return RegisterPlace(f"{Region(identity.admdvs).province}#{shard}", order)


def register_bounds(region: Region, day: date) -> tuple[str, str]:
    """The least and the largest order that an identity which began by `day` in `region` may have.

    A county (`440902`) is one range. A pooling region (`440900`) and a province span their
    counties, each with its own days, so days are told apart by the reader.
    """
    prefix = region.path_prefix
    if prefix != region.path:
        return prefix or "0", f"{prefix}{LAST}"
    return prefix, f"{prefix}{day.isoformat()}{LAST}"


def list_value(kind: RegisterList, text: str) -> str:
    """What a list is asked by: of a name its letters, of the others the text without blanks."""
    return names.letters(text) if kind is RegisterList.NAME else "".join(text.split())


def list_values(person: Person, identity: Identity) -> dict[RegisterList, str]:
    """In which lists of the register an identity stands, and under what."""
    found = {
        RegisterList.NAME: person.name,
        RegisterList.CATEGORY: identity.category,
        RegisterList.DEPARTMENT: identity.department,
        RegisterList.VILLAGE: person.village,
    }
    return {kind: value for kind, text in found.items() if (value := list_value(kind, text))}


def list_partition(region: Region, value: str) -> str:
    return f"{region.province}#{value}"


def list_order(psn_no: str, identity: Identity) -> str:
    path = Region(identity.admdvs).path
    return f"{path}{psn_no}#{identity.category}#{identity.start.isoformat()}"


def list_bounds(region: Region) -> tuple[str, str]:
    """The least and the largest order of what lies in `region`. Raises BadInput for the nation."""
    return region.path_prefix or "0", f"{region.path_prefix}{LAST}"


def totals_partition(region: Region) -> str:
    return f"T#{region.province}"


def total_prefix(kind: RegisterList, value: str, region: Region) -> str:
    return f"{kind}#{value}#{region.path_prefix}"


def total_key(kind: RegisterList, value: str, region: Region) -> Key:
    return Key(totals_partition(region), f"{kind}#{value}#{region.path}")
