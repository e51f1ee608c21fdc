"""A TOML policy file to a `Pack`, or every reason why not, with file and line.

Nothing loads without its citation: each clause row names `document#article` of a document declared in the same file. Nothing is
guessed: unknown keys, unknown values, reversed dates, a ratio of 80, a band that does not start where the last ended are refused.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, Final

from medaid.errors import PolicySilent
from medaid.policy import clauses
from medaid.policy.checks import check_layer
from medaid.policy.lines import lines_of
from medaid.policy.model import TRUST, Document, Gap, Pack, Standing
from medaid.policy.reading import Problem, Table

LARGEST_FILE: Final = 1_000_000
"""Bytes. A pack is a document's clauses; the longest seen is under 40 KB."""
FORMAT: Final = 1
YEAR_BASES: Final = ("care_end", "settled")


class PackInvalid(PolicySilent):
    """One or more files are not valid packs; `problems` lists all that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("PACK_INVALID", rule="\n".join(map(str, self.problems)))


def load(path: FilePath, known_categories: frozenset[str]) -> Pack:
    """The pack in the file at `path`. Raises PackInvalid with every problem found."""
    if path.stat().st_size > LARGEST_FILE:
        raise PackInvalid([Problem(str(path), 1, f"文件超过 {LARGEST_FILE} 字节;一个政策包只写一份文件的条款,请拆分")])
    return parse(path.read_bytes(), path.name, known_categories)


def parse(data: bytes, file: str, known_categories: frozenset[str]) -> Pack:
    """The pack in `data` (UTF-8 TOML). Raises PackInvalid with every problem found."""
    problems: list[Problem] = []
    try:
        text = data.decode("utf-8-sig")
        content = tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise PackInvalid([Problem(file, 1, "文件须为 UTF-8 编码")]) from None
    except tomllib.TOMLDecodeError as error:
        raise PackInvalid([Problem(file, _line_of(error), f"不是合规的 TOML({error});政策包用 TOML 书写,不用 YAML 或 JSON")]) from None
    top = Table(content, (), lines_of(text), file, problems)
    pack = _pack(top, hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16], known_categories)
    if problems or pack is None:
        raise PackInvalid(sorted(problems, key=lambda p: p.line))
    return pack


def _line_of(error: tomllib.TOMLDecodeError) -> int:
    words = str(error).replace(",", " ").split()
    return int(words[words.index("line") + 1]) if "line" in words else 1


def _pack(top: Table, version: str, known_categories: frozenset[str]) -> Pack | None:
    if top.whole("format") != FORMAT:
        top.wrong(f"format 应为 {FORMAT}", "format")
    region = top.text("region")
    if not (region.isdigit() and len(region) == 6):
        top.wrong("region 应为六位统筹区代码(admdvs)", "region")
    in_force, expires, verified = top.day("in_force"), top.day("expires", False), top.day("verified_until", False)
    if in_force and expires and expires < in_force:
        top.wrong("expires 早于 in_force:日期颠倒", "expires")
    if in_force and verified and verified < in_force:
        top.wrong("verified_until 早于 in_force:日期颠倒", "verified_until")
    documents = _documents(top)
    words = clauses.Words(
        documents=documents,
        levels=top.words("levels"),
        diseases=top.words("diseases"),
        categories=known_categories,
    )
    ident, title = top.text("id"), top.text("title")
    standings = tuple(filter(None, (_standing(row, words) for row in top.rows("category"))))
    layers = tuple(filter(None, (clauses.layer(row, words, ident) for row in top.rows("layer"))))
    for one, table in zip(layers, top.rows("layer"), strict=False):
        check_layer(one, words, table)
        if [other.id for other in layers].count(one.id) > 1:
            table.wrong(f"层 {one.id} 在本文件中出现多次", "id")
    gaps = tuple(Gap(row.text("layer"), row.text("says"), row.line()) for row in _closed(top, "gap"))
    year_basis = top.choice("year_basis", YEAR_BASES, required=False)
    sections: dict[str, Any] = dict(top.value.get("section", {}))
    top.asked.add("section")
    top.done()
    if in_force is None:
        return None
    return Pack(
        ident, title, region, in_force, expires, verified, year_basis, documents, words.levels, words.diseases,
        standings, layers, gaps, sections, version, top.file,
    )  # fmt: skip


def _closed(top: Table, key: str) -> list[Table]:
    rows = list(top.rows(key))
    for row in rows:
        row.asked |= {"layer", "says"}
        row.done()
    return rows


def _documents(top: Table) -> dict[str, Document]:
    found: dict[str, Document] = {}
    documents = top.table("documents", required=True)
    for key in documents.value if documents else ():
        assert documents is not None
        row = documents.table(key)
        if row is None:
            continue
        published = row.day("published")
        document = Document(key, row.text("number"), row.text("title"), row.text("issuer"), published, row.choice("trust", TRUST))  # type: ignore[arg-type]  # a missing date is a problem already noted
        row.text("address", required=False)
        row.text("note", required=False)
        row.done()
        found[key] = document
    return found


def _standing(row: Table, words: clauses.Words) -> Standing | None:
    code = row.text("code")
    if code not in words.categories:
        row.wrong(f"救助类型 {code} 未定义", "code")
    common = clauses.common(row, words)
    row.done()
    return Standing(code, common) if common else None
