"""The pages of docs/articles/: each document's articles and sentences, and who carries them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from medaid.local.articles import (
    COVERAGE,
    REASONS,
    STATES,
    Article,
    CoverageRow,
    Sentence,
    SourceDocument,
    cited,
    problems,
    requirements,
    sources,
)
from medaid.local.errors import LocalError
from medaid.policy.model import Pack
from medaid.policy.service import library


def pages() -> Iterator[tuple[str, str]]:
    """Each page under docs/ and its text. Raises LocalError with every problem of every source."""
    asked, packs = requirements(COVERAGE.read_text(encoding="utf-8")), library().packs
    wrong = [one for source in sources() for one in problems(source, asked, packs)]
    if wrong:
        raise LocalError("docs/articles: " + "; ".join(wrong))
    for source in sources():
        yield f"articles/{source.name}.md", page(source, asked, packs)


def page(source: SourceDocument, asked: Mapping[str, CoverageRow], packs: Sequence[Pack]) -> str:
    """One document: a count of the states, then article by article sentences, data and code."""
    found = cited(source, packs)
    sentences = [one for article in source.articles for one in article.sentences]
    states = Counter(_state(one, asked) for one in sentences)
    names = dict.fromkeys((*STATES.values(), *REASONS.values()))
    total = ";".join(f"{name} {states[name]}" for name in names if states[name])
    lines = [
        f"# {source.number}:逐条逐句\n",
        f"《{source.title}》,{source.published}。由 `medaid docs` 从",
        f"`docs/articles/{source.name}.toml`、政策包和 [coverage.md](../coverage.md) 生成,",
        "不手工修改。每句只写要点,引用以原文为准。\n",
        f"共 {len(source.articles)} 条、{len(sentences)} 句:{total}。\n",
        *_gaps(source, packs),
    ]
    for article in source.articles:
        lines += _article(article, asked, found.by_article.get(article.id, {}))
    if found.lost_of_others:
        lines += ["## 未归到条款的引用\n", *(f"- {one}" for one in found.lost_of_others), ""]
    return "\n".join(lines)


def _gaps(source: SourceDocument, packs: Sequence[Pack]) -> list[str]:
    """How many gaps each pack that cites the document declares; which, stands on the other page."""
    counts = [
        f"{pack.region} `{pack.file}` {len(pack.gaps)} 项"
        for pack in packs
        if pack.gaps and any(one.number == source.number for one in pack.documents.values())
    ]
    told = "引用本文的政策包的缺口(见 [policy-coverage.md](../policy-coverage.md)):"
    return [f"{told}{';'.join(counts)}。\n"] if counts else []


def _state(one: Sentence, asked: Mapping[str, CoverageRow]) -> str:
    """How far a sentence is carried: by the least of its requirements."""
    if one.not_carried:
        return REASONS[one.not_carried]
    return STATES[max((asked[ident].state for ident in one.ids), key=list(STATES).index)]


def _article(
    article: Article, asked: Mapping[str, CoverageRow], data: Mapping[str, Sequence[str]]
) -> list[str]:
    lines = [f"## {article.id}\n"]
    for number, one in enumerate(article.sentences, 1):
        carried = "、".join(one.ids) or f"不承担({REASONS[one.not_carried]})"
        lines.append(f"{number}. {one.says} → {carried}" + (f":{one.note}" if one.note else ""))
    lines.append("")
    for file, words in data.items():
        lines.append(f"- 数据:`{file}`" + (f" {'、'.join(words)}" if words else ""))
    for ident in dict.fromkeys(ident for one in article.sentences for ident in one.ids):
        lines.append(_requirement(ident, asked[ident]))
    return [*lines, ""] if lines[-1] else lines


def _requirement(ident: str, row: CoverageRow) -> str:
    parts = [f"- {ident} {STATES[row.state]}"]
    parts += ["代码 " + "、".join(f"`{one}`" for one in row.where)] if row.where else []
    parts += ["测试 " + "、".join(f"`{one}`" for one in row.tests)] if row.tests else []
    return ";".join(parts)
