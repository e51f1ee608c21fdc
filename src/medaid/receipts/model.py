"""A medical receipt (医疗收费票据) as what pays once in the whole system (Q3.2), and who holds it.

One normal form, whoever writes it. Width, case and blanks are matters of writing and do not count.
Leading zeros are printed and do count: two numbers that differ in nothing else are suspected to be
one, and a person looks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from medaid.errors import BadInput
from medaid.regions import Region

LABEL: Final = "receipt:"
"""Of a lost claim, followed by code and number."""
_PART: Final = re.compile(r"[0-9A-Z]{1,20}")
_DIGITAL: Final = re.compile(r"[0-9]{20}")
"""全面数字化的电子发票: a number of 20 digits and no code. A code beside it was invented by
somebody whose form asks for one."""


class ReceiptNumber(NamedTuple):
    """A receipt by its printed code (票据代码) and number (票据号码), in the normal form.

    Made by `ReceiptNumber.parse` or from what is stored. `code` is empty for a digital invoice,
    whose number of 20 digits is unique by itself.
    """

    code: str
    number: str

    @classmethod
    def parse(cls, code: object, number: object, field: str) -> ReceiptNumber:
        """The receipt that somebody wrote as `code` and `number`. Raises BadInput FIELD_FORMAT
        naming the part of `field` at fault."""
        printed = _part(number, f"{field}.bill_no")
        if _DIGITAL.fullmatch(printed):
            return cls("", printed)
        return cls(_part(code, f"{field}.bill_code"), printed)

    @property
    def without_leading_zeros(self) -> ReceiptNumber:
        """What two writings share that differ in leading zeros only."""
        return ReceiptNumber(self.code.lstrip("0"), self.number.lstrip("0"))

    def __str__(self) -> str:
        return f"{self.code} {self.number}".strip()


def _part(text: object, field: str) -> str:
    written = unicodedata.normalize("NFKC", text) if isinstance(text, str) else ""
    part = "".join(written.split()).upper()
    if not _PART.fullmatch(part):
        raise BadInput(
            "FIELD_FORMAT",
            field=field,
            rule="票据代码、号码为 1 至 20 位数字或字母;数电票号码为 20 位数字,无票据代码",
        )
    return part


def check_distinct(receipts: Sequence[ReceiptNumber], field: str) -> None:
    """Raises BadInput DUPLICATE where one receipt stands twice among `receipts`, leading zeros
    aside."""
    if len({receipt.without_leading_zeros for receipt in receipts}) < len(receipts):
        raise BadInput("DUPLICATE", field=field, rule="同一票据在申请中出现两次")


class HolderKind(StrEnum):
    """What has used a receipt."""

    CASE = "case"
    """A manual case."""
    SETTLEMENT = "settlement"
    """A one-stop settlement at the counter."""
    REPORT = "region"
    """A payment that another region reported."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has used a receipt: `id` of the case, settlement or reported payment."""

    id: str
    kind: HolderKind
    region: Region
    """Whose fund pays on it."""
