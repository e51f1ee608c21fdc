"""Identifiers. Every id is derived from the caller's own key, so that a second call finds the first
one's work.

None of them can be turned back into personal data: a certificate number never enters a derivation.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NewType

PersonNo = NewType("PersonNo", str)
"""psn_no."""
InstitutionCode = NewType("InstitutionCode", str)
"""fixmedins_code."""
SettlementId = NewType("SettlementId", str)
"""setl_id."""
VisitId = NewType("VisitId", str)
"""mdtrt_id."""
MessageId = NewType("MessageId", str)
"""msgid, the sender's own."""
CaseId = NewType("CaseId", str)
OrderId = NewType("OrderId", str)
"""Of a pay order."""
StatementId = NewType("StatementId", str)
OfficerId = NewType("OfficerId", str)
"""The token's subject (sub): what separation of duties is held by."""
NOBODY: Final = OfficerId("")

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _digest(*parts: str, length: int) -> str:
    """`length` characters (five bits each) of the SHA-256 over the parts, kept apart by a unit
    separator."""
    number = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest(), "big")
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        letters.append(_ALPHABET[digit])
    return "".join(letters)


def settlement_id(admdvs: str, institution: str, msgid: str) -> SettlementId:
    """setl_id (C30): the home region's six digits, `S`, and the digest of the sender's key."""
    return SettlementId(f"{admdvs}S{message_digest(institution, msgid)}")


def message_digest(institution: str, msgid: str) -> str:
    """What a message is known by: twenty letters of the sender's key, whatever it asks for."""
    return _digest("settlement", institution, msgid, length=20)


def settled_digest(setl_id: str) -> str:
    """The digest of the message that settled, out of its setl_id; empty for what is none."""
    return setl_id.partition("S")[2]


def reversal_id(settlement: str) -> str:
    """The id of the negative record that takes `settlement` back: there can only ever be one."""
    return f"{settlement}R"


_CASE: Final = re.compile(r"[0-9]{6}M[0-9A-F]{20}")


def case_id(admdvs: str, sender: str, key: str) -> CaseId:
    """Of the manual case that `sender` opens in region `admdvs` under its own key."""
    return CaseId(f"{admdvs}M{content_hash('case', admdvs, sender, key)[:20].upper()}")


def find_case_id(text: str) -> CaseId | None:
    """The first id of a manual case in `text`."""
    found = _CASE.search(text.upper())
    return CaseId(found[0]) if found else None


_SETTLEMENT: Final = re.compile(r"[0-9]{6}S[0-9A-Z]{20}R?")


def kind_of(source: str) -> str:
    """What an entry's source names: `settlement`, `case`, or `other`."""
    if _SETTLEMENT.fullmatch(source):
        return "settlement"
    return "case" if _CASE.fullmatch(source) else "other"


def visit_id(admdvs: str, year: int, institution: str, msgid: str) -> str:
    """mdtrt_id (C30) of the visit or stay begun in `year` that the message `msgid` registered."""
    return f"{admdvs}V{year:04d}{_digest('visit', institution, msgid, length=18)}"


def visit_year(mdtrt_id: str) -> int | None:
    """The year in which the visit began, or None where the id is not one of ours."""
    year = mdtrt_id[7:11]
    return (
        int(year)
        if len(mdtrt_id) == 29 and mdtrt_id[6] == "V" and year.isascii() and year.isdigit()
        else None
    )


def visit_region(mdtrt_id: str) -> str:
    """The region in which the person of a visit of ours is insured."""
    return mdtrt_id[:6]


def person_no(file_digest: str, row: int) -> str:
    """psn_no (C30) of a person first seen in row `row` (from 1) of the file with that SHA-256."""
    return f"P{_digest('person', file_digest, str(row), length=20)}"


def entry_id(source: str, kind: str) -> str:
    """Id of the journal entry that `source` (a settlement, case or bill id) causes as `kind`."""
    return f"{kind}-{source}"


def source_of(entry_id: str, kind: str) -> str:
    """Of what `entry_id` is the journal entry that it causes as `kind`."""
    return entry_id.removeprefix(f"{kind}-")


def content_hash(*parts: str) -> str:
    """SHA-256 hex of canonical text: what tells a retry from a reused key."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
