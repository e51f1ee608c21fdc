"""Sums and sources as policy files write them: `yuan`, `none`, a `ratio` of something, `times` a
published income."""

from __future__ import annotations

from typing import Final

from medaid.money import RATIO_SCALE, half_up
from medaid.policy.model import ClauseAmount
from medaid.policy.reading import PackTable

SOURCES: Final = (
    "total",
    "in_policy",
    "own_expense",
    "over_limit",
    "prior_share",
    "in_policy_left",
    "all_left",
    "own_left",
    "out_of_policy",
    "out_of_policy_left",
    "year:own_in_policy",
    "year:own_all",
    "year:in_policy",
    "year:total",
)
"""Plain sources; besides them `given:NAME`, `component:NAME`, `overflow:LAYER`, `deductible:LAYER`,
`over_cap:LAYER`."""
NAMED_SOURCES: Final = ("given", "component", "overflow", "deductible", "over_cap")


def known(text: str) -> bool:
    """Whether `text` names a source of money."""
    head, mark, name = text.partition(":")
    return text in SOURCES or bool(mark and head in NAMED_SOURCES and name)


def source(table: PackTable, key: str, required: bool = True) -> str:
    """A source of money by name."""
    text = table.text(key, required)
    if text and not known(text):
        table.wrong(
            f"{key} = {text!r} 不是可用的来源:{'、'.join(SOURCES)},"
            f"或 {'、'.join(n + ':…' for n in NAMED_SOURCES)}",
            key,
        )
        return "total"
    return text


_WAYS: Final = ("yuan", "none", "ratio", "times")
_BESIDE: Final = frozenset(
    {*_WAYS, "of", "income_yuan", "income_year", "least_yuan", "most_yuan", "to_yuan"}
)


def amount(table: PackTable, *, unlimited: bool) -> ClauseAmount | None:
    """`yuan`; or `none = true`; or `ratio` of a source with `least_yuan`, `most_yuan`; or `times` a
    published figure `income_yuan`."""
    ways = [key for key in _WAYS if table.has(key)]
    if len(ways) != 1:
        table.wrong("须且只须写 yuan、none、ratio(配 of)或 times(配 income_yuan)之一")
        table.asked |= _BESIDE
        return None
    if ways == ["none"]:
        if not table.flag("none"):
            table.wrong("none 只能写 true;有数值就写 yuan", "none")
        return ClauseAmount(fen=None if unlimited else 0, derivation="无")
    if ways == ["yuan"]:
        fen = table.fen("yuan")
        return None if fen is None else ClauseAmount(fen=fen)
    least, most = table.fen("least_yuan", False) or 0, table.fen("most_yuan", False)
    if most is not None and most < least:
        table.wrong("most_yuan 小于 least_yuan", "most_yuan")
    if ways == ["ratio"]:
        ratio, of = table.ratio("ratio"), source(table, "of")
        return None if ratio is None else ClauseAmount(ratio=ratio, of=of, least=least, most=most)
    return _of_income(table, least, most)


def _of_income(table: PackTable, least: int, most: int | None) -> ClauseAmount | None:
    """A multiple or share of a published income, half up to the fen (or the yuan); the income stays
    beside it in words."""
    times, income = table.ratio("times", highest=100), table.fen("income_yuan")
    year = table.whole("income_year")
    whole_yuan = table.flag("to_yuan")
    if times is None or income is None:
        return None
    unit = 100 if whole_yuan else 1
    fen = half_up(times * income, unit * RATIO_SCALE) * unit
    fen = max(fen, least) if most is None else min(max(fen, least), most)
    return ClauseAmount(
        fen=fen, derivation=f"{year}年人均收入 {income // 100} 元 × {times / RATIO_SCALE:g}"
    )
