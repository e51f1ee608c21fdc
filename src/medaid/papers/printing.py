"""A paper as PDF: typst sets it, with the fonts embedded, as PDF/A-2u (what archives take: nothing
is looked up in the viewer's system, and each character can be read back).

The same paper is always the same bytes. A character that the fonts lack is never left out in
silence: 〓 stands in its place and a note says which it was.
"""

from __future__ import annotations

import json
import re
import struct
from datetime import UTC, date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from medaid.money import Fen
from medaid.papers.model import SIGNS, Paper, Table, Value
from medaid.papers.words import amount_in_words, amount_text, date_text

PDF: Final = "application/pdf"
MISSING: Final = "〓"
"""The printer's mark for a character that is not at hand."""
_LAYOUT: Final = Path(__file__).with_name("paper.typ")
_FORBIDDEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_HAN: Final = "[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U000323af\u201d\uff09]"
_STOP: Final = re.compile(f"(?<={_HAN})[,;:?!]|[,;:?!](?={_HAN})")
_BRACKETS: Final = re.compile(f"\\(([^()]*{_HAN}[^()]*)\\)|(?<={_HAN})\\(([^()]*)\\)")
_AMOUNT: Final = re.compile(r"(?<![\w.,-])\d{4,14}(?=\.\d\d(?!\d))", re.ASCII)
_WIDE: Final = 22
"""Characters of a fact that takes a row of its own."""


def pdf(paper: Paper) -> bytes:
    """The paper as PDF."""
    import typst  # loaded where a paper is made: a settlement never pays for it

    lacking: dict[str, None] = {}
    data = _shown(_data(paper), lacking)
    if lacking:
        names = "、".join(f"U+{ord(one):04X}" for one in lacking)
        data["notes"].append(f"注:字库没有的字以“{MISSING}”代替,原字为 {names},见电子表格。")
    made, warnings = typst.compile_with_warnings(
        _LAYOUT.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(data, ensure_ascii=False)},
        pdf_standards="a-2u",
        timestamp=datetime(paper.day.year, paper.day.month, paper.day.day, tzinfo=UTC),
    )
    assert isinstance(made, bytes), "a PDF is one file"
    assert not warnings, f"the layout does not hold: {warnings[0].message}"  # e.g. no such font
    return made


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(path.parent) for path in _files()[:1]],
    )


def _files() -> list[Path]:
    import pylopdf_fonts_zh_cn as fonts

    return [fonts.serif_path(), fonts.sans_path()]


@cache
def _known() -> frozenset[int]:
    """The characters that both fonts have."""
    serif, sans = (_characters(path.read_bytes()) for path in _files())
    return frozenset(serif & sans)


def _characters(font: bytes) -> set[int]:
    """The code points of an OpenType font, from the ranges of its cmap (format 12)."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = (struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(count))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        table = start + struct.unpack_from(">HHL", font, start + 4 + 8 * number)[2]
        if struct.unpack_from(">H", font, table)[0] == 12:
            groups = struct.unpack_from(">L", font, table + 12)[0]
            ranges = (struct.unpack_from(">LL", font, table + 16 + 12 * n) for n in range(groups))
            return {code for first, last in ranges for code in range(first, last + 1)}
    raise AssertionError("the font has no full table of its characters")


def _shown(data: Any, lacking: dict[str, None]) -> Any:
    """The same data with a mark for every character that the fonts lack; `lacking` learns them."""
    if isinstance(data, dict):
        return {name: _shown(value, lacking) for name, value in data.items()}
    if isinstance(data, list):
        return [_shown(value, lacking) for value in data]
    if not isinstance(data, str):
        return data
    text = typeset(_FORBIDDEN.sub("", data))
    missing = [one for one in text if ord(one) not in _known() and one != "\n"]
    lacking.update(dict.fromkeys(missing))
    return "".join(MISSING if one in lacking else one for one in text) if missing else text


def typeset(text: str) -> str:
    """The text with the punctuation of Chinese print and separators in amounts: sentences are kept
    with half-width marks and plain figures."""
    text = _BRACKETS.sub(lambda found: f"\uff08{found[1] or found[2] or ''}\uff09", text)
    text = _STOP.sub(lambda found: chr(ord(found[0]) + 0xFEE0), text)
    return _AMOUNT.sub(lambda found: f"{int(found[0]):,}", text)


def _data(paper: Paper) -> dict[str, Any]:
    return {
        "title": paper.title,
        "agency": paper.agency,
        "day": [paper.day.year, paper.day.month, paper.day.day],
        "date": date_text(paper.day),
        "number": paper.number,
        "period": paper.period,
        "unit": paper.unit,
        "addressee": paper.addressee,
        "facts": _facts(paper.facts),
        "paragraphs": list(paper.paragraphs),
        "tables": [_table(one) for one in paper.tables],
        "words": [
            {"label": label, "words": amount_in_words(fen), "figures": amount_text(fen)}
            for label, fen in paper.words
        ],
        "notes": list(paper.notes),
        "signatures": [
            {
                "post": one.post,
                "name": one.name,
                "title": one.title,
                "day": date_text(one.day) if one.day else "    年  月  日",
            }
            for one in paper.signatures
        ],
        "sealed": paper.sealed,
        "landscape": paper.landscape,
    }


def _facts(facts: tuple[tuple[str, Value], ...]) -> list[dict[str, Any]]:
    """Two to a row; a long one, and one left over, takes a row of its own."""
    shown: list[dict[str, Any]] = []
    half = False
    for number, (label, value) in enumerate(facts):
        text = _text(value)
        following = facts[number + 1] if number + 1 < len(facts) else None
        fits = following is not None and len(_text(following[1])) <= _WIDE
        wide = not half and (len(text) > _WIDE or not fits)
        half = not half and not wide
        shown.append({"label": label, "value": text, "wide": wide})
    return shown


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": [{"width": one.width} for one in table.columns],
        "heading": _heading(table),
        "rows": [[_cell(value) for value in row] for row in table.rows],
        "totals": [_cell(value) for value in table.totals],
    }


def _heading(table: Table) -> list[dict[str, Any]]:
    """The cells of the heading: one row, or two where columns share a heading above their own."""
    if not any(one.over for one in table.columns):
        return [{"text": one.name, "cols": 1, "rows": 1} for one in table.columns]
    above: list[dict[str, Any]] = []
    below: list[dict[str, Any]] = []
    for over, columns in groupby(table.columns, key=lambda one: one.over):
        names = [one.name for one in columns]
        if over:
            above.append({"text": over, "cols": len(names), "rows": 1})
            below += [{"text": name, "cols": 1, "rows": 1} for name in names]
        else:
            above += [{"text": name, "cols": 1, "rows": 2} for name in names]
    return [*above, *below]


def _cell(value: Value) -> dict[str, str]:
    centred = isinstance(value, int) or value in SIGNS
    kind = "number" if isinstance(value, Fen) else "count" if centred else "text"
    return {"text": _text(value), "kind": kind}


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Fen):
        return amount_text(value)
    if isinstance(value, int):
        return f"{value:,}"
    return date_text(value) if isinstance(value, date) else value
