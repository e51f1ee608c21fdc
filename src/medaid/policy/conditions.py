"""What every clause row of a policy file carries: its condition, its citation, its dates, the rows
it takes precedence over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from medaid.policy.model import Citation, ClauseRow, Document, When
from medaid.policy.reading import PackTable
from medaid.policy.vocabulary import NO_CATEGORY, RANGES, SETS, TRUST, VALUES

NO_CITE: Final = Citation("", "", "")


class Words(NamedTuple):
    """What a pack may refer to."""

    documents: Mapping[str, Document]
    levels: tuple[str, ...]
    diseases: tuple[str, ...]
    categories: frozenset[str]
    default: Citation | None = None
    """What a row without a citation of its own rests on: `default_cite` of its layer."""

    def among(self, name: str) -> tuple[str, ...]:
        """The values that the fact `name` may take; every one may also be asked for by itself."""
        if name == "level":
            return self.levels
        if name == "disease":
            return (*self.diseases, "other")
        if name == "category":
            return (*sorted(self.categories), NO_CATEGORY)
        return tuple(VALUES[name])


def citation(
    table: PackTable, words: Words, required: bool = True, name: str = "cite"
) -> Citation | None:
    """`cite = "document#article"`, or the layer's `default_cite`. A figure without either does not
    load."""
    text = table.text(name, required=False)
    if not text:
        if required and words.default is None:
            table.wrong('缺少 cite:每个数值都要写明依据,写作 cite = "文件#条款"')
        return words.default if required else None
    key, mark, article = text.partition("#")
    if not mark or not article.strip():
        table.wrong(f"{name} = {text!r} 缺少条款:应写作 文件#条款", name)
        return None
    if key not in words.documents:
        declared = "、".join(words.documents) or "(没有)"
        table.wrong(
            f"{name} 指向的文件 {key} 未在 [documents.{key}] 中声明;已声明:{declared}", name
        )
        return None
    document = words.documents[key]
    trust = table.choice("trust", TRUST, required=False, default=document.trust)
    return Citation(document.number, article.strip(), trust)


def when(table: PackTable, words: Words) -> When:
    """The condition of a row: sets of values, ranges of whole numbers."""
    below = table.table("when")
    return When() if below is None else condition(below, words)


def condition(below: PackTable, words: Words) -> When:
    """One conjunction of facts."""
    sets, ranges = [], []
    for name in below.value:
        if name in RANGES:
            ranges.append((name, *_range(below, name)))
        elif name in SETS:
            values = below.words(name)
            for value in values:
                if value not in words.among(name):
                    below.wrong(
                        f"{name} 的取值 {value!r} 未定义;可用:"
                        f"{'、'.join(words.among(name)) or '(文件未声明)'}",
                        name,
                    )
            if not values:
                below.wrong(f"{name} 没有列出任何取值", name)
            sets.append((name, frozenset(values)))
    below.done()
    return When(tuple(sorted(sets)), tuple(sorted(ranges)))


def _range(table: PackTable, name: str) -> tuple[int, int | None]:
    bounds = table.table(name)
    if bounds is None:
        return 0, None
    low, below, to = (
        bounds.whole("from", False),
        bounds.whole("below", False),
        bounds.whole("to", False),
    )
    bounds.done()
    if below is not None and to is not None:
        table.wrong(f"{name} 的上限只能写 below(不含)或 to(含)之一", name)
    high = below if below is not None else (None if to is None else to + 1)
    if (low or 0) < 0 or (high is not None and high <= (low or 0)):
        table.wrong(f"{name} 的范围为空或颠倒", name)
    return low or 0, high


def common(table: PackTable, words: Words, may_miss: bool = False) -> ClauseRow | None:
    """What every row carries. None (with the problem noted) where it has no citation; only some
    rows may say `missing`."""
    missing = table.text("missing", False) if may_miss else ""
    cite = citation(table, words, required=not missing)
    since, until = table.day("from", False), table.day("until", False)
    if since and until and until < since:
        table.wrong("until 早于 from:日期颠倒", "until")
    row = ClauseRow(
        table.text("id", False),
        when(table, words),
        cite or NO_CITE,
        table.words("over"),
        since,
        until,
        table.line(),
        missing,
    )
    return row if cite or missing else None
