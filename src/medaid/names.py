"""Personal names as offices write them: one form to keep, and when two are the same name. Pure.

Names of minorities carry a dot that has a dozen code points; exports pad names with blanks of every
width; typists mix full and half width. None of that is another name. What letters a name has is
never guessed: another character is another name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

DOT: Final = "\u00b7"
_DOTS: Final = re.compile("[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u16eb\u2024\uff0e.\u3002]")
"""· • ‧ ∙ ⋅ ・ ・ ᛫ ․ . . 。"""
_WIDE: Final = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}
_APOSTROPHES: Final = re.compile("[\u2018\u2019\u02bc\u0060\u00b4]")
_HYPHENS: Final = re.compile("[\u2010-\u2015\u2212]")
_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Zero-width marks, and the selectors of a character's glyph: the character is the same."""
_HAN: Final = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_COMMON: Final = re.compile("[\u4e00-\u9fff]+")
"""Most names: nothing in them has another form."""
_BETWEEN_HAN: Final = re.compile(f"(?<=[{_HAN}]) +(?=[{_HAN}])")
_AROUND: Final = re.compile(f" *([{DOT}()]) *")
_MARKS: Final = frozenset(f" {DOT}.'()-")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_FORMS: Final = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f\ue815-\ue864]")
"""Radicals, compatibility forms, and places that GBK gave to characters it lacked."""


def _standard() -> dict[int, str]:
    """The private places U+E815 to U+E864 that GBK fonts use for the characters 0xFE50 to 0xFEA0
    (䶮 is U+E863), each with the character that GB 18030 gives that code; those that GB 18030-2005
    left private have theirs by GB 18030-2022."""
    late = {
        0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5,
        0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F,
        0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
    }  # fmt: skip
    trail = [byte for byte in range(0x50, 0xA1) if byte != 0x7F]
    coded = {0xE815 + n: bytes([0xFE, byte]).decode("gb18030") for n, byte in enumerate(trail)}
    return coded | {private: chr(code) for private, code in late.items()}


_STANDARD: Final = _standard()


class NotAName(ValueError):
    """The Chinese sentence says what is wrong."""


def normal(written: str) -> str:
    """The name in the one form we keep: one dot, plain width, no blank but between words of
    letters. Raises NotAName; an empty text stays empty."""
    if _COMMON.fullmatch(written):
        return written
    name = unicodedata.normalize("NFC", _UNSEEN.sub("", written).translate(_WIDE))
    name = _FORMS.sub(_one_form, name)
    name = _HYPHENS.sub("-", _APOSTROPHES.sub("'", name))
    name = " ".join(name.split())
    name = _BETWEEN_HAN.sub("", name)
    if not name.isascii():
        name = _AROUND.sub(r"\1", _DOTS.sub(DOT, name))
    if name and not (name[0].isalpha() and all(map(_may_stand, name))):
        if _PRIVATE.search(name):
            raise NotAName("含有自造字,请改用标准字符(GB 18030)填写")
        raise NotAName("含有数字或不应出现的符号")
    return name


def _one_form(match: re.Match[str]) -> str:
    """A rare character in the one form it has: the character itself for a private place, a radical
    or a compatibility form of it."""
    letter = match[0]
    return unicodedata.normalize("NFKC", _STANDARD.get(ord(letter), letter))


def _may_stand(letter: str) -> bool:
    return letter.isalpha() or letter in _MARKS or unicodedata.category(letter)[0] == "M"


def same(one: str, other: str) -> bool:
    """Whether two names are equal but for dots, blanks, brackets, width and case."""
    return letters(one) == letters(other)


def letters(name: str) -> str:
    """What names are compared by: their letters alone, in one form and case."""
    plain = unicodedata.normalize("NFC", _FORMS.sub(_one_form, name.translate(_WIDE))).casefold()
    return "".join(letter for letter in plain if letter.isalpha())
