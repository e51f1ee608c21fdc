"""The keys of the people table, in one place: the table in the package's docstring is made of
these."""

from __future__ import annotations

import zlib
from datetime import date
from typing import Final, assert_never

from medaid.instants import stored
from medaid.people.model import Filing, Identity, Insurance, Standing, Visit

SHARDS: Final = 8
"""Index partitions of one city: a roster of a million rows must not go to one of them alone.
Changing it needs the index rebuilt."""
LAST: Final = "~"
"""Sorts after all that a key of ours may hold."""
PERSON: Final = "2PERSON"


def of_person(psn_no: str) -> str:
    return f"P#{psn_no}"


def of_history(psn_no: str) -> str:
    return f"H#{psn_no}"


def of_certificate(cert_type: str, certno: str) -> str:
    return f"C#{cert_type}#{certno}"


def of_batch(batch: str) -> str:
    return f"B#{batch}"


def of_year(year: int) -> str:
    return f"1YEAR#{year:04d}"


def of_standing(standing: Standing) -> str:
    """`3INSURANCE#<insutype>#<admdvs>#<begin>` or `4IDENTITY#<category>#<admdvs>#<start>`."""
    match standing:
        case Identity(category=category, admdvs=admdvs, start=start):
            return f"4IDENTITY#{category}#{admdvs}#{start.isoformat()}"
        case Insurance(insutype=insutype, admdvs=admdvs, begin=begin):
            return f"3INSURANCE#{insutype}#{admdvs}#{begin.isoformat()}"
        case _:
            assert_never(standing)


def of_filing(filing: Filing) -> str:
    return f"5FILING#{filing.filing_id}"


def of_visit(visit: Visit) -> str:
    return f"6VISIT#{visit.mdtrt_id}"


def of_version(recorded: str, key: str) -> str:
    """Sort key in the history of the version of `key` that was recorded at `recorded` (stored
    text)."""
    return f"{recorded}#{key}"


def shards(admdvs: str) -> list[str]:
    """The index partitions of the city that `admdvs` is or lies in."""
    return [f"{admdvs[:4]}#{shard}" for shard in range(SHARDS)]


def register(psn_no: str, identity: Identity) -> tuple[str, str]:
    """Partition and order of a version in the register's index."""
    shard = zlib.crc32(psn_no.encode()) % SHARDS
    order = (
        f"{identity.admdvs}#{identity.start.isoformat()}#"
        f"{psn_no}#{identity.category}#{stored(identity.recorded)}"
    )
    return f"{identity.admdvs[:4]}#{shard}", order


def register_bounds(admdvs: str, day: date) -> tuple[str, str]:
    """The least and the largest order that an identity which began by `day` in `admdvs` may have.

    A county (`440902`) is one range. A city (`440900`) spans its counties, each with its own days,
    so days are told apart by the reader.
    """
    if admdvs.endswith("00"):
        return admdvs[:4], admdvs[:4] + LAST
    return f"{admdvs}#", f"{admdvs}#{day.isoformat()}{LAST}"
