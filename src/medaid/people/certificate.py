"""Certificate numbers: as people write them, turned into the one form we keep, or refused with what
is wrong. Pure.

Sources: GB 11643-1999 (citizen identification number: 17 digits, the 17th odd for men, and an ISO
7064 MOD 11-2 check character; numbers of the first generation have 15 digits with a two-digit year
of birth in 19xx). Residence permits of Hong Kong, Macao and Taiwan residents (国办发〔2018〕81号)
and the permanent residence card for foreigners of 2023 follow the same standard.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from medaid.errors import BadInput

ID_CARD: Final = "01"
_CITIZEN: Final = {"01", "17"}
_FOREIGN: Final = "07"
_DISABLED: Final = "09"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_INVISIBLE: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff'‘’`]+")
_SCIENTIFIC: Final = re.compile(r"\d([.,]\d+)?E[+-]?\d+", re.ASCII)
_CITIZEN_FORM: Final = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD_FORM: Final = re.compile(r"\d{15}", re.ASCII)
_OTHER_FORM: Final = re.compile(r"[0-9A-Z()./-]{4,30}|[\u4e00-\u9fff0-9A-Z()第号-]{4,30}")
_CENTURY: Final = 100
"""Years: an old number of somebody this old is rather a new one that lost its last three digits."""
_LONGEST: Final = 50
"""C50 of the national interface."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that holds. `birth` and `sex` (1 male, 2 female) are what it says itself; None and
    empty where it says nothing."""

    cert_type: str
    certno: str
    birth: date | None = None
    sex: str = ""


class NotANumber(ValueError):
    """The Chinese sentence says what is wrong."""


def cleaned(text: str) -> str:
    """Full-width characters narrowed, blanks, invisible marks and a spreadsheet's apostrophe or
    `="…"` taken off, letters upper case."""
    narrow = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).upper()
    return narrow[2:-1] if narrow.startswith('="') and narrow.endswith('"') else narrow


def check_character(seventeen: str) -> str:
    """The eighteenth character of a citizen identification number (ISO 7064 MOD 11-2)."""
    return _CHECK[
        sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True)) % 11
    ]


def read(cert_type: str, text: str, today: date | None = None) -> Number:
    """The number of a certificate of `cert_type` (two digits); `today`, where it is known, tells
    who would be too old for an old number. Raises NotANumber with a Chinese sentence."""
    number = cleaned(text)
    if not number:
        raise NotANumber("证件号码未填写")
    if len(number) > _LONGEST:
        raise NotANumber(f"证件号码超过 {_LONGEST} 位")
    if _SCIENTIFIC.fullmatch(number):
        raise NotANumber(
            "证件号码已被表格软件改成科学计数(如 3.2E+17),原号码已丢失,请按文本格式重新填写"
        )
    if cert_type in _CITIZEN or (cert_type == _FOREIGN and number[0] == "9" and len(number) == 18):
        return _citizen(cert_type, number, today)
    if cert_type == _DISABLED:
        return _disabled(number)
    if not _OTHER_FORM.fullmatch(number):
        raise NotANumber("证件号码含有不应出现的字符或长度不符")
    return Number(cert_type, number)


def _citizen(cert_type: str, number: str, today: date | None = None) -> Number:
    if cert_type == ID_CARD and _OLD_FORM.fullmatch(number):
        if _may_be_cut(number, today):
            raise NotANumber("15 位号码存疑,疑为 18 位号码被截断,请填写完整的 18 位号码")
        longer = f"{number[:6]}19{number[6:]}"
        number = longer + check_character(longer)
    if not _CITIZEN_FORM.fullmatch(number):
        raise NotANumber(
            f"证件号码应为 18 位(或旧号 15 位)数字,末位可为 X,实为 {len(number)} 位或含其他字符"
        )
    if check_character(number[:17]) != number[17]:
        lost = ",末三位为 000,疑被表格软件截断" if number.endswith("000") else ""
        raise NotANumber(f"证件号码校验位不符(GB 11643),请逐位核对{lost}")
    return Number(cert_type, number, _birth(number[6:14]), "1" if int(number[16]) % 2 else "2")


def _may_be_cut(number: str, today: date | None) -> bool:
    """Whether fifteen digits may be a new number that a narrow column cut: read as one they say a
    day of this century, or as an old one somebody of a hundred years."""
    if today is not None and 1900 + int(number[6:8]) <= today.year - _CENTURY:
        return True
    if number[6:8] != "20":
        return False
    try:
        _birth(number[6:14])
    except NotANumber:
        return False
    return True


def _birth(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise NotANumber("证件号码中的出生日期不存在") from None


def _disabled(number: str) -> Number:
    """A disability card's number is the citizen number with kind and degree (two digits) behind,
    and `B` with a count when it was reissued."""
    person = _citizen(ID_CARD, number[:18])
    if not re.fullmatch(r"\d\d(B\d)?", number[18:], re.ASCII):
        raise NotANumber("残疾人证号应为 18 位身份证号加 2 位类别等级")
    return Number(_DISABLED, number, person.birth, person.sex)


def normal(cert_type: str, certno: str) -> tuple[str, str]:
    """Type (two digits) and number in the form we keep. Raises BadInput CERTNO naming the rule."""
    kind = cert_type.strip().zfill(2)
    try:
        return kind, read(kind, certno).certno
    except NotANumber as problem:
        raise BadInput("CERTNO", field="certno", rule=str(problem)) from None
