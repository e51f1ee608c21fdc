"""Keys of the table `access`.

Each line: who asks what: key; how; function.

- who read this person: pk `P#<psn_no>`, sk `<instant>#<id>`; Query, newest first;
  `service.list_reads_of`.
- whom did this caller read: index `reader`: `<subject>`, sorted by `at`; Query, newest first;
  `service.list_reads_by`.
- who of a region was read on this day: index `day`: `<yyyy-MM-dd>#<pooling region>`, sorted by
  `at`; Query, newest first; `service.list_reads_on`.
- one read more: the first; conditional put: nothing is written over; `service.record_read`.
- look-ups of a caller in an hour: pk `COUNT#<subject>#<hour>`, sk `COUNT`; conditional add;
  `service.record_read`.
- up to when a subject's tokens of a region do not count: pk `OUT#<subject>#<region>`,
  sk `<instant>`; Query, the newest one; `sign_out.check_signed_in`.
- a caller refused for the limit: pk `REFUSED#<subject>`, sk `<hour>#<purpose>`; conditional put,
  one an hour and purpose; read by the two indexes; `service.count_lookup`.

Roles of functions may put records, and update under `COUNT#` alone; nothing may delete.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from medaid.access.model import Read
from medaid.aws.items import Key
from medaid.ids import content_hash
from medaid.instants import stored
from medaid.regions import Region

COUNT: Final = "COUNT"
REFUSED: Final = "REFUSED#"


def person_partition(psn_no: str) -> str:
    return f"P#{psn_no}"


def read_key(read: Read) -> Key:
    """Two reads of one instant are two records, unless they say the same."""
    of = content_hash(
        read.reader.subject, read.region, read.purpose, read.item, read.reader.source
    )[:8]
    return Key(person_partition(read.psn_no), f"{stored(read.at)}#{of}")


def day_partition(day: date, region: Region) -> str:
    """A day's reads of the people of one pooling region."""
    return f"{day.isoformat()}#{region.pooling}"


def sign_out_partition(subject: str, region: str) -> str:
    return f"OUT#{subject}#{region}"


def sign_out_key(subject: str, region: Region, at: datetime) -> Key:
    return Key(sign_out_partition(subject, region), stored(at))


def refusal_key(read: Read) -> Key:
    return Key(f"{REFUSED}{read.reader.subject}", f"{stored(read.at)[:13]}#{read.purpose}")


def count_key(subject: str, at: datetime) -> Key:
    return Key(f"{COUNT}#{subject}#{stored(at)[:13]}", COUNT)
