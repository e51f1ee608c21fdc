"""docs/articles/: for each source document every article and sentence, and who carries it.

The data (docs/articles/*.toml) says of each sentence which requirements it makes, or why it is not
carried by a program. The page joins it with the packs and the other data that cite the article and
with docs/coverage.md, which names code and tests of each requirement. Nothing is passed over:
`problems` names every sentence, id and citation that has no place.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from medaid.local.errors import LocalError
from medaid.local.places import PACKAGE, ROOT
from medaid.policy.describe import entries
from medaid.policy.model import Pack
from medaid.policy.service import PACKS

FOLDER: Final = ROOT / "docs" / "articles"
COVERAGE: Final = ROOT / "docs" / "coverage.md"
REASONS: Final[Mapping[str, str]] = {
    "frame": "标题、依据或施行",
    "advice": "对部门或人的工作要求",
    "not_yet": "尚未实现",
    "cannot": "不能由程序表达",
    "elsewhere": "由其他系统承担",
}
"""Why a sentence is not carried."""
STATES: Final[Mapping[str, str]] = {
    "done": "已实现",
    "part": "部分实现",
    "unproven": "有实现而没有测试",
    "not yet": "尚未实现",
}
_KEYS: Final = frozenset({"says", "ids", "not_carried", "note"})


class Sentence(NamedTuple):
    """One sentence in few words: `ids` of its requirements, or the reason it is not carried."""

    says: str
    ids: tuple[str, ...]
    not_carried: str
    note: str


class Article(NamedTuple):
    id: str
    """As packs cite it: 第二十六条, 二(二)3(1)."""
    sentences: tuple[Sentence, ...]


class SourceDocument(NamedTuple):
    """A source document with all its articles; `names` are the ways in which data cites it."""

    name: str
    prefix: str
    number: str
    title: str
    published: str
    names: tuple[str, ...]
    articles: tuple[Article, ...]

    def articles_of(self, cited: str) -> list[str]:
        """The articles that `cited` names: the longest id that each part of it begins with."""
        ids = sorted((article.id for article in self.articles), key=len, reverse=True)
        found = []
        for part in re.split("、", cited):
            rest = part.strip()
            while one := next((ident for ident in ids if rest.startswith(ident)), ""):
                found.append(one)
                rest = rest[len(one) :]
        return found


class CoverageRow(NamedTuple):
    """A row of docs/coverage.md."""

    state: str
    where: tuple[str, ...]
    tests: tuple[str, ...]
    missing: str


@cache
def sources() -> tuple[SourceDocument, ...]:
    """The documents of docs/articles/*.toml, by prefix."""
    found = [_source(path) for path in sorted(FOLDER.glob("*.toml"))]
    return tuple(sorted(found, key=lambda source: "JQNMX".index(source.prefix)))


def _source(path: Path) -> SourceDocument:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    articles = tuple(
        Article(row["id"], tuple(_sentence(one, path.name, row["id"]) for one in row["sentences"]))
        for row in data["article"]
    )
    names = (data["number"], *data.get("also_cited_as", ()))
    return SourceDocument(
        path.stem,
        data["prefix"],
        data["number"],
        data["title"],
        str(data["published"]),
        tuple(sorted(names, key=len, reverse=True)),
        articles,
    )


def _sentence(row: Mapping[str, Any], file: str, article: str) -> Sentence:
    if unknown := set(row) - _KEYS:
        raise LocalError(f"{file} {article}: unknown key {', '.join(sorted(unknown))}")
    return Sentence(
        row["says"], tuple(row.get("ids", ())), row.get("not_carried", ""), row.get("note", "")
    )


def requirements(page: str) -> dict[str, CoverageRow]:
    """The rows of docs/coverage.md by id."""
    found = {}
    for line in page.splitlines():
        if not re.match(r"\| [JQNMX]\S* \|", line):
            continue
        ident, _, state, where, tests, missing = (
            cell.strip() for cell in line.strip("|\n").split(" | ")
        )
        code = re.compile(r"`([^`]+)`")
        found[ident] = CoverageRow(
            state, tuple(code.findall(where)), tuple(code.findall(tests)), missing
        )
    return found


# ---------------------------------------------------------------- who cites an article


def pack_cites(packs: Sequence[Pack]) -> Iterator[tuple[str, str, str, str]]:
    """Every citation of a pack: document number, article, file, and what rests on it in words."""
    for pack in packs:
        for rule in pack.category_rules:
            cite = rule.row.cite
            yield cite.document, cite.article, pack.file, "救助对象"
        for figure in pack.figures:
            yield figure.row.cite.document, figure.row.cite.article, pack.file, figure.says
        for layer in pack.layers:
            yield layer.cite.document, layer.cite.article, pack.file, layer.name
            for entry in entries(layer):
                says = f"{layer.name}·{entry.table}"
                yield entry.cite.document, entry.cite.article, pack.file, says


def data_cites() -> Iterator[tuple[str, str]]:
    """Every citation of the other data files: the file and its text."""
    for path in sorted(PACKAGE.rglob("*.toml")):
        if PACKS in path.parents or path.name == "template.toml":
            continue
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for text in _cites_in(data):
            yield str(path.relative_to(PACKAGE.parent)), text


def _cites_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("cite", "article") and isinstance(value, str):
                yield value
            else:
                yield from _cites_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _cites_in(value)


class Cited(NamedTuple):
    """By article and file what rests on it; citations that name no article, of packs and others."""

    by_article: Mapping[str, Mapping[str, Sequence[str]]]
    lost_of_packs: Sequence[str]
    lost_of_others: Sequence[str]


def cited(source: SourceDocument, packs: Sequence[Pack]) -> Cited:
    """Who cites which article of the document."""
    found: dict[str, dict[str, list[str]]] = {}

    def note(article: str, file: str, says: str) -> bool:
        named = source.articles_of(article)
        for one in named:
            words = found.setdefault(one, {}).setdefault(file, [])
            if says and says not in words:
                words.append(says)
        return bool(named)

    lost_of_packs = [
        f"{file}: {number} {article}"
        for number, article, file, says in pack_cites(packs)
        if number == source.number and not note(article, file, says)
    ]
    lost_of_others = []
    for file, text in data_cites():
        for part in re.split("[;;]", text):
            name = next((name for name in source.names if part.strip().startswith(name)), "")
            rest = _in_chinese(part.strip()[len(name) :].strip())
            if name and rest and not note(rest, file, ""):
                lost_of_others.append(f"{file}: {part.strip()}")
    return Cited(found, sorted(set(lost_of_packs)), sorted(set(lost_of_others)))


_DIGITS: Final = "〇一二三四五六七八九"


def _in_chinese(text: str) -> str:
    """`art. 25` as the document writes it: 第二十五条."""

    def article(match: re.Match[str]) -> str:
        tens, ones = divmod(int(match[1]), 10)
        ten = ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "")
        return f"第{ten}{_DIGITS[ones] if ones else ''}条"

    return re.sub(r"art\. (\d{1,2})", article, text)


# ---------------------------------------------------------------- what is wrong


def problems(
    source: SourceDocument, asked: Mapping[str, CoverageRow], packs: Sequence[Pack]
) -> list[str]:
    """Every sentence without a place, unknown or unused id, and citation of no article."""
    found = []
    for article in source.articles:
        for one in article.sentences:
            at = f"{source.name} {article.id} {one.says}"
            if bool(one.ids) == bool(one.not_carried):
                found.append(f"{at}: name its requirements, or why it is not carried")
            if one.not_carried and one.not_carried not in REASONS:
                found.append(f"{at}: no such reason: {one.not_carried}")
            if one.not_carried in ("cannot", "not_yet") and not one.note:
                found.append(f"{at}: say in a note what is missing")
            found += [
                f"{at}: {ident} is not on docs/coverage.md"
                for ident in one.ids
                if ident not in asked
            ]
    ids = Counter(article.id for article in source.articles)
    found += [
        f"{source.name} {ident}: stands {count} times" for ident, count in ids.items() if count > 1
    ]
    used = {ident for a in source.articles for one in a.sentences for ident in one.ids}
    found += [
        f"{source.name}: no sentence makes requirement {ident}"
        for ident in asked
        if ident.startswith(source.prefix) and ident not in used
    ]
    lost = cited(source, packs).lost_of_packs
    return found + [f"{source.name}: cited and not in the data: {one}" for one in lost]
