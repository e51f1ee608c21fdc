"""The clause tables of a layer, read from TOML: deductibles, rates, caps, modifiers, requirements, floors, lumps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from medaid.policy.model import (
    FUNDS,
    KINDS,
    NO_CATEGORY,
    RANGES,
    TIERS,
    VALUES,
    Amount,
    Band,
    Base,
    Cap,
    Citation,
    Deductible,
    Document,
    Floor,
    Layer,
    Lump,
    Modifier,
    Rate,
    Requirement,
    Row,
    Switch,
    When,
)  # fmt: skip
from medaid.policy.reading import Table

SOURCES: Final = ("total", "in_policy", "in_policy_left", "all_left", "out_of_policy", "own_left", "year:own_in_policy", "year:own_all")
"""Plain sources; besides them `given:NAME`, `component:NAME`, `overflow:LAYER`, `deductible:LAYER`, `over_cap:LAYER`."""
NAMED_SOURCES: Final = ("given", "component", "overflow", "deductible", "over_cap")
LAYER_SOURCES: Final = ("overflow", "deductible", "over_cap")
MEASURES: Final = ("flat", "visit_excess", "visit_gross", "year_excess", "year_gross")
T = TypeVar("T")


class Words(NamedTuple):
    """What a pack may refer to."""

    documents: Mapping[str, Document]
    levels: tuple[str, ...]
    diseases: tuple[str, ...]
    categories: frozenset[str]

    def among(self, name: str) -> tuple[str, ...]:
        """The values that the fact `name` may take; every one may also be asked for by itself."""
        if name == "level":
            return self.levels
        if name == "disease":
            return (*self.diseases, "other")
        if name == "category":
            return (*sorted(self.categories), NO_CATEGORY)
        return tuple(VALUES[name])


def layer(table: Table, words: Words, pack: str) -> Layer | None:
    """One `[[layer]]`; None where it is too broken to go on (its problems are noted)."""
    kind = table.choice("kind", KINDS, required=False, default="share")
    cite = citation(table, words)
    base = _base(table.table("base", required=True), words)
    made = Layer(
        id=table.text("id"), name=table.text("name"), tier=table.choice("tier", TIERS), fund=table.choice("fund", FUNDS), kind=kind,
        when=when(table, words), cite=cite or _NO_CITE, after=table.words("after"), base=base or Base("total", _NO_CITE),
        given=table.text("given", required=kind == "given"), draws=table.choice("draws", ("in_policy_first", "out_of_policy_first"), False, "in_policy_first"),
        deductibles=_rows(table, "deductible", words, _deductible), rates=_rows(table, "rate", words, _rate), caps=_rows(table, "cap", words, _cap),
        modifiers=_rows(table, "modifier", words, _modifier), requirements=_requirements(table, words),
        floors=_rows(table, "floor", words, _floor), lumps=_rows(table, "lump", words, _lump), line=table.line(), pack=pack,
    )  # fmt: skip
    table.done()
    return made


_NO_CITE: Final = Citation("", "", "")


def citation(table: Table, words: Words, required: bool = True) -> Citation | None:
    """`cite = "document#article"`. A figure without one does not load."""
    text = table.text("cite", required=False)
    if not text:
        if required:
            table.wrong("缺少 cite:每个数值都要写明依据(文件#条款)")
        return None
    key, mark, article = text.partition("#")
    if not mark or not article.strip():
        table.wrong(f"cite = {text!r} 应写作 文件#条款", "cite")
        return None
    if key not in words.documents:
        table.wrong(f"cite 指向的文件 {key} 未在 [documents] 中声明", "cite")
        return None
    document = words.documents[key]
    trust = table.text("trust", required=False) or document.trust
    return Citation(document.number, article.strip(), trust)


def when(table: Table, words: Words) -> When:
    """The condition of a row: sets of values, ranges of whole numbers."""
    below = table.table("when")
    return When() if below is None else condition(below, words)


def condition(below: Table, words: Words) -> When:
    """One conjunction of facts."""
    sets, ranges = [], []
    for name in below.value:
        if name in RANGES:
            ranges.append((name, *_range(below, name)))
        elif name in VALUES or name in ("level", "disease", "category"):
            values = below.words(name)
            for value in values:
                if value not in words.among(name):
                    below.wrong(f"{name} 的取值 {value!r} 未定义;可用:{'、'.join(words.among(name)) or '(文件未声明)'}", name)
            if not values:
                below.wrong(f"{name} 没有列出任何取值", name)
            sets.append((name, frozenset(values)))
    below.done()
    return When(tuple(sorted(sets)), tuple(sorted(ranges)))


def _range(table: Table, name: str) -> tuple[int, int | None]:
    bounds = table.table(name)
    if bounds is None:
        return 0, None
    low, below, to = bounds.whole("from", False), bounds.whole("below", False), bounds.whole("to", False)
    bounds.done()
    if below is not None and to is not None:
        table.wrong(f"{name} 的上限只能写 below(不含)或 to(含)之一", name)
    high = below if below is not None else (None if to is None else to + 1)
    if (low or 0) < 0 or (high is not None and high <= (low or 0)):
        table.wrong(f"{name} 的范围为空或颠倒", name)
    return low or 0, high


def common(table: Table, words: Words) -> Row | None:
    """What every row carries. None (with the problem noted) where it has no citation."""
    missing = table.text("missing", False)
    cite = citation(table, words, required=not missing)
    since, until = table.day("from", False), table.day("until", False)
    if since and until and until < since:
        table.wrong("until 早于 from:日期颠倒", "until")
    row = Row(table.text("id", False), when(table, words), cite or _NO_CITE, table.words("over"), since, until, table.line(), missing)
    return row if cite or missing else None


def _rows(table: Table, key: str, words: Words, read: Callable[[Table, Row], T | None]) -> tuple[T, ...]:
    found: list[T] = []
    for element in table.rows(key):
        row = common(element, words)
        if row is not None and row.missing and key in _WITHOUT_FIGURE:
            found.append(_WITHOUT_FIGURE[key](row))
            element.done()
            continue
        value = read(element, row or Row("", When(), _NO_CITE, (), None, None, element.line()))
        element.done()
        if value is not None:
            found.append(value)
    return tuple(found)


_WITHOUT_FIGURE: Final[Mapping[str, Callable[[Row], Any]]] = {
    "deductible": lambda row: Deductible(row, Amount(fen=0), "visit"),
    "rate": lambda row: Rate(row, (), "flat"),
    "cap": lambda row: Cap(row, "limit", Amount(), "year", ()),
}
"""Rows that may say that no citable figure exists for their case."""


def source(table: Table, key: str, required: bool = True, default: str = "") -> str:
    """A source of money by name."""
    text = table.text(key, required, default)
    head, mark, name = text.partition(":")
    if text and text not in SOURCES and not (mark and head in NAMED_SOURCES and name):
        table.wrong(f"{key} = {text!r} 不是可用的基数来源:{'、'.join(SOURCES)},或 {'、'.join(n + ':…' for n in NAMED_SOURCES)}", key)
        return "total"
    return text


def amount(table: Table, *, unlimited: bool) -> Amount | None:
    """`yuan`; or `none = true`; or `ratio` of a source with `least_yuan`, `most_yuan`; or `times` a published figure `income_yuan`."""
    ways = [key for key in ("yuan", "none", "ratio", "times") if table.has(key)]
    if len(ways) != 1:
        table.wrong("须且只须写 yuan、none、ratio(配 of)或 times(配 income_yuan)之一")
        table.asked |= {"yuan", "none", "ratio", "times", "of", "income_yuan", "income_year", "least_yuan", "most_yuan"}
        return None
    least, most = table.fen("least_yuan", False) or 0, table.fen("most_yuan", False)
    if most is not None and most < least:
        table.wrong("most_yuan 小于 least_yuan", "most_yuan")
    if ways == ["none"]:
        table.flag("none")
        return Amount(fen=None if unlimited else 0, told="无")
    if ways == ["yuan"]:
        fen = table.fen("yuan")
        return None if fen is None else Amount(fen=fen)
    if ways == ["ratio"]:
        ratio, of = table.ratio("ratio"), source(table, "of")
        return None if ratio is None else Amount(ratio=ratio, of=of, least=least, most=most)
    return _of_income(table, least, most)


def _of_income(table: Table, least: int, most: int | None) -> Amount | None:
    """A multiple or share of a published income; the income stays beside it in words."""
    times, income = table.ratio("times", highest=100), table.fen("income_yuan")
    year = table.whole("income_year")
    if times is None or income is None:
        return None
    parts = times * income
    unit = 100 * 10**12
    fen = (2 * parts + unit) // (2 * unit) * 100 if table.flag("to_yuan") else (2 * parts + 10**12) // (2 * 10**12)
    fen = max(fen, least) if most is None else min(max(fen, least), most)
    return Amount(fen=fen, told=f"{year}年人均收入 {income // 100} 元 × {times / 10**12:g}")


def _base(table: Table | None, words: Words) -> Base | None:
    if table is None:
        return None
    cite = citation(table, words)
    plus = []
    for row in table.rows("plus"):
        weight = row.ratio("weight")
        plus.append((source(row, "source"), weight or 0))
        row.done()
    ceiling = table.fen("ceiling_yuan", False)
    base = Base(source(table, "from"), cite or _NO_CITE, table.words("less"), tuple(plus), None if ceiling is None else Amount(fen=ceiling))
    for text in base.less:
        if text not in SOURCES and text.partition(":")[0] not in NAMED_SOURCES:
            table.wrong(f"less 中的 {text!r} 不是可用的来源", "less")
    table.done()
    return base


def _deductible(table: Table, row: Row) -> Deductible | None:
    value = amount(table, unlimited=False)
    per = table.choice("per", ("visit", "year", "transfer"), required=False, default="visit")
    limit = table.fen("year_limit_yuan", False)
    made = Deductible(row, value or Amount(fen=0), per, table.words("shared_with"), limit, table.flag("franchise"), table.flag("inclusive"))
    if made.inclusive and not made.franchise:
        table.wrong("inclusive 只用于 franchise(达到起付线后从零计算)", "inclusive")
    return made if value else None


def _rate(table: Table, row: Row) -> Rate | None:
    if table.has("ratio") == table.has("band"):
        table.wrong("须且只须写 ratio(单一比例)或 [[…band]](分段)之一")
        table.asked |= {"ratio", "band", "on", "slab", "bounds"}
        return None
    if table.has("ratio"):
        ratio = table.ratio("ratio")
        return None if ratio is None else Rate(row, (Band(0, None, ratio),), "flat")
    bands: list[Band] = []
    for element in table.rows("band"):
        low, high, ratio = element.fen("from"), element.fen("to", False), element.ratio("ratio")
        element.done()
        if low is None or ratio is None:
            continue
        _contiguous(element, bands, low, high)
        bands.append(Band(low, high, ratio))
    if bands and bands[-1].high is not None:
        table.wrong(f"最后一段止于 {bands[-1].high // 100} 元,其上没有比例:最后一段不写 to", "band")
    bounds = table.choice("bounds", ("upper_inclusive", "lower_inclusive"), required=table.has("slab"), default="upper_inclusive")
    return Rate(row, tuple(bands), table.choice("on", MEASURES[1:]), table.flag("slab"), bounds == "upper_inclusive")


def _contiguous(element: Table, bands: list[Band], low: int, high: int | None) -> None:
    if bands and bands[-1].high != low:
        ended = "无上限" if bands[-1].high is None else f"{bands[-1].high // 100} 元"
        element.wrong(f"本段从 {low // 100} 元起,上一段止于 {ended}:分段须首尾相接", "from")
    if high is not None and high <= low:
        element.wrong("to 不大于 from:分段颠倒", "to")


def _cap(table: Table, row: Row) -> Cap | None:
    value = amount(table, unlimited=True)
    switch = None
    if (below := table.table("switch")) is not None:
        above = amount(below, unlimited=False)
        then = below.fen("then_yuan")
        if above is not None and then is not None:
            switch = Switch(source(below, "source"), above, then)
        below.done()
    per = table.choice("per", ("visit", "year"), required=value is not None and value.told != "无", default="year")
    name = table.text("limit", required=False, default="limit")
    return Cap(row, name, value, per, table.words("shared_with"), switch) if value else None


def _modifier(table: Table, row: Row) -> Modifier | None:
    target = table.choice("target", ("ratio", "deductible", "cap"), required=False, default="ratio")
    points = table.ratio("points", False, lowest=-1)
    times = table.ratio("times", False, highest=100)
    fen, floor = table.raw("add_yuan", int, "整数元", False), table.ratio("floor", False)
    if sum(v is not None for v in (points, times, fen, floor)) != 1:
        table.wrong("须且只须写 points(百分点,小数)、times(倍数)、add_yuan、floor 之一")
    if points is not None and target != "ratio":
        table.wrong('points 只用于 target = "ratio"', "points")
    per = table.choice("per", RANGES, required=False)
    most = table.ratio("most_points", False) if table.has("most_points") else table.fen("most_yuan", False)
    return Modifier(row, target, points or 0, times, (fen or 0) * 100, floor, per, table.whole("per_from", False) or 0, most, table.text("group", False))


def _requirements(table: Table, words: Words) -> tuple[Requirement, ...]:
    found = []
    for element in table.rows("requires"):
        row = common(element, words)
        among = tuple(condition(one, words) for one in element.rows("any")) or ((row.when,) if row else ())
        if not all(one.names for one in among):
            element.wrong("requires 须写 when 或 any")
        says = element.text("says")
        element.done()
        if row is not None:
            found.append(Requirement(row, says, among))
    return tuple(found)


def _floor(table: Table, row: Row) -> Floor | None:
    ratio = table.ratio("ratio")
    of = source(table, "of")
    return None if ratio is None else Floor(row, ratio, of)


def _lump(table: Table, row: Row) -> Lump | None:
    fen, above = table.fen("yuan"), table.fen("above_yuan")
    trigger = source(table, "source")
    return None if fen is None or above is None else Lump(row, fen, trigger, above)
