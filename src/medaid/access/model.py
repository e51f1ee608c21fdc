"""Who looked at whom: one record for each read of a person.

Sources: 个人信息保护法 art. 51, 54 (access is limited, recorded and audited); 医疗保障基金使用
监督管理条例 art. 32 (what is learnt of persons is kept secret).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

REFUSED = "refused"
"""The `item` of a look-up that was refused: its caller had looked up too often."""

LISTED = "list"
"""The `item` of a read that showed a person as a row of a list."""

ITEMS: dict[str, str] = {REFUSED: "查询过于频繁,已拒绝", LISTED: "名单中的一行"}
"""What an `item` that is no number of a record is called."""


class Purpose(StrEnum):
    """Why a person was read."""

    IDENTIFICATION = "identification"
    """1101: who stands at the counter."""
    SETTLEMENT_QUERY = "settlement_query"
    """5203: a settlement as it stands."""
    FILING_QUERY = "filing_query"
    """5304: filings for care away from home."""
    EXPLANATION = "explanation"
    """Why a settlement is what it is."""
    CASE = "case"
    """A manual case with its person."""
    CASE_SEARCH = "case_search"
    """Cases looked for by a person."""
    REGISTER = "register"
    """The person's page, identities and history."""
    AUDIT = "audit"
    """The trail itself, by an inspector."""


PURPOSES: dict[Purpose, str] = {
    Purpose.IDENTIFICATION: "人员信息查询",
    Purpose.SETTLEMENT_QUERY: "结算信息查询",
    Purpose.FILING_QUERY: "备案信息查询",
    Purpose.EXPLANATION: "结算说明",
    Purpose.CASE: "零星报销个案",
    Purpose.CASE_SEARCH: "按人员查找个案",
    Purpose.REGISTER: "人员档案",
    Purpose.AUDIT: "查阅留痕",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, by the token: the user's own id, the institution or region it acts for, and the
    address it came from."""

    subject: str
    institution: str = ""
    region: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One read of one person."""

    psn_no: str
    region: str
    """参保地 of what was read: its inspectors see the record."""
    at: datetime
    reader: Reader
    purpose: Purpose
    item: str = ""
    """What was read of the person: a settlement, a case; empty for the person as such."""
