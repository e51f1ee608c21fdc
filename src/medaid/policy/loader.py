"""A TOML policy file to a `Pack`, or every reason why not, with file and line.

Nothing loads without its citation: each clause row names `document#article` of a document declared
in the same file. Nothing is guessed: unknown keys, unknown values, reversed dates, a ratio of 80, a
band that does not start where the last ended are refused.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Final

from medaid.errors import PolicyUndetermined
from medaid.people.model import CATEGORIES
from medaid.policy import clauses
from medaid.policy.checks import check_layer
from medaid.policy.conditions import Words, citation, common
from medaid.policy.gaps import read_gaps
from medaid.policy.lines import lines_of
from medaid.policy.model import CategoryRule, Document, Ended, Layer, Pack, PublishedFigure
from medaid.policy.reading import PackProblem, PackTable
from medaid.policy.vocabulary import TRUST
from medaid.toml_errors import in_chinese, line_of

LARGEST_FILE: Final = 1_000_000
"""Bytes. A pack is a document's clauses; the longest seen is under 40 KB."""
FORMAT: Final = 1
YEAR_BASES: Final = ("care_end", "settled")


class PackInvalid(PolicyUndetermined):
    """One or more files are not valid packs; `problems` lists all that was found."""

    def __init__(self, problems: Sequence[PackProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("PACK_INVALID", rule="\n".join(map(str, self.problems)))


def load(path: FilePath, known_categories: frozenset[str]) -> Pack:
    """The pack in the file at `path`. Raises PackInvalid with every problem found."""
    if path.stat().st_size > LARGEST_FILE:
        raise PackInvalid(
            [
                PackProblem(
                    str(path),
                    1,
                    f"文件超过 {LARGEST_FILE} 字节;一个政策包只写一份文件的条款,请拆分",
                )
            ]
        )
    return parse(path.read_bytes(), path.name, known_categories)


def parse(data: bytes, file: str, known_categories: frozenset[str]) -> Pack:
    """The pack in `data` (UTF-8 TOML). Raises PackInvalid with every problem found."""
    problems: list[PackProblem] = []
    try:
        text = data.decode("utf-8-sig")
        content = tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise PackInvalid([PackProblem(file, 1, "文件须为 UTF-8 编码")]) from None
    except (ValueError, RecursionError, ArithmeticError) as error:  # 1e99999999999999999999
        raise PackInvalid(
            [
                PackProblem(
                    file,
                    line_of(error, text),
                    f"不是合规的 TOML:{in_chinese(error)};政策包用 TOML 书写,不用 YAML 或 JSON",
                )
            ]
        ) from None
    top = PackTable(content, (), lines_of(text), file, problems)
    pack = _pack(
        top, hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16], known_categories
    )
    if problems or pack is None:
        raise PackInvalid(sorted(problems, key=lambda p: p.line))
    return pack


def _pack(top: PackTable, version: str, known_categories: frozenset[str]) -> Pack | None:
    if top.whole("format") != FORMAT:
        top.wrong(f"format 应为 {FORMAT}", "format")
    region = top.text("region")
    if not re.fullmatch(r"[1-9][0-9]{5}", region):
        top.wrong("region 应为六位统筹区代码(admdvs)", "region")
    in_force, expires, verified = (
        top.day("in_force"),
        top.day("expires", False),
        top.day("verified_until", False),
    )
    if in_force and expires and expires < in_force:
        top.wrong("expires 早于 in_force:日期颠倒", "expires")
    if in_force and verified and verified < in_force:
        top.wrong("verified_until 早于 in_force:日期颠倒", "verified_until")
    documents = _documents(top)
    words = Words(
        documents=documents,
        levels=top.words("levels"),
        diseases=top.words("diseases"),
        categories=known_categories,
    )
    ident, title = top.text("id"), top.text("title")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", ident or "-"):
        top.wrong("id 只用小写字母、数字和连字符", "id")
    category_rules = tuple(
        filter(None, (_category_rule(row, words, ident) for row in top.rows("category")))
    )
    layers = _layers(top, words, ident)
    replaces = top.words("replaces")
    if ident in replaces:
        top.wrong("replaces 不能写本包自己", "replaces")
    year_basis = top.choice("year_basis", YEAR_BASES, required=False)
    ended = tuple(filter(None, (_ended(row, words) for row in top.rows("ended"))))
    figures = tuple(filter(None, (_figure(row, words) for row in top.rows("figure"))))
    known = (
        {one.id for one in layers} | {one.layer for one in ended} | {one.name for one in figures}
    )
    gaps, gap_layers = read_gaps(list(top.rows("gap")), words, ident, known)
    if not layers and not figures and not category_rules:
        top.wrong("政策包没有任何条款:写 [[layer]]、[[category]] 或 [[figure]]")
    top.done()
    if in_force is None:
        return None
    return Pack(
        ident,
        title,
        region,
        in_force,
        expires,
        verified,
        year_basis,
        documents,
        words.levels,
        words.diseases,
        category_rules,
        (*layers, *gap_layers),
        gaps,
        ended,
        figures,
        version,
        top.file,
        replaces,
    )


def _layers(top: PackTable, words: Words, pack: str) -> tuple[Layer, ...]:
    """Every layer, each held against itself and its name against the others'."""
    found: list[Layer] = []
    for table in top.rows("layer"):
        before = len(table.problems)
        one = clauses.layer(table, words, pack)
        if one is None:
            continue
        if len(table.problems) == before:
            check_layer(one, words, table)
        if one.id in (other.id for other in found):
            table.wrong(f"层 {one.id} 在本文件中出现多次:每层一个 id", "id")
        found.append(one)
    return tuple(found)


def _ended(row: PackTable, words: Words) -> Ended | None:
    layer, cite = row.text("layer"), citation(row, words)
    row.done()
    return Ended(layer, cite, row.line()) if cite else None


_UNITS: Final = ("yuan", "ratio", "count", "months", "days", "working_days")


def _figure(row: PackTable, words: Words) -> PublishedFigure | None:
    """A published figure: value and unit (`yuan` is kept in fen, `ratio` in parts, the rest as
    whole numbers)."""
    name, says, unit = row.text("name"), row.text("says"), row.choice("unit", _UNITS)
    readers: dict[str, Callable[[str], int | None]] = {"yuan": row.fen, "ratio": row.ratio}
    value = readers.get(unit, row.whole)("value")
    notice, cover = row.whole("notice_year", False), row.whole("cover_year", False)
    carried = common(row, words)
    row.done()
    return (
        PublishedFigure(name, says, value, unit, carried, notice, cover)
        if carried and value is not None
        else None
    )


def _documents(top: PackTable) -> dict[str, Document]:
    found: dict[str, Document] = {}
    documents = top.table("documents", required=True)
    for key in documents.value if documents else ():
        assert documents is not None
        row = documents.table(key)
        if row is None:
            continue
        published = row.day("published")
        document = Document(
            key,
            row.text("number"),
            row.text("title"),
            row.text("issuer"),
            published,  # type: ignore[arg-type]
            row.choice("trust", TRUST),
        )  # a missing date is a problem already noted
        row.text("address", required=False)
        row.text("note", required=False)
        row.done()
        found[key] = document
    return found


def _category_rule(row: PackTable, words: Words, pack: str) -> CategoryRule | None:
    code = row.text("code")
    if code not in words.categories:
        allowed = "、".join(
            f"{known} {CATEGORIES.get(known, '')}" for known in sorted(words.categories)
        )
        row.wrong(f"救助类型 {code} 未定义;可用:{allowed}", "code")
    carried = common(row, words)
    row.done()
    return CategoryRule(code, carried, pack) if carried else None
