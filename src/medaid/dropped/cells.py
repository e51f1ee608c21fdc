"""What a cell says: its text without what spreadsheets and exports wrap around it, and the amount,
count or day that a text stands for. Pure.

A cell that stands for nothing is refused, never taken as zero and never read as something near.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Final

from medaid.dropped.problem import Problem
from medaid.errors import BadInput
from medaid.money import Fen

BLANK: Final = " \t\r\n\u3000\u00a0\u200b\ufeff"
_WIDE: Final = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}
"""Full width to plain: of all that looks like a digit only that is one (`²` is not)."""
_GUARDED: Final = re.compile(r'="(.*)"', re.DOTALL)
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"-?\d+([.,]\d+)?E[+-]?\d+", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,15}", re.ASCII)
_DATE: Final = re.compile(
    r"(\d{4})(?:([-/.年])(\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))"
    r"(?:[ T]\d?\d:\d\d(?::\d\d(?:\.\d+)?)?)?",
    re.ASCII,
)


class NotACell(ValueError):
    """A cell that does not hold what its column asks for. Carries the problem, without its
    place."""

    def __init__(self, code: str, field: str, sentence: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, field, sentence)


@lru_cache(maxsize=4096)  # a million rows write the same few dozen words
def folded(text: str) -> str:
    """How texts and codes are compared: width, case, blanks and a code's leading zeros do not
    count."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return (plain.lstrip("0") or "0") if plain.isdigit() else plain


def text(cell: str) -> str:
    """A cell's own text: without blanks around it, and without the `="…"` or the leading apostrophe
    by which exports and spreadsheets keep it as text (ours too)."""
    plain = cell.strip(BLANK)
    if plain[:2] == '="':
        guarded = _GUARDED.fullmatch(plain)
        if guarded:
            plain = guarded[1].replace('""', '"').strip(BLANK)
    return plain[1:].strip(BLANK) if plain[:1] == "'" else plain


def yuan(cell: str, field: str) -> Fen:
    """The amount that a cell writes in yuan: full width narrowed, `1,234.50` with whole groups of
    three. Raises NotACell: empty, `1,23,4`, `1234,50`, a number in scientific notation."""
    plain = cell.translate(_WIDE)
    if not plain.strip():
        raise NotACell("FIELD_REQUIRED", field, "未填写;空白不作零处理")
    if _SCIENTIFIC.fullmatch(plain.upper()):
        raise NotACell("AMOUNT_FORMAT", field, "为科学计数,原数已丢失,请按数值格式重新填写")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise NotACell("AMOUNT_FORMAT", field, "不是金额(元,至多两位小数,如 1234.50 或 1,234.50)")
    try:
        return Fen.of_yuan(plain, field)
    except BadInput as error:
        raise NotACell(error.code, field, error.rule) from None


def count(cell: str, field: str) -> int:
    """A whole number of things, not negative. Raises NotACell."""
    plain = cell.translate(_WIDE)
    if not _COUNT.fullmatch(plain):
        raise NotACell("FIELD_FORMAT", field, "应为非负整数")
    return int(plain)


def day(cell: str, field: str) -> date:
    """The civil day that a cell writes: `2026-03-01`, `2026/3/1`, `2026.3.1`, `20260301`,
    `2026年3月1日`, a time of day behind it left aside. Raises NotACell."""
    match = _DATE.fullmatch(cell) or _DATE.fullmatch(cell.translate(_WIDE))
    if match is None:
        raise NotACell("FIELD_FORMAT", field, "日期应写作 2026-03-01")
    year, _, month, of_month, month8, of_month8 = match.groups()
    try:
        return date(int(year), int(month or month8), int(of_month or of_month8))
    except ValueError:
        raise NotACell("FIELD_FORMAT", field, "该日期不存在") from None
